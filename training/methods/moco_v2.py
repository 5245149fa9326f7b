"""MoCo v2: MoCo with what SimCLR had found out: a projector of two layers, stronger views, a cosine schedule.

Paper:   Chen et al. 2020, arXiv 2003.04297, section 3
Differs: 1. As MoCo v1 (1 to 4: shuffling BN within the batch, a short queue without the query's own
            recording, a slow network that follows faster).
         2. AdamW instead of SGD.
         3. The projector is as narrow as the encoder (256), not of width 2048, and has BatchNorm.
Shapes:  B clips, F mel bands, V view frames, D encoder width, P projection width, K entries of the queue.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from training.encoders.encoder import Encoder
from training.methods import moco_v1
from training.methods.method import Task
from training.parts.heads import projector
from training.settings import setting


@dataclass(frozen=True)
class Settings(moco_v1.Settings):
    """Settings of MoCo v2."""

    hidden_width: int = setting(256, "Width inside the projector.", low=16, high=4096, scale="log")
    temperature: float = setting(
        0.2, "Lower puts more weight on the nearest wrong answers.", low=0.005, high=10.0, scale="log"
    )


class MoCoV2(moco_v1.MoCoV1):
    """Equations, queue and slow network of MoCo v1; another head, other views, another temperature."""

    Config = Settings
    run_defaults: ClassVar[Mapping[str, Any]] = {}
    card = replace(
        moco_v1.MoCoV1.card,
        title="MoCo v2",
        paper="Chen et al., Improved Baselines with Momentum Contrastive Learning, arXiv 2003.04297",
        summary="Shortly after MoCo, SimCLR did better without a queue. MoCo v2 took over what had made the difference: a small "
        "network (the projector) between encoder and loss, stronger changes in the views, a higher temperature. With these "
        "the queue was ahead again, at a fraction of SimCLR's batch.",
    )

    def __init__(self, encoder: Encoder, config: Settings, task: Task) -> None:
        super().__init__(encoder, config, task, projector(encoder.width, config.hidden_width, config.projection_width))
