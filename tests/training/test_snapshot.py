"""When snapshots are taken, and which of them are kept."""

import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from training import baselines as baselines_module
from training.baselines import baselines
from training.building import built_method
from training.config import RunConfig
from training.data.dataset import Dataset
from training.data.progress import quiet
from training.errors import UserError
from training.loop import Training
from training.methods import METHODS
from training.run import RunFolder, State
from training.snapshot import is_due, steps_to_drop
from training.trainer import train


def test_snapshots_grow_apart_by_a_fifth() -> None:
    taken, last = [0], 0
    for step in range(1, 20_000):
        if is_due(step, last, 3.0):
            taken.append(step)
            last = step
    gaps = np.diff(taken)
    assert taken[:4] == [0, 40, 80, 120] and min(gaps) == 40
    late = [(a, b) for a, b in pairwise(taken) if a > 300]
    assert all(abs(b / a - 1.2) < 0.01 for a, b in late) and len(taken) < 40


def test_snapshots_are_seconds_apart_on_the_fastest_machine() -> None:
    assert not is_due(4000, 40, 2.9) and is_due(4000, 40, 3.0)


def test_a_minute_is_the_longest_wait() -> None:
    assert is_due(1001, 1000, 60.0) and not is_due(1001, 1000, 59.0) and not is_due(1000, 1000, 600.0)


def test_kept_snapshots_stay_log_spaced_and_the_ends_stay() -> None:
    steps = list(range(0, 12_000, 40))
    dropped = steps_to_drop(steps, keep=50)
    kept = [s for s in steps if s not in dropped]
    assert len(kept) == 50 and kept[0] == 0 and kept[-2:] == steps[-2:]
    ratios = [(b + 1) / (a + 1) for a, b in pairwise(kept[5:-2])]
    assert max(ratios) / min(ratios) < 2.2
    assert steps_to_drop(steps[:50], keep=50) == [] and steps_to_drop([], keep=50) == []


def test_dropping_one_by_one_as_they_come_keeps_the_spacing() -> None:
    kept: list[int] = []
    for step in range(0, 40_000, 40):
        kept.append(step)
        for old in steps_to_drop(kept, keep=30):
            kept.remove(old)
        assert len(kept) <= 30 and kept[0] == 0 and kept[-1] == step
    assert sum(1 for s in kept if s < 4000) >= 8


def test_embeddings_that_half_precision_cannot_hold_are_kept_whole(
    made_run: Callable[..., RunFolder], monkeypatch: pytest.MonkeyPatch
) -> None:
    project = METHODS["simclr"].projection
    monkeypatch.setattr(METHODS["simclr"], "projection", lambda method, h: 1e6 * project(method, h))
    run = made_run(steps=1)
    train(run.path)
    taken = run.snapshot(1)
    assert taken is not None and np.isfinite(taken["projections"]).all() and np.abs(taken["projections"]).max() > 1e5
    assert taken["embeddings"].dtype == np.float16


def test_a_model_without_finite_embeddings_ends_in_one_sentence(
    made_run: Callable[..., RunFolder], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its last step made them so, of which no loss tells any more."""
    step = Training.step

    def stepped(training: Training) -> None:
        step(training)
        for weights in training.learner.averaged.parameters():
            weights.fill_(np.nan)

    monkeypatch.setattr(Training, "step", stepped)
    run = made_run(steps=1)
    with pytest.raises(UserError, match="The embeddings are no longer numbers; a lower learning rate"):
        train(run.path)
    assert run.status().state == State.FAILED


@pytest.fixture
def asked(
    made_run: Callable[..., RunFolder], tones: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> object:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    method = built_method(RunConfig.from_json(made_run().config()), 64, 4)
    return lambda: baselines(tones, np.arange(48), method, quiet)


def test_baselines_are_measured_once(asked: Callable[[], dict[str, object]], monkeypatch: pytest.MonkeyPatch) -> None:
    first = asked()
    knn = first["cross_group_knn"]
    assert isinstance(knn, dict) and first["main_facet"] == "class"
    assert knn["class"]["random_init"] is None and knn["class"]["chance"] == 0.25
    assert 0 <= knn["class"]["log_mel"] <= 1 and 0 <= knn["class"]["mfcc"] <= 1
    monkeypatch.setattr(baselines_module, "mfcc_statistics", lambda *_: pytest.fail("measured again"))
    assert asked() == first


@pytest.mark.parametrize("content", ["{", "[]", "3", '{"class": 5}', '{"class": {"chance": "high"}}', "null"])
def test_a_damaged_cache_of_baselines_is_measured_anew(
    asked: Callable[[], dict[str, object]], tmp_path: Path, content: str
) -> None:
    first = asked()
    (path,) = (tmp_path / "hearsight" / "baselines").iterdir()
    path.write_text(content)
    assert asked() == first
    assert json.loads(path.read_text())["class"].keys() == {"log_mel", "mfcc", "chance"}
