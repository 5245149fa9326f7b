"""Denoising autoencoder: say a sound as it was before it was spoiled.

Paper:   Vincent et al. 2008, ICML; for sound: Chung et al. 2016, arXiv 1603.00982, section 2.3
Differs: 1. A convolutional encoder and a dense decoder for the whole view, instead of two LSTMs.
         2. Beside zeroing three more ways to spoil: a crop, stretches in another order, a band taken away
            (colouring, among pictures).
         3. The share that is spoiled is drawn for every clip, evenly from 0 to `spoiled`, 25 % in the mean, instead of
            one share for all.
         4. Of the clip's own frames alone the error is counted, spoiled or not.
Shapes:  B clips, F mel bands, V view frames, D encoder width, C numbers of the code.
"""

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from training.batch import Batch
from training.methods.autoencoder import SHOWN, Autoencoder
from training.methods.autoencoder import Settings as AutoencoderSettings
from training.methods.flow import Flow
from training.methods.method import Card, Suits
from training.run.schema import Picture
from training.settings import setting
from training.views.corruptions import band_filtered, cropped, reordered, zeroed

STRETCH = 4
"""Frames of a stretch that changes places."""


@dataclass(frozen=True)
class Settings(AutoencoderSettings):
    """Settings of the denoising autoencoder."""

    corruption: str = setting(
        "zero_out",
        "How the sound is spoiled: values set to the mean, all but a crop taken away, stretches in another order, or a "
        "band of frequencies taken away.",
        choices=("zero_out", "crop", "reorder", "band_filter"),
    )
    spoiled: float = setting(
        0.5,
        "Largest share of the view that is spoiled; of each clip it is drawn anew, from nothing on.",
        low=0.0,
        high=0.95,
        unit="share",
    )


class DenoisingAutoencoder(Autoencoder):
    """An autoencoder that hears a spoiled copy and must give back the sound itself."""

    Config = Settings
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
        symbols={
            "x": "the spectrogram as it was",
            r"\tilde{x}": "the spoiled one",
            r"q(\tilde{x} \mid x)": "how it is spoiled, at random",
            "f": "the encoder, with the bottleneck",
            "g": "the network that draws the spectrogram again",
        },
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

    def views(self, batch: Batch, generator: Generator) -> dict[str, Tensor]:
        """A view x (B, F, V), the spoiled one, and which of the frames (B, V) show the clip."""
        views = super().views(batch, generator)
        return {**views, "corrupted": self.corrupted(views["x"], views["inside"], generator)}

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

    def heard(self, views: dict[str, Tensor]) -> Tensor:
        """x̃ (B, F, V), and never x."""
        return views["corrupted"]

    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """The first clips as they were, as they were heard, and as they came back."""
        return {**super().lens(views), "corrupted": self.encoder.standard(views["corrupted"][:SHOWN])}
