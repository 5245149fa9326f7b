"""The ceiling of the catalogue: the default encoder trained on all labels of the main facet, by the same trainer.

    python -m benchmarks.supervised --data FOLDER --out RUN [--seconds 60] [--seed 0]

Its labels are those that it is measured on, so it says what this encoder can hold, not what can be learned.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Generator, Tensor, nn

from training.batch import Batch
from training.config import new_config
from training.data import open_dataset
from training.data.dataset import Dataset
from training.encoders.encoder import Encoder
from training.methods import METHODS
from training.methods.flow import Flow
from training.methods.method import Card, Method, Suits, Task
from training.run import create_run
from training.run.schema import Picture
from training.trainer import train

LABELS_AT_MOST = 1024


@dataclass(frozen=True)
class Settings:
    """It has none."""


class Supervised(Method):
    """Cross-entropy of the labels from one augmented view of each clip."""

    Config = Settings
    encoders = ("conv2d",)
    card = Card(
        title="Supervised",
        family="contrastive",
        year=2026,
        paper="none",
        summary="All labels are told.",
        formula=r"-\log p(y \mid x)",
        symbols={"y": "the label", "x": "the sound"},
        negatives=False,
        prevents_collapse="The labels.",
        breaks="Without labels.",
        flow=Flow((("clip", "view", "encoder", "classifier"),), loss="names the class"),
        suits=Suits("content", "cross_group_knn", "It is told the answers."),
    )
    pictures = (Picture("scores", "Scores", "What it names each clip.", "matrix", rows="clips", columns="classes"),)

    def __init__(self, encoder: Encoder, config: Settings, task: Task) -> None:
        super().__init__(encoder, config, task)
        self.name = nn.Linear(encoder.width, LABELS_AT_MOST)

    def companions(self, dataset: Dataset) -> dict[str, Tensor]:
        """The labels of the main facet."""
        return {"label": torch.from_numpy(dataset.facets[dataset.main_facet].codes.astype(np.int64))}

    def views(self, batch: Batch, generator: Generator) -> dict[str, Tensor]:
        """One random view of each clip, and its label."""
        return {"x": self.augment.one(batch.audio, batch.lengths, generator), "label": batch.companions["label"]}

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """Cross-entropy; clips without a label are left out."""
        scores = self.name(self.encoder(views["x"])).float()
        return {"loss": functional.cross_entropy(scores, views["label"], ignore_index=-1)}

    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """Scores of the first classes."""
        return {"scores": self.name(self.encoder(views["x"][:32]))[:, :64]}


def main() -> None:
    """Train one run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    METHODS["supervised"] = Supervised
    open_dataset(options.data)
    config = new_config({}, method="supervised", data=options.data, seconds=options.seconds, seed=options.seed)
    create_run(Path(options.out), config.to_json())
    train(options.out)


if __name__ == "__main__":
    main()
