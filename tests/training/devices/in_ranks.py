"""What the processes of tests/training/devices compute, each beside what a process alone computes of the same batch."""

import copy
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import torch
from torch import Generator, Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from tests.support.toy_problem import batch_for, method_of
from tests.training.methods.test_device import MEL as EVERY_CHANGE
from training.batch import Batch
from training.devices.norms import synchronised
from training.devices.ranks import Ranks
from training.devices.sharing import share
from training.methods import METHODS
from training.methods.method import Method
from training.views.mel_changes import _noise_pool

CLIPS = 15
"""Which neither two processes nor four can share evenly."""
STEPS: list[tuple[str, str, dict[str, Any]]] = [
    *[(name, kind.encoders[0], {}) for name, kind in METHODS.items()],
    *[("simclr", encoder, {}) for encoder in METHODS["simclr"].encoders[1:]],
    ("simclr", "conv2d", EVERY_CHANGE),
    ("simclr", "conv1d", {"background": 0.5, "reverb": 0.5}),
    ("byol", "conv2d", {"normalisation": "group"}),
    ("apc", "frame_gru", {"direction": "backward"}),
    ("cpc", "wave_gru", {}),
    ("wav2vec2", "wave_transformer", {}),
    ("swav", "conv2d", {"queue_length": 64, "frozen_steps": 4}),
    ("cola", "conv2d", {"segments": "near against far"}),
]
"""Every method and every encoder, every change of a view, and settings by which a step goes another way."""


def name_of(step: tuple[str, str, dict[str, Any]]) -> str:
    method, encoder, settings = step
    return "-".join([method, encoder, *map(str, settings)])


@contextmanager
def exactly() -> Iterator[None]:
    """Everything in double precision, what asks for single precision too: rounding hides no mistake."""
    torch.set_default_dtype(torch.float64)
    _noise_pool.cache_clear()
    try:
        with mock.patch.object(Tensor, "float", Tensor.double):
            yield
    finally:
        torch.set_default_dtype(torch.float32)
        _noise_pool.cache_clear()


def stepped(method: Method, batch: Batch, finish: Callable[[Method], None]) -> dict[str, Tensor]:
    """The losses and the gradient of each weight, and the buffers after the step."""
    losses = method.train().loss(method.views(batch, Generator().manual_seed(1)))
    losses["loss"].backward()
    finish(method)
    method.after_step(0.5)
    found = {f"loss {name}": value.detach() for name, value in losses.items()}
    found |= {f"gradient {name}": w.grad for name, w in method.named_parameters() if w.grad is not None}
    return found | {f"buffer {name}": buffer.clone() for name, buffer in method.named_buffers()}


def gradients_of(method: Method) -> list[Tensor]:
    return [w.grad for w in method.parameters() if w.grad is not None]


def farthest(found: dict[str, Tensor], expected: dict[str, Tensor]) -> tuple[float, str]:
    """The largest difference of two of the same name, in parts of the largest number there (of any gradient), and its name."""
    assert found.keys() == expected.keys()
    largest = max(float(x.abs().max()) for name, x in expected.items() if name.startswith("gradient"))
    differences = [(0.0, "")]
    for name, x in expected.items():
        a, b = (y.to(torch.float64).nan_to_num() for y in (found[name], x))
        size = largest if name.startswith("gradient") else float(b.abs().amax()) if b.numel() else 1.0
        differences.append((float((a - b).abs().amax()) / max(size, 1e-3) if b.numel() else 0.0, name))
    return max(differences)


def heard_rows(method: Method) -> Counter[str]:
    """Counts from now on how many rows each layer is given of its encoder and of what else is shared."""
    counted: Counter[str] = Counter()
    others = [
        (f"{part}.{name}", layer) for part in method.by_rows for name, layer in getattr(method, part).named_modules()
    ]
    for name, layer in [*method.encoder.named_modules(), *others]:
        if isinstance(layer, nn.Linear | nn.Conv1d | nn.Conv2d | nn.GRU):
            layer.register_forward_pre_hook(lambda _, given, name=name: counted.update({name: len(given[0])}))
    return counted


