"""M2D: from the patches that are left, say what a slow copy of yourself, which hears only the others, makes of them.

Paper:   Niizumi et al. 2022, arXiv 2210.14648, section 2
Differs: 1. Three narrow layers, and one in the predictor, instead of twelve and eight. 2. Patches of all bands by 40 ms
         by default, since views are short. 3. Targets are standardised number by number over each clip's own hidden
         patches, which takes the voice out of them, where the authors' code standardises each patch over its numbers;
         over the patches of all clips less was learned here (docs/experiments.md). 4. The slow copy's pace goes from .99
         to .999 over the run instead of from .99995 to .99999, since runs here are short. 5. Patches that show padding
         aren't counted, and the share is hidden of each clip's own patches: short clips lie in silence here.
         The paper's numbers named here are those of the authors' code (nttcslab/m2d).
Shapes:  B clips, F mel bands, V view frames, N patches of P values each, n of them seen, E width of a token.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
import torch.nn.functional as functional
from torch import Generator, Tensor, nn

from training.batch import Batch
from training.encoders.transformers import Block, Transformer
from training.methods.data2vec import normalised_over_time, weighted_std
from training.methods.flow import Flow
from training.methods.method import Card, Chance, Method, Suits, Task
from training.methods.symbols import STOP_GRADIENT
from training.methods.two_views import SHOWN, cosines
from training.parts.mean_over import loss_over
from training.parts.slow_copy import follow, slow_copy
from training.run.schema import Picture
from training.settings import setting
from training.views.masks import own_steps
from training.views.patch_masks import gathered, parted, scattered
from training.views.plain import PLAIN


@dataclass(frozen=True)
class Settings:
    """Settings of M2D."""

    hidden_part: float = setting(
        0.6, "Share of the patches that only the slow copy hears.", low=0.05, high=0.95, unit="share"
    )
    teacher_momentum: float = setting(
        0.99,
        "Over how many steps the slow copy averages at the start; over ten times as many at the end.",
        low=0.0,
        high=0.9999,
        unit="memory",
    )


class M2D(Method):
    """The encoder hears the seen patches, its slow copy the hidden ones; a predictor goes from the one to the other."""

    Config = Settings
    judges_clips = True
    encoders = ("frame_transformer", "patch_transformer")
    encoder: Transformer
    card = Card(
        title="Masked modeling duo (M2D)",
        family="Siamese, no negatives",
        year=2022,
        paper="Niizumi et al., Masked Modeling Duo: Learning Representations by Encouraging Both Networks to Model the "
        "Input, arXiv 2210.14648",
        summary="The spectrogram is cut into patches, of which more than half are hidden. A model hears what is left and says "
        "what its slow copy makes of the hidden ones; the copy hears these alone. Other methods let the copy hear "
        "everything, so that its answer may tell what the model heard anyway. Here each of the two knows what the other "
        "doesn't, and they can only agree if both understand the sound.",
        formula=r"\mathcal{L} = \frac{1}{|M|} \sum_{i \in M} \left\lVert \frac{\hat{z}_i}{\lVert \hat{z}_i \rVert} - "
        r"\frac{\tilde{z}_i}{\lVert \tilde{z}_i \rVert} \right\rVert_2^2, \quad \tilde{z} = \mathrm{sg}\left("
        r"\frac{z - \mathrm{mean}(z)}{\sqrt{\mathrm{var}(z)}}\right), \quad z = f_\xi(x_M)",
        symbols={
            "M": "the hidden patches, and |M| how many they are",
            r"f_\xi(x_M)": "the slow copy, which hears these alone",
            "z": "what it makes of them",
            r"\tilde{z}": "that, standardised: the target",
            r"\hat{z}_i": "what the model says of hidden patch i from the patches that it hears",
            **STOP_GRADIENT,
        },
        negatives=False,
        prevents_collapse="The copy's slowness, the stopped gradient, the predictor, and targets that are standardised.",
        breaks="With a quick copy or too high a learning rate the targets come to tell only where a patch lies, which is "
        "foretold without listening: the loss falls and the embeddings get worse.",
        flow=Flow(
            (
                ("clip", "view", "patches", "masked", "encoder", "predictor"),
                ("clip", "view", "patches", "slow encoder", "stop-gradient"),
            ),
            loss="cosine distance where hidden",
        ),
        suits=Suits(
            "content", "cross_group_knn", "To foretell one half of a word from the other is to know which word it is."
        ),
    )
    pictures = (
        Picture(
            "similarity", "Predictions against targets",
            "Each row is what is predicted of a clip's first hidden patch, each column what the slow copy made of one: "
            "bright on the diagonal means that the prediction fits its own patch, by what sounds there or by its place alone.",
            "matrix", rows="clips", columns="clips", low=-1.0, high=1.0, shows="diagonal",
        ),
        Picture(
            "spread", "Spread",
            "How much each number varies over the hidden patches, in the predictions and in what the slow copy says before "
            "it is standardised: where all bars sink to 0, it has collapsed.",
            "bars", rows="numbers", series=("predictions", "slow copy"), low=0.0,
        ),
    )  # fmt: skip
    by_rows = ("predict",)
    run_defaults: ClassVar[Mapping[str, Any]] = {
        "learning_rate": 2e-3, "batch_size": 64, "warmup_steps": 100, "views": {**PLAIN, "crop_seconds": 0.48},
    }  # fmt: skip

    def __init__(self, encoder: Transformer, config: Settings, task: Task) -> None:
        super().__init__(encoder, config, task)
        width = encoder.token_width
        self.missing = nn.Parameter(torch.randn(width) * 0.02)
        self.predict = nn.Sequential(Block(width, heads=4), nn.LayerNorm(width), nn.Linear(width, width))
        self.teacher = slow_copy(encoder)

    def views(self, batch: Batch, generator: Generator) -> dict[str, Tensor]:
        """Patches (B, N, P), which are seen (B, n) and which hidden (B, N − n), and which show the clip alone (B, N)."""
        raw, shown = self.augment.placed(batch.audio, batch.lengths, generator)
        patches = self.encoder.patches(self.encoder.standardised(raw, None))
        uniforms = torch.rand(patches.shape[:2], device=raw.device, generator=generator)
        own = own_steps(shown, self.encoder.stride).repeat_interleave(self.encoder.across, dim=1)
        seen, hidden = parted(uniforms, own, self.config.hidden_part)
        return {"patches": patches, "seen": seen, "hidden": hidden, "own": own}

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """The squared distance of unit vectors, 2 − 2 cos, over the hidden patches of the clips themselves."""
        patches, seen, hidden = views["patches"], views["seen"], views["hidden"]
        counted = views["own"].gather(1, hidden)
        target = normalised_over_time(self.slow(patches, hidden), counted)
        agreement = functional.cosine_similarity(self.predicted(patches, seen, hidden), target, dim=2)
        return loss_over(2 - 2 * agreement, counted)

    def predicted(self, patches: Tensor, seen: Tensor, hidden: Tensor) -> Tensor:
        """ẑ of the hidden patches, from the seen ones alone: (B, N, P) → (B, N − n, E) float32."""
        encoder = self.encoder
        tokens = encoder.context(gathered(encoder.embedded(patches), seen))  # (B, n, E)
        empty = self.missing.to(tokens.dtype).expand(*patches.shape[:2], -1)
        places = encoder.positions(patches.shape[1], patches.device).to(tokens.dtype)
        found: Tensor = self.predict(scattered(tokens, seen, into=empty) + places)
        return gathered(found, hidden).float()

    @torch.no_grad()
    def slow(self, patches: Tensor, hidden: Tensor) -> Tensor:
        """z: what the slow copy, which hears the hidden patches alone, makes of them: (B, N − n, E) float32."""
        found: Tensor = self.teacher.context(gathered(self.teacher.embedded(patches), hidden))
        return found.float()

    def after_step(self, progress: float) -> None:
        """The copy follows, ever more slowly: what is left of the way to 1 shrinks linearly to a tenth."""
        follow(self.teacher, self.encoder, 1 - (1 - self.config.teacher_momentum) * (1 - 0.9 * progress))

    def chance(self) -> Chance:
        """Two unit vectors that know nothing of each other are at a squared distance of 2."""
        return Chance(2.0, "predictions that have nothing to do with their targets")

    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """Cosines of predictions with targets of single patches, and the spread over all hidden ones."""
        patches, seen, hidden = views["patches"][:SHOWN], views["seen"][:SHOWN], views["hidden"][:SHOWN]
        counted = views["own"][:SHOWN].gather(1, hidden)
        prediction, slow = self.predicted(patches, seen, hidden), self.slow(patches, hidden)
        first = counted.int().argmax(1)  # (B,)
        clip = torch.arange(len(first), device=first.device)
        target = normalised_over_time(slow, counted)
        spread = [weighted_std(every.flatten(0, 1), counted.flatten()) for every in (prediction, slow)]
        return {"similarity": cosines(prediction[clip, first], target[clip, first]), "spread": torch.stack(spread)}
