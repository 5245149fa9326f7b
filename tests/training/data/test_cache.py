"""What is written is what is read; what is broken or half-made is never read."""

import errno
import json
import multiprocessing
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from training.data import cache
from training.data.cache import load
from training.data.clip_writer import ClipWriter
from training.data.dataset import Dataset, Skipped
from training.errors import UserError


def three_clips(root: Path, fingerprint: str = "abc") -> Dataset:
    writer = ClipWriter("three", fingerprint, root)
    writer.add(np.arange(5, dtype=np.int16), id="a", labels={"class": "rain", "source": "s2"}, file="a.wav")
    writer.add(
        np.arange(3, dtype=np.int16) - 7,
        id="b",
        labels={"class": None, "source": "s1"},
        file="a.wav",
        offset_seconds=2.0,
    )
    writer.add(
        np.full(1, -32768, np.int16),
        id="c",
        labels={"source": "s1", "pitch": "60"},
        file="c.wav",
        companions={"caption": "a bell"},
    )
    return writer.finish("source", [Skipped("x.txt", "not a sound")], [Skipped("c.wav", "silent")])


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    made = three_clips(tmp_path)
    for dataset in (made, load("abc", tmp_path)):
        assert dataset is not None
        assert dataset.name == "three" and dataset.ids == ("a", "b", "c") and dataset.group == "source"
        assert dataset.starts.tolist() == [0, 5, 8] and dataset.lengths.tolist() == [5, 3, 1]
        assert dataset.samples.tolist() == [0, 1, 2, 3, 4, -7, -6, -5, -32768]
        assert list(dataset.facets) == ["class", "source", "pitch"]
        assert dataset.facets["class"].names == ("rain",) and dataset.facets["class"].codes.tolist() == [0, -1, -1]
        assert dataset.facets["source"].counts() == {"s1": 2, "s2": 1}
        assert dataset.companions == {"caption": (None, None, "a bell")}
        assert dataset.offsets_seconds.tolist() == [0.0, 2.0, 0.0]
        assert dataset.skipped == (Skipped("x.txt", "not a sound"),) and dataset.warnings == (
            Skipped("c.wav", "silent"),
        )
        assert not dataset.samples.flags.writeable


def test_a_window_is_told_where_a_file_gives_several(tmp_path: Path) -> None:
    dataset = three_clips(tmp_path)
    assert dataset.window(0) == (0.0, 5 / 16_000) and dataset.window(1) == (2.0, 2.0 + 3 / 16_000)
    assert dataset.window(2) is None
    np.testing.assert_array_equal(dataset.windows()[:2], [dataset.window(0), dataset.window(1)])
    assert np.isnan(dataset.windows()[2:]).all()
    turned = replace(dataset, offsets_seconds=np.array([2.0, 0.0, 0.0]))  # the later window first
    assert turned.window(0) == (2.0, 2.0 + 5 / 16_000) and turned.window(1) == (0.0, 3 / 16_000)


def test_taken_back_clips_leave_no_samples(tmp_path: Path) -> None:
    writer = ClipWriter("x", "abc", tmp_path)
    for number in range(3):
        writer.add(np.full(4, number, np.int16), id=str(number), labels={"source": "s"}, file="f")
    writer.keep_first(1)
    writer.add(np.full(2, 9, np.int16), id="9", labels={"source": "s"}, file="f")
    dataset = writer.finish("source")
    assert dataset.ids == ("0", "9") and dataset.samples.tolist() == [0, 0, 0, 0, 9, 9]


def test_absent_until_finished_and_after_abandon(tmp_path: Path) -> None:
    writer = ClipWriter("x", "abc", tmp_path)
    writer.add(np.zeros(4, np.int16), id="0", labels={"source": "s"}, file="f")
    assert load("abc", tmp_path) is None
    writer.abandon()
    assert load("abc", tmp_path) is None and not list((tmp_path / "data").glob("*.part-*"))


@pytest.mark.parametrize(
    "damage",
    [
        "short samples", "long samples", "torn json", "other schema", "missing column", "wrong code", "negative code",
        "no such group", "negative length", "empty clip",
    ],
)  # fmt: skip
def test_damage_reads_as_absent_and_can_be_made_anew(tmp_path: Path, damage: str) -> None:
    three_clips(tmp_path)
    samples, clips = tmp_path / "data/abc/samples.i16", tmp_path / "data/abc/clips.json"
    about = json.loads(clips.read_text())
    if damage == "short samples":
        samples.write_bytes(samples.read_bytes()[:-2])
    elif damage == "long samples":
        samples.write_bytes(samples.read_bytes() + b"\0\0")
    elif damage == "torn json":
        clips.write_text(clips.read_text()[:-9])
    else:
        codes, lengths = about["facets"]["class"]["codes"], about["lengths"]
        {
            "other schema": lambda: about.update(schema=99),
            "missing column": lambda: about.update(ids=["a"]),
            "wrong code": lambda: codes.__setitem__(0, 5),
            "negative code": lambda: codes.__setitem__(0, -2),
            "no such group": lambda: about.update(group="nobody"),
            "negative length": lambda: about.update(lengths=[-1, sum(lengths) + 1, 0]),
            "empty clip": lambda: about.update(lengths=[sum(lengths), 0, 0]),
        }[damage]()
        clips.write_text(json.dumps(about))
    assert load("abc", tmp_path) is None
    assert len(three_clips(tmp_path)) == 3


