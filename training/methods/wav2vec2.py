"""wav2vec 2.0: hide stretches of a clip, and tell from what is left which code stood at each hidden place.

Paper:   Baevski et al. 2020, arXiv 2006.11477, sections 2 and 3, equations 1 to 4
Differs: 1. Moments of two mel frames, 40 ms, and one linear layer instead of seven convolutions on samples, unless its
         encoder is wave_transformer. 2. Three narrow Transformer layers. 3. Spans of 2 moments, 80 ms instead of 200,
         begin at 25 % of them instead of 6.5 %: about half is hidden either way, but words here last half a second.
         4. Few codes and distractors, since a word has a dozen moments; as many distractors again are hidden moments of
         other clips. 5. The diversity is that of the authors' code, 1 − perplexity over codes. 6. No penalty on the
         features, which stand on a fixed front end. 7. Views are changed copies of the clips, without noise and mixtures
         and with weak filters, and padding is neither hidden nor a distractor. 8. Positions are fixed waves of absolute
         time instead of a convolution that learns relative ones. 9. AdamW and a cosine schedule instead of Adam and a
         linear one. 10. A hidden moment all of whose distractors have its own codes isn't counted.
Shapes:  B clips, F mel bands, V frames of a view (or samples, without F), U moments, D encoder width, P projection width,
         G codebooks, C codes of each, K distractors of the same clip, N of others.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
import torch.nn.functional as functional
from torch import Generator, Tensor, nn

from training.batch import Batch
from training.encoders.encoder import Encoder
from training.encoders.transformers import Transformer
from training.methods.flow import Flow
from training.methods.method import Card, Chance, Method, Suits, Task, accuracy, in_use, part
from training.methods.symbols import TEMPERATURE
from training.parts.contrast import products
from training.parts.mean_over import mean_over
from training.parts.quantiser import GumbelQuantiser, gumbel_noise, perplexity
from training.run.schema import Picture
from training.settings import setting
from training.views.masks import frames_of_others, other_frames, own_steps, span_mask
from training.views.plain import UNMIXED, WHOLE_FRAMES

CODEBOOKS = 2
"""G; a moment is named by one code of each."""
WARM, COLD = 2.0, 0.5
"""The Gumbel softmax's temperature at the start and at the end."""


@dataclass(frozen=True)
class Settings:
    """Settings of wav2vec 2.0."""

    span_starts: float = setting(
        0.25, "Share of the moments at which a hidden span begins.", low=0.01, high=0.9, unit="share"
    )
    span_moments: int = setting(
        2, "Moments of the encoder (of two frames, 40 ms, by default) that a span hides.", low=1, high=50
    )
    distractors: int = setting(10, "Wrong codes, from other hidden moments of the same clip.", low=1, high=100)
    other_clips: int = setting(10, "Wrong codes, from hidden moments of other clips.", low=0, high=100)
    temperature: float = setting(
        0.1, "Lower puts more weight on the nearest wrong answers.", low=0.005, high=10.0, scale="log"
    )
    codes: int = setting(32, "Codes of each of the two codebooks.", low=2, high=320, scale="log")
    diversity: float = setting(
        0.1, "Weight of the part of the loss that asks for all codes to be used.", low=0.0, high=10.0
    )
    target_width: int = setting(128, "Numbers in which prediction and code are compared.", low=8, high=768, scale="log")


