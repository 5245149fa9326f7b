"""A step of this trainer without its diary, and each of its parts alone."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from benchmarks.gpu.clips import companions_for
from benchmarks.gpu.numbers import store_for
from training.batch import Batch
from training.building import built_method
from training.config import new_config
from training.data.dataset import Dataset
from training.hardware import Hardware
from training.learner import new_learner


class Trained:
    """A method at its own settings but for `given`, with its clips on the device."""

    def __init__(self, method: str, dataset: Dataset, machine: Hardware, given: dict[str, Any] | None = None):
        config = new_config(given or {}, method=method, steps=1_000_000, device=machine.device.type)
        bare = built_method(config, len(dataset), len(dataset.groups.names))
        self.machine, self.size = machine, config.batch_size
        self.store = store_for(bare, dataset, machine.device)
        self.learner = new_learner(config, dataset, self.store, machine)
        self.learner.method.train()
        beside = companions_for(self.learner.method, dataset)
        self.companions = {name: table.to(machine.device) for name, table in beside.items()}
        self.clips = torch.randint(len(dataset), (self.size,), device=machine.device)

    def batch(self) -> Batch:
        """Clips drawn anew, on the device."""
        self.clips.random_(len(self.store))
        return self.store.batch(self.clips, self.companions)

    def views(self) -> dict[str, Tensor]:
        """What the loss sees of a new batch."""
        return self.learner.method.views(self.batch(), self.learner.generator)

    def losses(self, views: dict[str, Tensor]) -> Tensor:
        """The loss of views."""
        with self.machine.autocast():
            return self.learner.method.loss(views)["loss"]

    def update(self) -> None:
        """What follows the gradient: the optimiser, averages, memories."""
        learner = self.learner
        learner.optimizer.step()
        learner.optimizer.zero_grad()
        learner.step += 1
        learner.method.after_step(0.5)
        learner.average()

    def step(self) -> None:
        """All of it."""
        self.losses(self.views()).backward()
        self.update()

    def parts(self) -> dict[str, Callable[[], object]]:
        """Each part alone: "clips" reads a batch, "views" also changes it, "loss" is forward and backward, "update" the rest."""
        ready = self.views()
        self.losses(ready).backward()
        gradients = [(weight, weight.grad) for weight in self.learner.method.parameters() if weight.grad is not None]
        self.learner.optimizer.zero_grad()

        def loss() -> None:
            self.losses(ready).backward()
            self.learner.optimizer.zero_grad()  # a step has no gradients yet, and adds to none

        def update() -> None:
            for weight, gradient in gradients:  # without which an optimiser has nothing to do
                weight.grad = gradient
            self.update()

        return {"clips": self.batch, "views": self.views, "loss": loss, "update": update}
