"""What is taken of a tar, what is never taken, and that a broken one costs itself alone."""

import gzip
import io
import json
import pickle
import tarfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.shards import wav, write_tar
from training.data.dataset import Skipped
from training.data.sniff import NotRead
from training.data.stream import tar_shard
from training.data.stream.records import Record, labels_of
from training.data.stream.tar_shard import TarShard

SOUND = wav(0)
Found = list[tuple[int, Record | Skipped]]


def read(path: Path, wanted: Callable[[int], bool] = lambda number: True) -> Found:
    return list(TarShard(str(path)).records(wanted))


def test_files_of_one_stem_are_one_record(tmp_path: Path) -> None:
    about = {
        "speaker": "ann",
        "class": "dog",
        "take": 3,
        "loud": True,
        "x": 0.5,
        "far": None,
        "list": ["a"],
        "file": "z",
    }
    files = {
        "a/u1.wav": SOUND,
        "a/u1.json": json.dumps({**about, "text": " a  dog "}).encode(),
        "a/u2.cls": b"cat\n",
        "a/u2.flac": wav(1, kind="FLAC"),
        "a/u2.txt": b"a cat",
        "b/u2.wav": wav(2),
    }
    (_, first), (_, second), (_, third) = read(write_tar(tmp_path / "x.tar", files))
    labels = {"class": "dog", "speaker": "ann", "take": "3", "loud": "True"}
    assert first == Record("a/u1", SOUND, labels, "a dog") and next(iter(first.labels)) == "class"
    assert second == Record("a/u2", files["a/u2.flac"], {"class": "cat"}, "a cat")
    assert third == Record("b/u2", files["b/u2.wav"]) and third.group == ("file", "b/u2")
    assert first.group == ("speaker", "ann")


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_any_packing_is_read(tmp_path: Path, mode: str) -> None:
    path = write_tar(tmp_path / "x.tar", {f"{i}.wav": wav(i) for i in range(5)}, mode)
    assert [(number, found.name) for number, found in read(path)] == [(i, str(i)) for i in range(5)]


def test_only_what_is_wanted_is_read(tmp_path: Path) -> None:
    path = write_tar(tmp_path / "x.tar", {f"{i}.wav": wav(i) for i in range(7)})
    assert [number for number, _ in read(path, lambda number: number % 3 == 1)] == [1, 4]


