"""Which clips are asked where not all can be."""

import numpy as np

from training.evenly import evenly_spaced
from training.probe import PROBE_SEED


def fair_sample(codes: np.ndarray, groups: np.ndarray, most: int) -> np.ndarray:
    """At most `most` of n clips, ascending (m,): of every label (n,) and group (n,) its share, and within these by lot.

    At even distances every long file might give the same of its windows. The lot is always the same, so that models, seeds and
    snapshots are asked the same clips.
    """
    lot = np.random.default_rng(PROBE_SEED).permutation(len(codes))
    order = np.lexsort((lot, groups, codes))
    return np.sort(order[evenly_spaced(len(codes), most)])
