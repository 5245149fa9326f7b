"""A folder as shards holds the same sounds, labels and captions."""

import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.shards import wav
from training.data import open_dataset
from training.data.dataset import Dataset
from training.data.progress import quiet
from training.data.stream import writing
from training.data.stream.references import numbered_name
from training.data.stream.writing import write_shards
from training.errors import UserError

Clip = tuple[bytes, dict[str, str | None], str | None]


def birds(folder: Path) -> Path:
    for number in range(11):
        path = folder / ("owl", "wren")[number % 2] / f"{number}.v2.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(wav(number, 0.2))
    (folder / "owl" / "0.v2.txt").write_text("an owl")
    (folder / "notes.txt").write_text("no sound")
    return folder


def digits(folder: Path) -> Path:
    for number in range(12):
        path = folder / f"{number % 3}_{('ann', 'bob')[number % 2]}_{number}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(wav(number))
    return folder


def notes(folder: Path) -> Path:
    """As NSynth's files are named, where the instrument is the group."""
    for number in range(6):
        path = folder / f"bass_acoustic_{number % 3:03d}-{60 + number:03d}-100.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(wav(number))
    return folder


def clips_of(dataset: Dataset) -> set[tuple[bytes, frozenset[tuple[str, str | None]], str | None]]:
    facets = {name: facet for name, facet in dataset.facets.items() if name not in ("file", "group")}
    captions = dataset.companions.get("caption", (None,) * len(dataset))
    return {
        (dataset.int16(c).tobytes(), frozenset((n, f.label(c)) for n, f in facets.items()), captions[c])
        for c in range(len(dataset))
    }


@pytest.mark.parametrize(("make", "count"), [(birds, 11), (digits, 12), (notes, 6)])
def test_it_is_the_same_data(own_cache: Path, tmp_path: Path, make: Callable[[Path], Path], count: int) -> None:
    folder = make(tmp_path / "x")
    written = write_shards(str(folder), str(tmp_path / "out" / "part"), 4, quiet)
    assert [path.name for path in written] == [f"part-{number:06d}.tar" for number in range(-(-count // 4))]
    stream = numbered_name(str(tmp_path / "out" / "part"), len(written))
    one, other = open_dataset(str(folder)), open_dataset(stream)
    assert clips_of(other) == clips_of(one) and len(clips_of(one)) == count
    assert sorted(one.groups.counts().values()) == sorted(other.groups.counts().values())
    assert one.main_facet == other.main_facet
    again = write_shards(str(folder), str(tmp_path / "again" / "part"), 4, quiet)
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in written]
    with tarfile.open(written[0]) as archive:
        assert all(entry.mtime == 0 and entry.uname == "" for entry in archive)


def test_what_can_go_wrong_is_one_sentence_and_leaves_nothing(own_cache: Path, tmp_path: Path) -> None:
    folder, out = birds(tmp_path / "x"), tmp_path / "out"
    for named, per_shard, reason in (
        ("starter", 4, "a folder or zip of sounds was expected"),
        (str(tmp_path / "none"), 4, "cannot be used: it cannot be opened"),
        (str(folder), 0, "at least 1 sound in a shard"),
        ("fsdd", 4, "data fetch fsdd"),
    ):
        with pytest.raises(UserError, match=reason):
            write_shards(named, str(out / "part"), per_shard, quiet)
    out.mkdir()
    (out / "part-000002.tar").write_bytes(b"mine")
    with pytest.raises(UserError, match=r"There is a file .*part-000002\.tar already; choose another name"):
        write_shards(str(folder), str(out / "part"), 4, quiet)
    assert [path.name for path in out.iterdir()] == ["part-000002.tar"]
    with pytest.raises(UserError, match="The shards could not be written: File exists"):
        write_shards(str(folder), str(out / "part-000002.tar" / "part"), 4, quiet)


def test_a_shard_has_its_name_once_it_is_whole(
    own_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, out, seen = birds(tmp_path / "x"), tmp_path / "out", set[tuple[str, ...]]()
    append = writing._append

    def looking(*arguments: Any) -> None:
        seen.add(tuple(sorted(path.name for path in out.glob("part-*"))))
        append(*arguments)

    monkeypatch.setattr(writing, "_append", looking)
    names = [path.name for path in write_shards(str(folder), str(out / "part"), 4, quiet)]
    assert seen == {(), tuple(names[:1]), tuple(names[:2])}
    assert sorted(path.name for path in out.iterdir()) == names

    def stopped(fraction: float, sentence: str) -> None:
        if sentence.startswith("Writing shards: 2"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_shards(str(folder), str(out / "more"), 4, stopped)
    assert sorted(path.name for path in out.iterdir()) == names
