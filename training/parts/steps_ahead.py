"""How far ahead a method may look: no further than its views reach.

Shapes:  U steps of a view, each of so many frames or samples as the encoder's stride says.
"""

import math

from training.data.dataset import SAMPLE_RATE
from training.encoders.encoder import Encoder
from training.errors import SettingError
from training.parts.augment import Augment
from training.views.mel import FRAMES_TOGETHER


def check_steps_ahead(name: str, ahead: int, encoder: Encoder, augment: Augment) -> None:
    """Raises UserError where `ahead` steps, the setting `name`, leave nothing to predict in a view: n < U is needed."""
    steps = augment.view_length // encoder.stride
    if ahead < steps:
        return
    mel = encoder.domain == "mel"
    second = 1 / augment.front_end.hop_seconds if mel else SAMPLE_RATE  # frames or samples of one
    needed = (ahead + 1) * encoder.stride
    if mel:
        needed = math.ceil(needed / FRAMES_TOGETHER) * FRAMES_TOGETHER
    raise SettingError(
        name,
        f"is {ahead}, but a view of {augment.view_length / second:.3g} s has {steps} steps of "
        f"{1000 * encoder.stride / second:.3g} ms, so at most {steps - 1} was expected; or make crop_seconds at least "
        f"{math.ceil(1000 * needed / second - 1e-6) / 1000:g}.",
        "crop_seconds",
    )
