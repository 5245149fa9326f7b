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

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
import torch.nn.functional as functional
from torch import Generator, Tensor, nn

from training.batch import Batch
from training.encoders.encoder import Encoder
from training.methods.flow import Flow
from training.methods.method import Card, Chance, Method, Suits, Task, accuracy
from training.parts.encode_independently import encode_independently
from training.parts.heads import projector
from training.run.schema import Picture
from training.settings import setting
from training.views.pieces import levelled_pieces, pieces, shuffled
from training.views.plain import UNMIXED


@dataclass(frozen=True)
class Settings:
    """Settings of relative position."""

    places: int = setting(4, "Places that a clip is divided into.", low=2, high=9)
    piece_gap: float = setting(
        0.2, "Share of each place that is left out, so that edges don't fit together.", low=0.0, high=0.8, unit="share"
    )
    code_width: int = setting(64, "Numbers that the encoder gives for a piece.", low=4, high=1024, scale="log")
    guess_width: int = setting(256, "Width inside the network that names the distance.", low=8, high=4096, scale="log")


class RelativePosition(Method):
    """Two pieces, each encoded alone; the two codes side by side must tell how far the second is from the first."""

    Config = Settings
    encoders = ("conv_gru", "bi_gru", "conv2d", "resnet")
    card = Card(
        title="Relative position",
        family="auto-encoding",
        year=2015,
        paper="Doersch et al., Unsupervised Visual Representation Learning by Context Prediction, arXiv 1505.05192",
        summary="Two pieces of a clip are heard, and the model must say which of them comes first, and how many places lie "
        "between them. It is the smallest of puzzles: what is heard at the start of a word is not what is heard at its "
        "end, and to know which is which is to know something of words.",
        formula=r"\mathcal{L} = -\log p\big(j - i \mid f(x_i), f(x_j)\big), \quad i \neq j",
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
        ),
    )
    parts = (accuracy("How often the distance between the two pieces is named rightly."),)
    run_defaults: ClassVar[Mapping[str, Any]] = {
        "batch_size": 128,
        # A short view, so that most pieces are drawn out little and sound as they do in the whole clip.
        "views": {**UNMIXED, "crop_seconds": 0.48},
    }

    def __init__(self, encoder: Encoder, config: Settings, task: Task) -> None:
        super().__init__(encoder, config, task)
        self.count, self.gap = config.places, config.piece_gap
        self.piece_frames = max(
            encoder.stride, task.augment.view_frames // config.places // encoder.stride * encoder.stride
        )
        self.squeeze = nn.Sequential(nn.Linear(encoder.width, config.code_width), nn.ReLU())
        self.guess = projector(2 * config.code_width, config.guess_width, 2 * (config.places - 1))

    def views(self, batch: Batch, generator: Generator) -> dict[str, Tensor]:
        """Two levelled pieces (B, 2, F, W), and their distance (B,): 0 is the farthest before, 2N − 3 the farthest after.

        All distances are equally likely, and all pairs of places at that distance.
        """
        x, inside = self.augment.placed(batch.audio, batch.lengths, generator)
        batch_size, distances = len(x), 2 * (self.count - 1)
        jitter = torch.rand(batch_size, self.count, generator=generator, device=x.device)
        parts = levelled_pieces(pieces(x, inside, jitter, self.count, self.piece_frames, self.gap))
        distance = torch.randint(distances, (batch_size,), generator=generator, device=x.device)
        drawn = torch.rand(batch_size, generator=generator, device=x.device)
        return {"pieces": shuffled(parts, pairs(distance, drawn, self.count)), "distance": distance}

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """Cross-entropy over the distances, and how often the right one is named."""
        scores, distance = self.scores(views["pieces"]), views["distance"]
        right = (scores.argmax(1) == distance).float().mean()
        return {"loss": functional.cross_entropy(scores, distance), "accuracy": right.detach()}

    def scores(self, parts: Tensor) -> Tensor:
        """(B, 2, F, W) → (B, K), each piece heard alone."""
        raw = parts * self.encoder.input_std + self.encoder.input_mean  # as the encoder hears whole clips
        code = self.squeeze(encode_independently(self.encoder, raw))  # (B, 2, C)
        found: Tensor = self.guess(code.flatten(1))
        return found.float()

    def projection(self, h: Tensor) -> Tensor:
        """The code (B, C)."""
        code: Tensor = self.squeeze(h)
        return code

    def chance(self) -> Chance:
        """All distances equally likely: ln K."""
        distances = 2 * (self.count - 1)
        return Chance(math.log(distances), f"ln {distances}: all distances are equally likely")

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
