"""Audio against text: a sound and the words beside it must find each other.

Paper:   Elizalde et al. 2022 (CLAP), arXiv 2206.04769, section 3
Differs: 1. Both encoders are small and learn from nothing; the paper starts from a trained CNN14 and BERT. The text
            encoder is the mean over words and parts of words, which knows nothing of their order.
         2. Clips with the same words count as right for each other: captions here may be single labels.
         3. The temperature is fixed and not learned.
         4. The sound is a random view and not the clip itself.
Shapes:  B clips, F mel bands, V view frames, K pieces of a text, D encoder width, P projection width.
"""

from dataclasses import dataclass, replace

import torch
from torch import Generator, Tensor

from training.batch import Batch
from training.data.dataset import Dataset
from training.data.texts import pieces_of, texts_of
from training.encoders.encoder import Encoder
from training.errors import UserError
from training.methods.flow import Flow
from training.methods.method import Card, Suits, Task
from training.methods.symbols import TEMPERATURE
from training.methods.two_modalities import MatchingSettings, TwoModalities
from training.methods.two_views import SIMILARITY, TwoViews
from training.parts.text import TextEncoder


@dataclass(frozen=True)
class Settings(MatchingSettings):
    """Settings of audio against text."""


class AudioText(TwoModalities):
    """Each sound must pick its words out of all words of the batch, and each text its sound."""

    Config = Settings
    encoders = TwoViews.encoders
    card = Card(
        title="Audio and text",
        family="across modalities",
        year=2022,
        paper="Elizalde et al., CLAP: Learning Audio Concepts from Natural Language Supervision, arXiv 2206.04769",
        summary="Beside every sound lie some words: a caption, or its label where there is none. One network hears, another "
        "reads, and each must find, among all of the batch, what belongs to what the other got. Where the words are "
        "labels this is supervised learning in other clothes: compare it with methods that saw no label only with that in mind.",
        formula=r"\mathcal{L} = -\frac{1}{2B} \sum_i \frac{1}{|R_i|} \sum_{j \in R_i} \left( "
        r"\log \frac{e^{a_i \cdot b_j / \tau}}{\sum_k e^{a_i \cdot b_k / \tau}} "
        r"+ \log \frac{e^{a_j \cdot b_i / \tau}}{\sum_k e^{a_k \cdot b_i / \tau}} \right), \quad R_i = \{j : \text{text}_j = \text{text}_i\}",
        symbols={
            "a_i, b_i": "the projections of sound i and of its words, of length 1",
            "j": "one of the batch",
            "R_i": "all that have the same words as i, i among them",
            "B": "how many clips the batch has",
            **TEMPERATURE,
        },
        negatives=True,
        prevents_collapse="The other texts of the batch: if all embeddings were equal, no sound could find its words.",
        breaks="With one text for all clips there is nothing to tell apart. What the words don't mention is forgotten, "
        "and with labels as text the map shows what it was told, not what it found.",
        flow=Flow(
            (
                ("clip", "view", "encoder", "projector"),
                ("caption", "text encoder"),
                ("other clips",),
            ),
            loss="which words belong to it",
        ),
        suits=Suits("content", "cross_group_knn", "The words say what is heard, whoever makes the sound."),
        needs="caption",
    )
    pictures = (
        replace(
            SIMILARITY,
            title="Sounds against words",
            meaning="Each row is a sound, each column the words beside a clip: bright on the diagonal means that a sound "
            "found its words, and bright elsewhere that other clips have the same words or like ones.",
        ),
    )

    def __init__(self, encoder: Encoder, config: Settings, task: Task) -> None:
        super().__init__(encoder, config, task)
        self.read = TextEncoder(config.projection_width, config.hidden_width)

    def companions(self, dataset: Dataset) -> dict[str, Tensor]:
        """Pieces (n, K) of every clip's words, and the number of its text, −1 where it has none.

        Raises UserError where fewer than two texts are found.
        """
        texts = texts_of(dataset)
        known = {text: number for number, text in enumerate(sorted({text for text in texts if text}))}
        if len(known) < 2:
            raise UserError(
                f"The data {dataset.name} has {'one text' if known else 'neither captions nor labels'} beside its sounds, "
                "but this method needs at least two different ones: put text files of the same name beside the sounds, "
                "or name their folders after what is heard."
            )
        return {
            "pieces": torch.tensor([pieces_of(text) for text in texts]),
            "text": torch.tensor([known.get(text, -1) for text in texts]),
        }

    def views(self, batch: Batch, generator: Generator) -> dict[str, Tensor]:
        """A random view of each sound (B, F, V) beside its words (B, K)."""
        return {
            "sound": self.augment.one(batch.audio, batch.lengths, generator),
            "pieces": batch.companions["pieces"],
            "meaning": batch.companions["text"],
        }

    def counterpart(self, views: dict[str, Tensor]) -> Tensor:
        """What is read, (B, P)."""
        return self.of_texts(views["pieces"])

    def of_texts(self, pieces: Tensor) -> Tensor:
        """What is read in each text, (n, P)."""
        vectors: Tensor = self.read(pieces)
        return vectors
