"""Part 1: the same loss, gradient and views as a reference, for every method; then what methods and measures share.

On a GPU the reference is the CPU in float32, and the CPU in float64 tells how much of a difference is rounding. On a CPU
float32 is compared with float64.
"""

import copy
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator, Tensor

from benchmarks.gpu.clips import companions_for
from benchmarks.gpu.draws import SameDraws, all_double
from benchmarks.gpu.plan import Plan
from benchmarks.gpu.shared_parts import CHECKS
from training.batch import Batch
from training.building import built_method
from training.config import new_config
from training.data import quiet
from training.data.dataset import Dataset
from training.data.memory_or_disk import clip_store
from training.data.store import ClipStore, input_statistics
from training.embedder import embed_clips
from training.hardware import Hardware
from training.methods import METHODS
from training.methods.method import Method

CPU = torch.device("cpu")
TOLERANCES = {"loss": 1e-4, "gradient": 1e-4, "memories": 1e-3, "views": 1e-2}
"""Largest relative differences. Memories may be kept in half precision. In views a silent frame beside a loud one takes up
a millionth of it by the rounding of an interpolated place, which the logarithm shows; a wrong amount differs by about 1."""
SHAKES, SHAKEN, REACH = 8, 1e-6, 1.5
"""Gradients have kinks: a rectifier at 0, the largest of two equal entries. Where float32 falls on the other side of one, its
gradient is that of an input a millionth off. So often is the input shaken by so much; where none of the gradients found so
is the same, several kinks may have been crossed, and it may be off by so many times what they are apart."""
BF16_LOSS, BF16_COSINE = 0.05, 0.9
"""What autocast may change: the loss relatively, and the direction of the gradient (its cosine)."""
BF16_CHOICES = {
    "triplet": (0.5, "in bfloat16 another wrong answer may be the nearest one, and the gradient is that one's")
}
"""Methods whose gradient may turn further, at most to this cosine, and why."""


@dataclass(frozen=True)
class Step:
    """What one step of a method gave."""

    loss: float
    gradient: Tensor
    """(all parameters,) float64 on the CPU."""
    memories: Tensor
    """(all floating-point buffers,) float64 on the CPU, after the step: queues, banks, slow copies, statistics."""


def rows(dataset: Dataset, machine: Hardware, plan: Plan) -> Iterator[dict[str, Any]]:
    """A row for each method, and one for each shared part."""
    for name in METHODS:
        yield guarded(name, method_row, name, dataset, machine, plan)
    for name, check in CHECKS.items():
        yield guarded(name, part_row, name, check, machine)


def guarded(name: str, row: Callable[..., dict[str, Any]], *of: Any) -> dict[str, Any]:
    """The row of what is given, or one that says what went wrong: a failing method is not the end."""
    try:
        return row(*of)
    except Exception as error:
        said = " ".join(str(error).split())
        return {"name": name, "ok": False, "reason": f"{type(error).__name__}: {said[:300]}"}


def method_row(name: str, dataset: Dataset, machine: Hardware, plan: Plan) -> dict[str, Any]:
    """One method on the device and as the reference, from the same weights, on the same clips and draws."""
    plain, companions, store = untrained(name, dataset, plan)
    clips = torch.linspace(0, len(dataset) - 1, plan.numbers_batch).long()
    batch = store.batch(clips, companions)
    given = views_of(plain, batch, CPU)
    there, exactly = views_of(plain, batch, machine.device), views_of(plain, batch, CPU, double=True)
    exact = stepped(plain, given, CPU, double=True)
    reference = exact if machine.device == CPU else stepped(plain, given, CPU)
    found = stepped(plain, given, machine.device, channels_last=machine.channels_last)
    low = stepped(plain, given, machine.device, channels_last=machine.channels_last, autocast=True)
    apart = {
        "loss": difference(torch.tensor(found.loss), torch.tensor(reference.loss)),
        "gradient": difference(found.gradient, reference.gradient),
        "memories": difference(found.memories, reference.memories),
        "views": max(difference(there[key], exactly[key]) for key in exactly),
    }
    bf16 = {
        "bf16_loss": difference(torch.tensor(low.loss), torch.tensor(found.loss)),
        "bf16_cosine": float(torch.cosine_similarity(low.gradient, found.gradient, dim=0)),
    }
    large = {key: value for key, value in apart.items() if not value <= TOLERANCES[key]}
    reasons = []
    if "gradient" in large and (kinks := across_kinks(plain, given, found, exact)):
        del large["gradient"]
        reasons.append(kinks)
    large |= {"bf16_loss": bf16["bf16_loss"]} if not bf16["bf16_loss"] <= BF16_LOSS else {}
    least, why = BF16_CHOICES.get(name, (BF16_COSINE, ""))
    large |= {"bf16_cosine": bf16["bf16_cosine"]} if not bf16["bf16_cosine"] >= least else {}
    reasons += [why] if least <= bf16["bf16_cosine"] < BF16_COSINE else []
    reasons += [f"{key} {value:.2g} is too far off" for key, value in large.items()]
    return {"name": name, **apart, **bf16, "ok": not large, "reason": "; ".join(reasons)}


