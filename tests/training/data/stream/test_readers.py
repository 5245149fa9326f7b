"""The processes that read a stream: none outlives the feed, and one that dies is begun anew where it was."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.shards import wav, write_shards
from tests.training.data.stream.conftest import MakeFeed, numbers
from training.data.stream.feed import Feed
from training.data.stream.reader import MOST_DEATHS, Reader
from training.data.stream.reader_process import _Slot
from training.errors import UserError
from training.process import process_start


def readers_below(root: int) -> set[int]:
    """Readers and their decoders that descend from a process; other tests have some too."""
    parents, named = {}, set()
    for entry in Path("/proc").iterdir():
        try:
            said = (entry / "cmdline").read_bytes() if entry.name.isdigit() else b""
            if b"training.data.stream.reader_process" in said or b"training.data.decoder_process" in said:
                named.add(int(entry.name))
            if said:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue

    def descends(pid: int) -> bool:
        return pid == root or (pid in parents and descends(parents[pid]))

    return {pid for pid in named if descends(pid)}


def gone(pids: set[int]) -> bool:
    """Whether all of them end without being asked."""
    until = time.monotonic() + 120
    while any(process_start(pid) is not None for pid in pids):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def test_closing_leaves_no_process_and_no_file(
    feed_of: MakeFeed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    before = readers_below(os.getpid())
    feed = feed_of(write_shards(tmp_path / "x", [40, 40]))
    feed.next(4)
    ours = readers_below(os.getpid()) - before
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
time.sleep(600)
"""


def test_killing_the_trainer_leaves_no_process_and_no_file(own_cache: Path, tmp_path: Path) -> None:
    (tmp_path / "temporary").mkdir()
    reference = write_shards(tmp_path / "x", [40, 40])
    env = {**os.environ, "TMPDIR": str(tmp_path / "temporary")}
    trainer = subprocess.Popen([sys.executable, "-c", FEEDING, reference], stdout=subprocess.PIPE, env=env)
    assert trainer.stdout is not None
    with trainer.stdout:
        assert trainer.stdout.readline() == b"fed\n"
    ours = readers_below(trainer.pid)
    assert len(ours) >= 3
    trainer.send_signal(signal.SIGKILL)
    trainer.wait()
    assert gone(ours) and not list((tmp_path / "temporary").iterdir())


def readers_of(feed: Feed) -> list[Reader]:
    filling: Any = feed._filling
    found: list[Reader] = filling._turns._readers
    return found


def send(feed: Feed, number: signal.Signals) -> None:
    """To all of its readers."""
    for reader in readers_of(feed):
        assert reader._process is not None
        reader._process.send_signal(number)


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
    feed.begin()
    send(feed, signal.SIGSTOP)
    assert feed.next(3, lambda: True) is None  # its readers have only just been started
    send(feed, signal.SIGCONT)
    assert numbers(feed.next(5)) == whole[:5]
    send(feed, signal.SIGSTOP)
    drawn, asked = 5, []
    while (clips := feed.next(2, lambda: bool(asked.append(1)) or len(asked) > 2)) is not None:
        assert numbers(clips) == whole[drawn : drawn + 2]
        drawn += 2
    assert drawn < 2 * shard - 2
    if feed._filling:
        send(feed, signal.SIGCONT)
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
