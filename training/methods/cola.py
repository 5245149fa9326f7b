"""COLA: which two segments were cut from the same recording?

Paper:   Saeed, Grangier and Zeghidour 2021, arXiv 2010.10915, section 2, equations 1 and 2
Differs: 1. A small encoder, and g of width 128, instead of EfficientNet-B0 and 512.
         2. Clips here may be shorter than two segments: then the segments are their halves (training/views/segments.py),
            where the paper cuts .96 s from 10 s; segments are of .48 s here.
         3. Segments don't overlap by default: those of the paper's long recordings hardly do, but halves placed anywhere in
            a short clip would, and then the sound itself tells them, not what they have in common.
         4. W begins as a multiple of the identity, and h, whose numbers are all positive, passes BatchNorm before A: else
            all embeddings became one within a few steps.
         5. AdamW with a cosine schedule instead of Adam with a constant rate.
         6. Clips are windows of recordings, and other windows of the same one are no wrong answers (`same_recording`).
Shapes:  B clips, F mel bands, T frames of the clips, V frames of a segment, D encoder width, P width of g.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Generator, Tensor, nn

from training.batch import Batch
from training.encoders.encoder import Encoder
from training.methods.flow import Flow
from training.methods.method import Card, Chance, Method, Suits, Task, accuracy
from training.methods.neighbours import far_scores
from training.methods.two_views import SHOWN
from training.methods.wrong_answers import WrongAnswers
from training.parts.contrast import fellows, own_picked, products
from training.run.schema import Picture
from training.settings import setting
from training.views.plain import PLAIN
from training.views.segments import cut, starts_anywhere, starts_apart, starts_beyond, stretch_lengths

W_AT_START = 10.0
"""W begins as the identity times this over P, so that scores begin as likenesses of about this size at most."""


@dataclass(frozen=True)
class Settings(WrongAnswers):
    """Settings of COLA."""

    projection_width: int = setting(128, "Width of g, which the similarity compares.", low=8, high=1024, scale="log")
    segments: str = setting(
        "far", "Where the two segments lie: anywhere, at most a segment's length apart, or not overlapping; near ones may be "
        "told from a far third one.",
        choices=("anywhere", "near", "far", "near against far"),
    )  # fmt: skip


class COLA(Method):
    """A segment picks, among one segment of each clip in the batch, the one of its own recording."""

    Config = Settings
    one_view = False
    encoders = ("conv2d", "resnet", "patch_transformer", "conv_gru")
    run_defaults: ClassVar[Mapping[str, Any]] = {
        "learning_rate": 1e-3,
        "views": {**PLAIN, "crop_seconds": 0.48},
    }
    card = Card(
        title="COLA",
        family="contrastive",
        year=2021,
        paper="Saeed, Grangier and Zeghidour, Contrastive Learning of General-Purpose Audio Representations, arXiv 2010.10915",
        summary="What sounds in one moment of a recording mostly sounds in another moment of it too: the same speaker, the same "
        "street, the same band. So no changed copies are made: two segments are cut from each recording, and one has to "
        "find the other. How alike they are is itself learned, by a matrix between them.",
        formula=r"s(x, x') = g(x)^\top W g(x'), \qquad \mathcal{L} = -\log \frac{\exp s(x, x^{+})}"
        r"{\sum_{x' \in \{x^{+}\} \cup \mathcal{X}^{-}} \exp s(x, x')}, \qquad g = \tanh(\mathrm{LayerNorm}(A\, h))",
        symbols={
            "x": "a segment of a recording",
            "x^{+}": "another segment of the same one",
            r"\mathcal{X}^{-}": "the segments of the other recordings in the batch",
            "s": "how alike two segments are",
            "h": "the encoder's output, of which A makes g",
            "g": "the projection",
            "A, W": "learned matrices",
            r"\mathrm{LayerNorm}": "brings each projection to mean 0 and standard deviation 1",
        },
        negatives=True,
        prevents_collapse="The segments of the other recordings: if all embeddings were equal, none could be found.",
        breaks="What all segments of a recording share is kept, wanted or not: microphone and room tell recordings apart most "
        "easily. Of clips shorter than two segments little is left to compare.",
        flow=Flow(
            (
                ("clip", "segment", "encoder", "projector"),
                ("clip", "segment", "encoder", "projector"),
                ("other clips",),
            ),
            loss="bilinear similarity",
        ),
        suits=Suits("source", "knn", "Both halves of a short clip have the voice in common, and less of what is said."),
    )
    pictures = (
        Picture(
            "scores",
            "Similarity of the segments",
            "Each row is a clip's first segment, each column a clip's second one, each cell their learned similarity: the "
            "diagonal must be the largest of its row.",
            "matrix",
            rows="clips",
            columns="clips",
            shows="diagonal",
        ),
    )
    parts = (accuracy("How often a segment picks the other segment of its own recording out of the batch."),)

    def __init__(self, encoder: Encoder, config: Settings, task: Task) -> None:
        super().__init__(encoder, config, task)
        width = config.projection_width
        self.segments, self.batch_size = config.segments, task.batch_size
        self.remark = config.remark(task)
        self.g = nn.Sequential(
            nn.BatchNorm1d(encoder.width), nn.Linear(encoder.width, width), nn.LayerNorm(width), nn.Tanh()
        )
        self.w = nn.Parameter(torch.eye(width) * W_AT_START / width)

    def views(self, batch: Batch, generator: Generator) -> dict[str, Tensor]:
        """Two segments of each clip (B, F, V), as long as a view or half of a shorter clip, and its recording (B,).

        With "near against far" a third one, "far", and `there` (B,): whether the clip is long enough for it.
        """
        view = self.augment.view_length
        own = stretch_lengths(batch.lengths, view)
        room = batch.lengths - own
        starts = self._starts(room, own, generator)  # (B, 2)
        segments, found = [cut(batch.audio, starts[:, side], own, view) for side in (0, 1)], {}
        if self.segments == "near against far":
            uniform = torch.rand(len(room), generator=generator, device=room.device)
            far, found["there"] = starts_beyond(room, starts[:, 0], own + 1, uniform)
            segments.append(cut(batch.audio, far, own, view))
        seen = self.augment.one(torch.cat(segments), own.repeat(len(segments)), generator).chunk(len(segments))
        return {**dict(zip(("first", "second", "far"), seen, strict=False)), **found, **self.config.seen(batch)}

    def _starts(self, room: Tensor, own: Tensor, generator: Generator) -> Tensor:
        uniform = torch.rand(len(room), 3, generator=generator, device=room.device)
        if self.segments.startswith("near"):
            return starts_apart(room, torch.zeros_like(own), own, uniform)
        if self.segments == "far":
            return starts_apart(room, own, room, uniform)
        return starts_anywhere(room, uniform[:, :2])

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """Equation 2: first segments pick among second ones, and not the other way round."""
        asked, *answers = self._segments(views)
        scores = products(asked, answers[0])  # (B, B)
        scores = scores.masked_fill(fellows(views, scores), -torch.inf)
        if "far" in views:
            scores = torch.cat([scores, far_scores(asked, answers[1], views["there"])], dim=1)  # (B, B + 1)
        loss, found = own_picked(scores)
        return {"loss": loss, "accuracy": found}

    def projection(self, h: Tensor) -> Tensor:
        """g (B, P)."""
        projected: Tensor = self.g(h)
        return projected

    def chance(self) -> Chance:
        """All segments equally similar: ln B, or ln(B + 1) where there is a far one."""
        count = self.batch_size + (self.segments == "near against far")
        return Chance(math.log(count), f"ln {count}: all segments of the batch look alike{self.remark}")

    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """Similarity of each first segment with each second one."""
        return {"scores": products(*self._segments({name: views[name][:SHOWN] for name in ("first", "second")}))}

    def _segments(self, views: dict[str, Tensor]) -> list[Tensor]:
        """gᵀ W of the first segments, and g of the others, (B, P) each: their products are equation 1 for all pairs.

        There is no temperature: W has its own scale.
        """
        names = [name for name in ("first", "second", "far") if name in views]
        first, *others = self.g(self.encoder(torch.cat([views[name] for name in names]))).float().chunk(len(names))
        return [products(first, self.w.T), *others]
