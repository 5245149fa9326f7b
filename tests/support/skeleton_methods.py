"""Kinds of methods that the catalogue needs (sequences, clusters, masks, companions), each as small as its kind allows.

None is a method of the catalogue.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Generator, Tensor, nn

from training.batch import Batch
from training.data.dataset import Dataset
from training.encoders.encoder import Encoder, Size
from training.methods.flow import Flow
from training.methods.method import Card, Chance, Method, Suits, Task
from training.settings import setting


def card(title: str) -> Card:
    flow, suits = Flow((("clip", "encoder"),), loss="none"), Suits("content", "probe", "none")
    return Card(title, "contrastive", 2026, "none", "none", "0", {}, True, "none", "none", flow, suits)


@dataclass(frozen=True)
class Nothing:
    """No settings."""


@dataclass(frozen=True)
class Ahead:
    """Settings of the skeleton of CPC."""

    ahead: int = setting(2, "Frames to look ahead.", low=1, high=10)


class ShortStride(Encoder):
    """One convolution: four mel frames to one frame of features, so that a view is a sequence."""

    domain = "mel"
    title = "short stride"
    summary = "For tests."
    stride = 4
    width = 24
    sizes: ClassVar = {"S": Size(0)}

    def __init__(self, mels: int) -> None:
        super().__init__(mels)
        self.layer = nn.Conv1d(mels, self.width, 4, 4)

    def frames(self, x: Tensor, lengths: Tensor | None = None) -> Tensor:
        return self.layer(x).relu().transpose(1, 2)


class Patches(Encoder):
    """A Transformer over patches of four frames; `frames` takes which patches are hidden."""

    domain = "mel"
    title = "patches"
    summary = "For tests."
    stride = 4
    width = 16
    sizes: ClassVar = {"S": Size(0)}

    def __init__(self, mels: int) -> None:
        super().__init__(mels)
        self.patch = nn.Linear(4 * mels, self.width)
        self.hidden = nn.Parameter(torch.zeros(self.width))
        self.layers = nn.TransformerEncoder(
            nn.TransformerEncoderLayer(self.width, 2, 32, dropout=0.1, batch_first=True), 1, enable_nested_tensor=False
        )

    def patches(self, x: Tensor) -> Tensor:
        """(B, F, T) → (B, U, 4F)."""
        return x[:, :, : x.shape[2] // 4 * 4].unfold(2, 4, 4).permute(0, 2, 1, 3).flatten(2)

    def frames(self, x: Tensor, lengths: Tensor | None = None, hidden: Tensor | None = None) -> Tensor:
        tokens = self.patch(self.patches(x))
        if hidden is not None:
            tokens = torch.where(hidden[:, :, None], self.hidden.to(tokens.dtype), tokens)
        beyond = None
        if lengths is not None:
            beyond = torch.arange(tokens.shape[1], device=x.device) >= (lengths // self.stride).clamp(min=1)[:, None]
        return self.layers(tokens, src_key_padding_mask=beyond)


class Predictive(Method):
    """As CPC: a recurrent context names the coming frame among frames of its own recording and its own group."""

    Config = Ahead
    encoders = ("short_stride",)
    card = card("predictive coding")

    @staticmethod
    def draw(config: Ahead) -> Literal["uniform", "by_group"]:
        return "by_group"

    def __init__(self, encoder: Encoder, config: Ahead, task: Task) -> None:
        super().__init__(encoder, config, task)
        self.ahead = config.ahead
        self.context = nn.GRU(encoder.width, encoder.width, batch_first=True)
        self.predict = nn.ModuleList(nn.Linear(encoder.width, encoder.width) for _ in range(config.ahead))

    def views(self, batch: Batch, generator: Generator) -> dict[str, Tensor]:
        return {"x": self.augment.one(batch.audio, batch.lengths, generator), "groups": batch.groups}

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        z = self.encoder.sequence(views["x"]).float()  # (B, U, D)
        c, _ = self.context(z)
        frames = z.flatten(0, 1)
        group = views["groups"].repeat_interleave(z.shape[1])
        losses = {}
        for k, predict in enumerate(self.predict, 1):
            score = predict(c[:, :-k]).flatten(0, 1) @ frames.T  # (B (U − k), B U)
            at = torch.arange(len(frames)).view(z.shape[:2])[:, k:].flatten()
            score = score.masked_fill(group[at][:, None] != group, -torch.inf)
            losses[f"ahead_{k}"] = functional.cross_entropy(score, at)
        return {"loss": torch.stack(list(losses.values())).mean(), **{k: v.detach() for k, v in losses.items()}}

    def embed(self, x: Tensor, lengths: Tensor | None = None) -> Tensor:
        c, _ = self.context(self.encoder.sequence(x, lengths))
        return self.encoder.pooled(c, lengths)

    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        return {"first_clip": self.encoder.sequence(views["x"][:1])[0]}


class Clustered(Method):
    """As DeepCluster: k-means over all clips where an epoch begins; its labels are learned, small clusters more often."""

    Config = Nothing
    encoders = ("conv2d",)
    card = card("clusters")
    labels: Tensor
    epochs: Tensor
    K = 5

    def __init__(self, encoder: Encoder, config: Nothing, task: Task) -> None:
        super().__init__(encoder, config, task)
        self.head = nn.Linear(encoder.width, self.K)
        self.register_buffer("labels", torch.zeros(task.clips, dtype=torch.int64))
        self.register_buffer("epochs", torch.zeros((), dtype=torch.int64))

    def views(self, batch: Batch, generator: Generator) -> dict[str, Tensor]:
        return {"x": self.augment.one(batch.audio, batch.lengths, generator), "label": self.labels[batch.clips]}

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        return {"loss": functional.cross_entropy(self.head(self.encoder(views["x"])).float(), views["label"])}

    def before_epoch(self, embed: Callable[[], Tensor]) -> Tensor:
        h = functional.normalize(embed(), dim=1)
        centres = h[torch.linspace(0, len(h) - 1, self.K).long()]
        for _ in range(5):
            near = (h @ centres.T).argmax(1)
            sums = torch.zeros_like(centres).index_add_(0, near, h)
            centres = functional.normalize(torch.where(sums.abs().sum(1, keepdim=True) > 0, sums, centres), dim=1)
        self.labels.copy_(near)
        self.epochs += 1
        nn.init.zeros_(self.head.weight)
        return 1 / near.bincount(minlength=self.K)[near]

    def chance(self) -> Chance:
        return Chance(float(np.log(self.K)), "ln K")

    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        return {"sizes": self.labels.bincount(minlength=self.K)}


class Masked(Method):
    """As a masked autoencoder: the mask is drawn in the views, the loss looks at what was hidden alone."""

    Config = Nothing
    encoders = ("patches",)
    run_defaults: ClassVar = {"views": {"mixup": 0.0, "noise": 0.0}, "learning_rate": 1e-3}
    card = card("masked")
    encoder: Patches

    def __init__(self, encoder: Encoder, config: Nothing, task: Task) -> None:
        super().__init__(encoder, config, task)
        self.decode = nn.Linear(encoder.width, 4 * task.augment.front_end.mels)

    def views(self, batch: Batch, generator: Generator) -> dict[str, Tensor]:
        x = self.augment.one(batch.audio, batch.lengths, generator)
        hidden = torch.rand(len(x), x.shape[2] // 4, generator=generator, device=x.device) < 0.5
        hidden[:, 0] = True
        return {"x": self.encoder.standardised(x, None), "hidden": hidden}

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        x, hidden = views["x"], views["hidden"]
        wrong = (self.decode(self.encoder.frames(x, hidden=hidden)).float() - self.encoder.patches(x)).square().mean(2)
        return {"loss": wrong[hidden].mean()}

    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        return {"hidden": views["hidden"][:4].float()}


class Captioned(Method):
    """Audio against text: the caption beside each clip, as bytes, through an encoder of its own."""

    Config = Nothing
    encoders = ("conv2d", "conv1d")
    card = card("captions")

    def __init__(self, encoder: Encoder, config: Nothing, task: Task) -> None:
        super().__init__(encoder, config, task)
        self.words = nn.Embedding(256, 32, padding_idx=0)
        self.text = nn.Linear(32, 32)
        self.sound = nn.Linear(encoder.width, 32)

    def companions(self, dataset: Dataset) -> dict[str, Tensor]:
        captions = dataset.companions.get("caption", ("",) * len(dataset))
        rows = [list((caption or "").encode()[:24].ljust(24, b"\0")) for caption in captions]
        return {"caption": torch.tensor(rows)}

    def views(self, batch: Batch, generator: Generator) -> dict[str, Tensor]:
        return {
            "x": self.augment.one(batch.audio, batch.lengths, generator), "caption": batch.companions["caption"]
        }  # fmt: skip

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        score = self.scores(views)
        right = torch.arange(len(score), device=score.device)
        return {"loss": (functional.cross_entropy(score, right) + functional.cross_entropy(score.T, right)) / 2}

    def scores(self, views: dict[str, Tensor]) -> Tensor:
        sound = functional.normalize(self.sound(self.encoder(views["x"])).float(), dim=1)
        text = functional.normalize(self.text(self.words(views["caption"]).sum(1)).float(), dim=1)
        return sound @ text.T / 0.1

    def projection(self, h: Tensor) -> Tensor:
        return self.sound(h)

    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        return {"similarity": self.scores({name: value[:8] for name, value in views.items()})}


SKELETONS: dict[str, type[Method]] = {
    "predictive": Predictive, "clustered": Clustered, "masked": Masked, "captioned": Captioned,
}  # fmt: skip
