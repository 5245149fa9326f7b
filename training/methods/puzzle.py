"""What methods have in common that cut a clip into pieces and ask where these came from.

Each piece is encoded alone; the codes side by side must tell the answer, one of K.

Shapes:  B clips, F mel bands, N places of a clip, n pieces that are heard, W frames of a piece, K answers, D encoder width,
         C numbers of a code.
"""

import math
from collections.abc import Mapping
from typing import Any, ClassVar

import torch
import torch.nn.functional as functional
from torch import Generator, Tensor, nn

from training.batch import Batch
from training.encoders.encoder import Encoder
from training.methods.method import Chance, Method, Task
from training.parts.encode_independently import encode_independently
from training.parts.heads import projector
from training.views.pieces import levelled_pieces, pieces
from training.views.plain import UNMIXED


class Puzzle(Method):
    """Pieces of a clip, and a classifier that names one of K answers by their codes."""

    judges_clips = True
    encoders: ClassVar[tuple[str, ...]] = ("conv_gru", "bi_gru", "conv2d", "resnet")
    run_defaults: ClassVar[Mapping[str, Any]] = {
        "batch_size": 128,
        # A short view, so that most pieces are drawn out little and sound as they do in the whole clip.
        "views": {**UNMIXED, "crop_seconds": 0.48},
    }
    answer: ClassVar[str]
    """The entry of the views that is to be told, (B,) from 0 to K − 1."""
    answers: ClassVar[str]
    """What the K answers are, in a word."""

    def __init__(self, encoder: Encoder, config: Any, task: Task, *, places: int, heard: int, answers: int) -> None:
        super().__init__(encoder, config, task)
        self.count, self.gap, self.answer_count = places, config.piece_gap, answers
        whole = task.augment.view_frames // places // encoder.stride * encoder.stride
        self.piece_frames = max(encoder.stride, whole)
        self.squeeze = nn.Sequential(nn.Linear(encoder.width, config.code_width), nn.ReLU())
        self.guess = projector(heard * config.code_width, config.guess_width, answers)

    def cut(self, batch: Batch, generator: Generator) -> Tensor:
        """All N pieces of a view of each clip, levelled and in order: (B, N, F, W)."""
        x, inside = self.augment.placed(batch.audio, batch.lengths, generator)
        jitter = torch.rand(len(x), self.count, generator=generator, device=x.device)
        return levelled_pieces(pieces(x, inside, jitter, self.count, self.piece_frames, self.gap))

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """Cross-entropy over the answers, and how often the right one is named."""
        scores, answer = self.scores(views["pieces"]), views[self.answer]
        right = (scores.argmax(1) == answer).float().mean()
        wrong = functional.cross_entropy(scores, answer, reduction="none")  # (B,)
        return {"loss": wrong.mean(), "clips": wrong.detach(), "accuracy": right.detach()}

    def scores(self, parts: Tensor) -> Tensor:
        """(B, n, F, W) → (B, K), each piece heard alone."""
        raw = parts * self.encoder.input_std + self.encoder.input_mean  # as the encoder hears whole clips
        code = self.squeeze(encode_independently(self.encoder, raw))  # (B, n, C)
        found: Tensor = self.guess(code.flatten(1))
        return found.float()

    def projection(self, h: Tensor) -> Tensor:
        """The code (B, C)."""
        code: Tensor = self.squeeze(h)
        return code

    def chance(self) -> Chance:
        """All answers equally likely: ln K."""
        return Chance(math.log(self.answer_count), f"ln {self.answer_count}: all {self.answers} are equally likely")
