"""The file of tags as anybody may have left it, and the facets that are made of it."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from training.data.dataset import Dataset, Facet
from training.data.tags import (
    Clips,
    TagRow,
    checked_tag,
    read_tags,
    row_of,
    rows_of,
    tags_and_noes,
    tags_file,
    with_tag,
)
from training.errors import UserError


def word(number: int) -> str:
    return f"{number:016x}"


def tags_of(rows: Iterable[TagRow]) -> Clips:
    return tags_and_noes(rows)[0]


def test_changes_are_replayed_without_those_that_were_taken_back() -> None:
    rows = [
        TagRow(word(1), "kick", ("a", "b")),
        TagRow(word(2), "kick", ("b", "c")),
        TagRow(word(3), "kick", ("a",), "remove"),
        TagRow(word(4), "snare", ("d",)),
    ]
    assert tags_of(rows) == {"kick": ("b", "c"), "snare": ("d",)}
    assert tags_of([*rows, TagRow(word(5), undoes=word(3))])["kick"] == ("a", "b", "c")
    assert tags_of([*rows, TagRow(word(5), undoes=word(1))])["kick"] == ("b", "c")  # the second row says b as well
    assert tags_of([*rows, TagRow(word(5), undoes=word(4))]) == {"kick": ("b", "c")}
    assert tags_of([*rows, TagRow(word(5), undoes=word(9))]) == tags_of(rows)


def test_a_tag_is_renamed_from_a_row_on_until_that_is_taken_back() -> None:
    rows = [
        TagRow(word(1), "kcik", ("a", "b")),
        TagRow(word(2), "kick", ("b", "c")),
        TagRow(word(3), "kick", renames="kcik"),
    ]
    assert tags_of(rows) == {"kick": ("b", "c", "a")}
    assert tags_of([*rows, TagRow(word(4), "kcik", ("d",))]) == {"kick": ("b", "c", "a"), "kcik": ("d",)}
    assert tags_of([*rows, TagRow(word(4), undoes=word(3))]) == {"kcik": ("a", "b"), "kick": ("b", "c")}
    assert tags_of([*rows, TagRow(word(4), "kick", renames="kick")]) == tags_of(rows)
    assert tags_of([TagRow(word(1), "kick", renames="kcik")]) == {}


def test_of_a_tag_and_a_no_the_last_one_holds_until_it_is_taken_back() -> None:
    rows = [
        TagRow(word(1), "kick", ("a", "b")),
        TagRow(word(2), "kick", ("b", "c", "d"), "not"),
        TagRow(word(3), "kick", ("c",)),
    ]
    assert tags_and_noes(rows) == ({"kick": ("a", "c")}, {"kick": ("b", "d")})
    assert tags_and_noes([*rows, TagRow(word(4), undoes=word(2))]) == ({"kick": ("a", "b", "c")}, {})
    assert tags_and_noes([*rows, TagRow(word(4), undoes=word(3))]) == ({"kick": ("a",)}, {"kick": ("b", "c", "d")})
    assert tags_and_noes([*rows, TagRow(word(4), "kick", ("a", "b"), "remove")]) == ({"kick": ("c",)}, {"kick": ("d",)})
    assert tags_and_noes([*rows, TagRow(word(4), "snare", ("b",))])[1] == {"kick": ("b", "d")}
    assert tags_and_noes([*rows, TagRow(word(4), "kick", ("a", "c"), "not")]) == ({}, {"kick": ("b", "d", "a", "c")})


def test_a_renamed_tag_takes_its_noes_along_and_a_tag_outweighs_a_no() -> None:
    rows = [
        TagRow(word(1), "kcik", ("a", "b")),
        TagRow(word(2), "kcik", ("c", "d"), "not"),
        TagRow(word(3), "kick", ("c",)),
        TagRow(word(4), "kick", ("b", "e"), "not"),
    ]
    renamed = [*rows, TagRow(word(5), "kick", renames="kcik")]
    assert tags_and_noes(renamed) == ({"kick": ("c", "a", "b")}, {"kick": ("e", "d")})
    assert tags_and_noes([*renamed, TagRow(word(6), undoes=word(5))]) == tags_and_noes(rows)
    assert tags_and_noes([*rows, TagRow(word(5), "hat", renames="kcik")])[1] == {"kick": ("b", "e"), "hat": ("c", "d")}


@pytest.mark.parametrize(
    "row",
    [
        TagRow(word(1), "Köln – dry", ("a-0", "b-16000")), TagRow(word(2), "x", ("a",), "remove"), TagRow(word(3), undoes=word(1)),
        TagRow(word(4), "x", renames="y"), TagRow(word(5), "x", ("a", "b"), "not"),
    ],
)  # fmt: skip
def test_a_row_is_read_as_it_was_written(row: TagRow) -> None:
    assert row_of(row.line()) == row
    assert row.line().count(b"\n") == 1


@pytest.mark.parametrize(
    "said",
    [
        [],
        {},
        {"row": "short", "tag": "a", "add": ["x"]},
        {"row": word(1), "tag": "a"},
        {"row": word(1), "tag": "", "add": ["x"]},
        {"row": word(1), "tag": " a", "add": ["x"]},
        {"row": word(1), "tag": "a" * 61, "add": ["x"]},
        {"row": word(1), "tag": "a", "add": "x"},
        {"row": word(1), "tag": "a", "add": [1]},
        {"row": word(1), "tag": "a", "add": ["x" * 201]},
        {"row": word(1), "tag": "a", "not": "x"},
        {"row": word(1), "tag": "a", "maybe": ["x"]},
        {"row": word(1), "undo": 3},
        {"row": word(1), "tag": "a", "rename": 3},
        {"row": word(1), "tag": "a", "rename": " b"},
        {"row": word(1), "rename": "b"},
    ],
)
def test_what_is_no_row_is_passed_over(said: Any) -> None:
    good = TagRow(word(7), "kick", ("a",))
    assert rows_of(json.dumps(said).encode() + b"\n" + good.line() + b'{"row":"00') == [good]


def test_a_deep_or_broken_line_is_passed_over() -> None:
    assert rows_of(b"[" * 100_000 + b"\n\xff\xfe\n\n") == []


@pytest.mark.parametrize(("given", "kept"), [("  two   words ", "two words"), ("e\u0301", "é"), ("=1+1", "=1+1")])
def test_a_tag_is_kept_in_one_spelling(given: str, kept: str) -> None:
    assert checked_tag(given) == kept


@pytest.mark.parametrize(
    ("given", "said"),
    [("  ", "The tag is empty"), ("a" * 61, "61 characters"), ("a\u202eb", "invisible"), ("a\x00", "invisible")],
)
def test_what_can_be_no_tag_is_refused(given: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        checked_tag(given)


def test_where_the_file_lies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert tags_file() == tmp_path / "hearsight" / "tags" / "tags.jsonl"
    assert read_tags() == ({}, {})
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    assert tags_file() == Path.home() / ".local" / "share" / "hearsight" / "tags" / "tags.jsonl"


def sounds(ids: str) -> Dataset:
    n = len(ids)
    codes = np.arange(n, dtype=np.int32)
    return Dataset(
        name="sounds",
        fingerprint="0" * 64,
        samples=np.zeros(n, np.int16),
        starts=np.arange(n),
        lengths=np.ones(n, np.int64),
        ids=tuple(ids),
        facets={"file": Facet(tuple(ids), codes)},
        group="file",
        files=tuple(ids),
        offsets_seconds=np.zeros(n),
    )


def test_a_tag_is_a_facet_against_clips_that_were_tagged_otherwise() -> None:
    tags = {"kick": ("a", "b", "elsewhere"), "snare": ("b", "c"), "hat": ("elsewhere",)}
    found = with_tag(sounds("abcd"), "tag:kick", tags, {})
    assert list(found.facets) == ["file", "tag:kick"]
    facet = found.facets["tag:kick"]
    assert [facet.label(i) for i in range(4)] == ["kick", "kick", "not kick", None]


def test_the_only_tag_is_a_facet_against_all_other_clips() -> None:
    tags = {"kick": ("a", "b"), "hat": ("elsewhere",)}
    facet = with_tag(sounds("abcd"), "tag:kick", tags, {"kick": ("elsewhere",), "hat": ("c",)}).facets["tag:kick"]
    assert facet.counts() == {"kick": 2, "not kick": 2}


def test_clips_with_a_no_are_known_not_to_be_one() -> None:
    tags = {"kick": ("a", "b"), "snare": ("d",)}
    facet = with_tag(sounds("abcde"), "tag:kick", tags, {"kick": ("c",), "snare": ("e",)}).facets["tag:kick"]
    assert [facet.label(i) for i in range(5)] == ["kick", "kick", "not kick", "not kick", None]


def test_a_tag_that_no_clip_carries_is_no_facet() -> None:
    with pytest.raises(UserError, match=r"No clip of sounds carries the tag 'hat'; the tags of its clips are: kick\."):
        with_tag(sounds("abcd"), "tag:hat", {"kick": ("a",), "hat": ("elsewhere",)}, {})
