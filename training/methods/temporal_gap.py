"""TemporalGap: hear two slices of a clip, and say how far apart they are.

Paper:   Tagliasacchi et al. 2019, arXiv 1905.11796, section 3
Differs: 1. Slices of .08 s instead of about 1 s: words here last half a second. 2. Slices are taken of a changed copy
         of the clip, and both lie within its own frames, without the first and the last one, which blend with the
         silence around. 3. So the gap is drawn evenly from none to the longest that each clip has room for, R_i frames,
         but counted in parts of the longest in a view, R: of clips half as long as the view no gap is above a half. Where
         all clips are as long, as in the paper, both are one. 4. Clips no longer than a slice leave no choice of gap and
         are not counted. 5. The entropy H(Δ) of the truth, which nothing can change, is taken off, so that a right answer
         costs nothing. 6. Recurrent layers over time by default instead of convolutions. 7. AdamW and a cosine schedule
         instead of Adam.
Shapes:  B clips, F mel bands, V view frames, W frames of a slice, R = V − W, D encoder width, C numbers of a code.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
import torch.nn.functional as functional
from torch import Generator, Tensor, nn

from training.batch import Batch
from training.encoders.encoder import Encoder
from training.methods.flow import Flow
from training.methods.method import Card, Method, Suits, Task, part
from training.parts.encode_independently import encode_independently
from training.parts.mean_over import loss_over, mean_over
from training.run.schema import Picture
from training.settings import setting
from training.views.pieces import unblended
from training.views.plain import UNMIXED, WHOLE_FRAMES
from training.views.slices import slices_at

SHOWN = 32
"""Clips whose gaps are shown."""


@dataclass(frozen=True)
class Settings:
    """Settings of TemporalGap."""

    slice_seconds: float = setting(
        0.08,
        "Length of a slice; where two long ones share frames, these give the gap away.",
        low=0.04,
        high=1.0,
        unit="s",
    )
    code_width: int = setting(128, "Numbers that the encoder gives for a slice.", low=4, high=1024, scale="log")
    guess_width: int = setting(64, "Width inside the network that guesses the gap.", low=8, high=1024, scale="log")


class TemporalGap(Method):
    """Two slices at random places of a clip, their codes side by side, and a small network that says the gap."""

    Config = Settings
    judges_clips = True
    objective = 2
    encoders = ("conv_gru", "bi_gru", "conv2d", "resnet")
    card = Card(
        title="TemporalGap",
        family="auto-encoding",
        year=2019,
        paper="Tagliasacchi et al., Self-Supervised Audio Representation Learning for Mobile Devices, arXiv 1905.11796",
        summary="Two short slices are taken from anywhere in a clip, and the model must say how much time lies between them. "
        "It can, where sounds take a course: a word begins and ends, a note is struck and fades. Nothing has to be drawn, "
        "so the model is small and quick; but all that it must learn of a moment is when in the clip it comes.",
        formula=r"\mathcal{L} = -\Delta \log \hat\Delta - (1 - \Delta) \log (1 - \hat\Delta) - H(\Delta), \quad "
        r"\Delta = \frac{|t_1 - t_2|}{R}, \quad |t_1 - t_2| \sim \mathcal{U}\{0, \dots, R_i\}, \quad \hat\Delta = \sigma\big(g([f(x_{t_1}), f(x_{t_2})])\big)",
        symbols={
            "x_{t_1}, x_{t_2}": "two slices of a clip",
            "t_1, t_2": "when they begin",
            "R_i": "the longest gap that clip i leaves room for",
            "R": "the longest that a whole view has room for",
            r"\Delta": "the true gap as a share of R",
            r"\hat\Delta": "the guessed one",
            r"\mathcal{U}": "each of these is equally likely",
            "f": "the encoder",
            "g": "a small network that compares two codes",
            r"\sigma": "the logistic function, which makes a share of any number",
            "H": "the entropy: what even the best guess would cost, taken off so that 0 is perfect",
        },
        negatives=False,
        prevents_collapse="The gaps differ: with one code for all slices only their average could be predicted.",
        breaks="In steady sounds all moments are alike, and the average gap is the best guess. What doesn't help to tell "
        "early from late is not learned.",
        flow=Flow(
            (
                ("clip", "segment", "encoder", "classifier"),
                ("clip", "segment", "encoder", "classifier"),
                ("time apart",),
            ),
            loss="cross-entropy to the true gap",
        ),
        suits=Suits("content", "probe", "To tell early from late in a word it must know the word's course."),
    )
    pictures = (
        Picture(
            "gaps",
            "Gaps",
            "For each clip the true time between the slices and the one that was predicted, in parts of the longest possible.",
            "bars",
            rows="clips",
            series=("true", "predicted"),
            low=0.0,
            high=1.0,
        ),
    )
    parts = (
        part(
            "error",
            "Error of the gap",
            "How far the guessed gap lies from the true one, as a share of the longest gap.",
            "share of the longest",
            chart="",
        ),
    )
    run_defaults: ClassVar[Mapping[str, Any]] = {
        "batch_size": 128,
        "views": {**UNMIXED, **WHOLE_FRAMES},
    }

    def __init__(self, encoder: Encoder, config: Settings, task: Task) -> None:
        super().__init__(encoder, config, task)
        hop_seconds, stride = task.augment.front_end.hop_seconds, encoder.stride
        frames = max(1, round(config.slice_seconds / hop_seconds / stride)) * stride
        self.slice_frames = min(frames, task.augment.view_frames - stride)  # some room must be left
        self.squeeze = nn.Linear(encoder.width, config.code_width)
        self.guess = nn.Sequential(
            nn.Linear(2 * config.code_width, config.guess_width), nn.ReLU(), nn.Linear(config.guess_width, 1)
        )

    def views(self, batch: Batch, generator: Generator) -> dict[str, Tensor]:
        """Slices (B, 2, F, W), the true gap (B,) from 0 to 1, and which clips (B,) are counted."""
        x, inside = self.augment.placed(batch.audio, batch.lengths, generator)
        first, own = unblended(inside)
        room = (own - self.slice_frames).clamp(min=0)
        how_far, where, which = torch.rand(3, len(x), generator=generator, device=x.device)
        latest = x.shape[2] - self.slice_frames
        gap = (how_far * (room + 1)).long()
        earlier = first + (where * (room - gap + 1)).long()
        both = torch.stack([earlier, earlier + gap], dim=1)
        starts = torch.where(which[:, None] < 0.5, both, both.flip(1)).clamp(max=latest)  # (B, 2), in either order
        return {"slices": slices_at(x, starts, self.slice_frames), "gap": gap / latest, "counted": room > 0}

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """Cross-entropy of the true gap and the predicted one, less that of the true gap itself; and how far they are apart."""
        logit, gap, counted = self.predicted(views["slices"]), views["gap"], views["counted"]
        cross = functional.binary_cross_entropy_with_logits(logit, gap, reduction="none")
        least = torch.special.entr(gap) + torch.special.entr(1 - gap)
        apart = (logit.detach().sigmoid() - gap).abs()
        return {**loss_over(cross - least, counted), "error": mean_over(apart, counted)}

    def predicted(self, slices: Tensor) -> Tensor:
        """The logit of the gap (B,) float32, of two slices (B, 2, F, W)."""
        code = self.squeeze(encode_independently(self.encoder, slices))  # (B, 2, C)
        logit: Tensor = self.guess(code.flatten(1))
        return logit[:, 0].float()

    def projection(self, h: Tensor) -> Tensor:
        """The code (B, C)."""
        code: Tensor = self.squeeze(h)
        return code

    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """True and predicted gaps of the first clips."""
        return {"gaps": torch.stack([views["gap"][:SHOWN], self.predicted(views["slices"][:SHOWN]).sigmoid()])}
