"""The judgement on a run that has ended without one, as those of before any were passed: what its measures say now."""

import sys
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from explorer.runs.cached import MOST_RUNS, is_watched
from explorer.runs.snapshots import stamps
from training.run import RESUMABLE, RunFolder, State, Status

OVER = RESUMABLE | {State.FINISHED}


def with_known_verdict(run: RunFolder, status: Status) -> Status:
    """As `with_verdict` where torch is at hand already: neither a map nor a list of runs waits for it. The server imports it by
    itself, and is asked again.
    """
    return with_verdict(run, status) if "torch" in sys.modules else status


def with_verdict(run: RunFolder, status: Status) -> Status:
    """`status`, with what is thought of a run of which it tells neither a judgement nor an alarm, once that is over and where
    it was measured. Imports torch.
    """
    if status.verdict is not None or status.warning or status.state not in OVER or is_watched(run):
        return status
    return replace(
        status,
        **_late_judgement(run.path, stamps(run, "config.json", "status.json", "metrics.jsonl", "baselines.json")),
    )


@lru_cache(maxsize=MOST_RUNS)
def _late_judgement(path: Path, known: tuple[Any, ...]) -> dict[str, Any]:
    from training.verdicts import in_status, judged_run  # not at the top: it takes torch along

    readings, verdict = judged_run(RunFolder(path))
    return in_status(verdict) if readings.steps else {}
