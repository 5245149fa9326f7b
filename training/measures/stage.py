"""One layer's output for the probe clips, and measures that hold for any layer: they are read outside the training."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

from torch import Tensor

from training.measures.measure import PREFIX, Measure, singular_values
from training.run.schema import Curve

KEY = "stage/"


@dataclass(frozen=True)
class Stage:
    """What one layer says of n clips, all on the CPU. D is its width."""

    x: Tensor
    """(n, D)."""
    start: Tensor | None = None
    """(n, D), the same at step 0; None where nothing of it is kept."""
    views: Tensor | None = None
    """(m, q, D): of q random views of each of m clips; None where the weights are no longer kept."""

    @cached_property
    def sigma(self) -> Tensor:
        """σ of the centred x, (min(n, D),), descending."""
        return singular_values(self.x)


@dataclass(frozen=True)
class StageMeasure:
    """One number of a stage."""

    curve: Curve
    of: Callable[[Stage], float | None]
    """None where what it needs is not kept."""

    @property
    def name(self) -> str:
        """The end of its key."""
        return self.curve.key.removeprefix(KEY)


def of_stage(logged: Measure, of: Callable[[Stage], float | None]) -> StageMeasure:
    """A measure that is logged of the projector, for any stage: the same numbers, by the same convention."""
    about = logged.curve
    of_any = replace(
        about,
        key=KEY + about.key.removeprefix(PREFIX),
        meaning=about.meaning.replace("projections", "outputs"),
        convention=about.convention.removeprefix("projector output, "),
        lines=(),
    )
    return StageMeasure(of_any, of)
