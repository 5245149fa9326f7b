"""Which clips count as wrong answers: a setting of every method that tells clips apart.

A long recording is cut into many clips. Other windows of a clip's own recording mostly hold the same voice or the same
source, and often the same sound; to push them away teaches to tell apart what is alike.

Shapes:  B clips of a batch, n clips of the data.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator, Tensor, nn

from training.batch import Batch
from training.encoders.encoder import Encoder
from training.methods.method import Task
from training.methods.two_views import TwoViews
from training.settings import setting

LOW_TEMPERATURE = (
    " With too low a temperature the nearest wrong answers alone count, and similar sounds are pushed apart (Wang and Liu "
    "2021, arXiv 2012.09740). In 150 steps of SimCLR on spoken digits the neighbours across speakers were right for .66 of "
    "the clips at τ = .02, .75 at .1, .78 at .25 and .58 at 1."
)
"""Ends what cards say of what goes wrong, of methods with a temperature."""


@dataclass(frozen=True)
class WrongAnswers:
    """Mixed into the settings of methods with negatives."""

    same_recording: str = setting(
        "left out",
        "Whether other windows of a clip's own recording count as wrong answers, or are left out.",
        choices=("left out", "negatives"),
        before="negatives",
    )

    def seen(self, batch: Batch) -> dict[str, Tensor]:
        """What views say of it: "recordings" (B,), or nothing where all other clips are wrong answers."""
        return {"recordings": batch.recordings} if self.same_recording == "left out" else {}

    def counted(self, batch: Batch) -> Tensor:
        """(B,) int64: what each clip counts as, for queues; clips of the same number aren't told apart."""
        return batch.recordings if self.same_recording == "left out" else batch.clips

    def table(self, task: Task) -> Tensor:
        """(n,) int64: what each clip of the data counts as, for banks; clips of the same number aren't told apart."""
        if self.same_recording == "left out" and task.recordings is not None:
            return task.recordings.clone()
        return torch.arange(task.clips)

    def remark(self, task: Task) -> str:
        """Ends the meaning of a chance line: fewer wrong answers cost less."""
        several = len(self.table(task).unique()) < task.clips
        return "; at most, since windows of one recording are left out" if several else ""


class AgainstOthers(TwoViews):
    """Two views of every clip, told from the views of the other clips in the batch."""

    def __init__(self, encoder: Encoder, config: Any, task: Task, project: nn.Module | None = None) -> None:
        super().__init__(encoder, config, task, project)
        self.remark = config.remark(task)

    def views(self, batch: Batch, generator: Generator) -> dict[str, Tensor]:
        """Two random views of each clip, (B, F, V) each, and its recording (B,)."""
        return {**super().views(batch, generator), **self.config.seen(batch)}
