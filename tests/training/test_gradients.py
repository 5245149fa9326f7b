"""Gradient norms, part by part."""

import math
from collections.abc import Callable

import pytest
import torch

from tests.support.toy_problem import batch_for, method_of
from training.gradients import curves, gradient_norms, parts
from training.methods import METHODS
from training.run import RunFolder
from training.trainer import train


@pytest.mark.parametrize("name", METHODS)
def test_every_weight_that_learns_is_in_one_part(name: str) -> None:
    method = method_of(name)
    found = [id(weight) for own in parts(method).values() for weight in own]
    assert len(found) == len(set(found))
    assert set(found) == {id(weight) for weight in method.parameters() if weight.requires_grad}
    assert next(iter(parts(method))) == "encoder"
    assert [curve.title for curve in curves(method)] == list(parts(method))


def test_the_norm_is_over_all_numbers_of_a_part() -> None:
    method = method_of("byol")
    method.loss(method.views(batch_for(method), torch.Generator().manual_seed(0)))["loss"].backward()
    found = gradient_norms(parts(method))
    assert list(found) == ["gradient_encoder", "gradient_projector", "gradient_predictor"]
    for part, module in (("encoder", "encoder"), ("projector", "project"), ("predictor", "predict")):
        grads = [w.grad for w in method.get_submodule(module).parameters() if w.grad is not None]
        expected = math.sqrt(sum(float(g.double().square().sum()) for g in grads))
        assert float(found[f"gradient_{part}"]) == pytest.approx(expected, rel=1e-5) and expected > 0


def test_a_part_without_a_gradient_has_the_norm_0() -> None:
    assert float(gradient_norms({"encoder": [torch.ones(3)]})["gradient_encoder"]) == 0
    elsewhere = gradient_norms({"encoder": [torch.ones(3, device="meta")]})["gradient_encoder"]
    assert elsewhere.device.type == "meta"  # where the losses are with which it is gathered


def test_a_run_logs_them(made_run: Callable[..., RunFolder]) -> None:
    run = made_run(method="simsiam", steps=3)
    train(run.path)
    row = next(row for row in run.metrics() if "train/loss" in row)
    assert all(row[f"train/gradient_{part}"] > 0 for part in ("encoder", "projector", "predictor"))
    declared = run.schema().charts()["Gradient norms"]
    assert [curve.title for curve in declared] == ["encoder", "projector", "predictor"]


def test_a_broken_part_has_none(made_run: Callable[..., RunFolder]) -> None:
    run = made_run(method="simsiam", breaks=("predictor",), steps=1)
    train(run.path)
    assert {curve.title for curve in run.schema().charts()["Gradient norms"]} == {"encoder", "projector"}
