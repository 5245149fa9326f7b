"""The table of all runs: what each is, what was changed in it, how well it did beside what needs no training.

Whatever was read is kept as long as the files stay, so that 200 runs are listed in a few milliseconds after the first time.
"""

import hashlib
import math
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from explorer.runs.cached import MOST_RUNS, config_of
from explorer.runs.judged import with_known_verdict
from explorer.runs.library import Library, RunSummary
from explorer.runs.marks import Marks
from explorer.runs.snapshots import file_stamp, stamps
from training.changed import changed_settings
from training.data.names import readable_name
from training.run import MetricsReader, RunFolder, State, Status
from training.run.metrics_file import Row
from training.run.schema import BASELINES

MEASURE = "measure/cross_group_knn"
LONGEST_DATA = 60
RESUMED = "resumed_from"
UNASKED = {"changed": None, "seed": None, "repeats": None}


@dataclass(frozen=True)
class Score:
    """Where a run stands: its last snapshot, as `python -m training compare` ranks runs. The best one would be chosen by the very
    measure that runs are then ranked by, and would favour whoever has more of them.
    """

    value: float
    """Cross-group kNN of the data's main facet, 0 to 1."""
    step: int
    facet: str
    beside: Mapping[str, float]
    """What needs no training reaches on the same clips: those of BASELINES that were measured."""


class RunTable:
    """The rows of a library's runs. May be asked by several threads."""

    def __init__(self, library: Library, marks: Marks):
        self._library = library
        self._marks = marks
        self._followers: dict[Path, tuple[_Last, ...]] = {}
        self._lock = threading.Lock()

    def rows(self, *, changed: bool = False) -> list[dict[str, Any]]:
        """RunRow of assets/js/core/types.d.ts, in the library's order. With `changed`, what was changed is said too and
        which runs differ in their seed alone, for which the methods, and so torch, are imported.
        """
        runs = self._library.runs()
        with self._lock:
            followers = {run.path: self._followers.get(run.path) or _followers(run) for run in runs.values()}
            self._followers = followers
        return [
            self._row(self._library.summary(name, run), run, followers[run.path], changed) for name, run in runs.items()
        ]

    def _row(
        self, summary: RunSummary, run: RunFolder, followers: "tuple[_Last, ...]", changed: bool
    ) -> dict[str, Any]:
        mark, status = self._marks.of(run), with_known_verdict(run, summary.status)
        score = _score(run, followers)
        return {
            "name": summary.name,
            "title": mark.name or summary.title,
            "own_title": summary.title,
            "starred": mark.starred,
            "method": readable_name(summary.method),
            "breaks": [readable_name(word) for word in summary.breaks],
            "data": readable_name(summary.data_name, LONGEST_DATA),
            **(_settings(run.path, file_stamp(run.path / "config.json")) if changed else UNASKED),
            "score": None if score is None else vars(score),
            "warning": readable_name(status.warning),
            "seconds": status.seconds,
            "planned": moment(summary.created),
            "begun": begun(status, summary.created),
            "state": status.state.value,
            "read_only": summary.read_only,
        }


class _Last:
    """The last snapshot of a file of metrics, which is read on from where it was."""

    def __init__(self, path: Path):
        words = f'"{MEASURE}"', f'"{RESUMED}"'
        self._path = path
        self._reader = MetricsReader(self._path, tuple(word.encode() for word in words))
        self._stamp: Any = None
        self._kept: list[tuple[int, float]] = []
        self._lock = threading.Lock()

    def look(self) -> tuple[int, float] | None:
        """(step, value); None before the first snapshot."""
        with self._lock:
            stamp = file_stamp(self._path)
            if stamp != self._stamp:
                rows, void = self._reader.read()
                self._kept = [] if void else self._kept
                for row in rows:
                    self._take(row)
                self._stamp = stamp
            return self._kept[-1] if self._kept else None

    def _take(self, row: Row) -> None:
        back, step, value = row.get(RESUMED), row.get("step"), row.get(MEASURE)
        if type(back) is int:
            self._kept = [kept for kept in self._kept if kept[0] <= back]
        elif type(step) is int and isinstance(value, int | float) and math.isfinite(value):
            self._kept.append((step, float(value)))


def _score(run: RunFolder, followers: tuple[_Last, ...]) -> Score | None:
    found = [last for follower in followers if (last := follower.look()) is not None]
    last = max(found, default=None)
    facet, beside = _beside(run.path, stamps(run, "baselines.json"))
    return None if last is None else Score(last[1], last[0], facet, beside)


def _followers(run: RunFolder) -> tuple[_Last, ...]:
    return tuple(_Last(path) for path in run.metrics_paths())


def begun(status: Status, created: str) -> float | None:
    """Unix time at which its training began, which of older runs is when they were planned; None of one that still waits."""
    waits = status.state is State.WAITING and not status.attempt
    return status.begun if status.begun is not None or waits else moment(created)


def moment(created: str) -> float | None:
    """Unix time of what a configuration says; None where it says no time."""
    try:
        found = datetime.fromisoformat(created)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=MOST_RUNS)
def _beside(path: Path, stamp: Any) -> tuple[str, dict[str, float]]:
    found = RunFolder(path).baselines()
    facet, of_facets = found.get("main_facet"), found.get("cross_group_knn")
    values = of_facets.get(facet) if isinstance(of_facets, dict) and isinstance(facet, str) else None
    known = values if isinstance(values, dict) else {}
    numbers = {name: known[name] for name in BASELINES if type(known.get(name)) in (int, float)}
    return readable_name(facet if isinstance(facet, str) else ""), {n: float(v) for n, v in numbers.items()}


@lru_cache(maxsize=MOST_RUNS)
def _settings(path: Path, stamp: Any) -> dict[str, Any]:
    """What was changed, the seed, and a word that runs share which differ in their seed alone."""
    from training.comparing.settings import seed_of, settings_of  # not at the top: it takes torch along

    config = config_of(RunFolder(path))
    seed = seed_of(config)
    repeats = hashlib.sha256(settings_of(config).encode()).hexdigest()[:16] if seed is not None else None
    changed = [readable_name(one.words) for one in changed_settings(config) or ()]
    return {"changed": changed, "seed": seed, "repeats": repeats}
