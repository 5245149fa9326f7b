"""Denoising autoencoder: say a sound as it was before it was spoiled.

Paper:   Vincent et al. 2008, ICML; for sound: Chung et al. 2016, arXiv 1603.00982, section 2.3
Differs: 1. A convolutional encoder and a dense decoder for the whole view, instead of two LSTMs.
         2. Beside zeroing three more ways to spoil: a crop, stretches in another order, a band taken away
            (colouring, among pictures).
         3. Of the clip's own frames alone the error is counted, spoiled or not.
Shapes:  B clips, F mel bands, V view frames, D encoder width, C numbers of the code.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Generator, Tensor, nn

from training.batch import Batch
from training.encoders.encoder import Encoder
from training.methods.flow import Flow
from training.methods.method import Card, Chance, Method, Suits, Task
from training.parts.decoders import SpectrogramDecoder, squared_error
from training.run.schema import Picture
from training.settings import setting
from training.views.corruptions import band_filtered, cropped, reordered, zeroed

SHOWN = 8
"""Clips whose spectrograms are shown."""
STRETCH = 4
"""Frames of a stretch that changes places."""


@dataclass(frozen=True)
class Settings:
    """Settings of the denoising autoencoder."""

    corruption: str = setting(
        "zero_out",
        "How the sound is spoiled: values set to the mean, all but a crop taken away, stretches in another order, or a "
        "band of frequencies taken away.",
        choices=("zero_out", "crop", "reorder", "band_filter"),
    )
    spoiled: float = setting(0.5, "Largest share of the view that is spoiled.", low=0.0, high=0.95, unit="share")
    bottleneck: int = setting(64, "Numbers that a sound must pass through.", low=1, high=1024, scale="log")
    decoder_width: int = setting(512, "Width of the decoder's hidden layer.", low=16, high=4096, scale="log")


class DenoisingAutoencoder(Method):
    """An autoencoder that hears a spoiled copy and must give back the sound itself."""

    Config = Settings
    encoders = ("conv2d", "resnet", "patch_transformer", "conv_gru", "bi_gru")
    card = Card(
        title="Denoising autoencoder",
        family="auto-encoding",
        year=2008,
        paper="Vincent et al., Extracting and Composing Robust Features with Denoising Autoencoders, ICML 2008; for sound: "
        "Chung et al., Audio Word2Vec, arXiv 1603.00982",
        summary="Parts of the sound are spoiled, and the model must give back the sound as it was. Copying no longer helps: "
        "it has to know how sounds go, to fill what is missing from what is left. How the sound is spoiled decides what "
        "is learned.",
        formula=r"\mathcal{L} = \lVert x - g(f(\tilde{x})) \rVert^2, \quad \tilde{x} \sim q(\tilde{x} \mid x)",
        negatives=False,
        prevents_collapse="The target is the sound itself: with one code for all sounds nothing could be rebuilt.",
        breaks="Spoiled too little it copies; spoiled too much nothing is left from which the rest could be told, and the "
        "average spectrum comes back. A small loss alone says little of what was learned.",
        flow=Flow(
            (("clip", "view", "corrupted", "encoder", "bottleneck", "decoder"), ("clip", "view")),
            loss="squared difference",
        ),
        suits=Suits(
            "content",
            "probe",
            "To fill gaps it must know how sounds go on in time and over frequency; a linear reader finds that beside the "
            "voice, which is coded too.",
        ),
    )
    pictures = (
        Picture("original", "Original", "The sound as it was.", "spectrograms", rows="clips", low=-2.0, high=2.0),
        Picture("corrupted", "Spoiled", "What the encoder heard.", "spectrograms", rows="clips", low=-2.0, high=2.0),
        Picture("rebuilt", "Rebuilt", "What came back of it.", "spectrograms", rows="clips", low=-2.0, high=2.0),
    )
    run_defaults: ClassVar[Mapping[str, Any]] = {
        "views": {
            "mixup": 0.0, "noise": 0.0, "equalizer": 0.0, "time_stretch": 0.0, "frequency_shift": 0.0,
            "frequency_stretch": 0.0,
        },
    }  # fmt: skip

    def __init__(self, encoder: Encoder, config: Settings, task: Task) -> None:
        super().__init__(encoder, config, task)
        self.squeeze = nn.Linear(encoder.width, config.bottleneck)
        self.decode = SpectrogramDecoder(
            config.bottleneck, config.decoder_width, task.augment.front_end.mels, task.augment.view_frames
        )

    def views(self, batch: Batch, generator: Generator) -> dict[str, Tensor]:
        """A view x (B, F, V), the spoiled one, and which of the frames (B, V) show the clip."""
        x, inside = self.augment.placed(batch.audio, batch.lengths, generator)
        return {"x": x, "corrupted": self.corrupted(x, inside, generator), "inside": inside}

    def corrupted(self, x: Tensor, inside: Tensor, generator: Generator) -> Tensor:
        """x̃ (B, F, V), up to the chosen part of each view spoiled; what is hidden becomes the data's mean."""

        def uniform(*shape: int) -> Tensor:
            return torch.rand(len(x), *shape, generator=generator, device=x.device)

        bands, frames = x.shape[1:]
        part, fill = self.config.spoiled * uniform(), self.encoder.input_mean
        if self.config.corruption == "zero_out":
            return zeroed(x, uniform(bands, frames), part, fill)
        if self.config.corruption == "crop":
            return cropped(x, inside, uniform(), 1 - part, fill)
        if self.config.corruption == "reorder":
            return reordered(x, uniform(frames // STRETCH), part)
        return band_filtered(x, uniform(), part, fill)

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """‖x − g(f(x̃))‖², the mean over the clips' own frames."""
        return {"loss": squared_error(self.rebuilt(views["corrupted"]), self.standard(views["x"]), views["inside"])}

    def rebuilt(self, corrupted: Tensor) -> Tensor:
        """g(f(x̃)): (B, F, V) → (B, F, V), standardised."""
        found: Tensor = self.decode(self.squeeze(self.encoder(corrupted)))
        return found

    def standard(self, x: Tensor) -> Tensor:
        """At mean 0 and standard deviation 1 over the data, so that losses can be compared."""
        return (x - self.encoder.input_mean) / self.encoder.input_std

    def projection(self, h: Tensor) -> Tensor:
        """The code (B, C)."""
        code: Tensor = self.squeeze(h)
        return code

    def chance(self) -> Chance:
        """The variance of the standardised data."""
        return Chance(1.0, "1: every frame is rebuilt as the mean of all data")

    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """The first clips as they were, as they were heard, and as they came back."""
        x, corrupted = views["x"][:SHOWN], views["corrupted"][:SHOWN]
        return {
            "original": self.standard(x),
            "corrupted": self.standard(corrupted),
            "rebuilt": self.rebuilt(corrupted),
        }
