"""data2vec: from a view with holes, predict what a slow copy of yourself makes of the whole view.

Paper:   Baevski et al. 2022, arXiv 2202.03555, section 3
Differs: 1. Three narrow layers over mel frames instead of twelve over a convolutional front, and the slow copy has an
         embedding of its own instead of the student's. 2. The slow copy's pace goes from .99 to .999 over the run and
         not from .999 to .9999, since runs here are short. 3. Targets are normalised over a clip's own frames, and
         spans are drawn among these: short clips lie in silence here. 4. No dropout. 5. Spans of 4 steps, 160 ms,
         begin at 20 % of the steps, instead of 200 ms at 6.5 %: words here last half a second. They hide 50 to 66 % of a
         clip, by its length, instead of 49 %. 6. AdamW and a cosine schedule. 7. Targets are the outputs of the teacher's
         layers instead of what their feed-forward networks add, of which three layers learned nothing
         (docs/experiments.md). 8. The distance is smooth L1, as in the paper's section 3.3, within 1; the authors train
         speech with the squared one. 9. Positions are fixed waves of the absolute time; the authors' speech model has
         convolutions that know relative ones. 10. Student and teacher hear one changed copy of the clip, with mixtures,
         noise and filters, and not the clip itself.
Shapes:  B clips, F mel bands, V view frames, U steps of the encoder, D encoder width, K layers, M hidden steps of a batch.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
import torch.nn.functional as functional
from torch import Generator, Tensor, nn

from training.batch import Batch
from training.encoders.transformers import FrameTransformer
from training.methods.flow import Flow
from training.methods.method import Card, Method, Suits, Task
from training.methods.symbols import STOP_GRADIENT
from training.methods.two_views import SHOWN
from training.parts.mean_over import loss_over
from training.parts.slow_copy import follow, slow_copy
from training.run.schema import Picture
from training.settings import setting
from training.views.masks import own_steps, span_mask
from training.views.plain import WHOLE_FRAMES


@dataclass(frozen=True)
class Settings:
    """Settings of data2vec."""

    span_part: float = setting(
        0.2, "Share of a clip's steps at which a hidden span begins.", low=0.01, high=1.0, unit="share"
    )
    span_steps: int = setting(4, "Steps of two frames (40 ms by default) that a span hides.", low=1, high=20)
    top_layers: int = setting(
        3, "Layers of the teacher, from the last one down, whose mean is predicted.", low=1, high=3
    )
    teacher_momentum: float = setting(
        0.99,
        "Over how many steps the teacher averages at the start; over ten times as many at the end.",
        low=0.0,
        high=0.9999,
        unit="memory",
    )
    smooth_within: float = setting(
        1.0, "Differences below this count by their square, above it by their size.", low=0.005, high=10.0, scale="log"
    )


class Data2Vec(Method):
    """A student hears what is left of a view, a teacher hears all of it; the teacher is the student's moving average."""

    Config = Settings
    judges_clips = True
    encoders = ("frame_transformer",)
    encoder: FrameTransformer
    card = Card(
        title="data2vec",
        family="Siamese, no negatives",
        year=2022,
        paper="Baevski et al., data2vec: A General Framework for Self-supervised Learning in Speech, Vision and Language, "
        "arXiv 2202.03555",
        summary="A student hears a sound of which stretches are hidden. It doesn't draw what was there, as masked methods do, "
        "but says what a teacher that hears everything makes of these moments: the mean of the teacher's layers, which "
        "tell of the whole sound around a moment. The teacher is the student's own moving average, so both get better "
        "together.",
        formula=r"\mathcal{L} = \frac{1}{|M|} \sum_{t \in M} \mathrm{smooth}_{L1}\big(f_t(\tilde{x}), \mathrm{sg}(y_t)\big), "
        r"\quad y_t = \frac{1}{K} \sum_{l=L-K+1}^{L} \mathrm{norm}(a_t^l)",
        symbols={
            r"\tilde{x}": "the sound with hidden stretches",
            "f_t": "what the student says of moment t",
            "y_t": "the target: what the teacher, which hears everything, makes of it",
            "a_t^l": "the teacher's output of layer l at moment t, of L layers",
            "K": "of how many of the last layers the mean is taken",
            r"\mathrm{norm}": "brings it to mean 0 and standard deviation 1 over the moments of a clip",
            r"\mathrm{smooth}_{L1}": "the square of small differences, the size of large ones",
            "M": "the hidden moments, and |M| how many they are",
            **STOP_GRADIENT,
        },
        negatives=False,
        prevents_collapse="The teacher's slowness, the stopped gradient, and targets brought to mean 0 and standard deviation "
        "1 over the moments of a clip, so that saying the same at all times is no answer.",
        breaks="With a quick teacher or a learning rate that is too high the layers become the same for all moments; the "
        "loss goes to nothing and the bars of the picture with it.",
        flow=Flow(
            (
                ("clip", "view", "masked", "encoder", "predictor"),
                ("clip", "view", "slow encoder", "average", "stop-gradient"),
            ),
            loss="difference where hidden",
        ),
        suits=Suits("content", "cross_group_knn", "What a teacher makes of a moment depends on the sounds around it."),
    )
    pictures = (
        Picture(
            "similarity", "Predictions against targets",
            "Each row is what the student says of a clip's first hidden moment, each column what the teacher made of the same "
            "moment of a clip: bright on the diagonal means that the prediction fits its own clip, and not just its place.",
            "matrix", rows="clips", columns="clips", low=-1.0, high=1.0, shows="diagonal",
        ),
        Picture(
            "spread", "Spread",
            "How much each number varies over the hidden moments: where all bars sink to 0, everything sounds the same to "
            "the model, and it has collapsed.",
            "bars", rows="numbers", series=("predictions", "targets"), low=0.0,
        ),
    )  # fmt: skip

    run_defaults: ClassVar[Mapping[str, Any]] = {
        "learning_rate": 2e-3, "batch_size": 128, "views": {**WHOLE_FRAMES, "crop_seconds": 0.64},
    }  # fmt: skip

    def __init__(self, encoder: FrameTransformer, config: Settings, task: Task) -> None:
        super().__init__(encoder, config, task)
        self.missing = nn.Parameter(torch.randn(encoder.width) * 0.02)
        self.predict = nn.Linear(encoder.width, encoder.width)
        self.teacher = slow_copy(encoder)

    def views(self, batch: Batch, generator: Generator) -> dict[str, Tensor]:
        """Standardised x (B, F, V), which steps (B, U) are the clip's own, and which of these are hidden."""
        raw, shown = self.augment.placed(batch.audio, batch.lengths, generator)
        inside = own_steps(shown, self.encoder.stride)
        uniforms = torch.rand(inside.shape, device=raw.device, generator=generator)
        hidden = span_mask(uniforms, inside, self.config.span_part, self.config.span_steps)
        return {"x": self.encoder.standardised(raw, None), "inside": inside, "hidden": hidden}

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """The smooth L1 distance over the hidden steps, and how much the targets vary over them."""
        hidden = views["hidden"]
        prediction, target = self.predicted(views["x"], hidden), self.target(views["x"], views["inside"])  # (B, U, D)
        wrong = functional.smooth_l1_loss(prediction, target, beta=self.config.smooth_within, reduction="none").mean(2)
        return loss_over(wrong, hidden)

    def predicted(self, x: Tensor, hidden: Tensor) -> Tensor:
        """f: what the student says of every step, from the steps that aren't hidden (B, U): (B, F, V) → (B, U, D) float32."""
        prediction: Tensor = self.predict(self.encoder.context(self.encoder.with_holes(x, hidden, self.missing)))
        return prediction.float()

    @torch.no_grad()
    def target(self, x: Tensor, inside: Tensor) -> Tensor:
        """y: the mean of the teacher's last K layers, each normalised over the clip's own steps: (B, U, D) float32."""
        layers = self.teacher.layers(self.teacher.embedded(self.teacher.patches(x)))[-self.config.top_layers :]
        return torch.stack([normalised_over_time(layer.float(), inside) for layer in layers]).mean(0)

    def after_step(self, progress: float) -> None:
        """The teacher follows, ever more slowly: what is left of the way to 1 shrinks linearly to a tenth."""
        follow(self.teacher, self.encoder, 1 - (1 - self.config.teacher_momentum) * (1 - 0.9 * progress))

    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """Cosines of predictions with each clip's target at the same moment, and the spread of both over all hidden ones.

        At another moment targets differ by their place alone, which is foretold without listening.
        """
        x, hidden = views["x"][:SHOWN], views["hidden"][:SHOWN]
        prediction, target = self.predicted(x, hidden), self.target(x, views["inside"][:SHOWN])
        first = hidden.int().argmax(1)  # (B,)
        clip = torch.arange(len(x), device=x.device)
        spread = [weighted_std(every.flatten(0, 1), hidden.flatten()) for every in (prediction, target)]
        similarity = functional.cosine_similarity(
            prediction[clip, first, None], target[:, first].transpose(0, 1), dim=2
        )
        return {"similarity": similarity, "spread": torch.stack(spread)}


def normalised_over_time(layer: Tensor, inside: Tensor) -> Tensor:
    """Each of the D numbers of each clip at mean 0 and standard deviation 1 over its own steps (B, U): (B, U, D)."""
    own = inside[:, :, None].float()
    count = own.sum(1, keepdim=True).clamp(min=1)
    mean = (layer * own).sum(1, keepdim=True) / count
    variance = ((layer - mean).square() * own).sum(1, keepdim=True) / count
    return (layer - mean) / (variance + 1e-5).sqrt()


def weighted_std(x: Tensor, counted: Tensor) -> Tensor:
    """Standard deviation of x (M, D) over the rows that are counted (M,): (D,)."""
    weight = counted[:, None].float() / counted.sum().clamp(min=1)
    mean = (x * weight).sum(0)
    return ((x - mean).square() * weight).sum(0).sqrt()
