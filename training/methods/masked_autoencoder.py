"""Masked autoencoder: three quarters of the patches are thrown away; from the rest, draw the missing ones.

Paper:   Huang et al. 2022 (AudioMAE), arXiv 2207.06405, section 3; Niizumi et al. 2022 (MSM-MAE), arXiv 2204.12260
Differs: 1. Three narrow layers and one in the decoder, instead of twelve and sixteen. 2. Patches of all bands by 40 ms,
         since views are short; those of 8 bands learned less here (docs/experiments.md). 3. Patches that
         show padding aren't counted, and the share is dropped of each clip's own patches: short clips lie in silence
         here. 4. Attention in the decoder is global, as in MSM-MAE, and not in windows. 5. An embedding holds all
         patches of a moment side by side, as in MSM-MAE. 6. Patches are drawn as they are by default, not at mean 0 and
         standard deviation 1: in short clips level is much of what there is to know.
Shapes:  B clips, F mel bands, V view frames, N patches of P values each, n of them seen, E width of a token.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Generator, Tensor, nn

from training.batch import Batch
from training.encoders.transformers import Block, Transformer
from training.methods.flow import Flow
from training.methods.method import Card, Method, Suits, Task
from training.parts.mean_over import loss_over
from training.run.schema import Picture
from training.settings import setting
from training.views.masks import own_steps
from training.views.patch_masks import gathered, parted, scattered
from training.views.plain import UNMIXED, WHOLE_FRAMES

SHOWN = 8
"""Clips whose spectrograms are shown."""
LEAST_VARIANCE = 1e-2
"""Added to a patch's variance before its root divides: in silence the faintest noise would count as much as speech."""


@dataclass(frozen=True)
class Settings:
    """Settings of the masked autoencoder."""

    dropped_part: float = setting(
        0.75, "Share of a clip's patches that the encoder never sees.", low=0.05, high=0.95, unit="share"
    )
    normalised_targets: bool = setting(
        False,
        "Each patch to be drawn is brought to mean 0 and standard deviation 1, so that shape counts and not level.",
    )


