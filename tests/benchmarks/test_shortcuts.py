"""What is planted is in the sounds, and what counts more is told from closed cases."""

import numpy as np
import pytest

from benchmarks.figures.shortcuts import NAMED, shortcuts
from benchmarks.figures.tables import results
from benchmarks.planted import LEVEL, PLANTS, TOGETHER, Plant, Sound
from benchmarks.shortcuts import VIEWS, nearer
from training.config import new_config

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


def test_which_of_value_and_label_counts_more() -> None:
    label, value, source = np.arange(80) % 4, np.arange(80) // 4 % 5, np.arange(80) // 20
    by_value, by_label = (np.equal.outer(codes, codes).astype(float) for codes in (value, label))
    assert nearer(by_value, label, value, source) == 1 and nearer(by_label, label, value, source) == 0
    assert nearer(by_value, label, label, source) is None  # nothing is of one and not of the other
    file = np.arange(80) // 20 * 4 + label  # each of one label
    assert nearer(np.equal.outer(file, file).astype(float), label, file, np.arange(80)) == 1


def test_the_results_are_of_plants_that_there_are() -> None:
    runs = results("shortcuts")["runs"]
    assert {run["plant"] for run in runs} <= set(NAMED) and all(run["views"] in VIEWS for run in runs)
    assert shortcuts().count("\n|") == len(runs) + 2
