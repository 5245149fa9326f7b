"""What a measure is: a function of embeddings, and the curve that it draws.

Each is declared beside its function in a file of this package, and listed in `training.measures`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from training.data.events import names_several
from training.run.schema import Curve

if TYPE_CHECKING:
    from training.measures.knn import Votes

PREFIX = "measure/"
"""Of the keys of measures in a run's metrics."""
ALL_THE_SAME = "In a facet (all), clips count as alike only where all of their labels are the same."
"""Said because the map counts those as alike that share one."""
COLUMNS_AT_ONCE = 128
"""Of a matrix that is symmetric, so that little more than half of it is computed."""
ROWS_AT_ONCE = 4096
"""Of a matrix of all clips by all: 50,000 by 50,000 would not fit into memory."""


@dataclass(frozen=True)
class Embedded:
    """The clips that are measured, as a model embeds them: all on the CPU. What several measures need is computed once.

    Shapes: n clips, m of them with two views, D encoder width, P projection width.
    """

    h: Tensor
    """(n, D), the encoder's outputs."""
    z: Tensor
    """(n, P), the projector's; h again for a method without one."""
    pairs: tuple[Tensor, Tensor]
    """(m, P) each: the projections of two views of the same clips."""
    labels: Mapping[str, Tensor] = field(default_factory=dict)
    """(n,) int64 by facet, -1 for unlabelled: those that a measure of labels can say something of."""
    groups: Tensor | None = None
    """(n,) int64: speaker, recording, instrument."""
    main_facet: str = ""
    votes: "Mapping[str, Votes]" = field(default_factory=dict)
    """By facet, what each clip's neighbours from other groups voted for, of which columns of clips are made too."""

    before: tuple[Tensor, Tensor] | None = None
    """(n, D) h and (min(n, D),) its σ, as the last snapshot kept them; None at the first one."""

    @cached_property
    def sigma_h(self) -> Tensor:
        """σ of the centred h, (min(n, D),)."""
        return singular_values(self.h)

    @cached_property
    def sigma_z(self) -> Tensor:
        """σ of the centred z, (min(n, P),)."""
        return singular_values(self.z)


@dataclass(frozen=True)
class Measure:
    """One number of a model."""

    curve: Curve
    of: Callable[[Embedded], float | None]
    """None where it can't be told, as a comparison with the last snapshot at the first one."""

    @property
    def name(self) -> str:
        """The end of its key."""
        return self.curve.key.removeprefix(PREFIX)

    def curves(self, facets: tuple[str, ...]) -> tuple[Curve, ...]:
        """What it draws for data with these measured facets."""
        return (self.curve,)

    def values(self, embedded: Embedded) -> dict[str, float]:
        """Its numbers by name, without the prefix of their keys."""
        value = self.of(embedded)
        return {} if value is None else {self.name: value}


@dataclass(frozen=True)
class LabelMeasure:
    """One number of a model for each facet of the labels. `curve` is of the data's main facet."""

    curve: Curve
    of: Callable[[Tensor, Tensor, Tensor], float | None]
    """Of embeddings (n, D), labels (n,) with -1 for unlabelled and groups (n,)."""
    across_groups: bool = True
    """Whether other groups are asked than those that answer, so that it says nothing of the groups themselves."""
    of_embedded: Callable[[Embedded, str], float | None] | None = None
    """The same of h and a facet, where that is known already."""

    @property
    def name(self) -> str:
        """The end of its key."""
        return self.curve.key.removeprefix(PREFIX)

    def curves(self, facets: tuple[str, ...]) -> tuple[Curve, ...]:
        """The main facet's, and one a facet in a chart that they share."""
        about, chart = self.curve, f"{self.curve.title} by facet"
        meaning = f"{about.meaning} {ALL_THE_SAME}" if any(map(names_several, facets)) else about.meaning
        return about, *(
            replace(about, key=f"{about.key}/{facet}", title=facet, lines=(), chart=chart, meaning=meaning)
            for facet in facets
        )

    def values(self, embedded: Embedded) -> dict[str, float]:
        """By name the main facet's, by name/facet each one's."""
        if embedded.groups is None:
            return {}
        found = {}
        for facet, labels in embedded.labels.items():
            of_known = self.of_embedded
            value = self.of(embedded.h, labels, embedded.groups) if of_known is None else of_known(embedded, facet)
            if value is not None:
                found[f"{self.name}/{facet}"] = value
        main = f"{self.name}/{embedded.main_facet}"
        return ({self.name: found[main]} if main in found else {}) | found


def singular_values(x: Tensor) -> Tensor:
    """σ of the centred embeddings x (n, D), descending: (min(n, D),)."""
    centred = x.double()
    centred = centred - centred.mean(0)
    # Eigenvalues of the D x D covariance are ten times faster than an SVD of n x D, and exact enough in float64.
    if len(x) >= x.shape[1]:
        return torch.linalg.eigvalsh(_lower_products(centred)).clamp(min=0).sqrt().flip(0)
    return torch.linalg.svdvals(centred)


def _lower_products(x: Tensor) -> Tensor:
    """(D, D): xᵀx of x (n, D) on and below its diagonal, which is all that eigvalsh reads; above it mostly 0."""
    found = x.new_zeros(x.shape[1], x.shape[1])
    for first in range(0, x.shape[1], COLUMNS_AT_ONCE):
        found[first:, first : first + COLUMNS_AT_ONCE] = x[:, first:].T @ x[:, first : first + COLUMNS_AT_ONCE]
    return found
