"""A run's whole state to bytes and back, so that a resumed run goes on bitwise as if nothing had happened."""

import contextlib
import hashlib
import io
import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import safetensors.torch
import torch
from torch import nn

from training.errors import UserError
from training.learner import Learner
from training.parts.memory import memory_names
from training.run import RunFolder, RunWriter, reading
from training.units import counted

PARTS = (
    "method",
    "step",
    "seconds",
    "snapshot_step",
    "optimizer",
    "sampler",
    "views_generator",
    "torch_generator",
    "cuda_generator",
)
"""Everything that lies beside the weights."""
MOST_BYTES = 4 << 30
"""Of either file; a larger one is not of this project."""
NEAR = 4
"""So many kept steps are told to somebody who asks for one that isn't."""


def save(run: RunWriter, learner: Learner) -> None:
    """Keep weights and state of this step. Raises OSError on a full disk; older checkpoints are then untouched."""
    memories = memory_names(learner.averaged)
    averaged = {
        name: value.detach().cpu().contiguous().clone()
        for name, value in learner.averaged.state_dict().items()
        if name not in memories
    }
    weights = safetensors.torch.save(averaged)
    state = state_of(learner)
    hashes = {"weights": _sha256(weights), "state": _sha256(state)}
    run.write_checkpoint(learner.step, weights, state, hashes)


def state_of(learner: Learner) -> bytes:
    """Everything that moves while a run trains, but for the averaged weights."""
    device = learner.generator.device
    state = {
        "step": learner.step,
        "seconds": learner.seconds,
        "snapshot_step": learner.snapshot_step,
        "method": learner.method.state_dict(),
        "optimizer": learner.optimizer.state_dict(),
        "sampler": learner.sampler.state(),
        "clip_losses": learner.clip_losses.cpu(),
        **({} if learner.stream is None else {"stream": learner.stream.state()}),
        "views_generator": learner.generator.get_state(),
        "torch_generator": torch.get_rng_state(),
        "cuda_generator": torch.cuda.get_rng_state(device) if device.type == "cuda" else None,
    }
    held = io.BytesIO()
    torch.save(state, held)
    return held.getvalue()


def latest(run: RunFolder, newest: int | None = None) -> tuple[int, list[str]]:
    """Step of the newest checkpoint whose bytes are sound, and one warning for each newer one that isn't. Those after the
    step `newest` are left out of account.

    Raises UserError where there is none.
    """
    warnings: list[str] = []
    for step in reversed(run.resumable()):
        if newest is not None and step > newest:
            continue
        manifest, paths = run.manifest(step), {"weights": run.weights_path(step), "state": run.state_path(step)}
        damaged = [part for part, path in paths.items() if reading.sha256(path, MOST_BYTES) != manifest.get(part)]
        if not damaged:
            return step, warnings
        warnings.append(f"The checkpoint of step {step} is damaged ({damaged[0]}); the one before it is used.")
    raise UserError(f"The run {run.name} has no checkpoint that could be resumed; start it anew.")


def latest_of_all(runs: Sequence[RunFolder]) -> int:
    """Step of the newest checkpoint that is sound in each of several runs. Raises UserError where there is none."""
    step = min(latest(run)[0] for run in runs)
    while (earlier := min(latest(run, step)[0] for run in runs)) < step:
        step = earlier
    return step


def weights(run: RunFolder, step: int) -> dict[str, torch.Tensor]:
    """The weights of one kept step, on the CPU. Raises UserError where they are missing or damaged."""
    path = run.weights_path(step)
    if not path.is_file():
        near = sorted(run.checkpoints(), key=lambda kept: abs(kept - step))[:NEAR]
        others = f"; the nearest that it keeps: {', '.join(map(str, sorted(near)))}" if near else ""
        raise UserError(f"The run {run.name} keeps no weights of step {step}{others}.")
    damaged = f"The weights of step {step} of the run {run.name} are damaged."
    content = reading.read_bytes(path, MOST_BYTES) or b""
    if _sha256(content) != run.manifest(step).get("weights"):
        raise UserError(damaged)
    with _in_our_words(damaged):
        return safetensors.torch.load(content)


