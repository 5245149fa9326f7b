"""What is trained on of a stream: each clip once an epoch, in an order that a resume goes on with, in bounded memory."""

import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.support.shards import wav, write_shards, write_tar
from tests.training.data.stream.conftest import WINDOW, MakeFeed, numbers
from training.data.stream import feed as feed_module
from training.data.stream.feed import Feed
from training.data.stream.order import Team
from training.data.stream.turns import FeedPosition
from training.errors import UserError


@pytest.mark.parametrize(("sizes", "readers"), [([5, 9, 1, 4], 2), ([13], 2), ([3, 4], 3)])
def test_each_clip_once_an_epoch(
    feed_of: MakeFeed, small_blocks: None, tmp_path: Path, sizes: list[int], readers: int
) -> None:
    feed, total = feed_of(write_shards(tmp_path / "x", sizes), readers), sum(sizes)
    drawn = numbers(feed.next(3 * total))
    epochs = [drawn[first : first + total] for first in range(0, 3 * total, total)]
    assert all(len(set(epoch)) == total for epoch in epochs) and set(epochs[0]) == set(epochs[2])
    assert epochs[0] != epochs[1] and epochs[0] != sorted(epochs[0])


def test_ranks_share_an_epoch(feed_of: MakeFeed, tmp_path: Path) -> None:
    reference = write_shards(tmp_path / "x", [6, 6, 6])
    drawn = [n for rank in range(2) for n in numbers(feed_of(reference, 1, 0, rank, 2).next(9))]
    assert len(set(drawn)) == 18


def test_windows_of_one_sound_share_its_recording_and_speaker(feed_of: MakeFeed, tmp_path: Path) -> None:
    clips = feed_of(write_shards(tmp_path / "x", [4, 4], seconds=0.3)).next(24)
    assert clips is not None and len({clip.clip for clip in clips}) == 24
    assert sorted(Counter(clip.recording for clip in clips).values()) == [3] * 8
    assert len({clip.group for clip in clips}) == 4 and {len(clip.samples) for clip in clips} == {WINDOW}
    assert all(0 <= n < 2**63 for clip in clips for n in (clip.clip, clip.recording, clip.group))


def test_sounds_of_no_known_source_are_their_own(feed_of: MakeFeed, tmp_path: Path) -> None:
    for shard in ("a", "b"):
        write_tar(tmp_path / "x" / f"{shard}.tar", {f"{i}.wav": wav(i) for i in range(3)})
    clips = feed_of(f"shards:{tmp_path}/x").next(6)
    assert clips is not None and len({clip.group for clip in clips}) == 6


def test_the_same_seed_gives_the_same_order(feed_of: MakeFeed, small_blocks: None, tmp_path: Path) -> None:
    reference = write_shards(tmp_path / "x", [6, 9, 7])
    one, same, other = (numbers(feed_of(reference, 1, seed).next(40)) for seed in (1, 1, 2))
    assert one == same != other


def test_it_goes_on_with_the_very_next_clip(feed_of: MakeFeed, small_blocks: None, tmp_path: Path) -> None:
    reference = write_shards(tmp_path / "x", [3, 4, 4], seconds=0.2)  # of two clips each
    first = feed_of(reference)
    whole, standings = [], [first.standing]
    for _ in range(40):
        whole += numbers(first.next(1))
        standings.append(first.standing)
    # Within blocks and at their ends, at the end of the epoch and in the second.
    for after in (0, 3, 4, 17, 22, 23, 30):
        feed = feed_of(reference, standing=FeedPosition.from_row(standings[after].to_row()))
        assert numbers(feed.next(40 - after)) == whole[after:], after
        feed.close()
    assert numbers(feed_of(reference).next(40)) == whole


def test_what_was_taken_of_a_batch_that_was_given_up_is_read_again(
    feed_of: MakeFeed, small_blocks: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = write_shards(tmp_path / "x", [20] * 2)
    whole, feed = numbers(feed_of(reference).next(12)), feed_of(reference)
    assert numbers(feed.next(3)) == whole[:3]
    with monkeypatch.context() as patch:
        patch.setattr(feed._filling, "block", lambda give_up: None)  # the next block takes too long
        assert feed.next(4) is None, "of which the first is the last of its block"
    assert numbers(feed.next(9)) == whole[3:]


def test_no_more_than_two_blocks_are_held(feed_of: MakeFeed, small_blocks: None, tmp_path: Path) -> None:
    feed = feed_of(write_shards(tmp_path / "x", [20] * 5))

    def held() -> int:
        filling: Any = feed._filling
        return int(filling._blocks.qsize()) + (feed._block is not None)

    feed.next(3)
    until = time.monotonic() + 120
    while held() < 2:
        assert time.monotonic() < until, "nothing is read ahead"
        time.sleep(0.02)
    for _ in range(20):
        time.sleep(0.02)  # for what would be read ahead
        assert held() <= 2
        feed.next(3)
    assert feed_module.BLOCK_BYTES == 128 * 2**20 and Feed("", (), 32_000, 0, Team(1, 1)).block_clips == 7


@pytest.mark.parametrize("seconds", [0.5, 2, 10, 60])
def test_a_block_has_a_bounded_size_whatever_a_clip_has(seconds: float) -> None:
    samples = round(seconds * 16_000)
    clips = Feed("", (), samples, 0, Team(1, 1)).block_clips
    assert 1 <= clips <= 4_096 and clips * samples * 2 <= 128 * 2**20


def test_a_damaged_shard_is_told_and_the_others_go_on(feed_of: MakeFeed, tmp_path: Path) -> None:
    reference = write_shards(tmp_path / "x", [6, 6, 6])
    damaged = tmp_path / "x" / "part-001.tar"
    damaged.write_bytes(damaged.read_bytes()[:8_000])
    (tmp_path / "x" / "part-002.tar").write_bytes(b"")
    write_tar(tmp_path / "x" / "part-003.tar", {"a.wav": b"no sound", "b.wav": wav(3)})
    feed = feed_of(reference, readers=1)
    drawn = feed.next(32)
    assert drawn is not None and {clip.recording >> 28 for clip in drawn} == {0, 1, 3}
    said = feed.troubles.sentence
    assert "2 shards, the first of them part-00" in said and said.endswith("skipped (it holds no sound in a known format; "
        "wav, rf64, w64, aiff, au, caf, sphere, flac, ogg, opus and mp3 are read).")  # fmt: skip
    assert feed.troubles.news() == said and feed.troubles.news() == ""


def test_a_stream_without_any_sound_is_one_sentence(feed_of: MakeFeed, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.tar").write_bytes(b"")
    with pytest.raises(
        UserError, match=r"^Not one of the 2 shards gives a sound\. 2 shards, the first of them [ab]\.tar,"
    ):
        feed_of(f"shards:{tmp_path}").next(1)
