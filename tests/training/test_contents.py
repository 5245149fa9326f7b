"""What a run declares is put together from where each thing is computed."""

import pytest

from tests.training.methods.test_catalogue import method_of
from training.contents import contents, curves
from training.data.dataset import Dataset
from training.measures import MEASURES
from training.measures.collapse import VERDICTS, collapse_warning
from training.methods import METHODS


@pytest.mark.parametrize("name", METHODS)
def test_every_curve_is_declared_once_and_the_loss_comes_first(name: str) -> None:
    declared = [curve.key for curve in curves(method_of(name), ("word",))]
    assert declared[0] == "train/loss" and len(declared) == len(set(declared))
    assert {f"measure/{measure}" for measure in MEASURES} < set(declared)


def test_a_run_declares_curves_columns_pictures_and_verdicts(tones: Dataset) -> None:
    method = method_of("simclr")
    found = contents(method, tones)
    assert found.curves == curves(method, ("class",))
    assert set(tones.facets) < {column.name for column in found.columns}
    assert (found.pictures, found.verdicts) == (method.pictures, VERDICTS)


@pytest.mark.parametrize(("std", "rank"), [(0.1, 20.0), (0.9, 2.0)])
def test_an_alarm_begins_with_the_title_of_a_verdict(std: float, rank: float) -> None:
    alarm = collapse_warning([std, std], [rank, rank])
    assert alarm is not None
    assert any(alarm.sentence.startswith(f"{verdict.title}: ") for verdict in VERDICTS)
