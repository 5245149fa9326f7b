"""Audio2Vec, continuous bag of words: rebuild a slice of sound from the slices around it.

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


class Audio2VecCBoW(NeighbouringSlices):
    """The codes of the neighbours, side by side, are decoded to the slice between them."""

    Config = SliceSettings
    hears_middle = False
    card = Card(
        title="Audio2Vec, CBoW",
        family="auto-encoding",
        year=2019,
        paper="Tagliasacchi et al., Self-Supervised Audio Representation Learning for Mobile Devices, arXiv 1905.11796",
        summary="A short slice of the sound is taken out, and the model must draw it from the slices before and after it, as "
        "a missing word is guessed from its sentence. What lies between two moments follows from what is being said or "
        "played, so the codes of the slices come to hold that.",
        formula=r"\mathcal{L} = \frac{1}{N} \big\lVert x_{0} - g\big([f(x_{-P}), \dots, f(x_{-1}), f(x_{1}), \dots, f(x_{P})]\big) "
        r"\big\rVert^2",
        symbols={
            "x_0": "the slice that is missing",
            r"x_{-P}, \dots, x_P": "the P slices before it and the P after it",
            "f": "the encoder, which makes a code of each slice",
            "g": "the network that draws the missing slice from all codes",
            "N": "how many numbers the slice has",
        },
        negatives=False,
        prevents_collapse="The target is the sound itself: with one code for all slices nothing could be rebuilt.",
        breaks="Without a gap the edges of the neighbours give the missing slice's edges away. In steady sounds the middle is "
        "the same as its neighbours, and copying is enough.",
        flow=Flow((("clip", "segment", "encoder", "decoder"), ("clip", "segment")), loss="squared difference"),
        suits=Suits("content", "probe", "What lies between two moments depends on the sound that is being made."),
    )
    pictures = slice_pictures("The middle slice as it was drawn from its neighbours.")

    def __init__(self, encoder: Encoder, config: Any, task: Task) -> None:
        super().__init__(encoder, config, task)
        context = (self.slices - 1) * config.code_width
        self.decode = SpectrogramDecoder(context, config.decoder_width, 1, self.mels, self.slice_frames)

    def predicted(self, codes: Tensor) -> Tensor:
        """g([f(x₋P) … f(x_P)]): the codes side by side, decoded to the slice between them."""
        found: Tensor = self.decode(codes.flatten(1))
        return found
