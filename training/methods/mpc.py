"""Masked predictive coding: short stretches of the sound are hidden; say what was there from what lies on both sides.

Paper:   Jiang et al. 2019, arXiv 1910.09932, section 2; Jiang et al. 2020, arXiv 2005.09862
Differs: 1. Three narrow Transformer layers instead of twelve of width 512. 2. Chunks are drawn among a clip's own
         frames, since short clips lie in silence here, and what lies beyond a clip is not counted. 3. Of the frames 40 %
         are hidden instead of 15 %, so that a step teaches more, in chunks of 120 ms. 4. AdamW and a cosine schedule
         instead of Adam with an inverse root.
Shapes:  B clips, F mel bands, V view frames, C chunks of a view, U = V / s encoder frames of stride s, D encoder width.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Generator, Tensor, nn

from training.batch import Batch
from training.encoders.encoder import Encoder
from training.methods.flow import Flow
from training.methods.method import Card, Method, Suits, Task
from training.parts.mean_over import loss_over
from training.run.schema import Picture
from training.settings import setting
from training.views.chunk_masks import (
    REPLACED,
    SILENCED,
    drawn_frames,
    hidden_chunks,
    over_frames,
    own_chunks,
    spoiled,
)
from training.views.corruptions import band
from training.views.plain import PLAIN

SHOWN = 8
"""Clips whose spectrograms are shown."""


@dataclass(frozen=True)
class Settings:
    """Settings of masked predictive coding."""

    hidden_part: float = setting(0.4, "Share of a clip's frames that is hidden.", low=0.01, high=0.9, unit="share")
    chunk_frames: int = setting(
        6, "Frames that are hidden together; a single one could be read off its neighbours.", low=1, high=32
    )
    band_part: float = setting(
        0.0,
        "Largest share of the mel bands that is hidden too, in one band over the whole view.",
        low=0.0,
        high=0.9,
        unit="share",
        before=0.0,
    )


class MPC(Method):
    """The encoder hears a view with holes in it; a linear layer says what each hole held."""

    Config = Settings
    judges_clips = True
    objective = 2
    shares: ClassVar[tuple[float, float]] = (SILENCED, REPLACED)
    """Of the hidden chunks, those that become zero and those that become other frames; the rest is left as it was."""
    encoders = ("frame_transformer",)
    card = Card(
        title="Masked predictive coding (MPC)",
        family="auto-encoding",
        year=2019,
        paper="Jiang et al., Improving Transformer-based Speech Recognition Using Unsupervised Pre-training, "
        "arXiv 1910.09932; its further study, arXiv 2005.09862",
        summary="Short stretches of the spectrogram are hidden, and the model says what was there. It may "
        "look at what comes before and after, as BERT does with words. To fill a hole it must know which sound is being "
        "made and how such sounds go on. Of the hidden stretches one in ten holds another moment's frames and one in ten "
        "is left as it was, so that the model can't rely on what looks whole.",
        formula=r"\mathcal{L} = \frac{1}{|M|} \sum_{(f, t) \in M} \big| x_{f,t} - \hat{x}_{f,t}(\tilde{x}) \big|",
        symbols={
            "x_{f,t}": "what the spectrogram holds at band f and frame t",
            r"\tilde{x}": "the spectrogram with holes",
            r"\hat{x}_{f,t}": "what the model says was there",
            "M": "what was hidden, and |M| how much that is",
        },
        negatives=False,
        prevents_collapse="The target is the sound itself, which doesn't collapse: one answer for all would be a bad one.",
        breaks="Where single frames are hidden, the neighbours give them away, and the loss falls without anything being "
        "learned about longer sounds. Where nearly all is hidden, it predicts the average spectrum.",
        flow=Flow(
            (("clip", "view", "masked", "encoder", "decoder"), ("clip", "view", "frames")),
            loss="absolute difference where hidden",
        ),
        suits=Suits(
            "content",
            "cross_group_knn",
            "A hole is filled by knowing which sound it interrupts: clips in which the same sounds lead to each other come "
            "to lie together.",
        ),
    )
    pictures = (
        Picture("original", "Original", "What the view held.", "spectrograms", rows="clips", low=-2.0, high=2.0),
        Picture(
            "masked",
            "Masked",
            "What the encoder heard: the stretches at the mean are hidden.",
            "spectrograms",
            rows="clips",
            low=-2.0,
            high=2.0,
        ),
        Picture(
            "predicted",
            "Predicted",
            "The same with the hidden stretches filled in by the model.",
            "spectrograms",
            rows="clips",
            low=-2.0,
            high=2.0,
        ),
    )

    run_defaults: ClassVar[Mapping[str, Any]] = {
        "learning_rate": 1e-3, "batch_size": 64, "warmup_steps": 100,
        "views": {**PLAIN, "crop_seconds": 0.48},
    }  # fmt: skip

    def __init__(self, encoder: Encoder, config: Settings, task: Task) -> None:
        super().__init__(encoder, config, task)
        self.decode = nn.Linear(encoder.width, encoder.stride * task.augment.front_end.mels)

    def views(self, batch: Batch, generator: Generator) -> dict[str, Tensor]:
        """Standardised x (B, F, V), the same with holes, what they hide (B, F, V), and the clip's own frames (B, V)."""
        raw, inside = self.augment.placed(batch.audio, batch.lengths, generator)
        x = self.encoder.standardised(raw, None)
        size, (bands, frames) = self.config.chunk_frames, x.shape[1:]
        own = own_chunks(inside, size)  # (B, C)
        which, kinds = torch.rand(2, *own.shape, device=x.device, generator=generator)
        others = drawn_frames(torch.rand(inside.shape, device=x.device, generator=generator), inside)
        chunks = over_frames(hidden_chunks(which, own, self.config.hidden_part), size, frames)
        masked = spoiled(x, chunks, over_frames(kinds, size, frames), others, self.shares)
        hidden = chunks[:, None].expand_as(x)
        if self.config.band_part:
            place, width = torch.rand(2, len(x), device=x.device, generator=generator)
            across = band(place, self.config.band_part * width, bands)[:, :, None]
            masked, hidden = masked.masked_fill(across, 0.0), hidden | across
        return {"x": x, "masked": masked, "hidden": hidden, "inside": inside}

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """The mean absolute difference over what was hidden of the clips themselves, what was left as it was included."""
        wrong = (self.predicted(views["masked"]) - views["x"]).abs()  # (B, F, V)
        return loss_over(wrong, views["hidden"] & views["inside"][:, None])

    def predicted(self, masked: Tensor) -> Tensor:
        """What the whole view was, from what is left of it: (B, F, V) → (B, F, V) float32."""
        frames = self.decode(self.encoder.frames(masked)).float()  # (B, U, F · s)
        return frames.unflatten(2, (masked.shape[1], -1)).transpose(1, 2).flatten(2)

    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """The first clips' views, what was heard of them, and the holes filled in."""
        x, masked, hidden = (views[name][:SHOWN] for name in ("x", "masked", "hidden"))
        filled = torch.where(hidden, self.predicted(masked), x)
        return {"original": x, "masked": masked, "predicted": filled}
