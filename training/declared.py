"""Everything that a run of a method on some data declares: what schema.json holds."""

from dataclasses import replace

from training import journal
from training.measures import MEASURES
from training.methods.method import Method
from training.run.schema import Curve, Schema


def declared(method: Method, facets: tuple[str, ...]) -> Schema:
    """The schema of a run; `facets` are those whose labels are measured."""
    return Schema(curves=curves(method, facets), pictures=method.pictures)


def curves(method: Method, facets: tuple[str, ...]) -> tuple[Curve, ...]:
    """All curves, in the order in which they are shown."""
    parts = [replace(part, source=part.source or method.card.paper) for part in method.parts]
    of_measures = [measure.curves(facets) for measure in MEASURES.values()]
    first, *others = [of_one[0] for of_one in of_measures]  # beside the loss stands whether anything is learned
    by_facet = [curve for of_one in of_measures for curve in of_one[1:]]
    return journal.LOSS, first, *parts, *others, *by_facet, journal.LEARNING_RATE, journal.SPEED
