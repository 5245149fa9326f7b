"""NPC: say what a frame holds from what lies around it, through a bottleneck of a few codes, all frames at once.

Paper:   Liu et al. 2021, arXiv 2011.00406, sections 2.1 to 2.3
Differs: 1. Frames of 20 ms instead of 10 ms, and a smaller encoder (see there). 2. Clips are stretched a
         little in frequency; frames that show no sound of the clip aren't counted. 3. AdamW instead of Adam. 4. What is
         kept is what the last block says with nothing hidden; the authors' code has this, and better phones by it. 5. The
         quantiser chooses the code of each of its 4 books by all features together; in the authors' code each book
         chooses by its own quarter of them.
Shapes:  B clips, F mel bands, V view frames, D encoder width, G codebooks, K codes of each.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from torch import Generator, Tensor, nn

from training.batch import Batch
from training.encoders.masked_conv import HIDDEN, KERNEL, MaskedConv
from training.methods.flow import Flow
from training.methods.method import Card, Method, Suits, Task, in_use
from training.parts.mean_over import loss_over, mean_over
from training.parts.quantiser import GumbelQuantiser, gumbel_noise, perplexity
from training.run.schema import Curve, Picture
from training.settings import setting
from training.views.plain import UNMIXED, WHOLE_FRAMES

SHOWN = 8
"""Clips whose spectrograms are shown."""


@dataclass(frozen=True)
class Settings:
    """Settings of NPC."""

    codebooks: int = setting(4, "Codebooks; a frame is named by one code of each.", low=1, high=16)
    codes: int = setting(64, "Codes of each codebook: fewer leave less room for detail.", low=2, high=512, scale="log")
    quantised: bool = setting(
        True,
        "Whether the description passes through codes; without them a frame is rebuilt from all of it.",
        before=True,
    )
    kernel_frames: int = setting(
        KERNEL, "Frames that a masked convolution spans, an odd number.", low=5, high=41, before=KERNEL
    )
    hidden_frames: int = setting(
        HIDDEN,
        "Frames around each one that its description never knows, itself in their middle: an odd number, and the kernel "
        "spans at least 8 more.",
        low=1,
        high=21,
        before=HIDDEN,
    )


class NPC(Method):
    """Masked convolutions, a quantiser, and a linear layer that says what the hidden frame holds."""

    Config = Settings
    judges_clips = True
    encoders = ("masked_conv",)
    encoder: MaskedConv
    run_defaults: ClassVar[Mapping[str, Any]] = {
        "batch_size": 64,
        "learning_rate": 1e-3,
        "views": {**UNMIXED, **WHOLE_FRAMES, "crop_seconds": 0.64},
    }
    card = Card(
        title="Non-autoregressive predictive coding (NPC)",
        family="auto-encoding",
        year=2021,
        paper="Liu et al., Non-Autoregressive Predictive Coding for Learning Speech Representations from Local "
        "Dependencies, arXiv 2011.00406",
        summary="Every frame is described by the third of a second around it, but not by itself and its nearest neighbours: a "
        "gap is cut out of every convolution. From this description, squeezed through a few codes, the hidden frame "
        "must be rebuilt. All frames are done at once, so it needs no recurrent network and hears both sides.",
        formula=r"\mathcal{L} = \frac{1}{T F} \sum_t \lVert x_t - W q(h_t) \rVert_1, \quad "
        r"h_t = \sum_{i} \tanh\big(\mathrm{conv}_i(x_{t-r}, \dots, x_{t-m}, x_{t+m}, \dots, x_{t+r})\big)",
        symbols={
            "x_t": "frame t of the spectrogram",
            "h_t": "what is said of it by the frames from r to m places away on each side; those nearer are cut out",
            r"\mathrm{conv}_i": "the convolution of layer i",
            "q": "the bottleneck of a few codes",
            "W": "a matrix that makes a frame of a code",
            "T, F": "how many frames and bands there are",
        },
        negatives=False,
        prevents_collapse="The target is the sound itself, which doesn't collapse: one answer for all would be a bad one.",
        breaks="Without the growing gap the frame leaks into its own description, and copying is enough: the loss is near "
        "zero and nothing is learned. Few codes are in use in healthy runs too, two to five "
        "of 64 (docs/experiments.md); with one alone all frames are rebuilt alike.",
        flow=Flow(
            (("clip", "view", "masked", "encoder", "quantiser", "decoder"), ("clip", "view", "frames")),
            loss="absolute difference",
        ),
        suits=Suits("content", "cross_group_knn", "A sound is known by the sounds it leads to and comes from."),
    )
    pictures = (
        Picture("true", "True frames", "What the view held.", "spectrograms", rows="clips", low=-2.0, high=2.0),
        Picture(
            "predicted",
            "Predicted frames",
            "Each frame as it was rebuilt from what lies around it, and without it.",
            "spectrograms",
            rows="clips",
            low=-2.0,
            high=2.0,
        ),
    )
    parts: tuple[Curve, ...] = (
        in_use(
            "codes",
            "of a codebook are in use",
            "two to five of 64 is what healthy runs have, and 1 means that all frames are rebuilt alike.",
        ),
    )

    def __init__(self, encoder: MaskedConv, config: Settings, task: Task) -> None:
        super().__init__(encoder, config, task)
        self.quantise, width_in = None, encoder.width
        if config.quantised:
            width = encoder.width // config.codebooks
            self.quantise = GumbelQuantiser(encoder.width, config.codebooks, config.codes, width)
            width_in = self.quantise.width
        else:
            self.parts = ()
        self.decode = nn.Linear(width_in, task.augment.front_end.mels)

    @staticmethod
    def of_encoder(config: Settings) -> Mapping[str, Any]:
        """How wide the encoder's gap is, and how far it looks beyond."""
        return {"kernel": config.kernel_frames, "hidden": config.hidden_frames}

    def views(self, batch: Batch, generator: Generator) -> dict[str, Tensor]:
        """Standardised x (B, F, V), its own frames (B, V), and Gumbel noise (B, V, G, K) where codes are drawn."""
        raw, inside = self.augment.placed(batch.audio, batch.lengths, generator)
        views = {"x": self.encoder.standardised(raw, None), "inside": inside}
        if self.quantise is None:
            return views
        noise = gumbel_noise((*inside.shape, self.config.codebooks, self.config.codes), raw, generator)
        return {**views, "noise": noise}

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """The mean absolute difference over the clips' own frames, and how many codes are in use."""
        inside = views["inside"]
        guess, probability = self.predicted(views["x"], views.get("noise"))
        loss = loss_over((guess - views["x"]).abs().mean(1), inside)
        if probability is None:
            return loss
        return {**loss, "codes_used": perplexity(mean_over(probability, inside)).mean().detach()}

    def predicted(self, x: Tensor, noise: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """Every frame from what lies around it, (B, F, V) float32, and how likely each code was, (B, V, G, K)."""
        features, probability = self.encoder.frames(x), None
        if self.quantise is not None:
            features, _, probability = self.quantise(features, noise)
        return self.decode(features).float().transpose(1, 2), probability

    def embed(self, x: Tensor, lengths: Tensor | None = None) -> Tensor:
        """h (B, D): `frames`, pooled."""
        return self.encoder.pooled(self.frames(x, lengths), lengths)

    def frames(self, x: Tensor, lengths: Tensor | None = None) -> Tensor:
        """(B, U, D): what the last block says of each frame and its neighbours, nothing hidden."""
        heard: Tensor = self.encoder.heard(self.encoder.standardised(x, lengths))[-1]
        return heard.transpose(1, 2)

    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """The first clips' views, and what the likeliest codes say of them."""
        x = views["x"][:SHOWN]
        return {"true": x, "predicted": self.predicted(x, None)[0]}
