"""Which clips are most like those that carry a tag, and which to hear next: a logistic regression on the embeddings.

Shapes:  n clips, D width of the embeddings.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

WEAK = 300
"""So many untagged clips at most stand for what doesn't carry the tag."""
STRENGTH = 10.0
"""C of the regression: the inverse of its regularisation, on rows of length 1."""


@dataclass(frozen=True)
class Suggested:
    """Rows and their probabilities, best first."""

    likely: tuple[tuple[int, float], ...]
    """The untagged that most probably carry the tag."""
    uncertain: tuple[tuple[int, float], ...]
    """The others of which it is least certain: what is heard of these teaches most (uncertainty sampling, Lewis and
    Gale 1994). None where no probability reaches a half: the most likely are then the least certain, too."""


def suggestions(units: np.ndarray, yes: Sequence[int], no: Sequence[int], count: int) -> Suggested:
    """At most `count` untagged rows of each kind, none of both, of embeddings (n, D) with rows of length 1.

    `yes` carry the tag, `no` have a no for it or were tagged otherwise. As nobody says of a sound all that it is not,
    untagged clips count as weak negatives: without them nothing can be learned from a first tag. The three kinds weigh the
    same, however many clips each has.

    Measured after 60 s of SimCLR: of the 12 most likely, 95 % are right on spoken digits (2,000 clips, 10 classes) after 3
    tagged clips of a digit and none tagged otherwise, 97 % with 10 tagged otherwise; on the built-in set (2,590 clips, 64
    classes) 54 and 56 %, where chance is 2 %. Noes keep the list right once the easy ones are tagged: 86 % in the sixth round
    of a digit's 12, where 61 % are if the wrong ones are skipped (docs/experiments.md). Without the weak negatives 10 and 10
    tagged clips give 89 in place of 96 %.
    """
    from sklearn.linear_model import LogisticRegression  # half a second, which only those who tag wait for
    from threadpoolctl import threadpool_limits

    known = np.zeros(len(units), bool)
    known[[*yes, *no]] = True
    untagged = np.flatnonzero(~known)
    if not yes or not len(untagged):
        return Suggested((), ())
    weak = np.random.default_rng(0).permutation(untagged)[:WEAK]
    rows = np.concatenate([yes, no, weak]).astype(np.int64)
    targets = np.arange(len(rows)) < len(yes)
    weights = np.concatenate([np.full(len(part), len(yes) / len(part)) for part in (yes, no, weak) if len(part)])
    model = LogisticRegression(C=STRENGTH, max_iter=200)
    with threadpool_limits(1):  # more threads take longer for so few rows, above all beside a training
        model.fit(units[rows], targets, sample_weight=weights)
        found = model.predict_proba(units[untagged])[:, 1]
    likely = np.argsort(-found, kind="stable")[:count]
    doubtful = np.argsort(np.abs(found - 0.5), kind="stable")
    uncertain = doubtful[~np.isin(doubtful, likely)][:count] if found.max() >= 0.5 else ()
    return Suggested(
        *(tuple((int(untagged[i]), float(found[i])) for i in chosen) for chosen in (likely, uncertain)),
    )
