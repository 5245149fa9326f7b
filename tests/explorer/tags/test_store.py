"""Nothing that was tagged is lost: not by a restart, a torn line, a full disk or somebody else who writes at the same time."""

import errno
import json
import multiprocessing
import os
from pathlib import Path

import pytest

from explorer.tags import TagStore
from explorer.tags import store as module
from training.errors import UserError


def test_tags_survive_and_are_seen_by_whoever_else_reads(tmp_path: Path) -> None:
    first, second = TagStore(tmp_path), TagStore(tmp_path)
    assert (first.tags(), first.version) == ({}, "")
    first.add("kick", ["a", "b"])
    before = second.version
    assert second.tags() == {"kick": ("a", "b")}
    second.remove("kick", ["a"])
    assert second.version != before
    assert first.tags() == TagStore(tmp_path).tags() == {"kick": ("b",)}


def test_undoing_is_an_appended_row(tmp_path: Path) -> None:
    store = TagStore(tmp_path)
    word = store.add("kick", ["a"])
    store.add("kick", ["b"])
    kept = store.path.read_bytes()
    TagStore(tmp_path).undo(word)
    assert store.tags() == {"kick": ("b",)}
    assert store.path.read_bytes().startswith(kept)
    for wrong, said in ((word, "already"), ("0" * 16, "no such change")):
        with pytest.raises(UserError, match=said):
            store.undo(wrong)


def test_renaming_is_one_appended_row_for_clips_of_all_data(tmp_path: Path) -> None:
    store = TagStore(tmp_path)
    store.add("kcik", ["a", "elsewhere"])
    word = store.rename("kcik", " kick ")
    assert TagStore(tmp_path).tags() == {"kick": ("a", "elsewhere")}
    for tag, to, said in (("kcik", "x", "No clip carries"), ("kick", "kick", "already"), ("kick", "", "empty")):
        with pytest.raises(UserError, match=said):
            store.rename(tag, to)
    store.undo(word)
    assert store.tags() == {"kcik": ("a", "elsewhere")}


def test_a_no_is_kept_of_a_tag_that_clips_carry(tmp_path: Path) -> None:
    store = TagStore(tmp_path)
    with pytest.raises(UserError, match="No clip carries the tag kick any more"):
        store.deny("kick", ["c"])
    store.add("kick", ["a", "b"])
    word = store.deny(" kick ", ["b", "c"])
    assert TagStore(tmp_path).tags_and_noes() == store.tags_and_noes() == ({"kick": ("a",)}, {"kick": ("b", "c")})
    store.rename("kick", "snare")
    assert store.tags_and_noes() == ({"snare": ("a",)}, {"snare": ("b", "c")})
    store.undo(word)
    assert store.tags_and_noes() == ({"snare": ("a", "b")}, {})


def test_a_torn_last_line_is_skipped_and_costs_nothing_else(tmp_path: Path) -> None:
    store = TagStore(tmp_path)
    store.add("kick", ["a"])
    with store.path.open("ab") as file:
        file.write(b'{"row":"0123456789abcdef","tag":"kick","add":["b"')
    assert store.tags() == TagStore(tmp_path).tags() == {"kick": ("a",)}
    store.add("kick", ["c"])
    assert store.tags() == TagStore(tmp_path).tags() == {"kick": ("a", "c")}


def _tag(folder: Path, name: str) -> None:
    store = TagStore(folder)
    for i in range(40):
        store.add("kick", [f"{name}-{i}"])


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    at_once = [multiprocessing.get_context("spawn").Process(target=_tag, args=(tmp_path, name)) for name in "ab"]
    for process in at_once:
        process.start()
    _tag(tmp_path, "c")
    for process in at_once:
        process.join()
    assert set(TagStore(tmp_path).tags()["kick"]) == {f"{name}-{i}" for name in "abc" for i in range(40)}
    assert all(json.loads(line) for line in (tmp_path / "tags.jsonl").read_text().splitlines())


def test_what_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = TagStore(tmp_path)
    with pytest.raises(UserError, match="20,001 clips"):
        store.add("kick", (str(i) for i in range(20_001)))
    with pytest.raises(UserError, match="0 clips"):
        store.add("kick", [])
    with pytest.raises(UserError, match="61 characters"):
        store.add("k" * 61, ["a"])
    assert not store.path.exists()
    monkeypatch.setattr(module, "MOST_TAGS", 2)
    store.add("one", ["a"])
    store.add("two", ["a"])
    with pytest.raises(UserError, match="2 tags already"):
        store.add("three", ["a"])
    store.add("one", ["b"])
    monkeypatch.setattr(module, "MOST_BYTES", store.path.stat().st_size + 10)
    with pytest.raises(UserError, match="more is not kept"):
        store.add("one", ["c"])
    assert store.tags() == {"one": ("a", "b"), "two": ("a",)}


def test_a_full_disk_and_a_folder_that_cannot_be_written_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = TagStore(tmp_path)
    store.add("kick", ["a"])

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr("training.durable.os.fsync", full)
        with pytest.raises(UserError, match="The tag could not be kept: No space left on device"):
            store.add("kick", ["b"])
    assert store.tags() == TagStore(tmp_path).tags() == {"kick": ("a",)}
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match=r"Tags cannot be kept in .*: Not a directory"):
        TagStore(tmp_path / "file" / "below").add("kick", ["a"])


def test_a_file_that_was_replaced_is_read_anew(tmp_path: Path) -> None:
    store = TagStore(tmp_path)
    store.add("kick", ["a"])
    assert store.tags()
    store.path.unlink()
    assert store.tags() == {}
    TagStore(tmp_path).add("snare", ["b"])
    assert store.tags() == {"snare": ("b",)}
