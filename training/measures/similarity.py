"""How alike two embeddings of the same clips are, whatever way each is turned."""

import torch
from torch import Tensor

from training.measures.measure import Embedded, Measure
from training.run.schema import Curve


def cka(x: Tensor, y: Tensor) -> float:
    """Linear CKA of x (n, D) and y (n, E): ‖YᵀX‖² / (‖XᵀX‖ ‖YᵀY‖), centred, by Frobenius norms: arXiv 1905.00414.

    1 where one is the other turned, moved or scaled; about 0 where they have nothing in common; NaN where one has no spread.
    The products of features are D x E, however many clips there are.
    """
    x, y = (a.double() - a.double().mean(0) for a in (x, y))
    x, y = ((a / a.square().mean().sqrt()).float() for a in (x, y))  # of one scale, or a small one underflows
    own = torch.linalg.matrix_norm(x.T @ x) * torch.linalg.matrix_norm(y.T @ y)
    return float(torch.linalg.matrix_norm(y.T @ x).square() / own)


def _to_last(embedded: Embedded) -> float | None:
    return None if embedded.before is None else cka(embedded.h, embedded.before)


CKA_TO_LAST = Measure(
    Curve(
        "measure/cka_to_last",
        "CKA to the last snapshot",
        "similarity",
        digits=3,
        meaning="How little the embeddings have changed since the snapshot before: 1 is not at all, however they are turned.",
        convention="encoder output, linear, centred, against h of the snapshot before",
        source="arXiv 1905.00414",
    ),
    _to_last,
)
