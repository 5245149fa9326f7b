"""Which clips are most like those that carry a tag, and which to hear next: a logistic regression on the embeddings.

Shapes:  n clips, D width of the embeddings.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

WEAK = 300
"""So many untagged clips at most stand for what doesn't carry the tag."""
WEAK_WEIGHT = 0.3
"""Of all of them together, where the clips that carry the tag weigh 1, as do those tagged otherwise."""
STRENGTH = 10.0
"""C of the regression: the inverse of its regularisation, on rows of length 1."""


@dataclass(frozen=True)
class Suggested:
    """Rows and their probabilities, best first."""

    likely: tuple[tuple[int, float], ...]
    """The untagged that most probably carry the tag."""
    uncertain: tuple[tuple[int, float], ...]
    """The untagged of which it is least certain: what is heard of these teaches most (uncertainty sampling, Lewis and
    Gale 1994)."""


def suggestions(units: np.ndarray, yes: Sequence[int], no: Sequence[int], count: int) -> Suggested:
    """`count` untagged rows of each kind, of embeddings (n, D) with rows of length 1.

    `yes` carry the tag, `no` were tagged otherwise. As nobody says of a sound all that it is not, untagged clips count as
    weak negatives: without them nothing can be learned from a first tag.
    """
    from sklearn.linear_model import LogisticRegression  # half a second, which only those who tag wait for

    known = np.zeros(len(units), bool)
    known[[*yes, *no]] = True
    untagged = np.flatnonzero(~known)
    if not yes or not len(untagged):
        return Suggested((), ())
    weak = np.random.default_rng(0).permutation(untagged)[:WEAK]
    rows = np.concatenate([yes, no, weak]).astype(np.int64)
    targets = np.arange(len(rows)) < len(yes)
    # Each of the three weighs as much as it should, however many clips it has.
    weights = np.concatenate([_shared(1.0, len(yes)), _shared(1.0, len(no)), _shared(WEAK_WEIGHT, len(weak))])
    model = LogisticRegression(C=STRENGTH, max_iter=200)
    model.fit(units[rows], targets, sample_weight=weights * len(yes))
    found = model.predict_proba(units[untagged])[:, 1]
    likely = np.argsort(-found, kind="stable")[:count]
    uncertain = np.argsort(np.abs(found - 0.5), kind="stable")[:count]
    return Suggested(
        *(tuple((int(untagged[i]), float(found[i])) for i in chosen) for chosen in (likely, uncertain)),
    )


def _shared(weight: float, count: int) -> np.ndarray:
    return np.full(count, weight / max(1, count))
