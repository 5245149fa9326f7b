"""Autoencoder: say a sound again from a few numbers.

Paper:   Hinton and Salakhutdinov 2006, Science 313; as recalled in arXiv 2203.01205, section 3.1
Differs: 1. A convolutional encoder trained from scratch with AdamW, instead of layers pre-trained one by one.
         2. Of the clip's own frames alone the error is counted, since any decoder rebuilds padding.
         3. What is kept is the encoder's output before the bottleneck, which is wider and easier to read than the code.
Shapes:  B clips, F mel bands, V view frames, D encoder width, C numbers of the code.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from torch import Generator, Tensor, nn

from training.batch import Batch
from training.encoders.encoder import Encoder
from training.methods.flow import Flow
from training.methods.method import Card, Chance, Method, Suits, Task
from training.parts.decoders import SpectrogramDecoder, squared_error
from training.run.schema import Picture
from training.settings import setting
from training.views.plain import PLAIN

SHOWN = 8
"""Clips whose spectrograms are shown."""


@dataclass(frozen=True)
class Settings:
    """Settings of the autoencoder."""

    bottleneck: int = setting(
        64,
        "Numbers that a sound must pass through; too many, and nothing has to be learned.",
        low=1,
        high=1024,
        scale="log",
    )
    decoder_width: int = setting(512, "Width of the decoder's hidden layer.", low=16, high=4096, scale="log")


class Autoencoder(Method):
    """Encoder, a narrow code, and a dense decoder back to the view's spectrogram."""

    Config = Settings
    judges_clips = True
    encoders = ("conv2d", "resnet", "patch_transformer", "conv_gru", "bi_gru")
    card = Card(
        title="Autoencoder",
        family="auto-encoding",
        year=2006,
        paper="Hinton and Salakhutdinov, Reducing the Dimensionality of Data with Neural Networks, Science 313; survey: "
        "Liu et al., arXiv 2203.01205",
        summary="The sound is squeezed into a few numbers, and a second network draws its spectrogram again from them. To "
        "lose little, those numbers must say what varies most from sound to sound. That is as often the voice and the "
        "loudness of each band as what is said: nothing tells the model what matters.",
        formula=r"\mathcal{L} = \lVert x - g(f(x)) \rVert^2",
        symbols={
            "x": "the spectrogram of a view",
            "f": "the encoder, with the bottleneck",
            "g": "the network that draws the spectrogram again",
        },
        negatives=False,
        prevents_collapse="The target is the sound itself: with one code for all sounds nothing could be rebuilt.",
        breaks="With a wide bottleneck it copies its input and learns nothing worth keeping; with a very narrow one only the "
        "average spectrum comes back.",
        flow=Flow((("clip", "view", "encoder", "bottleneck", "decoder"), ("clip", "view")), loss="squared difference"),
        suits=Suits(
            "content",
            "probe",
            "A code that rebuilds the sound holds what was said, but among much else, which a linear reader can leave out "
            "and a nearest neighbour can't.",
        ),
    )
    pictures: ClassVar[tuple[Picture, ...]] = (
        Picture(
            "original", "Original", "What the encoder heard, standardised.", "spectrograms", rows="clips",
            low=-2.0, high=2.0,
        ),
        Picture(
            "rebuilt", "Rebuilt", "What the decoder made of the code: blurred where it didn't know.", "spectrograms",
            rows="clips", low=-2.0, high=2.0,
        ),
    )  # fmt: skip
    run_defaults: ClassVar[Mapping[str, Any]] = {"views": PLAIN}

    def __init__(self, encoder: Encoder, config: Settings, task: Task) -> None:
        super().__init__(encoder, config, task)
        self.squeeze = nn.Linear(encoder.width, config.bottleneck)
        self.decode = SpectrogramDecoder(
            config.bottleneck, config.decoder_width, task.augment.front_end.mels, task.augment.view_frames
        )

    def views(self, batch: Batch, generator: Generator) -> dict[str, Tensor]:
        """A view x (B, F, V), and which of its frames (B, V) show the clip."""
        x, inside = self.augment.placed(batch.audio, batch.lengths, generator)
        return {"x": x, "inside": inside}

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """‖x − g(f(x))‖², the mean over the clips' own frames."""
        rebuilt, true = self.rebuilt(self.heard(views)), self.encoder.standard(views["x"])
        return squared_error(rebuilt, true, views["inside"])

    def heard(self, views: dict[str, Tensor]) -> Tensor:
        """What the encoder is given, (B, F, V)."""
        return views["x"]

    def rebuilt(self, x: Tensor) -> Tensor:
        """g(f(x)): (B, F, V) → (B, F, V), standardised."""
        found: Tensor = self.decode(self.squeeze(self.encoder(x)))
        return found

    def projection(self, h: Tensor) -> Tensor:
        """The code (B, C)."""
        code: Tensor = self.squeeze(h)
        return code

    def chance(self) -> Chance:
        """The variance of the standardised data."""
        return Chance(1.0, "1: every frame is rebuilt as the mean of all data")

    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """The first clips' views, and what came back of them."""
        heard = self.heard(views)[:SHOWN]
        return {"original": self.encoder.standard(views["x"][:SHOWN]), "rebuilt": self.rebuilt(heard)}
