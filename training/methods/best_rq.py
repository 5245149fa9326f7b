"""BEST-RQ: hide stretches of a sound, and name the code that a random quantiser, which never learns, gives what is hidden.

Paper:   Chiu et al. 2022, arXiv 2202.01855, section 3
Differs: 1. Two recurrent networks, or three narrow Transformer layers, over steps of two mel frames (40 ms) instead of a
         Conformer of 600 million parameters over four frames of 10 ms. 2. There are 256 codes instead of 8,192, since there are few
         sounds to tell apart here. 3. Spans of 3 steps, 120 ms, begin at 20 % of them instead of 400 ms at 1 %: words
         here last half a second. 4. The input of the quantiser is brought to mean 0 and standard deviation 1 over each
         clip's own steps, number by number; over what the paper does it isn't said. 5. Spans are drawn among a clip's own
         steps: short clips lie in silence here. 6. AdamW and a cosine schedule instead of Adam with the Transformer's.
         The paper's numbers in 2 and 3, its four frames, and the defaults of the code's width and the noise are those of a
         re-implementation (HarunoriKawano/BEST-RQ), whose quantiser hears frames standardised over their bands; the rest
         couldn't be checked against the paper's text.
Shapes:  B clips, F mel bands, V view frames, s frames of a step, U = V / s steps, D encoder width, Q width of a code, K codes.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
import torch.nn.functional as functional
from torch import Generator, Tensor, nn

from training.batch import Batch
from training.encoders.conv_gru import stacked
from training.encoders.encoder import Encoder
from training.methods.data2vec import normalised_over_time
from training.methods.flow import Flow
from training.methods.method import Card, Chance, Method, Suits, Task, accuracy, in_use
from training.parts.masked_prediction import masked_prediction, names_in_use, shares_of_names
from training.run.schema import Picture
from training.settings import setting
from training.views.chunk_masks import over_frames
from training.views.masks import own_steps, span_mask
from training.views.plain import PLAIN


@dataclass(frozen=True)
class Settings:
    """Settings of BEST-RQ."""

    codes: int = setting(256, "How many codes the random quantiser has.", low=2, high=8192, scale="log")
    quantiser_width: int = setting(
        16, "Numbers that a step is projected to, and of which a code consists.", low=1, high=256, scale="log"
    )
    span_part: float = setting(
        0.2, "Share of a clip's steps at which a hidden span begins.", low=0.01, high=1.0, unit="share"
    )
    span_steps: int = setting(3, "Steps of two frames (40 ms by default) that a span hides.", low=1, high=20)
    noise_std: float = setting(
        0.1, "Standard deviation of the noise that stands in the place of what is hidden.", low=0.0, high=2.0
    )


class BestRQ(Method):
    """The encoder hears a view of which stretches are noise; a linear layer names the code of each hidden step."""

    Config = Settings
    judges_clips = True
    encoders = ("bi_gru", "frame_transformer")
    projection_matrix: Tensor
    codebook: Tensor
    card = Card(
        title="BEST-RQ",
        family="predictive coding",
        year=2022,
        paper="Chiu et al., Self-supervised Learning with Random-projection Quantizer for Speech Recognition, "
        "arXiv 2202.01855",
        summary="Every 40 ms of sound get a name: they are projected by a random matrix, and the nearest of a few hundred "
        "random codes is taken. Neither matrix nor codes ever learn. Stretches of the sound are then hidden, and the model "
        "names the codes of what was there. It cannot copy numbers, only say which sound fits; and as the names stay what "
        "they are, nothing can be agreed upon to make the task easy.",
        formula=r"\mathcal{L} = -\frac{1}{|M|} \sum_{t \in M} \log p(y_t \mid \tilde{x}), \quad "
        r"y_t = \arg\min_k \Big\lVert \frac{c_k}{\lVert c_k \rVert} - \frac{A x_t}{\lVert A x_t \rVert} \Big\rVert",
        symbols={
            "x_t": "step t of the sound",
            r"\tilde{x}": "the sound with hidden steps",
            "A": "the random matrix",
            "c_k": "random code k",
            "y_t": "the nearest code: the name of step t",
            "p": "how likely the model finds that name",
            "M": "the hidden steps, and |M| how many they are",
        },
        negatives=False,
        prevents_collapse="The names come of the sound itself by a map that never changes.",
        breaks="If the sound isn't standardised before it is projected, all steps fall to a few codes, which the model names "
        "without listening. Watch the codes in use. With very many codes each is rare, and little is learned of any.",
        flow=Flow(
            (
                ("clip", "view", "masked", "encoder", "classifier"),
                ("clip", "view", "frames", "random quantiser"),
            ),
            loss="which code was hidden",
        ),
        suits=Suits(
            "content",
            "cross_group_knn",
            "To name what is hidden is to know how sounds go on; what the voice keeps is standardised away.",
        ),
    )
    pictures = (
        Picture(
            "code_use",
            "Code use",
            "How often each code is what was hidden, and how often the model says so: where few bars stand, few codes "
            "are in use.",
            "bars",
            rows="codes",
            series=("hidden", "guessed"),
            low=0.0,
        ),
    )
    parts = (
        accuracy("How often the code of a hidden step is named."),
        in_use("codes", "the quantiser really uses in a batch"),
    )
    run_defaults: ClassVar[Mapping[str, Any]] = {
        "learning_rate": 3e-3, "batch_size": 64, "warmup_steps": 100, "views": {**PLAIN, "crop_seconds": 0.48},
    }  # fmt: skip

    def __init__(self, encoder: Encoder, config: Settings, task: Task) -> None:
        super().__init__(encoder, config, task)
        values = encoder.stride * task.augment.front_end.mels
        self.name = nn.Linear(encoder.width, config.codes)
        random = nn.init.xavier_uniform_(torch.empty(values, config.quantiser_width))
        self.register_buffer("projection_matrix", random)
        codes = functional.normalize(torch.randn(config.codes, config.quantiser_width), dim=1)
        self.register_buffer("codebook", codes)

    def views(self, batch: Batch, generator: Generator) -> dict[str, Tensor]:
        """The view with noise in its holes (B, F, V), the code of each step (B, U), which are hidden, and the clip's own."""
        raw, shown = self.augment.placed(batch.audio, batch.lengths, generator)
        x, stride = self.encoder.standardised(raw, None), self.encoder.stride
        inside = own_steps(shown, stride)
        uniforms = torch.rand(inside.shape, device=x.device, generator=generator)
        hidden = span_mask(uniforms, inside, self.config.span_part, self.config.span_steps)
        noise = self.config.noise_std * torch.randn(x.shape, device=x.device, generator=generator)
        masked = torch.where(over_frames(hidden, stride, x.shape[2])[:, None], noise, x)
        return {"masked": masked, "code": self.codes_of(x, inside), "hidden": hidden, "inside": inside}

    def codes_of(self, x: Tensor, inside: Tensor) -> Tensor:
        """y (B, U) int64: of unit vectors the nearest is the one with the largest product."""
        steps = normalised_over_time(stacked(x, self.encoder.stride), inside)  # (B, U, s · F)
        projected = functional.normalize(steps @ self.projection_matrix, dim=2)
        return (projected @ self.codebook.T).argmax(2)

    def scores(self, masked: Tensor) -> Tensor:
        """What the model says of every step, from the view with holes: (B, F, V) → (B, U, K) float32."""
        found: Tensor = self.name(self.encoder.frames(masked))
        return found.float()

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """The mean negative log-likelihood of the codes of the hidden steps."""
        scores, code, hidden = self.scores(views["masked"]), views["code"], views["hidden"]
        used = names_in_use(code, self.config.codes, views["inside"])
        return {**masked_prediction(scores, code, hidden), "codes_used": used}

    def chance(self) -> Chance:
        """All codes equally likely: ln K."""
        return Chance(math.log(self.config.codes), f"ln {self.config.codes}: all codes are found equally likely")

    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """Shares of the codes among the hidden steps, true and guessed."""
        return {"code_use": shares_of_names(self.scores(views["masked"]), views["code"], views["hidden"])}
