"""SimCLR: among all views of a batch, find the one that was made from the same clip.

Paper:   Chen et al. 2020, arXiv 2002.05709, section 2, equation 1 (NT-Xent)
Differs: 1. AdamW instead of LARS: batches here are hundreds of clips, not thousands.
         2. Projection 256 → 128 on a small encoder instead of 2048 → 128 on a ResNet-50.
         3. Views are made of mel spectrograms, so colour jitter and blur become mixtures, noise and filters.
Shapes:  B clips, F mel bands, V view frames, D encoder width, P projection width.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as functional
from torch import Generator, Tensor

from training.batch import Batch
from training.encoders.encoder import Encoder
from training.methods.method import Card, Chance, Method, Task
from training.parts.heads import projector
from training.settings import setting


@dataclass(frozen=True)
class Settings:
    """Settings of SimCLR."""

    temperature: float = setting(
        0.1, "Lower looks harder at the nearest wrong answers.", low=0.01, high=10.0, scale="log"
    )
    projection_width: int = setting(128, "Numbers that the loss compares for each view.", low=8, high=1024, scale="log")
    hidden_width: int = setting(256, "Width inside the projector.", low=16, high=4096, scale="log")


class SimCLR(Method):
    """Two views of every clip; each must pick the other out of all 2B − 1 views that aren't itself."""

    Config = Settings
    encoders = ("conv2d", "conv1d")
    card = Card(
        title="SimCLR",
        family="contrastive",
        year=2020,
        paper="Chen et al., A Simple Framework for Contrastive Learning of Visual Representations, arXiv 2002.05709",
        summary="Every clip is heard twice, changed in two ways. The model sees all these views at once and learns to say "
        "for each which other one came from the same clip. What helps to tell clips apart in spite of the changes stays; "
        "what the changes vary is forgotten.",
        formula=r"\ell_{i} = -\log \frac{\exp(z_i \cdot z_{j(i)} / \tau)}{\sum_{k \neq i} \exp(z_i \cdot z_k / \tau)}",
        negatives=True,
        prevents_collapse="The other clips of the batch: if all embeddings were equal, no view could find its partner.",
        breaks="With a high temperature (10) all views count alike, and the embeddings shrink to a line. "
        "Small batches give few wrong answers to learn from.",
    )

    def __init__(self, encoder: Encoder, config: Settings, task: Task) -> None:
        super().__init__(encoder, config, task)
        self.temperature = config.temperature
        self.batch_size = task.batch_size
        self.project = projector(encoder.width, config.hidden_width, config.projection_width)

    def views(self, batch: Batch, generator: Generator) -> dict[str, Tensor]:
        """Two random views of each clip, (B, F, V) each."""
        first, second = self.augment.pair(batch.audio, batch.lengths, generator)
        return {"first": first, "second": second}

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """NT-Xent, and how often the right view is the nearest one."""
        both = torch.cat([views["first"], views["second"]])
        z = functional.normalize(self.project(self.encoder(both)).float(), dim=1)  # (2B, P)
        similarity = similarities(z, self.temperature)
        partner = torch.arange(len(z), device=z.device).roll(len(z) // 2)
        found = (similarity.argmax(1) == partner).float().mean()
        return {"loss": functional.cross_entropy(similarity, partner), "accuracy": found.detach()}

    def projection(self, h: Tensor) -> Tensor:
        """z (B, P), before normalisation."""
        return self.project(h)

    def chance(self) -> Chance:
        """All views equally near: ln(2B − 1)."""
        return Chance(
            math.log(2 * self.batch_size - 1), f"ln(2·{self.batch_size} − 1): all views of the batch look alike"
        )

    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """Cosine of each first view with each second view, for the batch's first clips."""
        z1, z2 = (
            functional.normalize(self.project(self.encoder(views[v][:32])).float(), dim=1) for v in ("first", "second")
        )
        return {"similarity": z1 @ z2.T}


def similarities(z: Tensor, temperature: float) -> Tensor:
    """Cosine over temperature of all pairs of normalised z (N, P) → (N, N); a view never counts as its own answer."""
    return (z @ z.T / temperature).fill_diagonal_(-torch.inf)
