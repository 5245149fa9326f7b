"""SimCLR v2: a deeper head, of which the first layer is kept when a few labels come.

Paper:   Chen et al. 2020, arXiv 2006.10029, section 2
Differs: 1. A small encoder: the paper's finding that few labels want big models is not for two CPU cores.
         2. AdamW instead of LARS, and batches of hundreds of clips.
         3. Without the paper's optional queue of a slow network, which gave it one point; that is the method moco_v2.
         4. Without the last step, the distillation into a smaller model: there is no larger one here.
         5. As SimCLR (3 and 4: views of spectrograms, and other windows of a clip's own recording left out).
Shapes:  B clips, F mel bands, V view frames, D encoder width, P projection width.
"""

from dataclasses import dataclass, replace

from torch import Tensor

from training.encoders.encoder import Encoder
from training.methods import simclr
from training.methods.method import Task
from training.parts.heads import deep_projector

FIRST_LAYER = 3
"""Modules of the head's first layer: Linear, BatchNorm, ReLU."""


@dataclass(frozen=True)
class Settings(simclr.Settings):
    """Settings of SimCLR v2."""


class SimCLRv2(simclr.SimCLR):
    """SimCLR's views and loss with a head of three layers; fine-tuning begins behind the first of them."""

    Config = Settings
    card = replace(
        simclr.SimCLR.card,
        title="SimCLR v2",
        paper="Chen et al., Big Self-Supervised Models are Strong Semi-Supervised Learners, arXiv 2006.10029",
        summary="SimCLR again, in three moves: learn from all sounds without labels, fine-tune with the few labels there are, "
        "and (not here) teach a smaller model. The head behind the encoder has three layers now, and its first one is not "
        "thrown away: with one label in a hundred, fine-tuning from there does better than from the encoder. Do it with "
        "`python -m training finetune RUN --facet FACET --labels 10`.",
    )

    def __init__(self, encoder: Encoder, config: Settings, task: Task) -> None:
        super().__init__(encoder, config, task)
        self.project = deep_projector(encoder.width, config.hidden_width, config.projection_width)

    def fine_tuned_from(self, h: Tensor) -> Tensor:
        """The output of the head's first layer: W · ReLU(W⁽¹⁾ h) is what is fine-tuned (section 2)."""
        for layer in list(self.project.children())[:FIRST_LAYER]:
            h = layer(h)
        return h
