"""APC: listen from one end to the other, and at every moment say how the sound will look n steps later.

Paper:   Chung et al. 2019, arXiv 1904.03240, section 3.1
Differs: 1. One GRU of width 192 over a small network on every frame, instead of three GRUs of width 512. 2. Two mel
         frames of 40 bands and 20 ms make a step, instead of single frames of 80 bands and 10 ms; with the encoder
         frame_gru and a resolution of 80 bands every 10 ms a step is the paper's. 3. Clips are stretched a little in
         frequency; a step that shows no sound of the clip isn't counted. 4. AdamW 3e-3 instead of Adam 1e-4: runs
         here are short. 5. Batches of 64 instead of 32, and gradients aren't clipped.
Shapes:  B clips, F mel bands, V view frames, s frames of a step (the encoder's stride), U = V / s steps, D encoder width.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Generator, Tensor, nn

from training.batch import Batch
from training.encoders.conv_gru import ConvGru, stacked
from training.encoders.encoder import Encoder
from training.methods.flow import Flow
from training.methods.method import Card, Method, Suits, Task
from training.parts.mean_over import loss_over
from training.parts.steps_ahead import check_steps_ahead
from training.run.schema import Picture
from training.settings import setting
from training.views.masks import own_steps
from training.views.plain import UNMIXED, WHOLE_FRAMES

SHOWN = 8
"""Clips whose spectrograms are shown."""


@dataclass(frozen=True)
class Settings:
    """Settings of APC."""

    frames_ahead: int = setting(
        2,
        "How many of the encoder's steps ahead it predicts (of two frames, 40 ms, by default): near ones are easy, far "
        "ones a guess.",
        low=1,
        high=20,
    )
    direction: str = setting(
        "forward",
        "From which end it listens; a model of each direction is trained apart.",
        choices=("forward", "backward"),
    )


class APC(Method):
    """A causal network and a linear layer: from all frames so far, the frames n steps later."""

    Config = Settings
    judges_clips = True
    encoders = ("conv_gru", "frame_gru")
    encoder: ConvGru
    run_defaults: ClassVar[Mapping[str, Any]] = {
        "batch_size": 64,
        "views": {**UNMIXED, **WHOLE_FRAMES, "crop_seconds": 0.64},
    }
    card = Card(
        title="Autoregressive predictive coding (APC)",
        family="auto-encoding",
        year=2019,
        paper="Chung et al., An Unsupervised Autoregressive Model for Speech Representation Learning, arXiv 1904.03240",
        summary="A recurrent network listens from left to right and says at every moment what the spectrogram will look like "
        "a little later, as a language model foretells words. Sounds go on smoothly, so the next moment is easily "
        "guessed; a few steps ahead it must know which sound is being made and what comes after it. A second model may "
        "listen from the end to the start.",
        formula=r"\mathcal{L} = \frac{1}{(T-n) F} \sum_{t=1}^{T-n} \lVert x_{t+n} - \hat{y}_t \rVert_1, \quad \hat{y}_t = W c_t, "
        r"\quad c_t = \mathrm{GRU}(x_1, \dots, x_t)",
        symbols={
            "x_t": "step t of the spectrogram",
            r"\hat{y}_t": "what is foretold at t of step t + n",
            "c_t": "the state of the recurrent network, which has heard all up to t",
            r"\mathrm{GRU}": "that network",
            "W": "a matrix that makes a step of the spectrogram of a state",
            "T": "how many steps there are",
            "n": "how many steps ahead it must foretell",
            "F": "how many numbers a step has",
        },
        negatives=False,
        prevents_collapse="The target is the sound itself, which doesn't collapse: one answer for all would be a bad one.",
        breaks="One step ahead it may simply repeat what it hears, all the more with frames of 10 ms, which share samples with "
        "their neighbours. Many steps ahead the future is open, and the best answer "
        "is the average spectrum: the loss stays high and little is learned.",
        flow=Flow(
            (("clip", "view", "frames", "encoder", "context", "decoder"), ("clip", "view", "frames")),
            loss="absolute difference, n later",
        ),
        suits=Suits("content", "cross_group_knn", "What comes next depends on the sound that is being made."),
    )
    pictures = (
        Picture(
            "true",
            "True frames",
            "What the view held, in the order in which it is heard.",
            "spectrograms",
            rows="clips",
            low=-2.0,
            high=2.0,
        ),
        Picture(
            "predicted",
            "Predicted frames",
            "What was foretold for each moment n steps before it; the first n steps are left at the mean.",
            "spectrograms",
            rows="clips",
            low=-2.0,
            high=2.0,
        ),
    )

    def __init__(self, encoder: Encoder, config: Settings, task: Task) -> None:
        super().__init__(encoder, config, task)
        check_steps_ahead("frames_ahead", config.frames_ahead, encoder, task.augment)
        self.ahead = config.frames_ahead
        self.backward = config.direction == "backward"
        self.decode = nn.Linear(encoder.width, encoder.stride * task.augment.front_end.mels)

    def views(self, batch: Batch, generator: Generator) -> dict[str, Tensor]:
        """Standardised x (B, F, V) in the order in which it is heard, and its own steps (B, U)."""
        raw, shown = self.augment.placed(batch.audio, batch.lengths, generator)
        x = self.encoder.standardised(raw, None)
        if self.backward:
            x, shown = x.flip(2), shown.flip(1)
        return {"x": x, "inside": own_steps(shown, self.encoder.stride)}

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """The mean absolute difference of x_{t+n} and ŷ_t, over the clips' own steps."""
        true = stacked(views["x"], self.encoder.stride)[:, self.ahead :]
        wrong = (true - self.predicted(views["x"])).abs().mean(2)  # (B, U − n)
        inside = views["inside"]
        counted = inside[:, : -self.ahead] & inside[:, self.ahead :]
        return loss_over(wrong, counted)

    def predicted(self, x: Tensor) -> Tensor:
        """ŷ: standardised (B, F, V) → (B, U − n, s · F) float32, at place t of what step t + n will hold."""
        heard = self.encoder.frames(x)[:, : -self.ahead]
        guess: Tensor = self.decode(heard).float()
        return guess

    def embed(self, x: Tensor, lengths: Tensor | None = None) -> Tensor:
        """h (B, D), of each clip heard from the end from which it was heard in training."""
        return self.encoder(from_the_end(x, lengths) if self.backward else x, lengths)

    def frames(self, x: Tensor, lengths: Tensor | None = None) -> Tensor:
        """(B, U, D), heard from that end too, but in the order of time: steps are counted from the start."""
        if not self.backward:
            return self.encoder.sequence(x, lengths)
        steps = x.shape[2] // self.encoder.stride
        own = (
            torch.full((len(x),), steps, device=x.device)
            if lengths is None
            else self.encoder.own_frames(lengths, steps)
        )
        heard = self.encoder.sequence(from_the_end(x, own * self.encoder.stride), lengths)
        return from_the_end(heard.transpose(1, 2), own).transpose(1, 2)

    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """The first clips' views, and what was foretold of them."""
        x = views["x"][:SHOWN]
        guess = self.predicted(x).unflatten(2, (self.encoder.stride, -1)).flatten(1, 2).transpose(1, 2)
        unheard = x.new_zeros(*x.shape[:2], self.ahead * self.encoder.stride)
        return {"true": x, "predicted": torch.cat([unheard, guess], dim=2)}


def from_the_end(x: Tensor, lengths: Tensor | None) -> Tensor:
    """Each clip's own frames (B, F, T) in reverse order, what lies past its length (B,) where it was."""
    if lengths is None:
        return x.flip(2)
    at = torch.arange(x.shape[2], device=x.device)
    order = torch.where(at < lengths[:, None], lengths[:, None] - 1 - at, at)  # (B, T)
    return x.gather(2, order[:, None].expand_as(x))
