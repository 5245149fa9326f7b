"""Relative position: hear two pieces of a clip, and say which comes how many places before or after the other.

Paper:   Doersch et al. 2015, arXiv 1505.05192, section 3
Differs: 1. Places lie along time alone, 2 (N − 1) distances instead of 8 directions. 2. Pieces are cut in proportion
         to each clip's own frames and drawn out to one length, so that short clips give slow pieces and none holds
         silence. 3. Pieces are levelled one by one; in pictures colours are dropped, which betray the place in the
         lens. 4. Recurrent layers over time by default instead of AlexNet. 5. AdamW and a cosine schedule instead of
         SGD. 6. Views are stretched in time, as in the jigsaw (see there).
Shapes:  B clips, F mel bands, N places, W frames of a piece, K = 2 (N − 1) distances, D encoder width, C numbers of a
         code.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as functional
from torch import Generator, Tensor

from training.batch import Batch
from training.encoders.encoder import Encoder
from training.methods.flow import Flow
from training.methods.method import Card, Suits, Task, accuracy
from training.methods.puzzle import Puzzle
from training.run.schema import Picture
from training.settings import setting
from training.views.pieces import shuffled


@dataclass(frozen=True)
class Settings:
    """Settings of relative position."""

    places: int = setting(4, "Places that a clip is divided into.", low=2, high=9)
    piece_gap: float = setting(
        0.2, "Share of each place that is left out, so that edges don't fit together.", low=0.0, high=0.8, unit="share"
    )
    code_width: int = setting(64, "Numbers that the encoder gives for a piece.", low=4, high=1024, scale="log")
    guess_width: int = setting(256, "Width inside the network that names the distance.", low=8, high=4096, scale="log")


class RelativePosition(Puzzle):
    """Two pieces, each encoded alone; the two codes side by side must tell how far the second is from the first."""

    Config = Settings
    card = Card(
        title="Relative position",
        family="auto-encoding",
        year=2015,
        paper="Doersch et al., Unsupervised Visual Representation Learning by Context Prediction, arXiv 1505.05192",
        summary="Two pieces of a clip are heard, and the model must say which of them comes first, and how many places lie "
        "between them. It is the smallest of puzzles: what is heard at the start of a word is not what is heard at its "
        "end, and to know which is which is to know something of words.",
        formula=r"\mathcal{L} = -\log p\big(j - i \mid f(x_i), f(x_j)\big), \quad i \neq j",
        symbols={
            "x_i, x_j": "two pieces of a clip",
            "i, j": "the places that they come from",
            "f": "the encoder with what squeezes its output, on each piece alone",
            "p": "how likely a classifier finds this distance",
        },
        negatives=False,
        prevents_collapse="The distances differ: with one code for all pieces none could be told from another.",
        breaks="Where pieces touch, or keep their loudness, edges and levels give the answer away. Steady sounds have no "
        "order.",
        flow=Flow(
            (("clip", "pieces", "encoder", "classifier"), ("clip", "pieces", "encoder", "classifier"), ("order",)),
            loss="how far apart, and which first",
        ),
        suits=Suits("content", "probe", "To tell the start of a word from its end it must know the word's course."),
    )
    pictures = (
        Picture(
            "distances",
            "Distances",
            "Each row is a true distance of the second piece from the first, each column a guessed one, from the farthest "
            "before it to the farthest after it: bright on the diagonal means that they were told right.",
            "matrix",
            rows="true distances",
            columns="guessed distances",
            low=0.0,
            high=1.0,
            shows="shares",
        ),
    )
    parts = (accuracy("How often the distance between the two pieces is named rightly."),)
    answer, answers = "distance", "distances"

    def __init__(self, encoder: Encoder, config: Settings, task: Task) -> None:
        super().__init__(encoder, config, task, places=config.places, heard=2, answers=2 * (config.places - 1))

    def views(self, batch: Batch, generator: Generator) -> dict[str, Tensor]:
        """Two levelled pieces (B, 2, F, W), and their distance (B,): 0 is the farthest before, 2N − 3 the farthest after.

        All distances are equally likely, and all pairs of places at that distance.
        """
        parts = self.cut(batch, generator)
        distance = torch.randint(self.answer_count, (len(parts),), generator=generator, device=parts.device)
        drawn = torch.rand(len(parts), generator=generator, device=parts.device)
        return {"pieces": shuffled(parts, pairs(distance, drawn, self.count)), "distance": distance}

    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """Mean guess for each true distance, 0 where none of the batch has it."""
        guessed = self.scores(views["pieces"]).softmax(1)  # (B, K)
        true = functional.one_hot(views["distance"], guessed.shape[1]).to(guessed.dtype)
        return {"distances": true.T @ guessed / true.sum(0).clamp(min=1)[:, None]}


def pairs(distance: Tensor, drawn: Tensor, count: int) -> Tensor:
    """(B, 2) places of the first and the second piece, at each `distance` (B,), by drawn (B,) from 0 to 1.

    Distances 0 to N − 2 stand for −(N − 1) to −1, the others for 1 to N − 1.
    """
    signed = distance - (count - 1)
    signed = signed + (signed >= 0).to(signed.dtype)
    earlier = (drawn * (count - signed.abs())).long()
    later = earlier + signed.abs()
    ahead = signed > 0
    return torch.stack([torch.where(ahead, earlier, later), torch.where(ahead, later, earlier)], dim=1)