class MaskedAutoencoder(Method):
    """The encoder sees a few patches; a light decoder gets what it made of them, and an empty token for each other one."""

    Config = Settings
    judges_clips = True
    objective = 2
    encoders = ("frame_transformer", "patch_transformer")
    encoder: Transformer
    card = Card(
        title="Masked autoencoder",
        family="auto-encoding",
        year=2022,
        paper="Huang et al., Masked Autoencoders that Listen, arXiv 2207.06405; Niizumi et al., Masked Spectrogram Modeling, "
        "arXiv 2204.12260",
        summary="The spectrogram is cut into patches, of 40 ms and all bands by default, and three quarters of them are "
        "thrown away. The encoder sees only the rest, which makes it quick; a small decoder, told where each missing patch "
        "lay, draws what it held. "
        "So little is left that copying from next door doesn't do: the model has to know how sounds look as a whole. "
        "After training the decoder is thrown away too.",
        formula=r"\mathcal{L} = \frac{1}{|M|} \sum_{i \in M} \frac{1}{P} \big\lVert x_i - "
        r"\hat{x}_i(x_{j \notin M}) \big\rVert_2^2",
        symbols={
            "x_i": "patch i of the spectrogram",
            r"\hat{x}_i": "what is drawn in its place",
            r"x_{j \notin M}": "the patches that were not hidden",
            "M": "the hidden patches, and |M| how many they are",
            "P": "how many numbers a patch has",
        },
        negatives=False,
        prevents_collapse="The target is the sound itself, which doesn't collapse: one answer for all would be a bad one.",
        breaks="With few patches dropped, the missing ones are read off their neighbours, and with nearly all dropped nobody "
        "could know them: then blurred averages are drawn, and the embeddings stay as they began.",
        flow=Flow(
            (("clip", "view", "patches", "masked", "encoder", "decoder"), ("clip", "view", "patches")),
            loss="squared difference where hidden",
        ),
        suits=Suits(
            "content",
            "cross_group_knn",
            "To draw a word from a quarter of it is to know which word it is.",
        ),
    )
    pictures = (
        Picture("original", "Original", "What the view held, standardised.", "spectrograms", rows="clips", low=-2.0, high=2.0),
        Picture(
            "masked", "Masked", "The patches that the encoder saw; the others lie at the mean.", "spectrograms",
            rows="clips", low=-2.0, high=2.0,
        ),
        Picture(
            "predicted", "Predicted", "The same with what the decoder drew in the empty places; of normalised patches the shape "
            "is its own, level and contrast are the true ones.", "spectrograms", rows="clips", low=-2.0, high=2.0,
        ),
    )  # fmt: skip

    by_rows = ("decode",)
    run_defaults: ClassVar[Mapping[str, Any]] = {
        "learning_rate": 1e-3, "batch_size": 64, "warmup_steps": 100,
        "views": {**UNMIXED, **WHOLE_FRAMES, "crop_seconds": 0.64},
    }  # fmt: skip

    def __init__(self, encoder: Transformer, config: Settings, task: Task) -> None:
        super().__init__(encoder, config, task)
        width = encoder.token_width // 2
        self.enter = nn.Linear(encoder.token_width, width)
        self.decode = nn.Sequential(Block(width, heads=4), nn.LayerNorm(width))
        self.missing = nn.Parameter(torch.randn(width) * 0.02)
        self.paint = nn.Linear(width, encoder.patch_bands * encoder.stride)

    def views(self, batch: Batch, generator: Generator) -> dict[str, Tensor]:
        """Patches (B, N, P), which are seen (B, n) and which hidden (B, N − n), and which show the clip alone (B, N)."""
        raw, shown = self.augment.placed(batch.audio, batch.lengths, generator)
        patches = self.encoder.patches(self.encoder.standardised(raw, None))
        uniforms = torch.rand(patches.shape[:2], device=raw.device, generator=generator)
        own = own_steps(shown, self.encoder.stride).repeat_interleave(self.encoder.across, dim=1)
        seen, hidden = parted(uniforms, own, self.config.dropped_part)
        return {"patches": patches, "seen": seen, "hidden": hidden, "own": own}

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """The mean squared difference over the hidden patches of the clips themselves."""
        patches, hidden = views["patches"], views["hidden"]
        wrong = (self.drawn(patches, views["seen"]) - self.target(patches)).square().mean(2)  # (B, N)
        counted = views["own"].gather(1, hidden)
        return loss_over(wrong.gather(1, hidden), counted)

    def drawn(self, patches: Tensor, seen: Tensor) -> Tensor:
        """All patches, from the seen ones (B, n) alone: (B, N, P) → (B, N, P) float32."""
        tokens = self.encoder.context(gathered(self.encoder.embedded(patches), seen))  # (B, n, E)
        tokens = self.enter(tokens)
        empty = self.missing.to(tokens.dtype).expand(*patches.shape[:2], -1)
        places = self.encoder.positions(patches.shape[1], patches.device)[:, ::2].to(tokens.dtype)  # half as many waves
        found: Tensor = self.paint(self.decode(scattered(tokens, seen, into=empty) + places))
        return found.float()

    def target(self, patches: Tensor) -> Tensor:
        """What is to be drawn, (B, N, P): each patch at mean 0 and standard deviation 1, or as it is."""
        if not self.config.normalised_targets:
            return patches
        variance, mean = torch.var_mean(patches, 2, keepdim=True, correction=0)
        return (patches - mean) / (variance + LEAST_VARIANCE).sqrt()

    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """The first clips' views, what was seen of them, and the holes filled in."""
        patches, seen = views["patches"][:SHOWN], views["seen"][:SHOWN]
        found = self.drawn(patches, seen)
        if self.config.normalised_targets:
            variance, mean = torch.var_mean(patches, 2, keepdim=True, correction=0)
            found = found * (variance + LEAST_VARIANCE).sqrt() + mean
        kept = gathered(patches, seen)
        pictures = {
            "original": patches,
            "masked": scattered(kept, seen, into=torch.zeros_like(patches)),
            "predicted": scattered(kept, seen, into=found),
        }
        return {name: self.encoder.spectrogram(picture) for name, picture in pictures.items()}
