"""How alike two embeddings of the same clips are, whatever way each is turned."""

import torch
import torch.nn.functional as functional
from torch import Tensor

from training.measures.measure import ROWS_AT_ONCE, Embedded, Measure, singular_values
from training.measures.stage import Stage, StageMeasure
from training.run.schema import Curve

STEPS = 40
"""Of a histogram of cosines, from −1 to 1."""


def cosine_shares(x: Tensor, y: Tensor) -> Tensor:
    """What part of the cosines of views x (m, P) with views y of the same clips lies in each of STEPS from −1 to 1.

    (2, STEPS): of both views of one clip, then of views of different clips.
    """
    x, y = functional.normalize(x.float(), dim=1), functional.normalize(y.float(), dim=1)
    same = others = torch.zeros(STEPS, dtype=torch.int64, device=x.device)
    for first in range(0, len(x), ROWS_AT_ONCE):
        step = ((x[first : first + ROWS_AT_ONCE] @ y.T + 1) / 2 * STEPS).long().clamp(0, STEPS - 1)
        own = step.diagonal(first).bincount(minlength=STEPS)
        same, others = same + own, others + step.flatten().bincount(minlength=STEPS) - own
    counts = torch.stack([same, others]).float()
    return counts / counts.sum(1, keepdim=True).clamp(min=1)


def cka(x: Tensor, y: Tensor, sigma_x: Tensor, sigma_y: Tensor) -> float:
    """Linear CKA of x (n, D) and y (n, E): ‖YᵀX‖² / (‖XᵀX‖ ‖YᵀY‖), centred, by Frobenius norms: arXiv 1905.00414.

    1 where one is the other turned, moved or scaled; about 0 where they have nothing in common; NaN where one has no spread.
    ‖XᵀX‖ is √Σσ⁴ of the centred x, which is known already; so it takes one product of features, however many clips there are.
    """
    x, y = (a.float() - a.float().mean(0) for a in (x, y))
    common = torch.linalg.matrix_norm(y.T @ x).double().square()
    spread = sigma_x.double().pow(4).sum().sqrt() * sigma_y.double().pow(4).sum().sqrt()
    return float((common / spread).clamp(max=1))  # of rounded embeddings it may pass 1


def _to_last(embedded: Embedded) -> float | None:
    if embedded.before is None:
        return None
    h, sigma = embedded.before
    return cka(embedded.h, h, embedded.sigma_h, sigma)


def _to_start(stage: Stage) -> float | None:
    return None if stage.start is None else cka(stage.x, stage.start, stage.sigma, singular_values(stage.start))


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

CKA_TO_START = StageMeasure(
    Curve(
        "stage/cka_to_start",
        "CKA to the start",
        "similarity",
        digits=3,
        meaning="How much of the random initialisation's geometry is left: 1 is all of it.",
        convention="linear, centred, against the same stage at step 0",
        source="arXiv 1905.00414",
    ),
    _to_start,
)
