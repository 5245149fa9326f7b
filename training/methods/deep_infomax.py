"""Deep InfoMax: the vector of a whole clip should tell its own moments from those of other clips.

Paper:   Hjelm et al. 2019, arXiv 1808.06670, sections 3.1 to 3.3, equations 4 to 8, as DIM(L);
         for audio Ravanelli and Bengio 2019, arXiv 1812.00271
Differs: 1. Local features are the encoder's frames, each of all bands, instead of places in a picture. 2. The prior's
         discriminator learns in the same step as the encoder: its gradient is turned round on the way back, where the
         paper takes turns. 3. The vector is made of one changed view of a clip and its moments of another one, as in
         AMDIM (Bachman et al. 2019, arXiv 1906.00910): of a single view it was enough to know where in it the clip
         began. 4. The global vector ends in BatchNorm without scale and offset: else the judge soon wins for good.
         5. InfoNCE by default; the Jensen-Shannon estimate is a setting. 6. AdamW and a cosine schedule instead of
         Adam. 7. Moments of other windows of a clip's own recording are no wrong answers (`same_recording`). 8. The
         critic multiplies what moment and vector become in two layers each, as the paper's encode-and-dot, but in 256
         numbers instead of 2048, without linear paths beside the layers, and with BatchNorm on the vector's side alone.
Shapes:  B clips, F mel bands, V view frames, U output frames, D encoder width, P width of the global vector, C width in
         which the critic compares.
"""

import math
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as functional
from torch import Generator, Tensor, nn

from training.batch import Batch
from training.encoders.encoder import Encoder
from training.methods.flow import Flow
from training.methods.method import Card, Chance, Method, Suits, Task, accuracy, part
from training.methods.two_views import SHOWN, TwoViews
from training.methods.wrong_answers import WrongAnswers
from training.parts.contrast import fellows, off_diagonal, positive_picked, products
from training.parts.heads import projector
from training.parts.mean_over import mean_over
from training.run.schema import Picture
from training.settings import setting


@dataclass(frozen=True)
class Settings(WrongAnswers):
    """Settings of Deep InfoMax."""

    projection_width: int = setting(64, "Numbers of the global vector of a clip.", low=8, high=1024, scale="log")
    hidden_width: int = setting(
        256, "Width in which the critic compares moments and clips.", low=16, high=4096, scale="log"
    )
    estimator: str = setting(
        "infonce",
        "How mutual information is estimated: by right and wrong pairs, or by picking.",
        choices=("jsd", "infonce"),
    )
    prior_weight: float = setting(
        0.1, "How much it counts that global vectors look evenly spread from 0 to 1.", low=0.0, high=10.0
    )


