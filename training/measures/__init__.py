"""Embeddings to numbers. MEASURES is the list of what is logged and plotted; each is declared in its file."""

from training.measures.knn import CROSS_GROUP_KNN
from training.measures.measure import Embedded, LabelMeasure, Measure
from training.measures.similarity import CKA_TO_LAST
from training.measures.spectrum import EFFECTIVE_RANK, ENCODER_EFFECTIVE_RANK
from training.measures.spread import (
    ALIGNMENT,
    CENTRED_STD,
    ENCODER_CENTRED_STD,
    ENCODER_NORMALISED_STD,
    MEAN_COSINE,
    NORMALISED_STD,
    UNIFORMITY,
)

MEASURES: dict[str, Measure | LabelMeasure] = {
    measure.name: measure
    for measure in (
        CROSS_GROUP_KNN,
        NORMALISED_STD,
        EFFECTIVE_RANK,
        ENCODER_EFFECTIVE_RANK,
        ENCODER_NORMALISED_STD,
        CENTRED_STD,
        ENCODER_CENTRED_STD,
        ALIGNMENT,
        UNIFORMITY,
        MEAN_COSINE,
        CKA_TO_LAST,
    )
}


def measured(embedded: Embedded) -> dict[str, float]:
    """All measures of a model, by name."""
    return {name: value for measure in MEASURES.values() for name, value in measure.values(embedded).items()}
