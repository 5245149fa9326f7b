"""What methods have in common that compare a sound with something else of the same clip.

Shapes:  B clips, D encoder width, P projection width.
"""

import math
from abc import abstractmethod
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from training.encoders.encoder import Encoder
from training.methods.method import Chance, Method, Task, accuracy
from training.methods.two_views import SHOWN, ProjectionSettings, cosines
from training.parts.contrast import fellows
from training.parts.heads import projector
from training.parts.matching import matching
from training.settings import setting


@dataclass(frozen=True)
class MatchingSettings(ProjectionSettings):
    """Settings of the projectors and of the loss."""

    temperature: float = setting(
        0.1, "Lower puts more weight on the nearest wrong answers.", low=0.005, high=10.0, scale="log"
    )


class TwoModalities(Method):
    """The sound through the encoder and `project`, its counterpart through what the method brings along.

    Views are "sound", what the counterpart is made of, and "meaning" (B,): equal where counterparts are the same, below
    0 where there is none; "recordings" (B,) where counterparts of a sound's own recording are no wrong answers.
    """

    remembers_clips = True
    remark = ""
    """Ends the meaning of the chance line."""
    project: nn.Module
    parts = (accuracy("How often what lies nearest on the other side belongs to the sound."),)

    def __init__(self, encoder: Encoder, config: Any, task: Task) -> None:
        super().__init__(encoder, config, task)
        self.temperature = config.temperature
        self.batch_size = task.batch_size
        self.project = projector(encoder.width, config.hidden_width, config.projection_width)

    @abstractmethod
    def counterpart(self, views: dict[str, Tensor]) -> Tensor:
        """What the other modality says of each clip, (B, P)."""

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """Each sound finds its counterpart among all of the batch, and each counterpart its sound."""
        sound = self.project(self.encoder(views["sound"]))
        left_out = fellows(views, sound)  # (B, B)
        return matching(sound, self.counterpart(views), views["meaning"], self.temperature, left_out)

    def projection(self, h: Tensor) -> Tensor:
        """z (B, P), before normalisation."""
        projected: Tensor = self.project(h)
        return projected

    def chance(self) -> Chance:
        """All counterparts equally near: ln B."""
        meaning = f"ln {self.batch_size}: all counterparts of the batch look alike{self.remark}"
        return Chance(math.log(self.batch_size), meaning)

    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """Cosine of each sound with each counterpart."""
        shown = {name: value[:SHOWN] for name, value in views.items()}
        return {"similarity": cosines(self.project(self.encoder(shown["sound"])), self.counterpart(shown))}