class Wav2Vec2(Method):
    """A Transformer over moments with holes in it names the codes that were drawn for what the holes held."""

    Config = Settings
    objective = 2
    encoders = ("frame_transformer", "wave_transformer")
    encoder: Transformer
    run_defaults: ClassVar[Mapping[str, Any]] = {
        "batch_size": 64,
        "learning_rate": 1e-3,
        # Stretched moments would hold a part of their neighbours, and give them away.
        "views": {**UNMIXED, **WHOLE_FRAMES, "equalizer": 0.5, "crop_seconds": 0.64},
    }
    warmth: Tensor
    card = Card(
        title="wav2vec 2.0",
        family="predictive coding",
        year=2020,
        paper="Baevski et al., wav2vec 2.0: A Framework for Self-Supervised Learning of Speech Representations, "
        "arXiv 2006.11477",
        summary="About half of a clip is hidden, in spans. Each moment of the clip is also named by two codes out of small "
        "codebooks that are learned at the same time. From what is left, the model must tell for every hidden moment "
        "which codes stood there, among the codes of other hidden moments of this clip and of others. So it learns an alphabet "
        "of its own, and how its letters follow each other.",
        formula=r"\mathcal{L} = -\log \frac{\exp(\cos(c_t, q_t) / \tau)}{\sum_{\tilde{q} \in Q_t} \exp(\cos(c_t, \tilde{q}) / \tau)} "
        r"+ \alpha \frac{1}{GC} \Big(GC - \sum_{g=1}^{G} e^{H(\bar{p}_g)}\Big)",
        symbols={
            "c_t": "what the Transformer says of hidden moment t",
            "q_t": "the true code of that moment",
            "Q_t": "the true code and the wrong ones, the distractors",
            "G": "how many codebooks there are",
            "C": "how many codes each has",
            r"\bar{p}_g": "how often each code of book g is used, as shares",
            "H": "their entropy: largest where all are used alike",
            r"\alpha": "how much the use of all codes counts",
            **TEMPERATURE,
        },
        negatives=True,
        prevents_collapse="The distractors, and a term that rewards the use of all codes.",
        breaks="If few codes are in use, most distractors are equal to the true code and don't count, and of moments whose "
        "distractors are all equal to it nothing is learned. Watch the codes in use.",
        flow=Flow(
            (
                ("clip", "view", "masked", "encoder", "context", "projector"),
                ("clip", "view", "frames", "encoder", "quantiser"),
                ("masked", "encoder", "quantiser"),
            ),
            loss="which code was hidden",
        ),
        suits=Suits(
            "content",
            "cross_group_knn",
            "Distractors of the same clip share its voice, so the sounds must tell. Attention and an alphabet that is "
            "itself being learned were expected to take minutes.",
            seconds=300,
        ),
    )
    pictures = (
        Picture(
            "code_use",
            "Code use",
            "How often each code names a moment of the batch: the more even, the larger the alphabet.",
            "bars",
            rows="codes",
            series=("first codebook", "second codebook"),
            low=0.0,
        ),
    )
    parts = (
        part(
            "contrast",
            "Contrast",
            "How badly the true code of a hidden moment is told from those of other moments, before the codes' diversity is added.",
            "nats",
            chart="",
        ),
        accuracy("How often the true code of a hidden moment is the nearest."),
        in_use("codes", "of a codebook are really used", "few of many means that the rest is dead."),
    )

    def __init__(self, encoder: Encoder, config: Settings, task: Task) -> None:
        super().__init__(encoder, config, task)
        width = config.target_width
        self.hole = nn.Parameter(torch.rand(encoder.width))
        self.quantise = GumbelQuantiser(encoder.width, CODEBOOKS, config.codes, width // CODEBOOKS)
        self.project_code = nn.Linear(self.quantise.width, width)
        self.project_context = nn.Linear(encoder.width, width)
        self.register_buffer("warmth", torch.tensor(WARM))

    def views(self, batch: Batch, generator: Generator) -> dict[str, Tensor]:
        """Standardised x (B, F, V), own moments and hidden ones (B, U), distractors (B, U, K) and (B, N), noise (B, U, G, C)."""
        raw, shown = self.augment.placed(batch.audio, batch.lengths, generator)
        inside = own_steps(shown, self.encoder.stride)
        uniforms = torch.rand(inside.shape, device=raw.device, generator=generator)
        hidden = span_mask(uniforms, inside, self.config.span_starts, self.config.span_moments)
        draws = torch.rand(*inside.shape, self.config.distractors, device=raw.device, generator=generator)
        clips, places = torch.rand(2, len(raw), self.config.other_clips, device=raw.device, generator=generator)
        return {
            "x": self.encoder.standardised(raw, None),
            "inside": inside,
            "hidden": hidden,
            "distractors": other_frames(draws, hidden),
            "other_clips": frames_of_others(clips, places, hidden),
            "noise": gumbel_noise((*inside.shape, CODEBOOKS, self.config.codes), raw, generator),
        }

    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """Equation 2: the contrastive loss of the hidden moments that have a distractor, and the diversity of the codes."""
        hidden = views["hidden"]
        moments = self.encoder.embedding(self.encoder.patches(views["x"]))  # (B, U, D)
        q, choice, probability = self.quantise(moments, views["noise"], self.warmth)
        target = functional.normalize(self.project_code(q).float(), dim=2)  # (B, U, P)
        guess = functional.normalize(self.project_context(self.context(moments, hidden)).float(), dim=2)
        scores = torch.cat(
            [
                true_and_distractors(guess, target, choice, views["distractors"]),
                others_scores(guess, target, choice, views["other_clips"]),
            ],
            dim=2,
        )
        scores = scores / self.config.temperature
        wrong = -functional.log_softmax(scores, dim=2)[:, :, 0]
        nearest = scores[:, :, 1:].amax(2)
        told = hidden & nearest.isfinite()  # where no distractor is left there is nothing to tell apart
        used = perplexity(mean_over(probability, views["inside"]))  # (G,)
        unused = 1 - used.mean() / self.config.codes
        contrast = mean_over(wrong, told)
        return {
            "loss": contrast + self.config.diversity * unused,
            "contrast": contrast.detach(),
            "accuracy": mean_over(scores[:, :, 0] > nearest, told).detach(),
            "codes_used": used.mean().detach(),
        }

    def context(self, moments: Tensor, hidden: Tensor) -> Tensor:
        """c (B, U, D): what the Transformer makes of the moments, holes in place of the hidden ones."""
        seen = torch.where(hidden[:, :, None], self.hole.to(moments.dtype), moments)
        return self.encoder.context(seen + self.encoder.positions(seen.shape[1], seen.device))

    def chance(self) -> Chance:
        """All codes equally likely: ln(K + N + 1)."""
        answers = self.config.distractors + self.config.other_clips + 1
        return Chance(math.log(answers), f"ln({answers}): the true code and all distractors look alike")

    def after_step(self, progress: float) -> None:
        """The choice of codes becomes ever colder."""
        self.warmth.fill_(WARM * (COLD / WARM) ** progress)

    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """How often each code is chosen without noise."""
        moments = self.encoder.embedding(self.encoder.patches(views["x"]))
        _, choice, _ = self.quantise(moments)
        chosen = functional.one_hot(choice, self.config.codes).float()
        return {"code_use": mean_over(chosen, views["inside"])}


def true_and_distractors(guess: Tensor, target: Tensor, choice: Tensor, distractors: Tensor) -> Tensor:
    """Cosines (B, U, 1 + K): with the true target first, then with the distractors (B, U, K).

    guess and target (B, U, P) normalised. A distractor whose codes `choice` (B, U, G) are those of the true target is
    no wrong answer: −inf.
    """
    scores = products(guess, target)  # (B, U, U)
    same = (choice[:, :, None] == choice[:, None]).all(3)  # (B, U, U)
    wrong = scores.masked_fill(same, -torch.inf).gather(2, distractors)
    return torch.cat([scores.diagonal(dim1=1, dim2=2)[:, :, None], wrong], dim=2)


def others_scores(guess: Tensor, target: Tensor, choice: Tensor, moments: Tensor) -> Tensor:
    """Cosines (B, U, N) with the targets of moments (B, N) of other clips, numbered over all of the batch.

    As with distractors of the same clip, equal codes are no wrong answer.
    """
    scores = products(guess, target.flatten(0, 1)[moments])
    same = (choice[:, :, None] == choice.flatten(0, 1)[moments][:, None]).all(3)  # (B, U, N)
    return scores.masked_fill(same, -torch.inf)
