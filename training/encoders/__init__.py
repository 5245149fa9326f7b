"""Every encoder there is. An encoder is added by its file and one line here."""

from training.encoders.bi_gru import BiGru
from training.encoders.conv1d import Conv1d
from training.encoders.conv2d import Conv2d
from training.encoders.conv_gru import ConvGru, FrameGru
from training.encoders.encoder import Encoder
from training.encoders.masked_conv import MaskedConv
from training.encoders.resnet import ResNet
from training.encoders.transformers import FrameTransformer, PatchTransformer
from training.encoders.wave_gru import WaveGru
from training.encoders.wave_transformer import WaveTransformer

ENCODERS: dict[str, type[Encoder]] = {
    "conv2d": Conv2d,
    "resnet": ResNet,
    "patch_transformer": PatchTransformer,
    "frame_transformer": FrameTransformer,
    "conv_gru": ConvGru,
    "frame_gru": FrameGru,
    "bi_gru": BiGru,
    "masked_conv": MaskedConv,
    "conv1d": Conv1d,
    "wave_gru": WaveGru,
    "wave_transformer": WaveTransformer,
}
