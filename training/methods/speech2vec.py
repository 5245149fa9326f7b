"""Speech2Vec: a recurrent network hears a segment, another one says the segments before and after it, frame by frame.

Paper:   Chung and Glass 2018, arXiv 1803.08976, section 2 (skip-grams)
Differs: 1. Segments are slices of .16 s within a clip, not words within a sentence, since no word boundaries are known.
         2. GRUs instead of LSTMs; the code is read off the encoder's frames, pooled, not off its last state, as all that
            is embedded later is pooled, and the decoder hears it alone, where the authors' attends to every frame. 3. The
            encoder reads forwards alone by default and not in both directions, as bi_gru does. 4. It hears and says 40
            log-mel bands instead of 13 MFCC. 5. One neighbour a side by default instead of three. 6. The decoder hears its
            code at every step and never the true frames before: no teacher forcing. 7. One decoder for all neighbours, to
            which a learned vector, added to the code, says which one is wanted; what one decoder would say of the code
            alone would be the same for all. 8. Frames that show no sound of the clip are not counted. 9. AdamW instead of
            SGD. What 2 to 6 and 9 say of the original is so in the authors' code as Chen 2022, arXiv 2209.10791, ran it
            (my-yy/s2v_rc).
Shapes:  B clips, F mel bands, P neighbours a side, N = 2P + 1 slices, W frames of a slice, C numbers of a code, H
         decoder width.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from training.encoders.encoder import Encoder
from training.methods.flow import Flow
from training.methods.method import Card, Suits, Task
from training.methods.neighbouring_slices import NeighbouringSlices, SliceSettings, slice_pictures
from training.parts.decoders import RecurrentDecoder
from training.settings import setting


@dataclass(frozen=True)
class Settings(SliceSettings):
    """Settings of Speech2Vec."""

    decoder_width: int = setting(128, "Width of the recurrent decoder.", low=16, high=1024, scale="log")


class Speech2Vec(NeighbouringSlices):
    """Recurrent encoder of the middle slice, recurrent decoder of each neighbour."""

    Config = Settings
    hears_middle = True
    encoders = ("conv_gru", "bi_gru")
    card = Card(
        title="Speech2Vec",
        family="auto-encoding",
        year=2018,
        paper="Chung and Glass, Speech2Vec: A Sequence-to-Sequence Framework for Learning Word Embeddings from Speech, "
        "arXiv 1803.08976",
        summary="A network hears a segment of speech moment by moment and sums it up; from that, a second network must say "
        "the neighbouring segments, moment by moment. The paper claimed that words of like meaning come to lie together. "
        "That claim did not reproduce (arXiv 2209.10791): expect codes that say how a segment sounds, not what it means.",
        formula=r"\mathcal{L} = \frac{1}{N} \sum_{p \in \{-P, \dots, P\} \setminus 0} \sum_{t} "
        r"\big\lVert x_{p,t} - W s_{p,t} \big\rVert^2, \quad s_{p,t} = \mathrm{GRU}(s_{p,t-1}, c + e_p)",
        symbols={
            "x_{p,t}": "moment t of segment p; p counts from the segment that is heard, P on each side",
            "c": "the code of the segment that is heard",
            "e_p": "a vector that says which segment is asked for",
            "s_{p,t}": "the state of the network that tells segment p",
            r"\mathrm{GRU}": "one step of a recurrent network",
            "W": "a matrix that makes a spectrogram's frame of a state",
            "N": "how many numbers the told segments have",
        },
        negatives=False,
        prevents_collapse="The target is the sound itself: with one code for all segments nothing could be rebuilt.",
        breaks="Segments that are cut anywhere instead of between words mix what belongs together with what doesn't; then the "
        "average spectrum comes back.",
        flow=Flow((("clip", "segment", "encoder", "decoder"), ("clip", "segment")), loss="squared difference"),
        suits=Suits("content", "cross_group_knn", "Sounds with like surroundings get like codes, whoever makes them."),
    )
    pictures = slice_pictures("The middle segment as it was, its neighbours as they were predicted from it.")

    def __init__(self, encoder: Encoder, config: Any, task: Task) -> None:
        super().__init__(encoder, config, task)
        around = self.slices - 1
        self.wanted = nn.Parameter(torch.randn(around, config.code_width))
        self.decode = RecurrentDecoder(config.code_width, config.decoder_width, self.mels, self.slice_frames)

    def predicted(self, codes: Tensor) -> Tensor:
        """W s_{p,t}: each neighbour, frame by frame, by the one code and the vector that says which is wanted."""
        code = codes + self.wanted  # (B, 2P, C)
        found: Tensor = self.decode(code.flatten(0, 1))
        return found.unflatten(0, code.shape[:2])