class DeepInfoMax(Method):
    """A critic scores every moment of every clip with every clip's vector; only those of one clip belong together."""

    Config = Settings
    one_view = False
    encoders = TwoViews.encoders
    card = Card(
        title="Deep InfoMax",
        family="contrastive",
        year=2019,
        paper="Hjelm et al., Learning Deep Representations by Mutual Information Estimation and Maximization, arXiv 1808.06670; "
        "for audio Ravanelli and Bengio, arXiv 1812.00271",
        summary="A clip is heard twice, changed in two ways: once in moments, and once summed up in one vector. A critic looks at "
        "a moment and a vector and says whether they are of the same clip. To please it the vector must hold what many moments "
        "of the clip tell in another voice and through another channel, and not the noise of one of them. A second judge "
        "keeps the vectors evenly spread.",
        formula=r"\mathcal{L} = -\mathbb{E}_{i,u} \log \frac{e^{T(l_{iu}, g_i)}}{e^{T(l_{iu}, g_i)} + "
        r"\sum_{j \neq i} \sum_{v} e^{T(l_{jv}, g_i)}} + \gamma \max_E \min_D \mathcal{L}_{\mathrm{prior}}",
        symbols={
            "l_{iu}": "moment u of one view of clip i",
            "g_i": "the vector of the whole other view of clip i",
            "T": "the critic: how well a moment and a vector fit",
            r"\mathbb{E}_{i,u}": "the mean over all clips and moments",
            "E": "the encoder",
            "D": "the second judge, who tells its vectors from evenly spread ones",
            r"\mathcal{L}_{\mathrm{prior}}": "the judge's loss, which the judge makes small and the encoder large",
            r"\gamma": "how much that counts",
        },
        negatives=True,
        prevents_collapse="The moments of the other clips: if all vectors were equal, the critic could not tell right from wrong; "
        "and the prior, which wants them spread.",
        breaks="What lasts for the whole view is the easiest to agree on: where moments and vector are of the same view, it is "
        "enough to know its filter and where in it the clip begins, and the embeddings fall onto a few directions.",
        flow=Flow(
            (
                ("clip", "view", "encoder", "frames", "critic"),
                ("clip", "view", "encoder", "average", "projector", "critic"),
                ("other clips",),
            ),
            loss="which moment is whose",
        ),
        suits=Suits(
            "content",
            "cross_group_knn",
            "Views change the voice and the channel apart for moments and vector; what is said is left to share.",
        ),
    )
    pictures = (
        Picture(
            "scores",
            "Moments and clips",
            "Each row is a clip's moments, each column a clip's vector, each cell how well they fit together: the diagonal "
            "should be high, all else low.",
            "matrix",
            rows="clips",
            columns="clips",
            shows="diagonal",
        ),
    )
    parts = (
        part("local", "Local", "How badly moments are matched with their own clip."),
        part(
            "prior",
            "Prior",
            "How badly a judge tells vectors from random numbers.",
        ),
        accuracy("How often a moment fits its own clip's vector better than that of any other clip."),
    )

    def __init__(self, encoder: Encoder, config: Settings, task: Task) -> None:
        super().__init__(encoder, config, task)
        self.estimator, self.prior_weight = config.estimator, config.prior_weight
        self.batch_size, self.remark = task.batch_size, config.remark(task)
        hidden, width = config.hidden_width, config.projection_width
        # g, the global vector; BatchNorm keeps the sigmoid before the judge from saturating.
        self.project = projector(encoder.width, hidden, width).append(nn.BatchNorm1d(width, affine=False))
        self.whole = projector(width, hidden, hidden)
        self.moment = nn.Sequential(nn.Linear(encoder.width, hidden), nn.ReLU(), nn.Linear(hidden, hidden))
        self.judge = nn.Sequential(nn.Linear(width, hidden), nn.ReLU(), nn.Linear(hidden, 1))

    def views(self, batch: Batch, generator: Generator) -> dict[str, Tensor]:
        """Two views of each clip (B, F, V), samples of the prior (B, P), even from 0 to 1, and its recording (B,)."""
        first, second = self.augment.pair(batch.audio, batch.lengths, generator)
        shape = (len(first), self.config.projection_width)
        prior = torch.rand(shape, generator=generator, device=first.device)
        return {"first": first, "second": second, "prior": prior, **self.config.seen(batch)}

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """Equations 5 (or 6) and 7: local mutual information, and the distance from the prior."""
        frames, others = self.encoder.sequence(torch.cat([views["first"], views["second"]])).chunk(2)  # (B, U, D)
        g = self.project(self.encoder.pooled(others))  # (B, P)
        scores = self._scores(frames, g)  # (B, U, B)
        left_out = fellows(views, g)  # (B, B)
        local = jsd(scores, left_out) if self.estimator == "jsd" else infonce(scores, left_out)
        prior = self._prior(g, views["prior"])
        own = torch.arange(len(g), device=g.device)[:, None]
        found = scores.masked_fill(left_out[:, None], -torch.inf).argmax(2) == own  # (B, U)
        return {
            "loss": local + self.prior_weight * prior,
            "local": local.detach(),
            "prior": prior.detach(),
            "accuracy": mean_over(found.float().mean(1), (~left_out).sum(1) > 1),
        }

    def projection(self, h: Tensor) -> Tensor:
        """g (B, P), the global vector."""
        projected: Tensor = self.project(h)
        return projected

    def chance(self) -> Chance:
        """Critic and judge know nothing: all scores 0."""
        prior = 2 * math.log(2) * self.prior_weight
        if self.estimator == "jsd":
            return Chance(
                2 * math.log(2) + prior, "(1 + γ) · 2 ln 2: neither critic nor judge can tell right from wrong"
            )
        moments = (self.batch_size - 1) * math.ceil(self.augment.view_length / self.encoder.stride)
        return Chance(
            math.log(moments + 1) + prior,
            f"ln({moments} + 1) + γ · 2 ln 2: all moments of the batch look alike{self.remark}",
        )

    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """How well each clip's moments fit each clip's vector, on average."""
        frames = self.encoder.sequence(views["first"][:SHOWN])
        g = self.project(self.encoder(views["second"][:SHOWN]))
        return {"scores": self._scores(frames, g).mean(1)}

    def _scores(self, frames: Tensor, g: Tensor) -> Tensor:
        """T (B, U, B): moment u of clip j with the vector of clip i, encoded apart and multiplied."""
        moments, wholes = self.moment(frames), self.whole(g)  # (B, U, C), (B, C)
        return products(moments.flatten(0, 1), wholes).view(*moments.shape[:2], -1)

    def _prior(self, g: Tensor, samples: Tensor) -> Tensor:
        """The judge's loss at telling samples of the prior from vectors; the encoder gets its gradient turned round."""
        real, found = self.judge(samples), self.judge(gradient_reversed(torch.sigmoid(g)))
        return functional.softplus(-real.float()).mean() + functional.softplus(found.float()).mean()


def jsd(scores: Tensor, left_out: Tensor) -> Tensor:
    """Equation 5, the Jensen–Shannon estimate, to be minimised: T (B, U, B), 2 ln 2 where all is 0.

    Clips (B, B) that are left out make no wrong pairs.
    """
    own = scores.diagonal(dim1=0, dim2=2).T.flatten()  # the moments of clip 0 first, as among the others
    others = off_diagonal(scores.transpose(0, 1)).permute(1, 2, 0)  # (B, B − 1, U)
    wrong = mean_over(functional.softplus(others).mean(2), off_diagonal(~left_out))
    return functional.softplus(-own).mean() + wrong


def infonce(scores: Tensor, left_out: Tensor) -> Tensor:
    """Equation 6: each vector picks each of its moments among all moments of the other clips. T (B, U, B).

    Without those of the clips (B, B) that are left out.
    """
    batch, count, _ = scores.shape
    own = torch.eye(batch, dtype=torch.bool, device=scores.device)  # (B, B)
    wrong = scores.masked_fill((own | left_out)[:, None], -torch.inf).flatten(0, 1).logsumexp(0)  # (B,) for each vector
    right = scores.diagonal(dim1=0, dim2=2).T.flatten()  # (B · U,), the moments of clip 0 first
    return positive_picked(right, wrong.repeat_interleave(count)[:, None])[0]


class _GradientReversal(torch.autograd.Function):
    """`gradient_reversed`, with its gradient."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        """x itself, of any shape."""
        return x.view_as(x)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        """The gradient that arrives, turned round."""
        return -gradients[0]


def gradient_reversed(x: Tensor) -> Tensor:
    """x itself, with its gradient turned round: what is before it learns the opposite of what is after it."""
    found: Tensor = _GradientReversal.apply(x)
    return found
