"""What came of a broken run beside its healthy twin, and of what was foretold."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.training.twins.conftest import PREDICTION
from training.run import RunWriter
from training.run.twins import Role
from training.trainer import train
from training.twins import outcome_of
from training.twins.outcome import direction


@pytest.mark.parametrize(
    ("broken", "healthy", "found"),
    [
        (1.14, 1.0, "same"), (0.86, 1.0, "same"), (1.16, 1.0, "higher"), (0.84, 1.0, "lower"),
        (-0.8, -1.0, "higher"), (-1.2, -1.0, "lower"), (-1.1, -1.0, "same"), (0.0, 0.0, "same"), (0.1, 0.0, "higher"),
        (None, 1.0, None), (1.0, None, None),
    ],
)  # fmt: skip
def test_a_value_lies_lower_higher_or_about_the_same(
    broken: float | None, healthy: float | None, found: str | None
) -> None:
    assert direction(broken, healthy) == found


def test_what_came_of_it_is_read_from_the_last_snapshot_of_both(
    made_twins: Any, snapshots_every: Callable[[int], None]
) -> None:
    snapshots_every(2)
    twins = made_twins(steps=6)
    assert outcome_of(twins[Role.BROKEN]) is None
    train(twins[Role.BROKEN].path)
    found = outcome_of(twins[Role.BROKEN])
    assert found is not None and found == outcome_of(twins[Role.HEALTHY])
    assert (found.step, found.ended, found.collapsed, found.predicted, found.right) == (6, True, None, True, None)
    assert found.open == "open: a judgement needs 200 steps"
    for role in Role:
        last = twins[role].metrics()[-1]
        spread = next(measure for measure in found.measures if measure.name == "spread")
        assert getattr(spread, role.value) == last["measure/normalised_std"]
    for measure in found.measures:
        assert measure.happened == direction(measure.broken, measure.healthy)
        assert measure.predicted == getattr(PREDICTION, measure.name)
        assert measure.right == (measure.happened == measure.predicted)
    for role, run in twins.items():  # as the trainer itself judged when it was there
        assert found.verdicts[role].to_json() == run.status().verdict
    twins[Role.BROKEN].snapshot_path(6).unlink()
    rows = twins[Role.BROKEN].metrics_path().read_text().splitlines(keepends=True)
    twins[Role.BROKEN].metrics_path().write_text("".join(rows[:-1]))
    earlier = outcome_of(twins[Role.HEALTHY])
    assert earlier is not None and earlier.step == 4
    assert {earlier.verdicts[role].step for role in Role} == {4}, "one of them has a newer one"


@pytest.mark.parametrize(
    ("step", "rank", "told"),
    [
        (120, 1.2, (True, "", True)),  # an alarm is an answer, however early
        (120, 20.0, (None, "open: a judgement needs 200 steps", None)),
        (240, 20.0, (False, "", False)),
    ],
)
def test_collapse_is_answered_by_an_alarm_or_where_a_judgement_is_passed(
    made_twins: Any, step: int, rank: float, told: tuple[Any, ...]
) -> None:
    twins = made_twins()
    for run in twins.values():
        writer = RunWriter(run.path)
        for at in (0, *range(40, step + 1, 40)):
            measured = {
                "measure/effective_rank": rank if at else 30.0,
                "measure/encoder_effective_rank": rank if at else 30.0,
            }
            writer.append_metrics({"step": at, "train/loss": 5.0 - at / 100, **measured})
        writer.close()
    found = outcome_of(twins[Role.BROKEN])
    assert found is not None and (found.collapsed, found.open, found.right) == told
