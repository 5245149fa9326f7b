"""A checkpoint that lacks a part is refused, and the part is named."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
import safetensors.torch
import torch

from training import checkpoint
from training.embedder import Embedder
from training.errors import UserError
from training.run import Control, RunFolder, State
from training.trainer import train

pytestmark = pytest.mark.usefixtures("narrow")

MakeRun = Callable[..., RunFolder]
AtStep = Callable[[int, Callable[[], Any]], None]


def rewritten(run: RunFolder, step: int, change: Callable[[dict[str, Any]], None]) -> None:
    """Change a checkpoint's state and put the right hash beside it."""
    state = torch.load(run.state_path(step), weights_only=True)
    change(state)
    torch.save(state, run.state_path(step))
    manifest = run.manifest(step)
    manifest["state"] = checkpoint._sha256(run.state_path(step).read_bytes())
    (run.path / "checkpoints" / f"{step:06d}.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize("part", checkpoint.PARTS)
def test_durability_a_missing_part_of_the_state_is_named(part: str, made_run: MakeRun) -> None:
    run = made_run(steps=1)
    train(run.path)
    rewritten(run, 1, lambda state: state.pop(part))
    with pytest.raises(UserError, match=f"lacks {part}; it cannot be resumed"):
        train(run.path, resume=True)
    assert run.status().state == State.FAILED


@pytest.mark.parametrize("part", ["generator", "order", "at", "weights"])
def test_durability_a_missing_part_of_the_sampler_is_named(part: str, made_run: MakeRun) -> None:
    run = made_run(steps=1)
    train(run.path)
    rewritten(run, 1, lambda state: state["sampler"].pop(part))
    with pytest.raises(UserError, match=f"lacks sampler.{part}; it cannot be resumed"):
        train(run.path, resume=True)


def test_durability_a_missing_state_of_the_optimizer_is_named(made_run: MakeRun) -> None:
    run = made_run(steps=1)
    train(run.path)
    rewritten(run, 1, lambda state: state["optimizer"].pop("state"))
    with pytest.raises(UserError, match=r"lacks optimizer\.state; it cannot be resumed"):
        train(run.path, resume=True)


def test_an_empty_state_of_the_optimizer_is_not_taken_for_one(made_run: MakeRun) -> None:
    run = made_run(steps=1)
    train(run.path)
    rewritten(run, 1, lambda state: state["optimizer"].update(state={}))
    with pytest.raises(
        UserError, match="The checkpoint of step 1 of the run run holds no optimiser's state after 1 step;"
    ):
        train(run.path, resume=True)


@pytest.mark.parametrize(("method", "part"), [("moco_v1", "queue.entries"), ("deepcluster", "clustering.labels")])
def test_durability_a_missing_memory_is_named(method: str, part: str, made_run: MakeRun) -> None:
    """A queue of random keys in its place would resume without a word, and train something else."""
    run = made_run(steps=1, method=method)
    train(run.path)
    rewritten(run, 1, lambda state: state["method"].pop(part))
    with pytest.raises(UserError, match=f"The weights of the run run lack {re.escape(part)}"):
        train(run.path, resume=True)


def test_a_run_that_was_trained_on_a_gpu_goes_on_without_one(made_run: MakeRun, at_step: AtStep) -> None:
    """Its generator's state is of another kind."""
    run, seen = made_run(steps=3), []
    at_step(1, lambda: run.ask(Control.STOP))
    assert train(run.path) == State.STOPPED

    def from_a_gpu(state: dict[str, Any]) -> None:
        state.update(
            views_generator=torch.zeros(16, dtype=torch.uint8), cuda_generator=torch.zeros(16, dtype=torch.uint8)
        )

    rewritten(run, 1, from_a_gpu)
    at_step(1, lambda: seen.append(run.status().message))
    assert train(run.path, resume=True) == State.FINISHED
    assert seen == ["The run was trained on a GPU and goes on on the CPU, so that its views are drawn anew."]


def test_how_an_optimiser_steps_is_not_taken_from_a_checkpoint(made_run: MakeRun, at_step: AtStep) -> None:
    """Earlier versions didn't step by one pass over each weight on a CPU."""
    run = made_run(steps=3)
    at_step(1, lambda: run.ask(Control.STOP))
    assert train(run.path) == State.STOPPED

    def of_an_earlier_version(state: dict[str, Any]) -> None:
        for group in state["optimizer"]["param_groups"]:
            group["fused"] = None

    rewritten(run, 1, of_an_earlier_version)
    assert train(run.path, resume=True) == State.FINISHED
    groups = torch.load(run.state_path(3), weights_only=True)["optimizer"]["param_groups"]
    assert all(group["fused"] for group in groups)


def test_durability_missing_weights_are_named(made_run: MakeRun) -> None:
    run = made_run(steps=1, method="byol")
    train(run.path)
    weights = checkpoint.weights(run, 1)
    gone = next(name for name in weights if name.startswith("target."))
    del weights[gone]
    run.weights_path(1).write_bytes(safetensors.torch.save(weights))
    manifest = {**run.manifest(1), "weights": checkpoint._sha256(run.weights_path(1).read_bytes())}
    (run.path / "checkpoints" / "000001.json").write_text(json.dumps(manifest))
    with pytest.raises(UserError, match=f"The weights of the run run lack {re.escape(gone)}"):
        train(run.path, resume=True)


FOREIGN = {
    "an object": (lambda state: {**state, "step": run_anything}, "is no checkpoint of Hearsight; it cannot be resumed"),
    "a tensor": (lambda state: torch.zeros(3), "is no checkpoint of Hearsight"),
    "a list": (lambda state: [1, 2], "is no checkpoint of Hearsight"),
    "an odd step": (lambda state: {**state, "step": [1]}, "holds other values than it must"),
    "an odd generator": (lambda state: {**state, "views_generator": torch.zeros(3)}, "holds other values than it must"),
    "odd weights": (lambda state: {**state, "method": {"a": 1}}, "are no table of tensors"),
    "an odd optimizer": (
        lambda state: {**state, "optimizer": {"state": 3, "param_groups": [{}]}},
        "of the run run holds an optimiser's state that doesn't fit its model",
    ),
}


def run_anything() -> None:
    raise AssertionError("a checkpoint had its code run")


@pytest.mark.parametrize("what", FOREIGN)
def test_security_a_refused_checkpoint_is_told_in_our_words(what: str, made_run: MakeRun) -> None:
    run = made_run(steps=1)
    train(run.path)
    change, words = FOREIGN[what]
    torch.save(change(torch.load(run.state_path(1), weights_only=True)), run.state_path(1))
    manifest = {**run.manifest(1), "state": checkpoint._sha256(run.state_path(1).read_bytes())}
    (run.path / "checkpoints" / "000001.json").write_text(json.dumps(manifest))
    with pytest.raises(UserError, match=words) as refused:
        train(run.path, resume=True)
    assert "torch" not in str(refused.value) and "\n" not in str(refused.value)
    assert run.status().state == State.FAILED and run.status().message == str(refused.value)


@pytest.mark.parametrize("content", [b"", b"weights", b"\xff" * 8, b"PK\3\4"])
def test_weights_that_are_none_are_told_in_our_words(content: bytes, made_run: MakeRun) -> None:
    run = made_run(steps=1)
    train(run.path)
    run.weights_path(1).write_bytes(content)
    manifest = {**run.manifest(1), "weights": checkpoint._sha256(content)}
    (run.path / "checkpoints" / "000001.json").write_text(json.dumps(manifest))
    with pytest.raises(UserError, match="The weights of step 1 of the run run are damaged"):
        Embedder(run)
