"""Each record of each shard once an epoch, whoever reads it."""

import math
from collections import Counter
from itertools import product

import pytest

from training.data.stream.order import Piece, Team

RECORDS = 60


@pytest.mark.parametrize(("shards", "ranks", "readers"), list(product((1, 2, 3, 8, 13), (1, 2, 3, 8), (1, 2, 5))))
def test_each_record_once_an_epoch(shards: int, ranks: int, readers: int) -> None:
    for epoch in (0, 1):
        teams = [Team(shards, readers, rank, ranks) for rank in range(ranks)]
        shares = [[team.pieces(7, epoch, reader) for reader in range(readers)] for team in teams]
        every = [piece for share in shares for pieces in share for piece in pieces]
        read = Counter((p.shard, record) for p in every for record in range(RECORDS) if p.holds(record))
        assert read == Counter(product(range(shards), range(RECORDS)))
        assert len({sum(map(len, share)) for share in shares}) == 1, "one rank reads more than another"
        assert all(pieces for share in shares for pieces in share), "a reader has nothing to do"


def test_shards_stay_whole_where_they_can() -> None:
    assert set(Team(8, 4).pieces(0, 0, 0)) <= {Piece(shard) for shard in range(8)}
    assert {p.parts for p in Team(8, 2, 1, 4).pieces(0, 0, 1)} == {1}
    assert {p.parts for p in Team(3, 4).pieces(0, 0, 2)} == {2}
    assert {p.parts for p in Team(6, 1, 0, 4).pieces(0, 0, 0)} == {4 // math.gcd(6, 4)}


def test_the_order_is_that_of_seed_and_epoch() -> None:
    team = Team(20, 1)
    assert team.pieces(0, 3, 0) == team.pieces(0, 3, 0)
    orders = [tuple(team.pieces(seed, epoch, 0)) for seed, epoch in product(range(3), range(3))]
    assert len(set(orders)) == 9


def test_a_rank_has_the_same_share_in_every_epoch() -> None:
    team = Team(9, 2, rank=1, ranks=3)
    shares = [{piece for reader in range(2) for piece in team.pieces(0, epoch, reader)} for epoch in range(5)]
    assert all(share == shares[0] for share in shares)