def across_kinks(plain: Method, views: dict[str, Tensor], found: Step, exact: Step) -> str:
    """Why the gradient that was found may be another than float64's, in words; empty where it is simply wrong."""
    shaking = [stepped(plain, shaken(views, seed), CPU, double=True).gradient for seed in range(SHAKES)]
    nearest = min(difference(found.gradient, gradient) for gradient in shaking)
    reach = max(difference(gradient, exact.gradient) for gradient in shaking)
    if nearest <= TOLERANCES["gradient"]:
        return f"at a kink: the same as float64's for an input {SHAKEN:.0e} off ({nearest:.0e})"
    if difference(found.gradient, exact.gradient) <= REACH * reach:
        return f"at kinks: float64's moves by {reach:.1g} for inputs {SHAKEN:.0e} off"
    return ""


def untrained(name: str, dataset: Dataset, plan: Plan) -> tuple[Method, dict[str, Tensor], ClipStore]:
    """A method on the CPU with its first weights and clusters, its companions, and the clips as it hears them."""
    settings = {"batch_size": plan.numbers_batch, **plan.settings(name)}
    config = new_config(settings, method=name, steps=10, device="cpu")
    bare = built_method(config, len(dataset), len(dataset.groups.names))
    store = store_for(bare, dataset, CPU)
    method = built_method(config, len(dataset), len(dataset.groups.names), input_statistics(store))
    method.before_epoch(lambda: embed_clips(method, store, torch.arange(len(store))))
    return method.train(), companions_for(method, dataset), store


def store_for(method: Method, dataset: Dataset, device: torch.device) -> ClipStore:
    """The clips on the device, as the method's encoder hears them."""
    front_end = None if method.encoder.domain == "waveform" else method.augment.front_end
    return clip_store(dataset, front_end, device, quiet, "memory")


def views_of(plain: Method, batch: Batch, device: torch.device, *, double: bool = False) -> dict[str, Tensor]:
    """What the method makes of the batch on the device, with the same draws everywhere; on the CPU again."""
    method, generator = copy.deepcopy(plain).to(device), Generator(device)
    with all_double() if double else nullcontext(), SameDraws(generator, seed=1):
        views = (method.double() if double else method).views(moved(batch, device, double), generator)
    return {name: view.cpu() for name, view in views.items()}


def stepped(
    plain: Method,
    views: dict[str, Tensor],
    device: torch.device,
    *,
    double: bool = False,
    channels_last: bool = False,
    autocast: bool = False,
) -> Step:
    """Loss, backward and `after_step` of a copy of `plain` on the device; all of it in float64 where `double`."""
    method = copy.deepcopy(plain).to(device)
    if channels_last:
        method = method.to(memory_format=torch.channels_last)
    if double:
        method = method.double()
    low = torch.autocast(device.type, torch.bfloat16, enabled=autocast)
    with all_double() if double else nullcontext():
        there = {name: doubled(view) if double else view.to(device) for name, view in views.items()}
        with low:
            loss = method.loss(there)["loss"]
        loss.backward()
        method.after_step(0.5)
    gradients = [p.grad.detach().double().cpu().flatten() for p in method.parameters() if p.grad is not None]
    buffers = [b.detach().double().cpu().flatten() for b in method.buffers() if b.is_floating_point()]
    return Step(float(loss.detach()), torch.cat(gradients), torch.cat(buffers))


def moved(batch: Batch, device: torch.device, double: bool) -> Batch:
    """The batch on the device, its sound in float64 where that is asked for."""

    def there(x: Tensor) -> Tensor:
        return doubled(x) if double else x.to(device)

    tensors = {name: there(table) for name, table in vars(batch).items() if name != "companions"}
    return Batch(**tensors, companions={name: there(table) for name, table in batch.companions.items()})


def doubled(x: Tensor) -> Tensor:
    """float32 to float64; all else as it is."""
    return x.double() if x.dtype == torch.float32 else x


def shaken(views: dict[str, Tensor], seed: int) -> dict[str, Tensor]:
    """The views with every number a little off, as rounding on the way might leave them."""
    random = Generator().manual_seed(seed)
    return {
        name: view * (1 + SHAKEN * torch.randn(view.shape, generator=random)) if view.is_floating_point() else view
        for name, view in views.items()
    }


def part_row(name: str, check: Callable[[torch.device], dict[str, Tensor]], machine: Hardware) -> dict[str, Any]:
    """One shared part on the device and as the reference."""
    with torch.no_grad():
        if machine.device == CPU:
            with all_double():
                expected = check(CPU)
        else:
            expected = check(CPU)
        found = check(machine.device)
    worst = max(expected, key=lambda key: difference(found[key], expected[key]))
    apart = difference(found[worst], expected[worst])
    good = apart <= TOLERANCES["loss"]
    return {"name": name, "parts": apart, "ok": good, "reason": "" if good else f"{worst} differs: {apart:.2g}"}


def difference(found: Tensor, expected: Tensor) -> float:
    """‖found − expected‖ / ‖expected‖; for whole numbers and truth values, what part of them differs."""
    a, b = found.detach().cpu(), expected.detach().cpu()
    if a.shape != b.shape:
        return float("inf")
    if not (a.is_floating_point() or b.is_floating_point()):
        return float((a != b).double().mean()) if a.numel() else 0.0
    a, b = a.double().flatten(), b.double().flatten()
    apart = float((a - b).norm() / b.norm().clamp(min=1e-12))
    return apart if bool(torch.isfinite(a).all() == torch.isfinite(b).all()) else float("inf")
