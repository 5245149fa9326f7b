"""The benchmark of several devices: a stand-in computes what one of N would, and the calculation is the one it tells of."""

import pytest

from benchmarks.devices import BANDWIDTH, FASTER, LATENCY, Row, Shared, StandIn, shared_part, times_as_fast
from benchmarks.gpu.clips import made_tones
from training.devices.rows import Alone


def test_a_stand_in_computes_its_own_rows_alone() -> None:
    ranks, heard = StandIn(4), []
    shared = Shared(Row("simclr", {"batch_size": 16}), made_tones(32), ranks)
    shared.learner.method.encoder.dense[0].register_forward_pre_hook(lambda _, given: heard.append(len(given[0])))
    alone = Shared(Row("simclr", {"batch_size": 16}), made_tones(32), Alone())
    alone.learner.method.encoder.dense[0].register_forward_pre_hook(lambda _, given: heard.append(len(given[0])))
    for one in (shared, alone):
        one.step()
    assert heard[1] == 4 * heard[0]
    assert ranks.collectives > 3 and ranks.bytes > 1000


def test_the_calculation() -> None:
    row = {"seconds": {"1": 1.0, "8": 0.125, "64": 1 / 64}, "collectives": 0, "megabytes": 0.0}
    assert shared_part(row) == pytest.approx(1) and times_as_fast(row, 8) == 8
    half = {**row, "seconds": {"1": 1.0, "8": 0.5 + 0.5 / 8, "64": 0.5 + 0.5 / 64}}
    assert shared_part(half) == pytest.approx(0.5)
    often = {**row, "collectives": 0.125 / (LATENCY * FASTER)}
    much = {**row, "megabytes": 0.125 * 8 / 7 * BANDWIDTH / FASTER / 1e6}
    for told in (often, much):
        assert times_as_fast(told, 8) == pytest.approx(4) and times_as_fast(told, 8, 0) == 8
