"""Whether two checkpoints hold the same, to the bit."""

from typing import Any

import torch

from training import checkpoint
from training.run import RunFolder


def everything(run: RunFolder, step: int) -> dict[str, torch.Tensor]:
    """All tensors of a checkpoint by name: weights, optimiser, sampler and generators."""
    state = torch.load(run.state_path(step), weights_only=True)
    found = {f"weights/{k}": v for k, v in checkpoint.weights(run, step).items()}

    def walk(value: Any, name: str) -> None:
        if isinstance(value, torch.Tensor):
            found[name] = value
        elif isinstance(value, dict):
            for k, v in value.items():
                walk(v, f"{name}/{k}")
        elif isinstance(value, list | tuple):
            for k, v in enumerate(value):
                walk(v, f"{name}/{k}")
        elif isinstance(value, int | float) and name != "/seconds":
            found[name] = torch.tensor(value)

    walk(state, "")
    return found


def same(a: torch.Tensor, b: torch.Tensor) -> bool:
    """To the bit; what isn't known yet is NaN in both."""
    return a.shape == b.shape and a.dtype == b.dtype and torch.allclose(a, b, rtol=0, atol=0, equal_nan=True)


def assert_same(one: RunFolder, other: RunFolder, step: int) -> None:
    a, b = everything(one, step), everything(other, step)
    assert a.keys() == b.keys() and len(a) > 20
    assert [k for k in a if not same(a[k], b[k])] == []


def assert_different(one: RunFolder, other: RunFolder, step: int) -> None:
    a, b = checkpoint.weights(one, step), checkpoint.weights(other, step)
    assert any(not torch.equal(a[k], b[k]) for k in a)


def assert_weights_and_optimizer_equal(one: RunFolder, other: RunFolder, step: int) -> None:
    a, b = everything(one, step), everything(other, step)
    assert [k for k in a if not same(a[k], b[k])] == []
