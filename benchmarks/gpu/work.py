"""The step of one training in the several forms whose speed is measured.

Bare: the encoder's forward and backward on as many ready views as the method makes of a batch, and nothing else.
Captured: the step is recorded once as a CUDA graph and replayed, so that nothing is launched from Python.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from benchmarks.gpu.clips import companions_for
from benchmarks.gpu.numbers import store_for
from benchmarks.gpu.plan import Plan
from training.batch import Batch
from training.building import built_method
from training.config import new_config
from training.data.dataset import Dataset
from training.data.store import ClipStore
from training.hardware import Hardware
from training.learner import Learner, new_learner

WARM_UP = 5
"""Steps before anything is timed or recorded."""


@dataclass(frozen=True)
class Cell:
    """One thing whose speed is measured."""

    name: str
    method: str = "simclr"
    encoder: str | None = None
    batch: int = 256
    precision: str = "bf16"
    """bf16 (autocast), float32 or tf32."""
    mode: str = "eager"
    """eager, compiled or captured."""
    settings: tuple[tuple[str, Any], ...] = ()


class Work:
    """A learner with its clips on the device, and the step in its several forms."""

    def __init__(self, cell: Cell, dataset: Dataset, machine: Hardware, plan: Plan):
        given = {**plan.settings(cell.method), "batch_size": cell.batch, **dict(cell.settings)}
        if cell.encoder == "conv1d":
            given.pop("mels", None)
        config = new_config(
            given, method=cell.method, encoder=cell.encoder, steps=1_000_000, device=machine.device.type
        )
        bare = built_method(config, len(dataset), len(dataset.groups.names))
        self.machine = machine
        self.store: ClipStore = store_for(bare, dataset, machine.device)
        self.learner: Learner = new_learner(config, dataset, self.store, machine)
        self.learner.method.train()
        companions = companions_for(self.learner.method, dataset)
        self.companions = {name: table.to(machine.device) for name, table in companions.items()}
        self.clips = torch.randint(len(dataset), (cell.batch,), device=machine.device)

    def batch(self) -> Batch:
        """Clips drawn anew, on the device."""
        self.clips.random_(len(self.store))
        return self.store.batch(self.clips, self.companions)

    def step(self) -> None:
        """All that the trainer does in a step, but for its diary."""
        learner = self.learner
        batch = self.batch()
        views = learner.method.views(batch, learner.generator)
        with self.machine.autocast():
            loss = learner.method.loss(views)["loss"]
        loss.backward()
        learner.optimizer.step()
        learner.optimizer.zero_grad()
        learner.step += 1
        learner.method.after_step(0.5)
        learner.average()

    def eager(self) -> Callable[[], None]:
        """The step as the trainer does it."""
        return self.step

    def compiled(self) -> Callable[[], None]:
        """The same with a compiled encoder."""
        self.learner.method.encoder.compile()
        return self.step

    def captured(self) -> Callable[[], None]:
        """Views, loss, backward and optimiser as one CUDA graph; clips are drawn before it, averages follow after it."""
        learner = self.learner
        for group in learner.optimizer.param_groups:
            group["capturable"] = True
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(WARM_UP):
                self._inside()
        torch.cuda.current_stream().wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        graph.register_generator_state(learner.generator)
        with torch.cuda.graph(graph):
            self._inside()

        def replayed() -> None:
            self.clips.random_(len(self.store))
            graph.replay()
            learner.step += 1
            learner.method.after_step(0.5)
            learner.average()

        return replayed

    def _inside(self) -> None:
        learner = self.learner
        learner.optimizer.zero_grad(set_to_none=True)
        batch = self.store.batch(self.clips, self.companions)
        views = learner.method.views(batch, learner.generator)
        with torch.autocast(self.machine.device.type, torch.bfloat16, enabled=self.machine.bf16, cache_enabled=False):
            loss = learner.method.loss(views)["loss"]
        loss.backward()
        learner.optimizer.step()

    def bare(self) -> Callable[[], None]:
        """The encoder alone, on views that are ready."""
        learner = self.learner
        with torch.no_grad():
            views = learner.method.views(self.batch(), learner.generator)
        x = _input(views)
        encoder = learner.method.encoder

        def run() -> None:
            with self.machine.autocast():
                out = encoder.sequence(x)
            out.float().square().mean().backward()
            encoder.zero_grad()

        return run


def _input(views: dict[str, Tensor]) -> Tensor:
    """What the encoder hears of a step: both views where there are two, or else the one of which there is most."""
    if "first" in views and "second" in views:
        return torch.cat([views["first"], views["second"]])
    sounds = [view for view in views.values() if view.is_floating_point() and view.dim() == 3]
    return max(sounds, key=lambda view: view.numel())
