"""SimCLR: among all views of a batch, find the one that was made from the same clip.

Paper:   Chen et al. 2020, arXiv 2002.05709, section 2, equation 1 (NT-Xent)
Differs: 1. AdamW instead of LARS: batches here are hundreds of clips, not thousands.
         2. Projection 256 → 128 on a small encoder instead of 2048 → 128 on a ResNet-50.
         3. Views are made of mel spectrograms, so colour jitter and blur become mixtures, noise and filters.
         4. Other windows of a clip's own recording are no wrong answers (`same_recording`); a picture has none.
            Positives may be neighbours in time instead of views of one stretch (`positives`).
Shapes:  B clips, F mel bands, V view frames, D encoder width, P projection width.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as functional
from torch import Tensor

from training.encoders.encoder import Encoder
from training.methods.flow import Flow
from training.methods.method import Card, Chance, Suits, Task, accuracy
from training.methods.neighbours import Neighbours, NeighbourSettings, far_scores
from training.methods.symbols import TEMPERATURE
from training.methods.two_views import ProjectionSettings
from training.methods.wrong_answers import LOW_TEMPERATURE
from training.parts.contrast import answered, fellows, products, surprise
from training.parts.mean_over import loss_over, mean_over
from training.settings import setting


@dataclass(frozen=True)
class Settings(NeighbourSettings, ProjectionSettings):
    """Settings of SimCLR."""

    temperature: float = setting(
        0.1, "Lower puts more weight on the nearest wrong answers.", low=0.005, high=10.0, scale="log"
    )


class SimCLR(Neighbours):
    """Two views of every clip; each must pick the other out of all 2B − 1 views that aren't itself."""

    Config = Settings
    judges_clips = True
    surprise = staticmethod(surprise)
    card = Card(
        title="SimCLR",
        family="contrastive",
        year=2020,
        paper="Chen et al., A Simple Framework for Contrastive Learning of Visual Representations, arXiv 2002.05709",
        summary="Every clip is heard twice, changed in two ways. The model sees all these views at once and learns to say "
        "for each which other one came from the same clip. What helps to tell clips apart in spite of the changes stays; "
        "what the changes vary is forgotten.",
        formula=r"\ell_{i} = -\log \frac{\exp(z_i \cdot z_{j(i)} / \tau)}{\sum_{k \neq i} \exp(z_i \cdot z_k / \tau)}",
        symbols={
            r"\ell_i": "the loss of view i",
            "z_i": "the projection of view i, of length 1",
            "j(i)": "the other view of the same clip",
            "k": "any of the batch's other views",
            **TEMPERATURE,
        },
        negatives=True,
        prevents_collapse="The other clips of the batch: if all embeddings were equal, no view could find its partner.",
        breaks="With a high temperature (10) all views count alike, and the embeddings shrink to a line. "
        "Small batches give few wrong answers to learn from." + LOW_TEMPERATURE,
        flow=Flow(
            (("clip", "view", "encoder", "projector"), ("clip", "view", "encoder", "projector"), ("other clips",)),
            loss="which views belong together",
        ),
        suits=Suits("content", "cross_group_knn", "Views change the voice and the channel and keep what is said."),
    )
    parts = (accuracy("How often a view's nearest view in the batch is the other one of the same clip."),)

    def __init__(self, encoder: Encoder, config: Settings, task: Task) -> None:
        super().__init__(encoder, config, task)
        self.temperature = config.temperature
        self.batch_size = task.batch_size

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """NT-Xent, and how often the right view is the nearest one."""
        seen = torch.cat([views[name] for name in ("first", "second", "far") if name in views])
        count = 2 * len(views["first"])
        z = functional.normalize(self.project(self.encoder(seen)).float(), dim=1)
        z, far = z[:count], z[count:]  # (2B, P), and (B, P) or nothing
        similarity = similarities(z, self.temperature, fellows(views, views["first"]))
        if "far" in views:
            own = far_scores(z, far.repeat(2, 1), views["there"].repeat(2)) / self.temperature
            similarity = torch.cat([similarity, own], dim=1)  # (2B, 2B + 1)
        if further := self.further(z, views):
            similarity = torch.cat([similarity, *further], dim=1)
        partner = torch.arange(len(z), device=z.device).roll(len(z) // 2)
        found, asked = answered(similarity, partner)
        of_clips = (x.view(2, -1).T for x in (self.surprise(similarity, partner), asked))  # (B, 2): both views of each
        return {**loss_over(*of_clips), "accuracy": mean_over(found, asked)}

    def further(self, z: Tensor, views: dict[str, Tensor]) -> list[Tensor]:
        """Scores (2B, …) of wrong answers that are not of this batch: z (2B, P) of length 1."""
        return []

    def chance(self) -> Chance:
        """All views equally near: ln(2B − 1), and one more where there are far ones."""
        less = 0 if self.config.positives == "near against far" else 1
        return Chance(
            math.log(2 * self.batch_size - less),
            f"ln(2·{self.batch_size} − {less}): all views of the batch look alike{self.remark}",
        )


def similarities(z: Tensor, temperature: float, left_out: Tensor) -> Tensor:
    """Cosine over temperature of all pairs of views, z (2B, P) normalised → (2B, 2B): −∞ between a view and itself, and
    between views of clips that are `left_out` (B, B).

    Of a large batch each pass over all pairs takes its time: the temperature goes to z, and −∞ is written in place.
    """
    no_answer = left_out.repeat(2, 2).fill_diagonal_(True)
    return products(z / temperature, z).masked_fill_(no_answer, -torch.inf)
