"""What is trained on of a stream: each clip once an epoch, in an order that a resume goes on with, in bounded memory."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.shards import wav, write_shards, write_tar
from training.data.stream import feed as feed_module
from training.data.stream.feed import Feed
from training.data.stream.order import Team
from training.data.stream.reader import MOST_DEATHS, Reader
from training.data.stream.reader_process import _Slot
from training.data.stream.references import places_of
from training.data.stream.turns import Clip, Standing
from training.errors import UserError

MakeFeed = Callable[..., Feed]
WINDOW = 1_600


@pytest.fixture
def feed_of(own_cache: Path) -> Iterator[MakeFeed]:
    """feed_of(reference, readers=2, seed=0): a feed, closed when the test ends."""
    made: list[Feed] = []

    def make(
        reference: str, readers: int = 2, seed: int = 0, rank: int = 0, ranks: int = 1, standing: Any = None
    ) -> Feed:
        shards = tuple(places_of(reference))
        made.append(Feed(reference, shards, WINDOW, seed, Team(len(shards), readers, rank, ranks), standing))
        return made[-1]

    yield make
    for feed in made:
        feed.close()


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_module, "FIRST_BLOCK_CLIPS", 4)
    monkeypatch.setattr(feed_module, "MOST_BLOCK_CLIPS", 7)


def numbers(clips: list[Clip] | None) -> list[int]:
    assert clips is not None
    return [clip.clip for clip in clips]


def processes() -> set[int]:
    """Readers and their decoders that descend from this process or from none."""
    found = set()
    for entry in Path("/proc").iterdir():
        try:
            said = (entry / "cmdline").read_bytes() if entry.name.isdigit() else b""
        except OSError:
            continue
        if b"training.data.stream.reader_process" in said or b"training.data.decoder_process" in said:
            found.add(int(entry.name))
    return found


def gone(pids: set[int]) -> bool:
    """Whether all of them end without being asked."""
    for _ in range(100):
        if not pids & processes():
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize(("sizes", "readers"), [([5, 9, 1, 4], 2), ([13], 3), ([3, 4], 5)])
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
    one, same, other = (numbers(feed_of(reference, seed=seed).next(40)) for seed in (1, 1, 2))
    assert one == same != other


@pytest.mark.parametrize("after", [0, 3, 4, 17, 22, 23, 30])
def test_it_goes_on_with_the_very_next_clip(feed_of: MakeFeed, small_blocks: None, tmp_path: Path, after: int) -> None:
    reference = write_shards(tmp_path / "x", [3, 4, 4], seconds=0.2)  # of two clips each
    whole = numbers(feed_of(reference).next(60))
    first = feed_of(reference)
    assert numbers(first.next(after)) == whole[:after]
    second = feed_of(reference, standing=Standing.from_row(first.standing.to_row()))
    assert numbers(second.next(60 - after)) == whole[after:]


def test_no_more_than_two_blocks_are_held(feed_of: MakeFeed, small_blocks: None, tmp_path: Path) -> None:
    feed = feed_of(write_shards(tmp_path / "x", [20] * 5))
    held = []
    for _ in range(20):
        feed.next(3)
        time.sleep(0.02)  # for what would be read ahead
        filling: Any = feed._filling
        held.append(filling._blocks.qsize() + (feed._block is not None))
    assert max(held) == 2
    assert feed_module.BLOCK_BYTES == 128 * 2**20 and Feed("", (), 32_000, 0, Team(1, 1)).block_clips == 7


@pytest.mark.parametrize("seconds", [0.5, 2, 10, 60])
def test_a_block_has_a_bounded_size_whatever_a_clip_has(seconds: float) -> None:
    samples = round(seconds * 16_000)
    clips = Feed("", (), samples, 0, Team(1, 1)).block_clips
    assert 1 <= clips <= 4_096 and clips * samples * 2 <= 128 * 2**20


def test_closing_leaves_no_process_and_no_file(
    feed_of: MakeFeed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    before = processes()
    feed = feed_of(write_shards(tmp_path / "x", [40, 40]))
    feed.next(4)
    ours = processes() - before
    assert len(ours) >= 3 and list((tmp_path / "temporary").iterdir())
    feed.close()
    assert gone(ours) and not list((tmp_path / "temporary").iterdir())
    assert "read a stream" not in [thread.name for thread in threading.enumerate()]


FEEDING = """
import sys, time
from training.data.stream.feed import Feed
from training.data.stream.order import Team
from training.data.stream.reader_process import _Slot
from training.data.stream.references import places_of
shards = tuple(places_of(sys.argv[1]))
feed = Feed(sys.argv[1], shards, 1600, 0, Team(len(shards), 2))
feed.next(4)
print("fed", flush=True)
time.sleep(60)
"""


def test_killing_the_trainer_leaves_no_process_and_no_file(own_cache: Path, tmp_path: Path) -> None:
    (tmp_path / "temporary").mkdir()
    before, reference = processes(), write_shards(tmp_path / "x", [40, 40])
    env = {**os.environ, "TMPDIR": str(tmp_path / "temporary")}
    trainer = subprocess.Popen([sys.executable, "-c", FEEDING, reference], stdout=subprocess.PIPE, env=env)
    assert trainer.stdout is not None
    with trainer.stdout:
        assert trainer.stdout.readline() == b"fed\n"
    ours = processes() - before
    assert len(ours) >= 3
    trainer.send_signal(signal.SIGKILL)
    trainer.wait()
    assert gone(ours) and not list((tmp_path / "temporary").iterdir())


def readers_of(feed: Feed) -> list[Reader]:
    filling: Any = feed._filling
    found: list[Reader] = filling._turns._readers
    return found


def test_a_reader_that_dies_is_begun_anew_where_it_was(feed_of: MakeFeed, small_blocks: None, tmp_path: Path) -> None:
    reference = write_shards(tmp_path / "x", [30, 30])
    whole, feed = numbers(feed_of(reference).next(60)), feed_of(reference)
    drawn = numbers(feed.next(10))
    for reader in readers_of(feed):
        assert reader._process is not None
        reader._process.kill()
    assert drawn + numbers(feed.next(50)) == whole


def test_a_reader_that_always_dies_is_given_up(
    feed_of: MakeFeed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(UserError, match="broke down several times"):
        feed_of(write_shards(tmp_path / "x", [3])).next(1)
    assert MOST_DEATHS == 3


def test_it_gives_up_when_asked_while_it_waits(feed_of: MakeFeed, small_blocks: None, tmp_path: Path) -> None:
    shard = 80  # clips, of which a reader holds only some ready
    reference = write_shards(tmp_path / "x", [shard, shard])
    whole, feed = numbers(feed_of(reference).next(2 * shard)), feed_of(reference)
    assert feed.next(3, lambda: True) is None  # its readers have only just been started
    assert numbers(feed.next(5)) == whole[:5]
    filling: Any = feed._filling
    filling._turns._readers[0]._process.send_signal(signal.SIGSTOP)
    filling._turns._readers[1]._process.send_signal(signal.SIGSTOP)
    drawn, asked = 5, []
    while (clips := feed.next(2, lambda: bool(asked.append(1)) or len(asked) > 2)) is not None:
        assert numbers(clips) == whole[drawn : drawn + 2]
        drawn += 2
    assert drawn < 2 * shard - 2
    for reader in readers_of(feed) if feed._filling else []:
        assert reader._process is not None
        reader._process.send_signal(signal.SIGCONT)
    assert numbers(feed.next(2 * shard - drawn)) == whole[drawn:]


@pytest.mark.parametrize("in_memory", [True, False])
def test_a_slot_holds_one_sound_after_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_memory: bool
) -> None:
    if not in_memory:
        monkeypatch.delattr(os, "memfd_create", raising=False)
    slot = _Slot(tmp_path / "0")
    for sound in (wav(1, 0.4), wav(2, 0.1), b""):
        assert Path(slot.put(sound)).read_bytes() == sound
    assert (tmp_path / "0").exists() is not (in_memory and sys.platform == "linux")


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
        "wav, rf64, w64, aiff, au, caf, flac, ogg, opus and mp3 are read).")  # fmt: skip
    assert feed.troubles.news() == said and feed.troubles.news() == ""


def test_a_stream_without_any_sound_is_one_sentence(feed_of: MakeFeed, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.tar").write_bytes(b"")
    with pytest.raises(
        UserError, match=r"^Not one of the 2 shards gives a sound\. 2 shards, the first of them [ab]\.tar,"
    ):
        feed_of(f"shards:{tmp_path}").next(1)
