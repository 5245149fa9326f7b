"""Speech2Vec, bag of words: recurrent codes of the segments around one are summed, and from the sum that one is predicted.

Paper:   Chung and Glass 2018, arXiv 1803.08976, section 2 (continuous bag of words)
Differs: 1. All of Speech2Vec's (see there) but its seventh: there is one segment to say. 2. That the codes are summed, and
         not put side by side as Audio2Vec does, is as in word2vec (arXiv 1301.3781, section 3.1); it was not checked
         against the paper's text.
Shapes:  B clips, F mel bands, P neighbours a side, N = 2P + 1 slices, W frames of a slice, C numbers of a code, H
         decoder width.
"""

from typing import Any, ClassVar

from torch import Tensor

from training.encoders.encoder import Encoder
from training.methods.flow import Flow
from training.methods.method import Card, Suits, Task
from training.methods.neighbouring_slices import NeighbouringSlices, slice_pictures
from training.methods.speech2vec import Settings
from training.parts.decoders import RecurrentDecoder


class Speech2VecCBoW(NeighbouringSlices):
    """Recurrent encoder of every neighbour, recurrent decoder of the slice between them."""

    Config = Settings
    hears_middle = False
    encoders: ClassVar[tuple[str, ...]] = ("conv_gru", "bi_gru")
    card = Card(
        title="Speech2Vec, CBoW",
        family="auto-encoding",
        year=2018,
        paper="Chung and Glass, Speech2Vec: A Sequence-to-Sequence Framework for Learning Word Embeddings from Speech, "
        "arXiv 1803.08976",
        summary="A network hears the segments before and after one, each moment by moment, and sums up what it made of them; "
        "from the sum, a second network must say the missing segment, moment by moment. Which segment came before and which "
        "after is not told. That words of like meaning come to lie together did not reproduce (arXiv 2209.10791).",
        formula=r"\mathcal{L} = \frac{1}{N} \sum_{t} \big\lVert x_{0,t} - W s_{t} \big\rVert^2, \quad "
        r"s_{t} = \mathrm{GRU}(s_{t-1}, c), \quad c = \sum_{p \in \{-P, \dots, P\} \setminus 0} f(x_{p})",
        symbols={
            "x_{0,t}": "moment t of the missing segment",
            "f(x_p)": "the code of the segment p places away; P are heard on each side",
            "c": "the sum of these codes",
            "s_t": "the state of the network that tells the segment",
            r"\mathrm{GRU}": "one step of a recurrent network",
            "W": "a matrix that makes a spectrogram's frame of a state",
            "N": "how many numbers the segment has",
        },
        negatives=False,
        prevents_collapse="The target is the sound itself: with one code for all segments nothing could be rebuilt.",
        breaks="Many neighbours are summed to a blur. Segments that are cut anywhere instead of between words mix what belongs "
        "together with what doesn't.",
        flow=Flow((("clip", "segment", "encoder", "decoder"), ("clip", "segment")), loss="squared difference"),
        suits=Suits(
            "content", "cross_group_knn", "What lies between two moments depends on the sound that is being made."
        ),
    )
    pictures = slice_pictures("The middle segment as it was predicted from its neighbours.")

    def __init__(self, encoder: Encoder, config: Any, task: Task) -> None:
        super().__init__(encoder, config, task)
        self.decode = RecurrentDecoder(config.code_width, config.decoder_width, self.mels, self.slice_frames)

    def predicted(self, codes: Tensor) -> Tensor:
        """W s_t: the sum of the neighbours' codes, predicted frame by frame."""
        found: Tensor = self.decode(codes.sum(1))
        return found[:, None]