def test_the_parts_of_the_dead_are_removed_and_those_of_the_living_kept(tmp_path: Path) -> None:
    dead = tmp_path / "data" / "abc.part-dead"
    dead.mkdir(parents=True)
    (dead / "samples.i16").write_bytes(b"1234")
    (tmp_path / "data" / "abc.part-empty").mkdir()
    living = ClipWriter("x", "def", tmp_path)
    another = ClipWriter("x", "def", tmp_path)
    assert len(list((tmp_path / "data").glob("*.part-*"))) == 2
    living.abandon()
    another.abandon()


def test_a_disk_that_takes_a_folder_and_no_file_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("training.data.clip_writer.open", full, raising=False)
    with pytest.raises(UserError, match=r"could not be written to .*: No space left"):
        ClipWriter("x", "abc", tmp_path)
    assert not list((tmp_path / "data").glob("*.part-*"))


def test_two_writers_of_one_set_both_succeed(tmp_path: Path) -> None:
    first, second = ClipWriter("x", "abc", tmp_path), ClipWriter("x", "abc", tmp_path)
    for writer in (first, second):
        writer.add(np.ones(4, np.int16), id="0", labels={"source": "s"}, file="f")
    assert first.finish("source").ids == second.finish("source").ids == ("0",)
    assert not list((tmp_path / "data").glob("*.part-*"))


def _hold(root: Path, held: "multiprocessing.synchronize.Event", release: "multiprocessing.synchronize.Event") -> None:
    with cache.making("abc", root):
        held.set()
        release.wait(240)
        three_clips(root)


def test_a_second_process_waits_and_then_loads(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    held, release = spawn.Event(), spawn.Event()
    other = spawn.Process(target=_hold, args=(tmp_path, held, release))
    other.start()
    assert held.wait(240)
    assert load("abc", tmp_path) is None
    release.set()
    with cache.making("abc", tmp_path):
        assert load("abc", tmp_path) is not None
    other.join(240)


class GivenUp(Exception):
    """What a trainer that is asked to stop raises from its progress."""


def test_who_waits_says_so_and_may_give_up(tmp_path: Path) -> None:
    told = []

    def progress(fraction: float, sentence: str) -> None:
        told.append(sentence)
        if len(told) == 2:
            raise GivenUp

    with cache.making("abc", tmp_path):
        with pytest.raises(GivenUp):
            cache.made_once("abc", lambda telling: three_clips(tmp_path), progress, tmp_path)
        assert told == ["Waiting for another process that prepares these sounds."] * 2
    assert (
        len(cache.made_once("abc", lambda telling: three_clips(tmp_path), progress, tmp_path)) == 3 and len(told) == 2
    )


def test_who_waits_is_told_how_far_the_other_is(tmp_path: Path) -> None:
    told = []

    def progress(fraction: float, sentence: str) -> None:
        told.append((fraction, sentence))
        raise GivenUp

    def waits() -> tuple[float, str]:
        with pytest.raises(GivenUp):
            cache.made_once("abc", lambda telling: three_clips(tmp_path), progress, tmp_path)
        return told[-1]

    mine = []
    with cache.making("abc", tmp_path, lambda fraction, sentence: mine.append(sentence)) as telling:
        telling(0.25, "Made 1 of 4 clips: Glöckchen.")
        assert waits() == (0.25, "Made 1 of 4 clips: Glöckchen.")
        telling(0.5, "x" * cache.TOLD_BYTES)  # longer than there is room for
        assert waits() == (0.25, "Made 1 of 4 clips: Glöckchen.")
        telling(0.5, "Made 2.")
        assert waits() == (0.5, "Made 2.") and len(mine) == 3
        (tmp_path / "data" / "abc.lock").write_bytes(b'["torn')
        assert waits() == (0.0, cache.WAITING)
    with cache.making("abc", tmp_path):
        assert waits() == (0.0, cache.WAITING), "what was said of an earlier making is not said again"


def test_a_lock_that_cannot_be_opened_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "data" / "abc.lock").mkdir(parents=True)
    with pytest.raises(UserError, match=r"^The cache folder .* cannot be used: Is a directory; .* another\.$"):
        cache.made_once("abc", lambda telling: three_clips(tmp_path), root=tmp_path)


def test_an_error_while_a_lock_is_held_stays_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="another disk"), cache.making("abc", tmp_path):
        raise OSError("another disk")


def test_refusals(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot name a folder"):
        load("../abc", tmp_path)
    writer = ClipWriter("x", "abc", tmp_path)
    with pytest.raises(ValueError, match="int16"):
        writer.add(np.zeros(4, np.float32), id="0", labels={}, file="f")
    writer.add(np.zeros(4, np.int16), id="0", labels={"class": "x"}, file="f")
    with pytest.raises(ValueError, match="group facet"):
        writer.finish("source")
    writer.abandon()
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be used"):
        ClipWriter("x", "abc", tmp_path / "file")


def test_the_root_follows_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache.cache_root() == tmp_path / "hearsight"
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    assert cache.cache_root() == Path.home() / ".cache" / "hearsight"


def test_a_full_disk_is_one_sentence_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    writer = ClipWriter("x", "abc", tmp_path)
    writer.add(np.zeros(4, np.int16), id="0", labels={"source": "s"}, file="f")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserError, match=r"could not be written to .*: No space left on device\.$"):
        writer.finish("source")
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["parts.lock"]
