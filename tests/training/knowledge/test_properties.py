"""Each property of clips on sounds that are known; what is found without sounds; and that the document names them all."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from training.data.dataset import SAMPLE_RATE, Dataset, Facet
from training.knowledge.material import Material
from training.knowledge.properties import (
    ORIGINS,
    PROPERTIES,
    _recorded,
    background_level,
    candidates,
    frame_levels,
    silence_in_front,
    silence_share,
)
from training.run import RunFolder

DOCUMENT = (Path(__file__).parents[3] / "docs" / "knowledge.md").read_text()
SECOND = SAMPLE_RATE


def square(level: float, seconds: float) -> np.ndarray:
    """A square wave: its RMS is its height."""
    return np.where(np.arange(round(seconds * SECOND)) % 2, level, -level)


CLIPS = [
    square(0.5, 1.0),
    square(0.05, 1.0),
    np.concatenate([np.zeros(SECOND), square(0.5, 1.0)]),
    np.concatenate([square(0.5, 0.5), square(0.01, 0.5)]),
]
LEVELS = [20 * np.log10(0.5), 20 * np.log10(0.05)]
EXPECTED = {
    "loudness": [LEVELS[0], LEVELS[1], LEVELS[0] - 3.01, 20 * np.log10(0.3536)],
    "duration": [1, 1, 2, 1],
    "silence": [0, 0, 0.5, 0],
    "silence in front": [0, 0, 1, 0],
    "background level": [LEVELS[0], LEVELS[1], -120, -40],
    "position in the file": [0, 1, 0, 0],
    "file": [0, 0, 1, 2],
}


@pytest.fixture
def material(tmp_path: Path) -> Material:
    samples = np.concatenate([np.round(clip * 32768) for clip in CLIPS]).astype(np.int16)
    lengths = np.array([len(clip) for clip in CLIPS])
    facets = {"class": Facet(("a", "b"), np.array([0, 1, 0, 1], np.int32)), "speaker": Facet(("x", "y"), np.array([0, 0, 1, 1], np.int32))}  # fmt: skip
    dataset = Dataset(
        "made", "0", samples, np.concatenate([[0], lengths[:-1]]).cumsum(), lengths, tuple("abcd"), facets, "speaker",
        ("one.wav", "one.wav", "two.wav", "three.wav"), np.array([0.0, 1.0, 0.0, 0.0]),
    )  # fmt: skip
    codes = {name: facet.codes.astype(np.int64) for name, facet in facets.items()}
    return Material(RunFolder(tmp_path), tuple("abcd"), codes, "speaker", "class", dataset, np.arange(4), "")


def test_every_property_has_its_closed_case() -> None:
    assert {each.name for each in PROPERTIES} == set(EXPECTED)


@pytest.mark.parametrize("each", PROPERTIES, ids=lambda each: each.name)
def test_a_property_of_known_sounds(each: object, material: Material) -> None:
    assert isinstance(each, type(PROPERTIES[0]))
    values = each.values(material)
    assert values is not None and values == pytest.approx(np.array(EXPECTED[each.name]), abs=0.05)
    assert each.meaning.endswith(".") and f"| {each.name} |" in DOCUMENT


def test_candidates_are_properties_other_facets_and_recorded_numbers(
    material: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RunFolder, "columns", lambda self: {"wind": [1, 2, None, 4], "note": ["a"] * 4, "still": [3] * 4, "class": [1, 2, 3, 4]})  # fmt: skip
    found = {each.name: each for each in candidates(material)}
    assert set(found) == {*EXPECTED, "speaker", "wind"}
    assert found["speaker"].among == "other recordings" and found["file"].among == "all"
    assert found["wind"].is_number and np.isnan(found["wind"].values[2]) and found["loudness"].among == "other groups"


def test_a_facet_that_says_how_a_clip_was_recorded_is_no_label(material: Material) -> None:
    facets = {**material.facets, "Device": np.array([0, 1, 0, 1]), "family": np.array([0, 1, 0, 1])}
    found = {each.name: each for each in candidates(replace(material, facets=facets))}
    assert (found["Device"].is_label, found["family"].is_label, found["speaker"].is_label) == (False, True, False)
    assert found["Device"].meaning == "How or where the clip was recorded." and found["Device"].among == "other groups"
    assert all(f"`{name}`" in DOCUMENT for name in ORIGINS)


def test_without_sounds_what_was_recorded_and_what_ids_say_is_left(
    material: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = tuple(f"{file * 32}-{start}" for file, start in (("a", 0), ("a", SECOND), ("b", 0), ("c", 0)))
    monkeypatch.setattr(RunFolder, "columns", lambda self: {"loudness": [-1, -2, None, -4]})
    found = {each.name: each.values for each in candidates(replace(material, dataset=None, ids=ids))}
    assert set(found) == {"loudness", "position in the file", "file", "speaker"}
    assert found["position in the file"].tolist() == [0, 1, 0, 0] and len(set(found["file"][:2])) == 1


@pytest.mark.parametrize("told", [silence_share, silence_in_front, background_level])
def test_levels_of_hardly_any_sound_are_finite(told: Callable[[np.ndarray], float]) -> None:
    for wave in (np.zeros(1), np.ones(5), np.zeros(SECOND)):
        assert np.isfinite(told(frame_levels(wave.astype(np.float32))))


def test_a_column_of_nothing_was_not_recorded() -> None:
    def recorded(values: list[Any]) -> np.ndarray | None:
        run = SimpleNamespace(columns=lambda: {"loudness": values})
        return _recorded(cast(Material, SimpleNamespace(run=run, ids=("a", "b"))), "loudness")

    assert recorded([None, None]) is recorded([1.0]) is recorded(["loud", 1.0]) is recorded([True, 1.0]) is None
    found = recorded([None, -20])
    assert found is not None and np.isnan(found[0]) and found[1] == -20
