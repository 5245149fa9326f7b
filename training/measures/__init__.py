"""Embeddings to numbers, each declared in its file. Two lists say when it is computed.

MEASURES are cheap: at every snapshot, by the trainer, for curves and verdicts. THOROUGH are computed on demand and of every
stage, by `python -m training measure`.
"""

from math import isfinite

from training.measures import spectrum, spread
from training.measures.clid import CLUSTER_LEARNABILITY, INTRINSIC_DIMENSION
from training.measures.discriminant import LIDAR
from training.measures.knn import CROSS_GROUP_KNN
from training.measures.measure import Embedded, LabelMeasure, Measure
from training.measures.similarity import CKA_TO_LAST, CKA_TO_START
from training.measures.spectrum import EFFECTIVE_RANK, ENCODER_EFFECTIVE_RANK, PARTICIPATION_RATIO
from training.measures.spread import (
    ALIGNMENT,
    CENTRED_STD,
    ENCODER_CENTRED_STD,
    ENCODER_NORMALISED_STD,
    MEAN_COSINE,
    NORMALISED_STD,
    UNIFORMITY,
)
from training.measures.stage import Stage, StageMeasure

MEASURES: dict[str, Measure | LabelMeasure] = {
    measure.name: measure
    for measure in (
        CROSS_GROUP_KNN,
        NORMALISED_STD,
        EFFECTIVE_RANK,
        ENCODER_EFFECTIVE_RANK,
        PARTICIPATION_RATIO,
        ENCODER_NORMALISED_STD,
        CENTRED_STD,
        ENCODER_CENTRED_STD,
        ALIGNMENT,
        UNIFORMITY,
        MEAN_COSINE,
        CKA_TO_LAST,
    )
}

THOROUGH: dict[str, StageMeasure] = {
    measure.name: measure
    for measure in (
        *spread.OF_STAGES,
        *spectrum.OF_STAGES,
        LIDAR,
        INTRINSIC_DIMENSION,
        CLUSTER_LEARNABILITY,
        CKA_TO_START,
    )
}


def measured(embedded: Embedded) -> dict[str, float]:
    """All measures of a model, by name."""
    return {name: value for measure in MEASURES.values() for name, value in measure.values(embedded).items()}


def measured_stage(stage: Stage) -> dict[str, float | None]:
    """All of THOROUGH by name; None where what one needs is not kept, and where it is no number."""
    found = {name: measure.of(stage) for name, measure in THOROUGH.items()}
    return {name: value if value is not None and isfinite(value) else None for name, value in found.items()}
