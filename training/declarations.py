"""Everything that a run of a method on some data declares: what schema.json holds."""

from dataclasses import replace

from training import columns, gradients, journal, verdicts
from training.data.dataset import Dataset
from training.measures import MEASURES
from training.methods.method import Method
from training.probe import measured_facets
from training.run.schema import Curve, Schema


def declared_schema(method: Method, dataset: Dataset, streamed: bool = False) -> Schema:
    """The schema of a run of `method` on `dataset`; of a stream's sample where it is `streamed`, which has no loss of each clip."""
    return Schema(
        curves=curves(method, tuple(measured_facets(dataset))),
        columns=columns.declared(dataset, method.judges_clips and not streamed),
        pictures=method.pictures,
        verdicts=verdicts.KINDS,
    )


def curves(method: Method, facets: tuple[str, ...]) -> tuple[Curve, ...]:
    """All curves, in the order in which they are shown; `facets` are those of which labels are measured."""
    parts = [replace(part, source=part.source or method.card.paper) for part in method.parts]
    of_measures = [measure.curves(facets) for measure in MEASURES.values()]
    first, *others = [of_one[0] for of_one in of_measures]  # beside the loss stands whether anything is learned
    by_facet = [curve for of_one in of_measures for curve in of_one[1:]]
    of_gradients = gradients.curves(method)
    return journal.LOSS, first, *parts, *others, *by_facet, *of_gradients, journal.LEARNING_RATE, journal.SPEED
