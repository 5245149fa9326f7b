"""Audio against images: a sound and the picture beside it must find each other.

Paper:   Morgado et al. 2020 (AVID), arXiv 2004.12943, section 3: cross-modal instance discrimination
Differs: 1. The wrong answers are the other clips of the batch and not of a memory bank, and the loss is InfoNCE and not
            noise contrastive estimation.
         2. One still picture for each recording (a video's frame) instead of the video.
         3. Clips of the same picture count as right for each other: they are cut from one recording.
         4. The other half of the paper is missing, cross-modal agreement (section 4): after the discrimination of instances
            it draws positives and negatives by how alike clips are in both modalities, and compares within one too.
Shapes:  B clips, F mel bands, V view frames, E edge of a picture, D encoder width, P projection width.
"""

from dataclasses import dataclass, replace

import torch
from torch import Generator, Tensor

from training.batch import Batch
from training.data.dataset import Dataset
from training.encoders.encoder import Encoder
from training.errors import UserError
from training.methods.flow import Flow
from training.methods.method import Card, Suits, Task
from training.methods.symbols import TEMPERATURE
from training.methods.two_modalities import MatchingSettings, TwoModalities
from training.methods.two_views import SIMILARITY, TwoViews
from training.parts.heads import projector
from training.parts.pictures import EDGE, PictureEncoder, picture_table, picture_views
from training.settings import setting

MOST_BYTES = 2 * 2**30
"""Of pictures in memory."""


@dataclass(frozen=True)
class Settings(MatchingSettings):
    """Settings of audio against images."""

    picture_zoom: float = setting(
        0.3,
        "Largest share of a picture's edge that a random square of it leaves out; 0 shows it whole.",
        low=0.0,
        high=0.8,
        unit="share",
    )


class AudioImage(TwoModalities):
    """Each sound must pick its picture out of all pictures of the batch, and each picture its sound."""

    Config = Settings
    encoders = TwoViews.encoders
    card = Card(
        title="Audio and images",
        family="across modalities",
        year=2020,
        paper="Morgado et al., Audio-Visual Instance Discrimination with Cross-Modal Agreement, arXiv 2004.12943",
        summary="Beside every sound lies a picture, such as a frame of the video that it comes from. One network hears, "
        "another looks, and each must find, among all of the batch, what belongs to what the other got. What can be both "
        "heard and seen, the thing that makes the sound, is what they learn; no label is needed.",
        formula=r"\mathcal{L} = -\frac{1}{2B} \sum_i \frac{1}{|R_i|} \sum_{j \in R_i} \left( "
        r"\log \frac{e^{a_i \cdot b_j / \tau}}{\sum_k e^{a_i \cdot b_k / \tau}} "
        r"+ \log \frac{e^{a_j \cdot b_i / \tau}}{\sum_k e^{a_k \cdot b_i / \tau}} \right), \quad R_i = \{j : \text{picture}_j = \text{picture}_i\}",
        symbols={
            "a_i, b_i": "the projections of sound i and of its picture, of length 1",
            "j": "one of the batch",
            "R_i": "all that have the same picture as i, i among them",
            "B": "how many clips the batch has",
            **TEMPERATURE,
        },
        negatives=True,
        prevents_collapse="The other pictures of the batch: if all embeddings were equal, no sound could find its own.",
        breaks="With few pictures they are learned by heart: the loss falls and the measures don't rise. Where the picture "
        "shows nothing of what is heard, the loss stays at ln B.",
        flow=Flow(
            (
                ("clip", "view", "encoder", "projector"),
                ("picture", "picture encoder", "projector"),
                ("other clips",),
            ),
            loss="which picture belongs to it",
        ),
        suits=Suits("content", "cross_group_knn", "What can be seen makes the sound, whatever the recording."),
        needs="picture",
    )
    pictures = (
        replace(
            SIMILARITY,
            title="Sounds against pictures",
            meaning="Each row is a sound, each column the picture beside a clip: bright on the diagonal means that a sound "
            "found its picture.",
        ),
    )

    def __init__(self, encoder: Encoder, config: Settings, task: Task) -> None:
        super().__init__(encoder, config, task)
        self.picture_zoom = config.picture_zoom
        self.look = PictureEncoder(config.hidden_width)
        self.project_picture = projector(config.hidden_width, config.hidden_width, config.projection_width)

    def companions(self, dataset: Dataset) -> dict[str, Tensor]:
        """Every clip's picture (n, 3, E, E), and the number of its file, −1 where it has none.

        Raises UserError where fewer than two pictures can be read, and where they take too much memory.
        """
        paths = dataset.companions.get("picture", (None,) * len(dataset))
        needed = 3 * EDGE * EDGE * len(dataset)
        if needed > MOST_BYTES:
            raise UserError(
                f"The pictures beside {len(dataset):,} clips take {needed / 2**30:.1f} GB of memory, but this method holds "
                f"at most {MOST_BYTES / 2**30:.0f} GB; choose less data."
            )
        table, numbers = picture_table(paths)
        readable = len(numbers[numbers >= 0].unique())
        if readable < 2:
            found = len({path for path in paths if path is not None})
            raise UserError(
                f"The data {dataset.name} has {found} pictures beside its sounds, of which {readable} can be read, but "
                "this method needs at least two: put PNG or JPEG files of the same name beside the sounds."
            )
        return {"picture": table, "picture_number": numbers}

    def views(self, batch: Batch, generator: Generator) -> dict[str, Tensor]:
        """A random view of each sound (B, F, V), and a random square of its picture (B, 3, E, E)."""
        pictures = batch.companions["picture"]
        zoom, across, down, side = torch.rand(4, len(pictures), device=pictures.device, generator=generator)
        return {
            "sound": self.augment.one(batch.audio, batch.lengths, generator),
            "picture": picture_views(
                pictures, 1 - self.picture_zoom * zoom, across * 2 - 1, down * 2 - 1, flipped=side < 0.5
            ),
            "meaning": batch.companions["picture_number"],
        }

    def counterpart(self, views: dict[str, Tensor]) -> Tensor:
        """What is seen, (B, P)."""
        seen: Tensor = self.project_picture(self.look(views["picture"]))
        return seen
