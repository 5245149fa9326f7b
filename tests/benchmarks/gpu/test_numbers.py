"""Rows of the comparison turn red where something is wrong."""

import os

import pytest
import torch
from torch import Tensor

from benchmarks.gpu import numbers
from benchmarks.gpu.clips import made_tones
from benchmarks.gpu.draws import SameDraws, all_double
from benchmarks.gpu.plan import plan_for
from benchmarks.gpu.shared_parts import CHECKS
from tests.support.imitated_gpu import imitated_gpu
from training.hardware import hardware
from training.methods.simclr import SimCLR


@pytest.fixture(autouse=True)
def _cache(tmp_path: os.PathLike[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def row(name: str = "simclr", device: str = "cpu") -> dict[str, object]:
    return numbers.guarded(
        name, lambda: numbers.method_row(name, made_tones(32), hardware(device), plan_for(1, on_gpu=False))
    )


def test_a_sound_method_is_right() -> None:
    found = row()
    assert found["ok"] is True and 0 <= float(str(found["gradient"])) < 1e-2


@pytest.mark.parametrize("name", ["simclr", "deepcluster", "wav2vec2"])
def test_a_gpu_is_compared_with_the_cpu(name: str) -> None:
    with imitated_gpu():
        found = row(name, "cuda")
    assert found["ok"] is True, found["reason"]


def test_a_wrong_gradient_turns_its_row_red(monkeypatch: pytest.MonkeyPatch) -> None:
    right = SimCLR.loss

    def wrong(self: SimCLR, views: dict[str, Tensor]) -> dict[str, Tensor]:
        losses = right(self, views)
        if views["first"].dtype == torch.float32:  # the value stays, its slope doesn't
            losses["loss"] = losses["loss"].detach() + 1.1 * (losses["loss"] - losses["loss"].detach())
        return losses

    monkeypatch.setattr(SimCLR, "loss", wrong)
    found = row()
    assert found["ok"] is False and "gradient" in str(found["reason"])


def test_a_wrong_amount_in_a_view_turns_its_row_red(monkeypatch: pytest.MonkeyPatch) -> None:
    right = SimCLR.views

    def wrong(self: SimCLR, batch: object, generator: torch.Generator) -> dict[str, Tensor]:
        views = right(self, batch, generator)  # type: ignore[arg-type]
        return {k: v + 0.1 if v.dtype == torch.float32 else v for k, v in views.items()}

    monkeypatch.setattr(SimCLR, "views", wrong)
    found = row()
    assert found["ok"] is False and "views" in str(found["reason"])


def test_a_method_that_fails_is_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(self: SimCLR, views: dict[str, Tensor]) -> dict[str, Tensor]:
        raise RuntimeError("no kernel\nfor this")

    monkeypatch.setattr(SimCLR, "loss", fails)
    assert row() == {"name": "simclr", "ok": False, "reason": "RuntimeError: no kernel for this"}


@pytest.mark.parametrize("name", CHECKS)
def test_a_shared_part_that_is_wrong_is_red(name: str) -> None:
    cpu = hardware("cpu")

    def spoiled(device: torch.device) -> dict[str, Tensor]:
        found = CHECKS[name](device)
        if torch.get_default_dtype() == torch.float32:
            key = next(iter(found))
            found[key] = found[key] * 1.01
        return found

    assert numbers.part_row(name, CHECKS[name], cpu)["ok"] is True
    assert numbers.part_row(name, spoiled, cpu)["ok"] is False


def test_draws_are_the_same_in_every_precision() -> None:
    theirs = torch.Generator()
    with SameDraws(theirs, seed=3):
        single = [torch.rand(4, generator=theirs), torch.empty(3).exponential_(generator=theirs)]
    with all_double(), SameDraws(theirs, seed=3):
        double = [torch.rand(4, generator=theirs), torch.empty(3).exponential_(generator=theirs)]
        assert torch.ones(1).float().dtype == torch.float64
    assert all(b.dtype == torch.float64 and torch.equal(a.double(), b) for a, b in zip(single, double, strict=True))


def test_draws_from_other_generators_are_left_alone() -> None:
    own = torch.Generator().manual_seed(7)
    expected = torch.rand(3, generator=torch.Generator().manual_seed(7))
    with SameDraws(torch.Generator(), seed=3):
        assert torch.equal(torch.rand(3, generator=own), expected)


def test_difference_is_relative_and_counts_whole_numbers() -> None:
    assert numbers.difference(torch.tensor([3.0, 4.5]), torch.tensor([3.0, 4.0])) == pytest.approx(0.1)
    assert numbers.difference(torch.tensor([1, 2, 3, 4]), torch.tensor([1, 2, 3, 5])) == 0.25
    assert numbers.difference(torch.ones(2), torch.ones(3)) == float("inf")
    assert not numbers.difference(torch.tensor([torch.nan]), torch.ones(1)) <= 1e9