def alike(ranks: Ranks, found: dict[str, Tensor]) -> bool:
    """Whether all processes found the same, to the last bit."""
    for x in found.values():
        every = ranks.gathered(x)
        if not all(torch.equal(every[0].nan_to_num(), other.nan_to_num()) for other in every):
            return False
    return True


def compared(ranks: Ranks, step: tuple[str, str, dict[str, Any]]) -> dict[str, Any]:
    """How far a step that is shared is from that of a process alone, and what part of the rows each layer was given."""
    name, encoder, settings = step
    alone = method_of(name, encoder, **settings)
    batch = batch_for(alone, CLIPS)
    shared = copy.deepcopy(alone)
    share(shared, ranks)
    all_rows, own_rows = heard_rows(alone), heard_rows(shared)
    expected = stepped(alone, batch, lambda _: None)
    found = stepped(shared, batch, lambda method: ranks.average(gradients_of(method)))
    difference, where = farthest(found, expected)
    parts = {layer: own_rows[layer] / count for layer, count in all_rows.items()}
    return {"difference": difference, "where": where, "parts": parts, "alike": alike(ranks, found)}


def everything(ranks: Ranks) -> dict[str, dict[str, Any]]:
    """Every step and every norm: to begin two processes takes as long as all of it."""
    return {"steps": every_step(ranks), "norms": every_norm(ranks)}


def every_step(ranks: Ranks) -> dict[str, Any]:
    """Each of STEPS in double precision, and some in single precision."""
    found = {}
    with exactly():
        for step in STEPS:
            found[name_of(step)] = compared(ranks, step)
    return found | {f"single {name}": compared(ranks, (name, "conv2d", {})) for name in SINGLE}


def every_norm(ranks: Ranks) -> dict[str, float]:
    """Of each norm of NORMS, how far two steps of it are from those of torch's own on the whole batch."""
    found = {}
    for name, (make, shape) in NORMS.items():
        with exactly():
            torch.manual_seed(0)
            alone = make()
            x = torch.randn(CLIPS, 5, *shape) * 3 + 50  # far from 0, where variances are easily lost
            pull = torch.randn(CLIPS, 5, *shape)
        shared, rows = copy.deepcopy(alone), ranks.rows(CLIPS)
        differences = []
        for _ in range(2):
            whole, own = x.clone().requires_grad_(), rows.own(x).clone().requires_grad_()
            expected = alone(whole)
            with ranks.own_rows():
                got = synchronised(shared, ranks, own)
            (expected * pull).sum().backward()
            (got * rows.own(pull)).sum().backward()
            pairs = [(rows.whole(got.detach()), expected.detach()), (rows.whole(own.grad), whole.grad)]
            pairs += [(ranks.summed(p.grad.clone()), q.grad) for p, q in zip(shared.parameters(), alone.parameters())]
            pairs += list(zip(shared.buffers(), alone.buffers()))
            differences += [float((a - b).abs().amax()) for a, b in pairs]
            x = x * 2
        found[name] = max(differences)
    return found


NORMS: dict[str, tuple[Callable[[], _BatchNorm], tuple[int, ...]]] = {
    "1d": (lambda: nn.BatchNorm1d(5), ()),
    "1d over time": (lambda: nn.BatchNorm1d(5), (7,)),
    "2d": (lambda: nn.BatchNorm2d(5), (3, 4)),
    "2d, channels last": (lambda: nn.BatchNorm2d(5).to(memory_format=torch.channels_last), (3, 4)),
    "without weights": (lambda: nn.BatchNorm1d(5, affine=False), ()),
    "without running statistics": (lambda: nn.BatchNorm2d(5, track_running_stats=False), (3, 4)),
    "of all batches": (lambda: nn.BatchNorm1d(5, momentum=None), ()),
}
SINGLE = ("simclr", "byol", "vicreg", "dino")
