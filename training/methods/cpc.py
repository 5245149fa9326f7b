"""CPC: sum up what was heard so far, and pick the frame that comes k steps later out of a crowd of wrong ones.

Paper:   van den Oord et al. 2018, arXiv 1807.03748, section 2, equations 3 and 4; section 3.1 (speech)
Differs: 1. It hears mel frames, two to a step of 40 ms, instead of samples, unless its encoder is wave_gru. 2. Views are
         changed copies of the clips; the past and the frames to be found share one change, whereas Kharitonov et al.
         2020, arXiv 2007.00991, found it better to change the past alone: a filter or a mixture tells frames of other
         clips. 3. A GRU of width 192 instead of 256. 4. Fewer and longer steps: 4 of 40 ms reach 160 ms ahead, the
         paper's 12 of 10 ms (wave_gru's) 120. 5. Wrong frames are drawn evenly, so many of the same clip and so many of
         other ones, of all speakers or (others_from) of the same one, as in Rivière et al. 2020, arXiv 2002.02848.
         6. AdamW 3e-3 and a cosine schedule instead of Adam 2e-4.
Shapes:  B clips, F mel bands, V frames of a view (or samples, without F), s of them in a step (the encoder's stride),
         U = V / s encoder frames, D encoder width, M wrong frames of the same clip, N wrong frames of other clips.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import torch
import torch.nn.functional as functional
from torch import Generator, Tensor, nn

from training.batch import Batch
from training.encoders.conv_gru import ConvGru
from training.encoders.encoder import Encoder
from training.methods.flow import Flow
from training.methods.method import Card, Chance, Method, Suits, Task, accuracy
from training.parts.contrast import products
from training.parts.mean_over import mean_over
from training.parts.steps_ahead import check_steps_ahead
from training.run.schema import Curve, Picture
from training.settings import setting
from training.views.masks import frames_of_mates, frames_of_others, other_frames, own_steps


@dataclass(frozen=True)
class Settings:
    """Settings of CPC."""

    steps_ahead: int = setting(
        4, "How many of the encoder's steps ahead it must foresee (of two frames, 40 ms, by default).", low=1, high=20
    )
    same_clip: int = setting(
        16, "Wrong frames of the same clip: what speaker and microphone say doesn't help there.", low=1, high=256
    )
    other_clips: int = setting(16, "Wrong frames of other clips.", low=0, high=256)
    others_from: str = setting(
        "all",
        "Which other clips these are of: all, or those of the same source (speaker, instrument), whose voice then tells "
        "nothing; batches are drawn by source for it.",
        choices=("all", "same source"),
        before="all",
    )


class CPC(Method):
    """A GRU over local features; W_k turns its state into a guess at the local features k steps later."""

    Config = Settings
    encoders: ClassVar[tuple[str, ...]] = ("conv_gru", "frame_gru", "wave_gru")
    encoder: ConvGru
    heads: ClassVar[tuple[str, ...]] = ("predict",)
    """Names of its lists of W_k, one list for each direction in which it foresees."""
    predict: nn.ModuleList
    run_defaults: ClassVar[Mapping[str, Any]] = {
        "batch_size": 64,
        # Stretched frames would hold a part of their neighbours, and give them away.
        "views": {"crop_seconds": 0.64, "time_stretch": 0.0},
    }
    card = Card(
        title="Contrastive predictive coding (CPC)",
        family="predictive coding",
        year=2018,
        paper="van den Oord et al., Representation Learning with Contrastive Predictive Coding, arXiv 1807.03748",
        summary="A recurrent network listens from left to right. At every moment it must pick what comes next, one, two or "
        "more steps ahead, out of a crowd of wrong frames: some from elsewhere in the same clip, some from other clips. "
        "It needn't rebuild the sound, only tell the future from what isn't the future. What stays the same over time, "
        "such as the sound being made, helps; what can't be foreseen, such as noise, is dropped.",
        formula=r"\mathcal{L}_k = -\log \frac{\exp(z_{t+k}^\top W_k c_t)}{\sum_{z_j \in X} \exp(z_j^\top W_k c_t)}",
        symbols={
            "z_t": "what the encoder makes of frame t alone",
            "c_t": "what the recurrent network has made of all frames up to t",
            "k": "how many steps ahead the frame lies",
            "W_k": "a learned matrix for each k",
            "X": "the true frame and the wrong ones",
            r"\mathcal{L}_k": "the loss at k steps ahead; all are averaged",
        },
        negatives=True,
        prevents_collapse="The wrong frames: if all features were equal, the true one couldn't be told from them.",
        breaks="With frames that overlap, or one step ahead alone, it is enough to go on as before, and little is learned. "
        "With wrong frames of other clips alone, knowing the speaker is enough; those of the same source are harder.",
        flow=Flow(
            (("clip", "view", "encoder", "context", "predictor"), ("frames", "encoder"), ("other clips", "encoder")),
            loss="which frame comes next",
        ),
        suits=Suits(
            "content", "cross_group_knn", "Wrong frames of the same clip share its voice, so the sounds must tell."
        ),
    )
    pictures = (
        Picture(
            "found",
            "Found, for each step ahead",
            "How often the true frame scores above all wrong ones, from one step ahead to the farthest: the "
            "farther, the harder.",
            "bars",
            rows="steps ahead",
            low=0.0,
            high=1.0,
        ),
    )

    def __init__(self, encoder: Encoder, config: Settings, task: Task) -> None:
        super().__init__(encoder, config, task)
        check_steps_ahead("steps_ahead", config.steps_ahead, encoder, task.augment)
        heard = encoder.width // len(self.heads)
        for name in self.heads:
            weights = (nn.Linear(heard, encoder.width, bias=False) for _ in range(config.steps_ahead))
            setattr(self, name, nn.ModuleList(weights))
        self.parts = found_ahead(config.steps_ahead)

    @staticmethod
    def draw(config: Settings) -> Literal["uniform", "by_group"]:
        """By source where the wrong frames are of the same one."""
        return "by_group" if config.others_from == "same source" else "uniform"

    def views(self, batch: Batch, generator: Generator) -> dict[str, Tensor]:
        """A view (B, F, V), its own frames (B, U), and which frames are the wrong ones, where of other clips any are known."""
        x, shown = self.augment.placed(batch.audio, batch.lengths, generator)
        inside = own_steps(shown, self.encoder.stride)
        draws = torch.rand(*inside.shape, self.config.same_clip, device=x.device, generator=generator)
        clips = torch.rand(len(x), self.config.other_clips, device=x.device, generator=generator)
        places = torch.rand(clips.shape, device=x.device, generator=generator)
        if self.draw(self.config) == "by_group":
            others, known = frames_of_mates(clips, places, inside, batch.groups)
        else:
            others = frames_of_others(clips, places, inside)
            known = torch.ones_like(others, dtype=torch.bool)
        return {
            "x": x,
            "inside": inside,
            "same_clip": other_frames(draws, inside),  # (B, U, M)
            "other_clips": others,  # (B, N)
            "known": known,  # (B, N)
        }

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """Equation 4, averaged over the steps ahead that some clip is long enough for, and how often each one's true frame
        was found."""
        losses, found = self.steps(views)
        accuracy = {f"accuracy_{k}": value.detach() for k, value in enumerate(found, 1)}
        return {"loss": mean_over(losses, reached(views["inside"], self.config.steps_ahead)), **accuracy}

    def steps(self, views: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """For each step ahead its loss, and how often the true frame was found: (K,) twice."""
        z = self.encoder.local(self.encoder.standardised(views["x"], None))  # (B, U, D)
        return foreseen(self.predict, self.encoder.context(z), z, views)

    def chance(self) -> Chance:
        """All frames equally likely: ln(1 + M + N); less where a clip is the only one of its source in a batch."""
        frames = 1 + self.config.same_clip + self.config.other_clips
        return Chance(math.log(frames), f"ln({frames}): the true frame and all wrong ones look alike")

    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """How often each step ahead is found."""
        return {"found": self.steps(views)[1]}


def found_ahead(steps: int) -> tuple[Curve, ...]:
    """The curves of how often the true frame is found, from one step ahead to so many."""
    meaning = "How often the true frame is found, for each number of steps ahead: the farther, the harder."
    return tuple(accuracy(meaning, f"accuracy_{k}", f"{k} ahead", "Accuracy") for k in range(1, steps + 1))


def foreseen(predict: nn.ModuleList, c: Tensor, z: Tensor, views: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
    """For each W_k of `predict` equation 4, and how often the true frame scores highest: (K,) twice; padding counts nowhere.

    c (B, U, C) of what was heard, z (B, U, D), and of `views` the clips' own frames and which ones are wrong.
    """
    same_clip, inside, known = views["same_clip"], views["inside"], views["known"]
    others = z.flatten(0, 1)[views["other_clips"]]  # (B, N, D)
    losses, finds = [], []
    for k, w in enumerate(predict, 1):
        scores = step_scores(w(c[:, :-k]), z, others, known, same_clip[:, k:], k)
        counted = pairs(inside, k)
        wrong = -functional.log_softmax(scores, dim=2)[:, :, 0]
        found = scores[:, :, 0] > scores[:, :, 1:].amax(2)
        losses.append(mean_over(wrong, counted))
        finds.append(mean_over(found, counted))
    return torch.stack(losses), torch.stack(finds)


def pairs(inside: Tensor, k: int) -> Tensor:
    """(B, U − k): which frames t of a clip, the `inside` ones (B, U), have a frame t + k of the same clip."""
    return inside[:, :-k] & inside[:, k:]


def reached(inside: Tensor, steps: int) -> Tensor:
    """(K,): which of so many steps ahead any clip is long enough for; inside (B, U)."""
    return torch.stack([pairs(inside, k).any() for k in range(1, steps + 1)])


def step_scores(guess: Tensor, z: Tensor, others: Tensor, known: Tensor, same_clip: Tensor, k: int) -> Tensor:
    """z_jᵀ W_k c_t for the true frame, which comes first, and the wrong ones: (B, U − k, 1 + M + N) float32.

    guess W_k c (B, U − k, D), z (B, U, D), others (B, N, D) where `known` (B, N), same_clip (B, U − k, M) int64, never the
    true frame where a clip has two frames of its own.
    """
    guess, z = guess.float(), z.float()
    true = (guess * z[:, k:]).sum(2, keepdim=True)
    own = products(guess, z).gather(2, same_clip)
    other = products(guess, others).masked_fill(~known[:, None], -torch.inf)
    return torch.cat([true, own, other], dim=2)
