"""Audio2Vec, skip-gram: rebuild the slices around a slice of sound from that slice alone.

Paper:   Tagliasacchi et al. 2019, arXiv 1905.11796, section 3
Differs: 1. Slices of .16 s instead of about 1 s, and one neighbour a side by default: words here last half a second.
         2. The decoder is dense, not the encoder's mirror image. 3. Slices are taken of a changed copy of the clip.
         4. Frames that show no sound of the clip are not counted. 5. Recurrent layers over time by default instead of
         convolutions. 6. AdamW and a cosine schedule instead of Adam.
Shapes:  B clips, F mel bands, P neighbours a side, N = 2P + 1 slices, W frames of a slice, C numbers of a code.
"""

from typing import Any

from torch import Tensor

from training.encoders.encoder import Encoder
from training.methods.flow import Flow
from training.methods.method import Card, Suits, Task
from training.methods.neighbouring_slices import NeighbouringSlices, SliceSettings, slice_pictures
from training.parts.decoders import SpectrogramDecoder


class Audio2VecSkipGram(NeighbouringSlices):
    """The code of the middle slice is decoded to all of its neighbours at once."""

    Config = SliceSettings
    hears_middle = True
    card = Card(
        title="Audio2Vec, skip-gram",
        family="auto-encoding",
        year=2019,
        paper="Tagliasacchi et al., Self-Supervised Audio Representation Learning for Mobile Devices, arXiv 1905.11796",
        summary="The model hears one short slice of a sound and must draw what came before and what comes after, as one might "
        "guess a sentence from a single word. A slice tells little for certain of its neighbours, so what is drawn is an "
        "average of what they might be; the better the code says which sound is being made, the sharper it gets.",
        formula=r"\mathcal{L} = \frac{1}{N} \sum_{p \in \{-P, \dots, P\} \setminus 0} \lVert x_{p} - g_p(f(x_{0})) \rVert^2",
        symbols={
            "x_0": "the slice that is heard",
            "x_p": "the slice p places after it, before it where p is negative; P are told on each side",
            "f": "the encoder, which makes a code of the slice",
            "g_p": "the network that draws slice p from the code",
            "N": "how many numbers the drawn slices have",
        },
        negatives=False,
        prevents_collapse="The target is the sound itself: with one code for all slices nothing could be rebuilt.",
        breaks="Without a gap the edges of the slice give the edges of its neighbours away. Far neighbours can't be foretold, "
        "and the average spectrum comes back.",
        flow=Flow((("clip", "segment", "encoder", "decoder"), ("clip", "segment")), loss="squared difference"),
        suits=Suits("content", "probe", "What surrounds a moment depends on the sound that is being made."),
    )
    pictures = slice_pictures("The middle slice as it was, its neighbours as they were drawn from it.")

    def __init__(self, encoder: Encoder, config: Any, task: Task) -> None:
        super().__init__(encoder, config, task)
        around = self.slices - 1
        self.decode = SpectrogramDecoder(config.code_width, config.decoder_width, around, self.mels, self.slice_frames)

    def predicted(self, codes: Tensor) -> Tensor:
        """g_p(f(x₀)) for all p: the one code, decoded to all neighbours."""
        found: Tensor = self.decode(codes[:, 0])
        return found
