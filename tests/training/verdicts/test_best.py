"""Which snapshot is told to be the best so far."""

import pytest

from training.verdicts import Readings, judged
from training.verdicts.best import BY, best_step


def of(*values: float | None) -> Readings:
    rows = [
        {"step": 10 * i, "measure/effective_rank": 5.0, **({} if v is None else {"measure/participation_ratio": v})}
        for i, v in enumerate(values)
    ]
    return Readings.of(rows, {}, None)


@pytest.mark.parametrize(
    ("values", "best"),
    [
        ((), None),
        ((40.0,), None),
        ((40.0, None), None),
        ((40.0, 8.0), None),
        ((40.0, 8.0, 7.0), 10),
        ((40.0, 8.0, 9.0, 10.0), 30),
        ((40.0, 8.0, 20.0, 10.0), 20),
        ((40.0, 8.0, 20.0, 20.0), 30),
        ((40.0, 8.0, 20.0, 1.0, 1.0, None), 20),
        ((40.0, 0.0, 0.0), 20),
    ],
)
def test_it_is_the_one_of_several_after_the_first_step_with_the_most_directions(
    values: tuple[float | None, ...], best: int | None
) -> None:
    assert best_step(of(*values)) == best
    assert judged(of(*values), {}).best_step == best


def test_none_is_best_of_a_run_that_had_collapsed_by_then() -> None:
    """Two kinds of runs of an unknown method: one loses its directions at once, the other after its second snapshot."""
    for ranks, best in (((40.0, 2.0, 1.9, 1.8, 1.7), None), ((40.0, 30.0, 1.9, 1.8, 1.7), 20)):
        rows = [
            {
                "step": 20 * i,
                "measure/effective_rank": rank,
                "measure/encoder_effective_rank": rank,
                f"measure/{BY}": rank,
            }
            for i, rank in enumerate(ranks)
        ]
        verdict = judged(Readings.of(rows, {}, None), {})
        assert (verdict.kind, verdict.best_step) == ("dimensional_collapse", best), verdict