class Trap:
    """What would run, were it unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (pytest.fail, ("a pickle was loaded",))


def test_nothing_but_sounds_and_plain_labels_is_taken(tmp_path: Path) -> None:
    files = {
        "a.pyd": pickle.dumps(Trap()), "a.pth": pickle.dumps(Trap()), "a.wav": SOUND, "a.json": b"[1]",
        "b.json": b'{"class": "x"', "b.wav": SOUND, "c.json": b"[" * 60_000, "c.wav": SOUND,
        "d.json": json.dumps({"class": "<b>\u202e" + "x" * 400}).encode(), "d.wav": SOUND,
        "e.json": json.dumps({f"k{i}": i for i in range(90)}).encode(), "e.wav": SOUND,
    }  # fmt: skip
    a, b, c, d, e = (found for _, found in read(write_tar(tmp_path / "x.tar", files)))
    assert a == Record("a", SOUND) and b == Record("b", SOUND) and c == Record("c", SOUND)
    assert d.labels["class"].startswith("<b>\\u202ex") and len(d.labels["class"]) == 120
    assert len(e.labels) == 50


def test_what_gives_no_sound_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tar_shard, "LARGEST_SOUND_BYTES", 10_000)
    files = {"a.wav": b"", "b.mp3": b"#EXTM3U\n/etc/passwd", "c.json": b"{}", "d.wav": wav(1, 2.0), "e.wav": SOUND}
    found = [found for _, found in read(write_tar(tmp_path / "x.tar", files))]
    assert [f.reason.partition(",")[0] for f in found[:-1] if isinstance(f, Skipped)] == [
        "it is empty: no audio", "it is a playlist", "it has no sound beside it", "it is larger than 0 MB",
    ]  # fmt: skip
    assert found[-1] == Record("e", SOUND)


def test_links_and_devices_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "x.tar"
    with tarfile.open(path, "w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE):
            entry = tarfile.TarInfo(f"{kind.decode()}.wav")
            entry.type, entry.linkname = kind, "/etc/passwd"
            archive.addfile(entry)
        entry = tarfile.TarInfo("a.wav")
        entry.size = len(SOUND)
        archive.addfile(entry, io.BytesIO(SOUND))
    assert [found.name for _, found in read(path)] == ["a"]


def five(tmp_path: Path, mode: str = "w") -> bytes:
    return write_tar(tmp_path / "whole.tar", {f"{i}.wav": wav(i) for i in range(5)}, mode).read_bytes()


def broken_after(path: Path) -> tuple[int, str]:
    """How many records came, and why no more did."""
    count = 0
    try:
        for _ in TarShard(str(path)).records(lambda number: True):
            count += 1
    except NotRead as reason:
        return count, str(reason)
    return count, ""


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz"])
def test_a_shard_that_breaks_off_gives_what_came_before(tmp_path: Path, mode: str) -> None:
    whole, path = five(tmp_path, mode), tmp_path / "x.tar"
    path.write_bytes(whole[: len(whole) // 2])
    count, reason = broken_after(path)
    assert count < 5 and reason.startswith("it is damaged")


def test_a_damaged_header_is_no_end(tmp_path: Path) -> None:
    whole, path = bytearray(five(tmp_path)), tmp_path / "x.tar"
    second = 512 + -(-len(SOUND) // 512) * 512
    whole[second : second + 50] = b"\xff" * 50
    path.write_bytes(whole)
    assert broken_after(path) == (0, "it is damaged after 1 sound (bad checksum)")


@pytest.mark.parametrize("content", [b"", b"no tar at all" * 100, b"\x1f\x8b" + b"x" * 600])
def test_what_is_no_tar_is_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.tar"
    path.write_bytes(content)
    count, reason = broken_after(path)
    assert count == 0 and reason.startswith("it is damaged")
    with pytest.raises(NotRead, match="cannot be opened"):
        read(tmp_path / "none.tar")


@pytest.mark.parametrize("kind", [tarfile.GNUTYPE_LONGNAME, tarfile.XHDTYPE, tarfile.XGLTYPE])
def test_a_header_that_wants_all_memory_is_refused(tmp_path: Path, kind: bytes) -> None:
    entry = tarfile.TarInfo("x")
    entry.type, entry.size = kind, 3 << 30
    path = tmp_path / "x.tar"
    path.write_bytes(entry.tobuf(tarfile.GNU_FORMAT) + b"\0" * 100_000)
    assert "impossible size" in broken_after(path)[1]


def test_what_unpacks_to_far_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tar_shard, "RATIO_COUNTS_FROM_BYTES", 1 << 20)
    bomb = write_tar(tmp_path / "bomb.tar", {"a.npy": bytes(30 << 20), "b.wav": SOUND})
    path = tmp_path / "x.tar.gz"
    path.write_bytes(gzip.compress(bomb.read_bytes(), 9))
    assert "far more than sounds would" in broken_after(path)[1]


def test_what_was_passed_takes_no_memory(tmp_path: Path) -> None:
    path = write_tar(tmp_path / "x.tar", {f"{number}.wav": b"" for number in range(4_000)})
    tracemalloc.start()
    for _ in TarShard(str(path)).records(lambda number: False):
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def test_its_identity_is_that_of_its_content(tmp_path: Path) -> None:
    path = write_tar(tmp_path / "x.tar", {"a.wav": SOUND})
    before = TarShard(str(path)).identity()
    assert TarShard(str(write_tar(tmp_path / "y.tar", {"a.wav": SOUND}))).identity() == before
    assert TarShard(str(write_tar(tmp_path / "z.tar", {"a.wav": wav(1)}))).identity() != before


def test_labels_are_words_and_whole_numbers() -> None:
    assert labels_of({"b": "", "label": 3, "Caption": "x", "y": b"no"}) == ({"label": "3"}, "x")
