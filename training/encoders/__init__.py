"""Every encoder there is. An encoder is added by its file and one line here."""

from training.encoders.conv1d import Conv1d
from training.encoders.conv2d import Conv2d
from training.encoders.encoder import Encoder

ENCODERS: dict[str, type[Encoder]] = {
    "conv2d": Conv2d,
    "conv1d": Conv1d,
}
