"""Two runs of which one is broken on purpose: what is told of them beside each other."""

from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.runs.cached import MOST_RUNS, config_of, status_of
from explorer.runs.snapshots import file_stamp
from training.run import ACTIVE, RunFolder, State
from training.run.twins import FILE, Role, other_of, twin_of

if TYPE_CHECKING:
    from training.twins import Outcome


def twins_of(run: RunFolder) -> dict[str, Any] | None:
    """Twins of assets/js/core/types.d.ts; None for a run that has no twin, or whose twin is gone."""
    own, other = twin_of(run), other_of(run)
    if own is None or other is None:
        return None
    from training.breaks.wrong import wrongs_of  # these take torch along
    from training.methods import METHODS

    both = {own.role: run, own.role.other: other}
    method = str(config_of(run).get("method"))
    wrong = wrongs_of(method).get(own.wrong)
    if wrong is None:  # of another version
        return None
    ended = not any(status_of(each).state in {*ACTIVE, State.WAITING} for each in both.values())
    read = (run.path / FILE, *(each.metrics_path() for each in both.values()))
    found = _outcome(run.path, tuple(map(file_stamp, read)), ended)
    outcome = asdict(found) if found else None
    verdicts = outcome.pop("verdicts") if outcome else dict.fromkeys(Role)
    return {
        "runs": {role.value: each.name for role, each in both.items()},
        "method": METHODS[method].card.title,
        "wrong": {
            "name": own.wrong,
            "title": wrong.title,
            "does": wrong.does,
            "expected": wrong.expected if ended else "",
        },
        "prediction": asdict(own.prediction) if own.prediction else None,
        "outcome": outcome,
        "verdicts": verdicts,
    }


@lru_cache(maxsize=MOST_RUNS)
def _outcome(path: Path, stamps: Any, ended: bool) -> "Outcome | None":
    """As long as neither has another row."""
    from training.twins import outcome_of

    return outcome_of(RunFolder(path))
