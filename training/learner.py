"""Everything that moves while a run trains; a checkpoint holds all of it."""

from dataclasses import dataclass

import torch
from torch import Generator, Tensor
from torch.optim import Optimizer

from training.building import built_method
from training.config import RunConfig
from training.data.dataset import Dataset
from training.data.store import ClipStore, input_statistics
from training.data.stream import check_streamed, is_stream
from training.data.stream.batches import StreamedBatches
from training.hardware import Hardware
from training.methods.method import Method
from training.parts.optimizers import optimizer_for
from training.parts.slow_copy import follow, slow_copy
from training.sampler import Sampler


@dataclass
class Learner:
    """A method with its optimiser and its sources of randomness, and how far it has come."""

    config: RunConfig
    method: Method
    averaged: Method
    """The weights averaged over the last steps: what is measured, kept and exported. It learns nothing itself."""
    optimizer: Optimizer
    sampler: Sampler
    generator: Generator
    """Draws the views, on the device."""
    clip_losses: Tensor
    """(n,) float32, on the device: the loss of each clip where it was last trained on, NaN where it wasn't yet; none of a
    stream's, whose clips have no number."""
    step: int = 0
    seconds: float = 0.0
    """Trained so far, over all attempts, snapshots included, preparing and pauses not."""
    snapshot_step: int = -1
    stream: StreamedBatches | None = None
    """Gives what is trained on where the data is a stream; the sampler then draws nothing."""

    @property
    def progress(self) -> float:
        """From 0 to 1, by steps or by the clock."""
        if self.config.steps is not None:
            return min(1.0, self.step / self.config.steps)
        return min(1.0, self.seconds / float(self.config.seconds or 1))

    def average(self) -> None:
        """Take the newest weights into the average, which reaches back less far in the first steps."""
        momentum = min(self.config.averaging, self.step / (self.step + 9))
        follow(self.averaged, self.method, momentum)
        for name in self.method.unaveraged:
            follow(getattr(self.averaged, name), getattr(self.method, name), 0.0)


def new_learner(config: RunConfig, dataset: Dataset, store: ClipStore, machine: Hardware) -> Learner:
    """Weights, optimiser and generators, all from the run's seed."""
    recordings = torch.from_numpy(dataset.recordings)
    method = built_method(config, len(dataset), len(dataset.groups.names), input_statistics(store), recordings)
    method = method.to(machine.device)
    if machine.channels_last:
        method = method.to(memory_format=torch.channels_last)
    check_streamed(config.data, method, method.config)
    stream = None
    if is_stream(config.data):
        front_end = None if method.encoder.domain == "waveform" else method.augment.front_end
        stream = StreamedBatches(config, front_end, machine.sent)
    return Learner(
        config,
        method,
        averaged=slow_copy(method),
        optimizer=optimizer_for(method, config),
        sampler=Sampler(store.groups, config.batch_size, method.draw(method.config), config.seed, store.on_disk),
        generator=Generator(machine.device).manual_seed(config.seed),
        clip_losses=torch.full((len(dataset) if stream is None else 0,), torch.nan, device=machine.device),
        stream=stream,
    )
