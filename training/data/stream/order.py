"""Who reads what: each record of each shard once an epoch, over all readers of all ranks.

Shapes: R ranks (processes that train together), each with N readers; S shards.
"""

import itertools
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Piece:
    """The records of a shard whose number, divided by `parts`, leaves `part`: all of them where there is one part."""

    shard: int
    part: int = 0
    parts: int = 1

    def holds(self, record: int) -> bool:
        """Whether the shard's record of this number is in it."""
        return record % self.parts == self.part


@dataclass(frozen=True)
class Team:
    """The readers that share the shards of a stream."""

    shards: int
    readers: int
    """Of each rank."""
    rank: int = 0
    ranks: int = 1

    def pieces(self, seed: int, epoch: int, reader: int) -> list[Piece]:
        """What one reader of this rank reads in an epoch, in order; another order in every epoch.

        A rank has the same share in every epoch, and all ranks shares of the same number of pieces: where the shards can't
        be dealt out evenly, or are fewer than the readers, each is cut into several parts.
        """
        parts = next(p for p in itertools.count(1) if self._dealt_evenly(p))
        share = range(self.rank, self.shards * parts, self.ranks)
        order = np.random.default_rng([seed, epoch, self.rank]).permutation(len(share))
        return [Piece(share[i] // parts, share[i] % parts, parts) for i in order[reader :: self.readers]]

    def _dealt_evenly(self, parts: int) -> bool:
        pieces = self.shards * parts
        return pieces % self.ranks == 0 and pieces // self.ranks >= self.readers
