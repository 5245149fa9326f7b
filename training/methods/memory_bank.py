"""Instance discrimination: name a clip among all others, each remembered by one vector.

Paper:   Wu et al. 2018, arXiv 1805.01978, sections 3.1 and 3.2, equation 2
Differs: 1. Up to 4,096 other clips the softmax runs over the whole bank, as in equation 2; where there are more, over as
         many drawn at random, instead of noise-contrastive estimation. 2. One draw serves the whole batch. 3. No
         proximal term: τ and the momentum keep the embedding from jumping. 4. A projector stands before the comparison.
         5. AdamW instead of SGD. 6. Other windows of a clip's own recording are no wrong answers (`same_recording`).
Shapes:  B clips, n clips of the data, M clips compared with, F mel bands, V view frames, D encoder width, P projection
         width.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as functional
from torch import Generator, Tensor

from training.batch import Batch
from training.encoders.encoder import Encoder
from training.methods.flow import Flow
from training.methods.method import Card, Chance, Method, Suits, Task, accuracy
from training.methods.symbols import TEMPERATURE
from training.methods.two_views import SHOWN, ProjectionSettings, TwoViews, cosines
from training.methods.wrong_answers import LOW_TEMPERATURE, WrongAnswers
from training.parts.bank import Bank
from training.parts.contrast import positive_picked, products
from training.parts.heads import projector
from training.run.schema import Picture
from training.settings import setting


@dataclass(frozen=True)
class Settings(WrongAnswers, ProjectionSettings):
    """Settings of instance discrimination."""

    temperature: float = setting(
        0.07, "Lower puts more weight on the nearest wrong answers.", low=0.005, high=10.0, scale="log"
    )
    negatives: int = setting(
        4096, "Other clips to tell a clip from; all of them where the data has fewer.", low=1, high=65_536, scale="log"
    )
    bank_momentum: float = setting(
        0.5, "Share of a clip's memory that stays when the clip is heard again.", low=0.0, high=0.99, unit="share"
    )


class MemoryBank(Method):
    """A view must find the memory of its own clip among the memories of all others."""

    Config = Settings
    remembers_clips = True
    encoders = TwoViews.encoders
    card = Card(
        title="Memory bank",
        family="contrastive",
        year=2018,
        paper="Wu et al., Unsupervised Feature Learning via Non-Parametric Instance Discrimination, arXiv 1805.01978",
        summary="Every clip is a class of its own. The model remembers one vector for each clip of the data; of a changed "
        "copy of a clip it has to say which memory is its own, among thousands of others. Whenever a clip is heard, its "
        "memory moves halfway to what was heard.",
        formula=r"\ell_i = -\log \frac{\exp(v_i \cdot f_i / \tau)}{\exp(v_i \cdot f_i / \tau) + "
        r"\sum_{j \neq i} \exp(v_i \cdot f_j / \tau)}, \qquad "
        r"f_i \leftarrow \frac{m f_i + (1 - m)\, v_i}{\lVert m f_i + (1 - m)\, v_i \rVert}",
        symbols={
            r"\ell_i": "the loss of clip i",
            "v_i": "the projection of a view of clip i, of length 1",
            "f_i": "the memory of clip i, of length 1",
            "m": "how much of a memory stays when its clip is heard",
            **TEMPERATURE,
        },
        negatives=True,
        prevents_collapse="The memories of the other clips: if all were equal, no view could find its own.",
        breaks="Memories are as old as an epoch: on very large data they were written by a model that has long changed. "
        "Two recordings of the same word are pushed apart like any others." + LOW_TEMPERATURE,
        flow=Flow(
            (("clip", "view", "encoder", "projector"), ("memory bank",)),
            loss="which memory is its own",
        ),
        suits=Suits("content", "cross_group_knn", "Views change the voice and the channel and keep what is said."),
    )
    pictures = (
        Picture(
            "similarity",
            "Views against memories",
            "Each row is a view of a clip, each column what is remembered of a clip: bright on the diagonal means that "
            "the views find their own memories.",
            "matrix",
            rows="clips",
            columns="clips",
            low=-1.0,
            high=1.0,
            shows="diagonal",
        ),
    )
    parts = (accuracy("How often a clip's own memory lies nearer than all memories that were drawn of other clips."),)

    def __init__(self, encoder: Encoder, config: Settings, task: Task) -> None:
        super().__init__(encoder, config, task)
        self.temperature = config.temperature
        self.negatives = min(config.negatives, task.clips - 1)
        self.project = projector(encoder.width, config.hidden_width, config.projection_width)
        self.bank = Bank(task.clips, config.projection_width, config.bank_momentum, config.table(task))
        self.remark = config.remark(task)
        self._heard: tuple[Tensor, Tensor] | None = None

    def views(self, batch: Batch, generator: Generator) -> dict[str, Tensor]:
        """One view of each clip (B, F, V), its number (B,), and the numbers (M,) of the clips to tell it from."""
        n, device = len(self.bank.entries), batch.clips.device
        if self.negatives == n - 1:
            others = torch.arange(n, device=device)
        else:
            others = torch.randint(n, (self.negatives,), generator=generator, device=device)
        view = self.augment.one(batch.audio, batch.lengths, generator)
        return {"view": view, "clips": batch.clips, "others": others}

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """Equation 2: own memory first, then the others; those of its own recording never count among the others."""
        clips, others = views["clips"], views["others"]
        v = functional.normalize(self.project(self.encoder(views["view"])).float(), dim=1)  # (B, P)
        self._heard = clips, v.detach()
        own = (v * self.bank.entries[clips]).sum(1) / self.temperature  # (B,)
        wrong = products(v, self.bank.entries[others]) / self.temperature  # (B, M)
        loss, found = positive_picked(own, wrong.masked_fill(self.bank.of_recordings_of(clips, others), -torch.inf))
        return {"loss": loss, "accuracy": found}

    def after_step(self, progress: float) -> None:
        """The memories of the clips just heard move."""
        if self._heard is not None:
            self.bank.renew(*self._heard)

    def projection(self, h: Tensor) -> Tensor:
        """z (B, P), before normalisation."""
        projected: Tensor = self.project(h)
        return projected

    def chance(self) -> Chance:
        """All memories equally near: ln(M + 1)."""
        return Chance(math.log(self.negatives + 1), f"ln({self.negatives} + 1): all memories look alike{self.remark}")

    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """Cosine of each view with each of the memories of the same clips."""
        z = self.project(self.encoder(views["view"][:SHOWN]))
        return {"similarity": cosines(z, self.bank.entries[views["clips"][:SHOWN]])}
