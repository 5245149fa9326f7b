"""DINO: a student names each view as its teacher, a slow copy, names the other view, without anyone having given names.

Paper:   Caron et al. 2021, arXiv 2104.14294, equations 1 to 4 and algorithm 1
Differs: 1. Two views of one size, no small crops. 2. A thousand prototypes instead of 65,536, behind a head of 16
         numbers instead of 256: with many more prototypes than numbers no direction is equally far from all of them.
         3. The teacher starts at .99 and not .996, since runs here are short. 4. Its temperature is .04 from the
         first step to the last, and the prototypes learn from the first step on. 5. What is kept is the student,
         averaged over its last steps, and not the teacher. 6. The head has BatchNorm and ReLU instead of GELU alone:
         the encoder's outputs are positive and so nearly parallel that without it no prototype is nearer than
         another, and all become equal. 7. A learning rate of 1e-3 for batches of 64 instead of .0005 for each 256 of
         1024 clips. 8. The weight decay stays 1e-4 instead of rising from .04 to .4 by a cosine. 9. Gradients aren't
         clipped (there at a norm of 3). Both views go through in one pass, as in the authors' code, so that BatchNorm's
         statistics are of both.
Shapes:  B clips, F mel bands, V view frames, D encoder width, P projection width, K prototypes.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from training.encoders.encoder import Encoder
from training.methods.flow import Flow
from training.methods.method import Card, Chance, Suits, Task, in_use, part
from training.methods.symbols import STOP_GRADIENT
from training.methods.two_views import SHOWN, ProjectionSettings, TwoViews
from training.parts.heads import deep_projector
from training.parts.quantiser import perplexity
from training.parts.slow_copy import follow, slow_copy
from training.parts.stop_gradient import StopGradient
from training.run.schema import Picture
from training.settings import setting


@dataclass(frozen=True)
class Settings(ProjectionSettings):
    """Settings of DINO."""

    projection_width: int = setting(
        16, "Numbers that are compared with the prototypes; fewer than prototypes.", low=8, high=1024, scale="log"
    )
    prototypes: int = setting(1024, "K: how many prototypes a view is compared with.", low=8, high=2048, scale="log")
    student_temperature: float = setting(
        0.1, "Higher makes the student's distribution flatter for the same scores.", low=0.01, high=1.0, scale="log"
    )
    teacher_temperature: float = setting(
        0.04,
        "Sharpening: lower makes the teacher's distribution more peaked than the student's.",
        low=0.005,
        high=1.0,
        scale="log",
    )
    centre_momentum: float = setting(
        0.9, "Over how many steps the centre averages the teacher's scores.", low=0.0, high=0.9999, unit="memory"
    )
    momentum: float = setting(
        0.99,
        "Over how many steps the teacher averages, at the start; it ends standing still.",
        low=0.0,
        high=0.9999,
        unit="memory",
    )


class DINO(TwoViews):
    """Cross-entropy of the student's shares of K prototypes to the teacher's of the other view, centred and sharpened."""

    Config = Settings
    run_defaults: ClassVar[Mapping[str, Any]] = {"batch_size": 64, "learning_rate": 1e-3}
    card = Card(
        title="DINO",
        family="Siamese, no negatives",
        year=2021,
        paper="Caron et al., Emerging Properties in Self-Supervised Vision Transformers, arXiv 2104.14294",
        summary="A student and a teacher hear two views of the same clip. The teacher, a slow copy of the student, says which "
        "of many nameless classes its view belongs to, and the student learns to say the same of the other view. "
        "The teacher is made sure of itself, and whatever class it names too often is made rarer.",
        formula=r"\mathcal{L} = \tfrac{1}{2} H\big(P_t(x_1), P_s(x_2)\big) + \tfrac{1}{2} H\big(P_t(x_2), P_s(x_1)\big), \quad "
        r"P_s = \mathrm{softmax}(g_s / \tau_s), \quad P_t = \mathrm{sg}\,\mathrm{softmax}\big((g_t - c) / \tau_t\big), \quad "
        r"H(a, b) = -\textstyle\sum_k a_k \log b_k",
        symbols={
            "x_1, x_2": "the two views",
            "g_s, g_t": "the scores that student and teacher give the K classes",
            "P_s, P_t": "these as shares that sum to 1",
            "H(a, b)": "the cross-entropy of shares b against shares a",
            "c": "the centre: the running mean of the teacher's scores",
            r"\tau_s, \tau_t": "the temperatures of student and teacher: a lower one makes shares surer",
            **STOP_GRADIENT,
        },
        negatives=False,
        prevents_collapse="Centring keeps one class from taking everything, sharpening keeps all from being equal; each alone "
        "collapses the one way or the other.",
        breaks="Without centring the teacher soon names the same class for every clip, and the loss goes to 0. With a teacher "
        "not surer than the student all classes become equal, and the loss stays at ln K.",
        flow=Flow(
            (
                ("clip", "view", "encoder", "projector", "prototypes"),
                ("clip", "view", "slow encoder", "slow projector", "prototypes", "centring", "stop-gradient"),
            ),
            loss="cross-entropy to the teacher",
        ),
        suits=Suits("content", "cross_group_knn", "Views change the voice and the channel and keep what is said."),
    )
    pictures = (
        Picture(
            "teacher",
            "What the teacher names",
            "Each row is a clip, each column a prototype: how surely the teacher gives the clip to it.",
            "matrix",
            rows="clips",
            columns="prototypes",
            low=0.0,
            high=1.0,
        ),
        Picture(
            "use",
            "Use of the prototypes",
            "The share of the clips that each prototype gets, the most used first: one tall bar alone is a collapse, and so "
            "is perfect evenness where every clip gets a little of each.",
            "bars",
            rows="prototypes",
            low=0.0,
        ),
    )
    parts = (
        part(
            "teacher_entropy",
            "Entropy of the teacher",
            "How undecided it is; 0, or no change, is collapse.",
            "nats",
        ),
        part(
            "divergence",
            "Divergence",
            "How far the student is from the teacher.",
            "nats",
        ),
        in_use("prototypes", "the views of a batch really share out among them"),
    )

    def __init__(self, encoder: Encoder, config: Settings, task: Task) -> None:
        head = deep_projector(encoder.width, config.hidden_width, config.projection_width)
        super().__init__(encoder, config, task, project=head)
        self.prototypes = Prototypes(config.prototypes, config.projection_width)
        self.teacher = slow_copy(nn.Sequential(self.encoder, self.project, self.prototypes))
        self.centring = Centring(config.prototypes)
        self.stop_gradient = StopGradient()

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """Equation 3 with two views, both ways; also its parts, the teacher's own entropy and how far the student is off."""
        both = torch.cat([views["first"], views["second"]])  # (2B, F, V)
        student = self.prototypes(self.project(self.encoder(both)))  # (2B, K)
        named = self.stop_gradient(self.named(self.teacher(both)))
        target = named.roll(len(both) // 2, 0)  # of each view's partner
        entropy = -torch.xlogy(target, target).sum(1).mean().detach()
        answer = functional.log_softmax(student / self.config.student_temperature, dim=1)
        loss = -(target * answer).sum(1).mean()
        used = perplexity(target.detach().mean(0, keepdim=True))[0]
        return {
            "loss": loss, "teacher_entropy": entropy, "divergence": (loss - entropy).detach(), "prototypes_used": used,
        }  # fmt: skip

    def named(self, scores: Tensor) -> Tensor:
        """P_t: the teacher's scores (B, K) centred and sharpened to shares (B, K)."""
        return functional.softmax(self.centring(scores) / self.config.teacher_temperature, dim=1)

    def after_step(self, progress: float) -> None:
        """Centre and teacher follow; the teacher ever more slowly, by a cosine from `momentum` to 1."""
        self.centring.move(self.config.centre_momentum)
        momentum = 1 - (1 - self.config.momentum) * (math.cos(math.pi * progress) + 1) / 2
        follow(self.teacher, nn.Sequential(self.encoder, self.project, self.prototypes), momentum)

    def chance(self) -> Chance:
        """ln K: the student gives every prototype the same share."""
        count = self.config.prototypes
        return Chance(math.log(count), f"ln {count}: every prototype gets the same share")

    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """The teacher's shares for the first clips, and each prototype's mean share over all of them."""
        shares = self.named(self.teacher(views["first"]))
        return {"teacher": shares[:SHOWN], "use": shares.mean(0).sort(descending=True).values}


class Prototypes(nn.Module):
    """The last, weight-normalised layer: cosines of projections with K prototypes, (B, P) → (B, K), in float32."""

    def __init__(self, count: int, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(count, width) / width**0.5)

    def forward(self, z: Tensor) -> Tensor:
        """Each is divided by its length first."""
        with torch.autocast(z.device.type, enabled=False):  # the scores are divided by small temperatures
            return functional.normalize(z.float(), dim=1) @ functional.normalize(self.weight.float(), dim=1).T


class Centring(nn.Module):
    """Takes away the running mean of the teacher's scores: equation 4."""

    centre: Tensor
    latest: Tensor

    def __init__(self, count: int) -> None:
        super().__init__()
        self.register_buffer("centre", torch.zeros(count))
        self.register_buffer("latest", torch.zeros(count))

    def forward(self, scores: Tensor) -> Tensor:
        """(B, K) less the centre. While training, their mean is noted for `move`."""
        if self.training:
            self.latest.copy_(scores.detach().mean(0))
        return scores - self.centre

    def move(self, momentum: float) -> None:
        """c ← m c + (1 − m) · mean of the latest scores."""
        self.centre.lerp_(self.latest, 1 - momentum)
