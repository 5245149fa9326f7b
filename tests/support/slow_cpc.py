"""CPC's equation 4 term by term, and six clips to ask it of, for the tests of its two versions."""

from typing import TypeVar

import torch
from torch import Generator, Tensor

from tests.support.random_batch import random_batch
from training.building import built_method
from training.config import new_config
from training.methods.cpc import CPC

STEPS, SAME, OTHER = 3, 5, 4
GROUPS = torch.tensor([0, 1, 2, 1, 0, 0])
"""The third clip is the only one of its source."""
Version = TypeVar("Version", bound=CPC)


def small(kind: type[Version], name: str, **overrides: object) -> Version:
    """The version that is called `name`, with STEPS ahead and few wrong frames, of six clips."""
    settings = {"crop_seconds": 0.48, "mels": 8, "steps_ahead": STEPS, "same_clip": SAME, "other_clips": OTHER}
    method = built_method(new_config({**settings, **overrides}, method=name, steps=5), 6, 2, (-4.0, 3.0))
    assert isinstance(method, kind)
    return method.train()


def views_of(method: CPC, seed: int = 0) -> dict[str, Tensor]:
    """Six clips, some shorter than the view of 24 frames."""
    batch = random_batch(6, 8, 30, lengths=torch.tensor([24, 24, 17, 9, 4, 30]), groups=GROUPS, seed=seed)
    return method.views(batch, Generator().manual_seed(seed + 1))


def slow_step(c: Tensor, z: Tensor, w: Tensor, k: int, views: dict[str, Tensor]) -> tuple[Tensor, float]:
    """Equation 4 for one W_k, and how often the true frame was found: c (B, U, C), z (B, U, D), w (D, C) in float64.

    k < 0 looks back.
    """
    batch, frames, _ = z.shape
    inside, total, count, found = views["inside"], torch.zeros((), dtype=torch.float64), 0, 0
    for b in range(batch):
        for t in range(frames):
            if not 0 <= t + k < frames or not (inside[b, t] and inside[b, t + k]):
                continue
            guess = w @ c[b, t]
            crowd = [guess @ z[b, t + k]]
            crowd += [guess @ z[b, int(u)] for u in views["same_clip"][b, t + k]]
            drawn = zip(views["other_clips"][b], views["known"][b], strict=True)
            others = [divmod(int(i), frames) for i, known in drawn if known]
            crowd += [guess @ z[clip, u] for clip, u in others]
            total = total - (crowd[0] - torch.logsumexp(torch.stack(crowd), 0))
            found += bool((crowd[0] > torch.stack(crowd[1:])).all())
            count += 1
    return total / count, found / count
