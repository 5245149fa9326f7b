"""What a run declares is put together from where each thing is computed."""

import pytest

from tests.support.toy_problem import method_of
from training.data.dataset import Dataset
from training.declarations import curves, declared_schema
from training.measures import MEASURES
from training.methods import METHODS
from training.verdicts import KINDS


@pytest.mark.parametrize("name", METHODS)
def test_every_curve_is_declared_once_and_the_loss_comes_first(name: str) -> None:
    declared = [curve.key for curve in curves(method_of(name), ("word",))]
    assert declared[0] == "train/loss" and len(declared) == len(set(declared))
    assert {f"measure/{measure}" for measure in MEASURES} < set(declared)


def test_a_run_declares_curves_columns_pictures_and_verdicts(tones: Dataset) -> None:
    method = method_of("simclr")
    found = declared_schema(method, tones)
    assert found.curves == curves(method, ("class",))
    assert set(tones.facets) < {column.name for column in found.columns}
    assert (found.pictures, found.verdicts) == (method.pictures, KINDS)
