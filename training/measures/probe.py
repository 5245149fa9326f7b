"""Linear probe: can a linear classifier read the label off the embeddings, for sources it never saw?"""

import numpy as np
from torch import Tensor

from training.measures.measure import LabelMeasure
from training.run.schema import Curve

FOLDS = 5
ITERATIONS = 300


def probe_accuracy(x: np.ndarray, labels: np.ndarray, groups: np.ndarray) -> float | None:
    """Accuracy of logistic regression on standardised embeddings, groups held out in five folds.

    x (n, D), labels (n,) int with -1 for unlabelled, groups (n,). None where there are fewer than two labels or groups.
    """
    from sklearn.model_selection import GroupKFold

    known = labels >= 0
    x, labels, groups = x[known].astype(np.float64), labels[known], groups[known]
    folds = min(FOLDS, len(np.unique(groups)))
    if folds < 2 or len(np.unique(labels)) < 2:
        return None
    right = 0
    for seen, held_out in GroupKFold(folds).split(x, labels, groups):
        if len(np.unique(labels[seen])) < 2:
            continue
        right += int((fit_predict(x[seen], labels[seen], x[held_out]) == labels[held_out]).sum())
    return right / len(x)


def fit_predict(x: np.ndarray, labels: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """The label (m,) of each of `asked` (m, D), by logistic regression fitted to standardised x (n, D), labels (n,)."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from threadpoolctl import threadpool_limits

    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=ITERATIONS, tol=1e-3))
    with threadpool_limits(1):  # more threads take longer for products so small, above all beside a training
        return np.asarray(model.fit(x, labels).predict(asked))


def _of_tensors(x: Tensor, labels: Tensor, groups: Tensor) -> float | None:
    return probe_accuracy(x.numpy(), labels.numpy(), groups.numpy())


PROBE = LabelMeasure(
    Curve(
        "measure/probe",
        "Linear probe",
        "share right",
        meaning="How often a linear classifier reads a clip's label off its embedding, for sources that it never saw.",
        convention="encoder output, standardised, logistic regression with C = .1, groups held out in five folds",
        source="this project",
    ),
    _of_tensors,
)
"""Told by `evaluate`, `knows` and `compare`: it takes too long for every snapshot."""
