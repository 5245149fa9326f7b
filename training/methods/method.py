"""The contract of a method: how it looks at a batch, and what it minimises.

A method is one file that reads like its paper: its formula, its settings, its card, and a numbered list of where it
departs from the paper. The trainer calls, for every step,

    views = method.views(batch, generator)      # all randomness of the step is drawn here
    losses = method.loss(views)                 # "loss" is minimised, the other entries are plotted
    …backward, optimiser step…
    method.after_step(progress)                 # slow copies and queues move

before the first step `method.prepare(dataset)` and, where an epoch begins, `method.before_epoch(embed)` (clusters are
found anew). Anything that must survive a resume is a parameter or a registered buffer.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from torch import Generator, Tensor, nn

from training.batch import Batch
from training.data.dataset import Dataset
from training.encoders.encoder import Encoder
from training.methods.flow import Flow
from training.parts.augment import Augment
from training.run.schema import Curve, Picture

FAMILIES: Mapping[str, str] = {
    "auto-encoding": "The model rebuilds what it heard, fills in or foretells what it didn't hear, or says where parts belong. "
    "The target is the sound itself, or its order, which can't collapse.",
    "Siamese, no negatives": "Two views or parts of a clip must get the same answer, and no other clip is pushed away. What keeps "
    "all clips from getting one answer is a slow copy, a predictor or a centred teacher, or a loss that wants numbers to vary "
    "and not to repeat each other (redundancy reduction).",
    "clustering": "Clips are grouped by what the model makes of them, and it learns that those of a group belong together; the better "
    "model groups better.",
    "contrastive": "What belongs together, mostly two views of a clip, must lie nearer to each other than to other clips, the "
    "negatives.",
    "predictive coding": "From a part of a sound the model says another, later or hidden one: not how it sounds, but which of "
    "several answers it is.",
    "across modalities": "A sound and what belongs to it in another form, its samples, words or picture, must find each other.",
}
"""Kinds of methods, and what they have in common."""


@dataclass(frozen=True)
class Suits:
    """The facet and the measure a method is suited to, named before it is measured.

    `content` is the data's main facet (class, digit), `source` the one of its groups (speaker, instrument). Within
    `seconds` of training the measure should beat random initialisation; more than 60 needs a reason.
    """

    facet: Literal["content", "source"]
    measure: Literal["cross_group_knn", "knn", "probe"]
    reason: str
    seconds: Literal[60, 300] = 60


@dataclass(frozen=True)
class Card:
    """What a newcomer is told of a method."""

    title: str
    family: str
    year: int
    paper: str
    """Authors and arXiv number."""
    summary: str
    """One paragraph in plain words."""
    formula: str
    """The loss in LaTeX."""
    symbols: Mapping[str, str]
    """What stands for what in the formula: LaTeX to a few words, in the order in which they are best read."""
    negatives: bool
    prevents_collapse: str
    breaks: str
    """When it fails, and what is seen then."""
    flow: Flow
    """Who feeds whom, from which the diagram is drawn."""
    suits: Suits
    """Where it is expected to beat its own random initialisation."""
    needs: Literal["", "caption", "picture"] = ""
    """What must lie beside each sound."""


@dataclass(frozen=True)
class Chance:
    """The loss of a model that has learned nothing: drawn as a line on the loss plot."""

    value: float
    meaning: str


@dataclass(frozen=True)
class Task:
    """What a method may know of its run when it is built."""

    clips: int
    """Clips of the data set: the size of memories that hold one entry for each."""
    groups: int
    batch_size: int
    augment: Augment
    recordings: Tensor | None = None
    """(n,) int64: which recording each clip of the data was cut from; None where the data is not at hand."""


def part(
    name: str, title: str, meaning: str, unit: str = "", digits: int = 3, chart: str = "Parts of the loss"
) -> Curve:
    """The curve of an entry of `Method.loss`; those of one chart must share a scale, and "" is a chart of its own."""
    return Curve(f"train/{name}", title, unit, digits, meaning, chart=chart, rhythm="step")


def accuracy(meaning: str, name: str = "accuracy", title: str = "Accuracy", chart: str = "") -> Curve:
    """The curve of how often a task is solved, between 0 and 1."""
    return part(name, title, meaning, "share right", chart=chart)


def in_use(what: str, of: str, warning: str = "1 is a single one.") -> Curve:
    """The curve of how many clusters, codes or prototypes are really used: e to the entropy of their shares."""
    meaning = f"How many {what} {of}: e to the entropy of their shares; {warning}"
    return part(f"{what}_used", f"{what.capitalize()} in use", meaning, what, 1, chart="")


class Method(nn.Module, ABC):
    """A self-supervised objective around an encoder.

    Shapes: B clips, D encoder width, P projection width.
    """

    card: ClassVar[Card]
    Config: ClassVar[type]
    """A frozen dataclass of described settings."""
    objective: ClassVar[int] = 1
    """Raised where a run that was begun before would go on with another loss or other views: it is not resumed then."""
    encoders: ClassVar[tuple[str, ...]]
    """Names of the encoders that fit, the default first."""
    pictures: ClassVar[tuple[Picture, ...]] = ()
    """What `lens` draws."""
    parts: tuple[Curve, ...] = ()
    """What `loss` gives beside "loss": its terms, and how well its task is solved. Set anew by `__init__` where the
    settings decide which there are."""
    judges_clips: ClassVar[bool] = False
    """Whether `loss` also gives "clips" (B,), the loss of each clip for itself without a gradient: a column of clips."""
    remembers_clips: ClassVar[bool] = False
    """Whether it keeps something of every clip of its data by the clip's number: a memory, a cluster, what lies beside the
    sound. The clips of a stream have no such numbers."""
    one_view: ClassVar[bool] = True
    """Whether one view of each clip is drawn, of which all else is made; others draw more to compare."""
    run_defaults: ClassVar[Mapping[str, Any]] = {}
    """Where this method needs other values than RunConfig's defaults."""
    constant_rate: ClassVar[tuple[str, ...]] = ()
    """Names of its modules whose learning rate stays at its peak from the first step to the last."""
    rate_factors: Mapping[str, float] = {}
    """Names of its modules that learn faster or slower than the rest, and how many times. Set anew by `__init__` where the
    settings decide."""
    unaveraged: ClassVar[tuple[str, ...]] = ()
    """Names of its modules that begin anew now and then: the averaged weights take them over as they are."""
    by_rows: ClassVar[tuple[str, ...]] = ()
    """Names of its modules that treat every clip for itself and cost as much as an encoder: several devices share them out, too."""

    def __init__(self, encoder: Encoder, config: Any, task: Task) -> None:
        super().__init__()
        self.encoder = encoder
        self.config = config
        self.augment = task.augment

    @staticmethod
    def draw(config: Any) -> Literal["uniform", "by_group"]:
        """How batches are drawn with these settings of the method: `by_group` fills one with several clips of each of a few
        groups, for negatives of the same speaker.
        """
        return "uniform"

    @staticmethod
    def of_encoder(config: Any) -> Mapping[str, Any]:
        """What the method's settings say of its encoder: arguments of its constructor."""
        return {}

    @abstractmethod
    def views(self, batch: Batch, generator: Generator) -> dict[str, Tensor]:
        """What the loss sees of a batch. Every random number of the step comes from `generator`."""

    @abstractmethod
    def loss(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """Scalars by name: "loss" is minimised, the others are those of `parts`, and plotted; and "clips", see `judges_clips`."""

    def embed(self, x: Tensor, lengths: Tensor | None = None) -> Tensor:
        """h (B, D): what the trained model says of whole sounds, used by all measures, the map and the search."""
        return self.encoder(x, lengths)

    def frames(self, x: Tensor, lengths: Tensor | None = None) -> Tensor:
        """(B, U, D): what the trained model says of each moment of whole sounds, which `embed` pools over time."""
        return self.encoder.sequence(x, lengths)

    def projection(self, h: Tensor) -> Tensor | None:
        """z (B, P): what the loss compares, where collapse shows first; None for methods without a projector."""
        return None

    def after_projection(self, z: Tensor) -> Tensor | None:
        """What a predictor makes of z (B, P), before it is compared; None for methods without one behind the projector."""
        return None

    def of_texts(self, pieces: Tensor) -> Tensor | None:
        """Where texts, as pieces (n, K) of training.data.texts, lie beside the projections of sounds: (n, P), before
        normalisation; None for a method that reads nothing."""
        return None

    @classmethod
    def reads(cls) -> bool:
        """Whether it says where texts lie."""
        return cls.of_texts is not Method.of_texts

    def fine_tuned_from(self, h: Tensor) -> Tensor:
        """What a classifier is put upon when few labels are there to fine-tune with: h (B, D), or a layer after it."""
        return h

    def chance(self) -> Chance | None:
        """The loss at chance, where there is a closed form."""
        return None

    def after_step(self, progress: float) -> None:
        """Called after every optimiser step; progress runs from 0 to 1 over the run."""

    def before_epoch(self, embed: Callable[[], Tensor]) -> Tensor | None:
        """Called where an epoch begins; `embed()` gives h of all clips (n, D).

        May return the relative weights (n,) by which the epoch draws its clips.
        """
        return None

    def prepare(self, dataset: Dataset) -> None:
        """Called once the data is open, on the device, before a resume restores the state: what must be found in it first."""

    def companions(self, dataset: Dataset) -> dict[str, Tensor]:
        """Tensors with one row a clip, of what lies beside the sounds; their rows ride along in every batch."""
        return {}

    @abstractmethod
    def lens(self, views: dict[str, Tensor]) -> dict[str, Tensor]:
        """The arrays of `pictures` by name, small: what this method's loss sees of the batch. Called in eval mode."""
