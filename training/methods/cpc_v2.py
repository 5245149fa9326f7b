"""CPC v2: CPC whose frames are each changed in a way of their own, and that foresees in both directions.

Paper:   Hénaff et al. 2019, arXiv 1905.09272, section 3.1 ("CPC v2": layer normalisation, patch augmentation, directions)
Differs: 1. Frames in time instead of patches of a picture, so two directions instead of four. 2. A frame is changed
         by a filter and a hidden band of its own, instead of by colours dropped and shears; the view's own filter and
         mixture are shared by all frames of a clip, and tell them from those of other clips. 3. Recurrent networks sum
         up the context, instead of masked convolutions. 4. The network is not made deeper and wider. 5. W_k turns the
         context into a guess directly; negatives and padding are as in our CPC. 6. AdamW and a cosine schedule
         instead of Adam.
Shapes:  B clips, F mel bands, V view frames, s frames of a step, U = V / s steps, D encoder width, M and N wrong frames
         of the same clip and of others.
"""

from dataclasses import dataclass, replace

import torch
import torch.nn.functional as functional
from torch import Generator, Tensor, nn

from training.batch import Batch
from training.encoders.bi_gru import BiGru
from training.methods import cpc
from training.methods.flow import Flow
from training.methods.method import Suits
from training.settings import setting

KNOTS = 3
"""Points of a frame's own filter; the gain runs straight between them."""


@dataclass(frozen=True)
class Settings(cpc.Settings):
    """Settings of CPC v2."""

    frame_filter: float = setting(
        0.5,
        "A random filter of every single frame: the standard deviation of its gain.",
        low=0.0,
        high=3.0,
        unit="neper",
    )
    frame_hidden: float = setting(
        0.2, "Widest band hidden in every single frame, as a share of the mel axis.", low=0.0, high=0.9, unit="share"
    )


class CPCv2(cpc.CPC):
    """As CPC; the first half of the context reads forwards and foresees, the second reads backwards and recalls."""

    Config = Settings
    encoders = ("bi_gru",)
    encoder: BiGru  # type: ignore[assignment]
    heads = ("foresee", "recall")
    foresee: nn.ModuleList
    recall: nn.ModuleList
    card = replace(
        cpc.CPC.card,
        title="CPC v2",
        year=2019,
        paper="Hénaff et al., Data-Efficient Image Recognition with Contrastive Predictive Coding, arXiv 1905.09272",
        summary="CPC with its shortcuts closed. Frames next to each other share their noise and their filter, so the true one "
        "can be found by these alone; here every single frame is also filtered differently and loses another band, "
        "and what is left to go by is the sound itself. (The view's own filter is one for all frames of a clip: it tells "
        "them from frames of other clips, not from each other.) Normalising over each frame alone keeps others from leaking in. And one "
        "network listens forwards and one backwards: each must find what comes after what it heard.",
        formula=r"\mathcal{L} = -\tfrac{1}{2} \sum_k \left( \log \frac{e^{z_{t+k}^\top W_k \vec{c}_t}}{\sum_j e^{z_j^\top W_k \vec{c}_t}} "
        r"+ \log \frac{e^{z_{t-k}^\top V_k \overleftarrow{c}_t}}{\sum_j e^{z_j^\top V_k \overleftarrow{c}_t}} \right)",
        symbols={
            "z_t": "what the encoder makes of frame t alone",
            r"\vec{c}_t, \overleftarrow{c}_t": "what the networks that read forwards and backwards made of all up to t",
            "k": "how many steps ahead, or back, the frame lies",
            "W_k, V_k": "learned matrices for each k, one for each direction",
            "z_j": "the true frame and the wrong ones",
        },
        breaks="With BatchNorm, which mixes all frames, a frame could be recognised by the mean of its batch. Where each "
        "frame is changed too strongly, nothing is left to go by, and the loss stays at chance.",
        flow=Flow(
            (
                ("clip", "view", "corrupted", "encoder", "context", "predictor"),
                ("frames", "corrupted", "encoder"),
                ("other clips", "corrupted", "encoder"),
            ),
            loss="which frame comes next",
        ),
        suits=Suits(
            "content",
            "cross_group_knn",
            "Wrong frames of the same clip share its voice, and every frame has a filter of its own.",
        ),
    )

    def views(self, batch: Batch, generator: Generator) -> dict[str, Tensor]:
        """As CPC's, with every frame of x (B, F, V) changed in a way of its own."""
        views = super().views(batch, generator)
        x = views["x"]
        steps = (len(x), x.shape[2] // self.encoder.stride)
        gains = torch.randn(*steps, KNOTS, device=x.device, generator=generator) * self.config.frame_filter
        place, width = torch.rand(2, *steps, device=x.device, generator=generator)
        filtered = x + per_frame(filters(gains, x.shape[1]), x)
        hidden = per_frame(bands(place, width * self.config.frame_hidden, x.shape[1]), x)
        return {**views, "x": torch.where(hidden, self.encoder.input_mean, filtered)}

    def steps(self, views: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """For each step ahead the mean of both directions: (K,) twice."""
        z = self.encoder.local(self.encoder.standardised(views["x"], None))  # (B, U, D)
        ahead, back = self.encoder.context(z).chunk(2, dim=2)  # (B, U, D / 2) each
        foreseen = cpc.foreseen(self.foresee, ahead, z, views)
        recalled = cpc.foreseen(self.recall, back.flip(1), z.flip(1), from_the_end(views))
        loss, found = ((one + other) / 2 for one, other in zip(foreseen, recalled, strict=True))
        return loss, found


def from_the_end(views: dict[str, Tensor]) -> dict[str, Tensor]:
    """The clips' own frames and the wrong ones, where the frames (B, U) of all clips are in reverse order."""
    frames, other = views["inside"].shape[1], views["other_clips"]
    return {
        **views,
        "inside": views["inside"].flip(1),
        "same_clip": frames - 1 - views["same_clip"].flip(1),
        "other_clips": other + frames - 1 - 2 * (other % frames),
    }


def filters(gains: Tensor, mels: int) -> Tensor:
    """Gains of K knots (B, U, K) → of every band (B, U, F), running straight between the knots."""
    return functional.interpolate(gains, size=mels, mode="linear", align_corners=True)


def bands(place: Tensor, width: Tensor, mels: int) -> Tensor:
    """(B, U, F): true in one band of `width` (B, U), in parts of the mel axis, at `place` (B, U) in the room it leaves."""
    first = (place * (1 - width) * mels)[:, :, None]
    at = torch.arange(mels, device=place.device)
    return (at >= first) & (at < first + (width * mels)[:, :, None])


def per_frame(values: Tensor, x: Tensor) -> Tensor:
    """One column of values (B, U, F) for each step → for each of its mel frames, the shape of x (B, F, V)."""
    spread = values.transpose(1, 2).repeat_interleave(x.shape[2] // values.shape[1], dim=2)
    return functional.pad(spread, (0, x.shape[2] - spread.shape[2]))
