"""Sets of the hub through a stand-in for the package `datasets`, which is optional and needs the web."""

import io
import sys
import types
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from training.data import open_dataset
from training.data.public import fetch
from training.errors import UserError


@dataclass
class Audio:
    decode: bool = True


@dataclass
class Value:
    dtype: str


@dataclass
class ClassLabel:
    names: list[str]
    dtype: str = "int64"

    def int2str(self, code: int) -> str:
        return self.names[code]


@dataclass
class Rows:
    features: dict[str, Any]
    rows: list[dict[str, Any]]
    breaks: Exception | None = None
    casts: list[tuple[str, Audio]] = field(default_factory=list)

    def cast_column(self, column: str, feature: Audio) -> "Rows":
        self.casts.append((column, feature))
        return self

    def __iter__(self) -> Iterator[dict[str, Any]]:
        yield from self.rows
        if self.breaks:
            raise self.breaks


def sound(level: float) -> dict[str, Any]:
    content = io.BytesIO()
    soundfile.write(content, level * np.sin(np.arange(1_600)), 16_000, format="FLAC")
    return {"bytes": content.getvalue(), "path": "a.flac"}


def birds() -> Rows:
    features = {
        "clip": Audio(),
        "speaker": Value("string"),
        "label": ClassLabel(["=owl", "wren"]),
        "x": Value("float32"),
    }
    rows = [
        {"clip": sound(0.1), "speaker": "ann", "label": 1, "x": 0.5},
        {"clip": sound(0.2), "speaker": "bob", "label": 0, "x": 0.5},
        {"clip": sound(0.3), "speaker": "ann", "label": -1, "x": 0.5},
        {"clip": {"bytes": None, "path": "/etc/passwd"}, "speaker": "eve", "label": 1, "x": 0.5},
    ]
    return Rows(features, rows)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, own_cache: Path) -> dict[str, Any]:
    """What the hub offers: name → splits."""
    offered: dict[str, Any] = {}

    def load_dataset(name: str, configuration: str | None, *, streaming: bool) -> dict[str, Rows]:
        if name not in offered:
            raise FileNotFoundError(f"Dataset '{name}' doesn't exist on the Hub.\nmore")
        assert streaming
        found: dict[str, Rows] = offered[name]
        return found

    package = types.ModuleType("datasets")
    vars(package).update(load_dataset=load_dataset, Audio=Audio)
    monkeypatch.setitem(sys.modules, "datasets", package)
    return offered


def test_a_set_of_the_hub(hub: dict[str, Any]) -> None:
    hub["me/birds"] = {"train": birds()}
    with pytest.raises(UserError, match="data fetch hf:me/birds"):
        open_dataset("hf:me/birds")
    folder = fetch("hf:me/birds")
    assert hub["me/birds"]["train"].casts == [("clip", Audio(decode=False))]
    assert (folder / "labels.csv").read_text().splitlines()[0] == "file,label,speaker"
    dataset = open_dataset("hf:me/birds")
    assert len(dataset) == 3 and dataset.group == "speaker" and list(dataset.facets) == ["label", "speaker"]
    assert [dataset.facets["label"].label(clip) for clip in range(3)] == ["wren", "'=owl", None]
    hub.clear()
    assert fetch("hf:me/birds") == folder


class OfTheLibrary(Exception):
    """An error of no kind that Python knows."""


def test_a_sound_that_the_hub_does_not_give_is_one_sentence(
    hub: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened(path: str, mode: str) -> None:
        raise OfTheLibrary("no answer")

    package = types.ModuleType("fsspec")
    vars(package).update(open=opened)
    monkeypatch.setitem(sys.modules, "fsspec", package)
    hub["me/birds"] = {"train": birds()}
    hub["me/birds"]["train"].rows[0]["clip"] = {"bytes": None, "path": "hf://me/birds/a.flac"}
    with pytest.raises(UserError, match=r"^The download of me/birds broke off: no answer\.$"):
        fetch("hf:me/birds")


def test_what_can_go_wrong_is_one_sentence(hub: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("", "a", "a/b/c", "../x", "a/../b", "a b/c"):
        with pytest.raises(UserError, match="owner/name was expected"):
            fetch("hf:" + name)
    with pytest.raises(UserError, match=r"could not be opened: Dataset 'me/none' doesn't exist on the Hub\.$"):
        fetch("hf:me/none")
    hub["me/text"] = {"train": Rows({"text": Value("string")}, [])}
    with pytest.raises(UserError, match="no column of sounds"):
        fetch("hf:me/text")
    hub["me/birds"] = {"train": birds()}
    for kind in (ConnectionError, OfTheLibrary):
        hub["me/birds"]["train"].breaks = kind("the hub went away\nwith a second line")
        with pytest.raises(UserError, match=r"broke off: the hub went away\.$"):
            fetch("hf:me/birds")
    for name in ("birds", "x" * 400):
        with pytest.raises(UserError, match="data fetch"):
            open_dataset(f"hf:me/{name}")
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(UserError, match="pip install datasets"):
        fetch("hf:me/birds")
