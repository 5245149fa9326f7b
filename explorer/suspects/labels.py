"""Labels that the nearest clips speak against."""

from dataclasses import dataclass

import numpy as np

from explorer.runs.neighbours import nearest_of_all

NEIGHBOURS = 20
TEMPERATURE = 0.07
"""As in the measure cross-group kNN: weights e^(cos/.07)."""
FLOOR = 0.01
"""Added to both shares, so that neighbours that all agree do not decide alone."""


@dataclass(frozen=True)
class Doubts:
    """One entry for each labelled clip, in the order of the clips."""

    rows: np.ndarray
    """(m,) int: which clips have a label."""
    score: np.ndarray
    """(m,): log of the share of the vote for another label over the share for the own; above 0 another one has more."""
    other: np.ndarray
    """(m,) int: code of the other label with the largest share."""
    share: np.ndarray
    """(m,): that share, 0 to 1."""
    own: np.ndarray
    """(m,): the share for the own label."""


def doubts(units: np.ndarray, codes: np.ndarray) -> Doubts:
    """How far the vote of the nearest labelled clips speaks against each label. Clips of the own source vote, too.

    `units` (n, D), rows of length 1; `codes` (n,) int, -1 where there is no label. The ratio of the two shares ranks swapped
    labels better than their difference, which puts clips between two classes first: see benchmarks/suspects.py.
    """
    rows = np.flatnonzero(codes >= 0)
    known = codes[rows]
    if len(np.unique(known)) < 2 or len(rows) < 3:
        nothing = np.zeros(len(rows))
        return Doubts(rows, nothing, known, nothing, nothing)
    near, cosines = nearest_of_all(units[rows], min(NEIGHBOURS, len(rows) - 1))
    weights = np.exp((cosines - cosines.max(axis=1, keepdims=True)) / TEMPERATURE)
    votes = np.zeros((len(rows), int(known.max()) + 1))
    np.add.at(votes, (np.arange(len(rows))[:, None], known[near]), weights)
    votes /= votes.sum(axis=1, keepdims=True)
    at = np.arange(len(rows))
    own = votes[at, known]
    votes[at, known] = -1
    other = votes.argmax(axis=1)
    share = votes[at, other]
    return Doubts(rows, np.log((share + FLOOR) / (own + FLOOR)), other, share, own)
