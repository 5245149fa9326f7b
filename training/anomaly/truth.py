"""Which recordings are said to be anomalous, and how well scores tell them apart."""

import re
from typing import TypedDict

import numpy as np

from training.data.dataset import Dataset

NORMAL = frozenset({"normal"})
ANOMALOUS = frozenset({"anomaly", "anomalies", "anomalous", "abnormal", "fault", "faulty"})
LOW_FALSE_ALARMS = 0.1
"""The partial area is taken up to this share of false alarms, as in DCASE's task on anomalous sounds."""


class Areas(TypedDict):
    """How well scores tell anomalous recordings from normal ones."""

    auc: float
    """Area under the ROC curve: how often an anomalous recording scores higher than a normal one."""
    pauc: float
    """The same up to LOW_FALSE_ALARMS of false alarms, standardised (McClish 1989) so that chance is .5."""


def is_anomalous(dataset: Dataset, clip: int) -> bool | None:
    """What the labels of a clip, or else its folders and its file's name, say in so many words; None where they don't say."""
    labels = (facet.label(clip) for facet in dataset.facets.values())
    return said_anomalous(" ".join(label for label in labels if label is not None), dataset.files[clip])


def said_anomalous(*texts: str) -> bool | None:
    """What the first of these says that says either; None where none does."""
    for text in texts:
        words = set(re.findall(r"[a-z]+", text.lower()))
        anomalous, normal = bool(words & ANOMALOUS), bool(words & NORMAL)
        if anomalous != normal:
            return anomalous
    return None


def areas(scores: np.ndarray, truth: list[bool | None]) -> Areas | None:
    """Of the scores (R,) of recordings; None where not both kinds are among those of which it is known."""
    known = [row for row, said in enumerate(truth) if said is not None]
    said = [bool(truth[row]) for row in known]
    if len(set(said)) < 2:
        return None
    from sklearn.metrics import roc_auc_score

    return {
        "auc": float(roc_auc_score(said, scores[known])),
        "pauc": float(roc_auc_score(said, scores[known], max_fpr=LOW_FALSE_ALARMS)),
    }