def restore(run: RunFolder, step: int, learner: Learner) -> list[str]:
    """Load one checkpoint into everything that `save` took it from; returns warnings of what can't be as it was.

    Raises UserError, naming it, where a part is missing or doesn't fit.
    """
    checkpoint = f"The checkpoint of step {step} of the run {run.name}"
    with _in_our_words(f"{checkpoint} is no checkpoint of Hearsight; it cannot be resumed."):
        state = torch.load(run.state_path(step), map_location="cpu", weights_only=True)
        missing = [name for name in PARTS if name not in state]
        held = state.get("sampler", learner.sampler.state())
        missing += ["stream"] if learner.stream is not None and "stream" not in state else []
        missing += [f"sampler.{name}" for name in learner.sampler.state() if name not in held]
        missing += [
            f"optimizer.{name}" for name in ("state", "param_groups") if name not in state.get("optimizer", name)
        ]
    if missing:
        raise UserError(f"{checkpoint} lacks {', '.join(missing)}; it cannot be resumed.")
    load_weights(learner.averaged, weights(run, step), run.name)
    return take_over(learner, state, run.name, checkpoint)


def take_over(learner: Learner, state: Mapping[str, Any], name: str, checkpoint: str) -> list[str]:
    """Go on from what `state_of` gave; returns warnings of what can't be as it was. `name` is the run's, and
    `checkpoint` what the state is called.

    Raises UserError where it doesn't fit.
    """
    load_weights(learner.method, state["method"], name, memories_too=True)
    with _in_our_words(f"{checkpoint} holds an optimiser's state that doesn't fit its model; it cannot be resumed."):
        # How it steps is a matter of this version, and not of the checkpoint.
        for saved, own in zip(state["optimizer"]["param_groups"], learner.optimizer.param_groups, strict=True):
            saved.update({name: own[name] for name in ("fused", "foreach") if name in own})
        learner.optimizer.load_state_dict(state["optimizer"])
    if state["step"] and not learner.optimizer.state:
        raise UserError(
            f"{checkpoint} holds no optimiser's state after {counted(state['step'], 'step')}; it cannot be resumed."
        )
    with _in_our_words(f"{checkpoint} holds other values than it must; it cannot be resumed."):
        learner.sampler.restore(state["sampler"])
        if learner.stream is not None:
            learner.stream.restore(state["stream"])
        if "clip_losses" in state:  # which checkpoints of earlier versions don't have
            learner.clip_losses.copy_(state["clip_losses"])
        learner.step, learner.seconds = int(state["step"]), float(state["seconds"])
        learner.snapshot_step = int(state["snapshot_step"])
        torch.set_rng_state(state["torch_generator"])
        device, was_cuda = learner.generator.device, state["cuda_generator"] is not None
        if (device.type == "cuda") != was_cuda:  # each kind of device has a generator of its own kind
            learner.generator.manual_seed(learner.config.seed + learner.step)
            before, now = ("a GPU", "the CPU") if was_cuda else ("the CPU", "a GPU")
            return [f"The run was trained on {before} and goes on on {now}, so that its views are drawn anew."]
        learner.generator.set_state(state["views_generator"])
        if was_cuda:
            torch.cuda.set_rng_state(state["cuda_generator"], device)
    return []


def load_weights(
    method: nn.Module, found: Mapping[str, torch.Tensor], name: str, *, memories_too: bool = False
) -> None:
    """Copy weights into a method of the same shape; memories (queues, banks, clusters) may be missing, or must not.

    Raises UserError naming what is missing or of another shape.
    """
    if not isinstance(found, Mapping) or not all(isinstance(value, torch.Tensor) for value in found.values()):
        raise UserError(f"The weights of the run {name} are no table of tensors.")
    memories = set() if memories_too else memory_names(method) - set(found)
    expected = {name: value for name, value in method.state_dict().items() if name not in memories}
    missing = sorted(set(expected) - set(found))
    if missing:
        raise UserError(f"The weights of the run {name} lack {missing[0]} (and {len(missing) - 1} more).")
    other = [k for k in expected if expected[k].shape != found[k].shape]
    if other:
        raise UserError(
            f"The weights {other[0]} of the run {name} have the shape {tuple(found[other[0]].shape)}, "
            f"but {tuple(expected[other[0]].shape)} was expected."
        )
    with _in_our_words(f"The weights of the run {name} don't fit its model."):
        method.load_state_dict({k: found[k] for k in expected}, strict=not memories)


@contextlib.contextmanager
def _in_our_words(sentence: str) -> Iterator[None]:
    """Whatever a library says of foreign bytes goes to the log; the user gets the sentence."""
    try:
        yield
    except (UserError, MemoryError, torch.OutOfMemoryError):
        raise
    except Exception as error:
        logging.warning("%s (%s: %s)", sentence, type(error).__name__, error)
        raise UserError(sentence) from None


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
