"""What is planted is in the sounds, what counts more is told from closed cases, and what is written of the results."""

from collections.abc import Mapping

import numpy as np
import pytest

from benchmarks.figures import shortcuts as figures
from benchmarks.figures.tables import Results
from benchmarks.planted import FILLED_SECONDS, LEVEL, TOGETHER, Sound, clips_of, filling, placed, recorder
from benchmarks.plants import PLANTS, Plant
from benchmarks.shortcuts import VIEWS, nearer
from training.config import new_config
from training.data.dataset import SAMPLE_RATE, Dataset, Facet
from training.knowledge.properties import frame_levels, silence_in_front, silence_share

CLIPS = [
    Sound(
        LEVEL * 2**0.5 * np.sin(np.arange(6000 + 200 * (i % 3)) * (1 + i // TOGETHER) / 20),
        {"class": str(i // TOGETHER % 2), "source": str(i // TOGETHER)},
    )
    for i in range(4 * TOGETHER)
]


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name)
def test_a_plant_changes_sounds_and_its_views_are_settings(plant: Plant) -> None:
    found = plant.plant(CLIPS, np.random.default_rng(0))
    assert len(found) == len(CLIPS) // (TOGETHER if plant.of_files else 1)
    assert all(np.isfinite(one.samples).all() and np.abs(one.samples).max() > 0 for one in found)
    assert {one.labels["class"] for one in found} == {"0", "1"}
    if not plant.of_files:
        same = [np.array_equal(new.samples, old.samples) for new, old in zip(found, CLIPS, strict=True)]
        assert all(same) if not plant.expected else not any(same)
    for views in VIEWS:
        config = new_config(dict(getattr(plant, views)), method="simclr", encoder=plant.encoder, steps=1)
        assert config.views.items() >= getattr(plant, views).items()


def test_silence_is_planted_without_a_level_or_a_length() -> None:
    filled, somewhere = (plant(CLIPS, np.random.default_rng(0)) for plant in (filling, placed))
    for one in (*filled, *somewhere):
        assert len(one.samples) == round(FILLED_SECONDS * SAMPLE_RATE)
        assert np.sqrt(np.mean(one.samples**2)) == pytest.approx(LEVEL)
    shares = [silence_share(frame_levels(one.samples)) for one in filled]
    assert 0 <= min(shares) < 0.1 and 0.5 < max(shares) < 0.68
    assert {silence_in_front(frame_levels(one.samples)) for one in filled} == {0}
    before = [silence_in_front(frame_levels(one.samples)) for one in somewhere]
    assert min(before) < 0.2 and max(before) > 1.2
    assert np.ptp([silence_share(frame_levels(one.samples)) for one in somewhere]) < 0.05


def test_recorders_differ_in_level_alone() -> None:
    found = recorder(CLIPS, np.random.default_rng(0))
    levels = {one.labels["recorder"]: float(np.sqrt(np.mean(one.samples**2))) for one in found}
    decibel = [20 * np.log10(levels[name] / LEVEL) for name in sorted(levels)]
    assert decibel == pytest.approx([6 * int(name[-1]) - 25 for name in sorted(levels)], abs=0.2) and len(levels) > 3


@pytest.mark.parametrize(("classes", "expected"), [(10, 10), (50, 15)])
def test_of_a_set_of_many_classes_some_are_taken_with_all_their_sources(classes: int, expected: int) -> None:
    """Each with four sources of five clips."""
    label, source = np.arange(classes * 20) // 20, np.arange(classes * 20) // TOGETHER
    names = tuple(map(str, range(classes * 4)))
    facets = {"class": Facet(names[:classes], label.astype(np.int32)), "source": Facet(names, source.astype(np.int32))}
    count, lengths = len(label), np.full(len(label), 100)
    dataset = Dataset(
        "made", "0", np.ones(100 * count, np.int16), 100 * np.arange(count), lengths, tuple(map(str, range(count))), facets,
        "source", tuple(map(str, range(count))), np.zeros(count),
    )  # fmt: skip
    found = clips_of(dataset, 300 if classes == 50 else 200, seed=0)
    taken = {one.labels["class"] for one in found}
    assert len(taken) == expected and len(found) == 20 * expected
    assert len({one.labels["source"] for one in found}) == 4 * expected


def test_which_of_value_and_label_counts_more() -> None:
    label, value, source = np.arange(80) % 4, np.arange(80) // 4 % 5, np.arange(80) // 20
    by_value, by_label = (np.equal.outer(codes, codes).astype(float) for codes in (value, label))
    assert nearer(by_value, label, value, source) == 1 and nearer(by_label, label, value, source) == 0
    assert nearer(by_value, label, label, source) is None  # nothing is of one and not of the other
    file = np.arange(80) // 20 * 4 + label  # each of one label
    assert nearer(np.equal.outer(file, file).astype(float), label, file, np.arange(80)) == 1


def run(plant: str, seed: int, named: Mapping[str, float], unnamed: Mapping[str, float]) -> Results:
    """`nearer` by candidate, of those that are named and the others."""
    judged = [("shortcut", named), ("", unnamed)]
    candidates = [
        {"name": name, "agreement": counts, "nearer": counts, "judged": said}
        for said, some in judged for name, counts in some.items()
    ]  # fmt: skip
    about = {"data": "fsdd", "plant": plant, "views": "keeping", "seed": seed}
    return {**about, "of_label": {"agreement": 0.5}, "candidates": candidates}


def test_counts_over_seeds_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = [
        run("device", 0, {"device": 0.8, "source": 0.6}, {}),
        run("device", 1, {"device": 0.7}, {"source": 0.4}),
        run("device", 2, {}, {"device": 0.3, "source": -0.014}),
        run("nothing", 0, {"source": 0.4}, {"silence": 0.2}),
    ]
    monkeypatch.setattr(figures, "results", lambda name: {"runs": runs})
    summary, _, head, _, nothing, device = figures.shortcuts().split("\n")
    assert "4 runs of 3 seeds: what was planted is named in 2 of the 2 runs in which" in summary
    assert "in 0 of the 1 in which it counts less" in summary and "1 of 2 candidates are named (source 1)" in summary
    assert head.startswith("| sounds | planted |") and "| source in 1 of 1 |" in nothing
    assert "| device .30 to .80 | .30 to .80 | device in 2 of 3 | source in 1 of 3 |" in device


def test_the_results_are_of_plants_and_sounds_that_there_are() -> None:
    runs = figures.results("shortcuts")["runs"]
    assert {one["plant"] for one in runs} <= set(figures.NAMED) and {one["data"] for one in runs} <= set(figures.DATA)
    assert set(figures.VIEWS) == set(VIEWS) == {one["views"] for one in runs}
    rows = {(one["data"], one["plant"], one["views"]) for one in runs}
    assert figures.shortcuts().count("\n|") == len(rows) + 2
