"""Right and wrong answers by time: what sounds shortly after a moment mostly belongs to it, what sounds much later may not.

Paper:   Jansen et al. 2018, arXiv 1711.02209: events in close temporal proximity are likely the same or related, the third of
         its constraints. That far stretches of the same clip may count as wrong answers is added here.
Shapes:  B clips, F mel bands, T frames of the clips, V frames of a view (or samples of both).
"""

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from training.batch import Batch
from training.data.dataset import SAMPLE_RATE
from training.methods.wrong_answers import AgainstOthers, WrongAnswers
from training.parts.augment import Augment
from training.settings import setting
from training.views import MelViews
from training.views.segments import cut, starts_apart, starts_beyond, stretch_lengths


@dataclass(frozen=True)
class NeighbourSettings(WrongAnswers):
    """Mixed into the settings of methods that may find positives in time."""

    positives: str = setting(
        "views",
        "What belongs together: two views of a clip, or of stretches of it that are near in time; far ones may count as "
        "wrong answers.",
        choices=("views", "near", "near against far"),
        before="views",
    )
    near_seconds: float = setting(
        0.5, "How far apart near stretches begin at most.", low=0.0, high=10.0, unit="s", before=0.5
    )


class Neighbours(AgainstOthers):
    """Two views of every clip, of the same stretch or of near ones, and maybe one of a far stretch."""

    def views(self, batch: Batch, generator: Generator) -> dict[str, Tensor]:
        """Two views of each clip (B, F, V), and its recording (B,).

        With "near against far" a third one, "far", and `there` (B,): whether the clip is long enough for it.
        """
        if self.config.positives == "views":
            return super().views(batch, generator)
        near = round(self.config.near_seconds * per_second(self.augment))
        stretches, there = near_and_far(batch, self.augment.view_length, near, generator)
        count = 3 if self.config.positives == "near against far" else 2
        lengths = stretch_lengths(batch.lengths, self.augment.view_length).repeat(count)
        seen = self.augment.one(torch.cat(stretches[:count]), lengths, generator).chunk(count)
        views = dict(zip(("first", "second", "far"), seen, strict=False))
        return {**views, **({"there": there} if count == 3 else {}), **self.config.seen(batch)}


def near_and_far(batch: Batch, view: int, near: int, generator: Generator) -> tuple[list[Tensor], Tensor]:
    """An anchor, a stretch that begins at most `near` steps from it, and one farther away that doesn't overlap it.

    Three times (B, F, V), and where there is room for the last one (B,). Of clips shorter than two views stretches are
    halves, as for all segments.
    """
    own = stretch_lengths(batch.lengths, view)
    room = batch.lengths - own
    uniform = torch.rand(len(room), 4, generator=generator, device=room.device)
    starts = starts_apart(room, torch.zeros_like(room), torch.full_like(room, near), uniform[:, :3])  # (B, 2)
    far, there = starts_beyond(room, starts[:, 0], own.clamp(min=near + 1), uniform[:, 3])
    return [cut(batch.audio, start, own, view) for start in (*starts.unbind(1), far)], there


def per_second(augment: Augment) -> float:
    """Steps of what views are cut from in a second: frames or samples."""
    return 1 / augment.front_end.hop_seconds if isinstance(augment.settings, MelViews) else SAMPLE_RATE


def far_scores(z: Tensor, far: Tensor, there: Tensor) -> Tensor:
    """Product of each z (B, P) with the far stretch of its own clip (B, P): (B, 1), −∞ where it isn't there."""
    return (z * far).sum(1, keepdim=True).masked_fill(~there[:, None], -torch.inf)
