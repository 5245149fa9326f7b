"""SimCLR v2: a deeper head, of which the first layer is kept when a few labels come.

Paper:   Chen et al. 2020, arXiv 2006.10029, section 2
Differs: 1. A small encoder: the paper's finding that few labels want big models is not for two CPU cores.
         2. AdamW instead of LARS, and batches of hundreds of clips.
         3. The paper's memory, a queue of what a slow network made of earlier batches, is off (`memory_length`): it gave
            the paper one point. Entries count once they aren't random any more, and not for clips of their own recording.
         4. Without the last step, the distillation into a smaller model: there is no larger one here.
         5. As SimCLR (3 and 4: views of spectrograms, and other windows of a clip's own recording left out).
Shapes:  B clips, F mel bands, V view frames, D encoder width, P projection width.
"""

import math
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as functional
from torch import Generator, Tensor, nn

from training.batch import Batch
from training.encoders.encoder import Encoder
from training.methods import simclr
from training.methods.method import Chance, Task
from training.parts.contrast import products
from training.parts.heads import deep_projector
from training.parts.memory import Queue
from training.parts.slow_copy import follow, slow_copy
from training.settings import setting

LAYER = 3
"""Modules of a layer of the head: Linear, BatchNorm, ReLU."""


@dataclass(frozen=True)
class Settings(simclr.Settings):
    """Settings of SimCLR v2."""

    memory_length: int = setting(
        0, "Remembered projections of earlier batches that are wrong answers too; at most as many as there are clips.",
        low=0, high=65_536, before=0,
    )  # fmt: skip
    memory_momentum: float = setting(
        0.99, "Over how many steps the network that makes what is remembered averages.",
        low=0.0, high=0.9999, unit="memory", before=0.99,
    )  # fmt: skip
    fine_tuned_layer: int = setting(
        1, "Layer of the head behind which fine-tuning begins; 0 is the encoder.", low=0, high=2, before=1
    )


class SimCLRv2(simclr.SimCLR):
    """SimCLR's views and loss with a head of three layers; fine-tuning begins behind the first of them."""

    Config = Settings
    card = replace(
        simclr.SimCLR.card,
        title="SimCLR v2",
        paper="Chen et al., Big Self-Supervised Models are Strong Semi-Supervised Learners, arXiv 2006.10029",
        summary="SimCLR again, in three moves: learn from all sounds without labels, fine-tune with the few labels there are, "
        "and (not here) teach a smaller model. The head behind the encoder has three layers now, and its first one is not "
        "thrown away: with one label in a hundred, fine-tuning from there does better than from the encoder. The command "
        "finetune does it.",
    )

    def __init__(self, encoder: Encoder, config: Settings, task: Task) -> None:
        super().__init__(encoder, config, task)
        self.project = deep_projector(encoder.width, config.hidden_width, config.projection_width)
        self.queue: Queue | None = None
        if config.memory_length:
            self.slow = slow_copy(nn.Sequential(self.encoder, self.project))
            length = min(config.memory_length, task.clips)
            self.queue = Queue(length, config.projection_width)
        self._newest: tuple[Tensor, Tensor] | None = None

    def views(self, batch: Batch, generator: Generator) -> dict[str, Tensor]:
        """As SimCLR's, and where there is a memory what each clip counts as (B,)."""
        counted = {} if self.queue is None else {"clips": self.config.counted(batch)}
        return {**super().views(batch, generator), **counted}

    def further(self, z: Tensor, views: dict[str, Tensor]) -> list[Tensor]:
        """Cosines over temperature with the memory (2B, K); the slow network hears the second views, to be remembered."""
        if self.queue is None:
            return []
        with torch.no_grad():
            self._newest = functional.normalize(self.slow(views["second"]).float(), dim=1), views["clips"]
        left_out = self.queue.alike(views["clips"]) | (self.queue.age < 0)  # (B, K)
        scores = products(z, self.queue.entries) / self.temperature
        return [scores.masked_fill(left_out.repeat(2, 1), -torch.inf)]

    def after_step(self, progress: float) -> None:
        """The slow network follows, and the memory takes in what it heard."""
        if self.queue is not None and self._newest is not None:
            follow(self.slow, nn.Sequential(self.encoder, self.project), self.config.memory_momentum)
            self.queue.push(*self._newest)

    def chance(self) -> Chance:
        """As SimCLR's, with K more wrong answers once the memory is full."""
        line = super().chance()
        if self.queue is None:
            return line
        kept = len(self.queue.entries)
        return Chance(
            math.log(math.exp(line.value) + kept), f"as {line.meaning}, with {kept} in memory once it is full"
        )

    def fine_tuned_from(self, h: Tensor) -> Tensor:
        """The output of a layer of the head, the first one in the paper: W · ReLU(W⁽¹⁾ h) is fine-tuned (section 2)."""
        for layer in list(self.project.children())[: self.config.fine_tuned_layer * LAYER]:
            h = layer(h)
        return h
