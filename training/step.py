"""One step of a learner: what every process does alike that has a part in a run."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from training.batch import Batch
from training.data.read_ahead import ReadAhead
from training.data.store import ClipStore
from training.data.stream.batches import never
from training.devices.rows import ALONE, Alone
from training.embedder import embed_clips
from training.gradients import gradient_norms, parts
from training.hardware import Hardware
from training.learner import Learner
from training.pace import Pace
from training.parts.optimizers import scheduled_rate, set_rate


class Stepper:
    """Takes the steps of a learner."""

    def __init__(
        self,
        learner: Learner,
        store: ClipStore,
        companions: Mapping[str, Tensor],
        machine: Hardware,
        devices: Alone = ALONE,
    ) -> None:
        """`devices`: who shares the step."""
        self._learner, self._store, self._machine, self._devices = learner, store, machine, devices
        self._reader = ReadAhead(store, companions, machine.sent)
        self._weights = parts(learner.method)
        self._pace = Pace(machine.device)
        if learner.stream is not None:
            learner.stream.share(devices)

    def drawn(self, give_up: Callable[[], bool] = never) -> Batch | None:
        """The clips of the next step; where they begin an epoch, the method looks at all clips before.

        None where `give_up`, asked while a stream is waited for, says so.
        """
        learner = self._learner
        if learner.stream is not None:
            return learner.stream.next(give_up)
        if learner.sampler.epoch_begins:
            weights = learner.method.before_epoch(self._embed_all)
            self._devices.agree(learner.method)
            learner.sampler.weigh(self._devices.as_first(weights))
        return self._reader.batch(learner.sampler.next(), learner.sampler.upcoming)

    def step(self, batch: Batch) -> tuple[dict[str, Tensor], float]:
        """One step of the optimiser, and what the method does after it: the losses before it, and its learning rate."""
        learner = self._learner
        rate = scheduled_rate(learner.config, learner.step, learner.progress)
        set_rate(learner.optimizer, learner.config, rate)
        views = learner.method.views(batch, learner.generator)  # of amounts that eight bits would round
        with self._machine.autocast():
            losses = learner.method.loss(views)
        own = losses.pop("clips", None)
        if own is not None and learner.stream is None:
            learner.clip_losses[batch.clips] = own.float()
        losses["loss"].backward()
        self._devices.average([w.grad for own in self._weights.values() for w in own if w.grad is not None])
        losses |= gradient_norms(self._weights)
        learner.optimizer.step()
        learner.optimizer.zero_grad()
        learner.step += 1
        self._pace.keep()
        learner.method.after_step(learner.progress)
        return losses, rate

    def _embed_all(self) -> Tensor:
        """h (n, D) of all clips, for methods that cluster them."""
        every = torch.arange(len(self._store), device=self._store.device)
        return embed_clips(self._learner.method, self._store, every)
