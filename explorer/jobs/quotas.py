"""What a server lets its visitors train: how many runs each, how long, how large, and with how much of the disk.

What is asked for beyond the limits on seconds, steps and batch is cut down to them, and the visitor is told. A model or a
run that is too large is refused. What couldn't be known before is stopped when it shows.
"""

import math
import shutil
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from explorer.jobs.twins import trained_as_one
from explorer.visitors.identity import NOBODY
from explorer.visitors.limits import LARGEST, MB, NONE, Limits, beyond
from training.data.cache import cache_root
from training.data.files import bytes_in
from training.errors import UserError
from training.run import RunFolder
from training.units import counted

CUT = (
    ("seconds", "job_seconds", "seconds"),
    ("steps", "job_steps", "steps"),
    ("batch_size", "job_batch", "clips a step"),
)
"""Entry of a configuration, its limit, and what it counts."""
SHARED = ("seconds", "steps")
"""What several runs that are trained as one have together."""
BESIDE_SECONDS = 600.0
"""A trainer may take so much longer than the seconds that it trains: to open sounds, to be paused, to save."""
LOOK_SECONDS = 5.0


@dataclass(frozen=True)
class Fitted:
    """A configuration within the limits, and a sentence for each value that was cut."""

    config: dict[str, Any]
    asked: Mapping[str, Any]
    """What it was cut down from."""
    notes: tuple[str, ...] = ()


@dataclass
class _Watched:
    """The run that is being trained; one is at a time."""

    name: str
    began: float
    looked: float = -math.inf
    reason: str | None = None
    """Why it must end."""


class Quotas:
    """The rules of one server for one folder of runs. All methods may be called from any thread."""

    def __init__(self, limits: Limits, root: Path):
        self._limits = limits
        self._root = root
        self._lock = threading.Lock()
        self._owners: dict[str, str] = {}
        """Of the runs that aren't over, and of those that ended since a visitor asked last."""
        self._watched: _Watched | None = None

    def fitted(self, config: Mapping[str, Any], runs: int = 1) -> Fitted:
        """`config` cut down to what may be trained here, where `runs` of it are trained as one and share what one may take.
        Raises UserError where its model or its run would be too large.
        """
        kept, notes = dict(config), []
        for name, _, thing in CUT:
            most = self.most(name, runs)
            if isinstance(kept.get(name), int | float) and kept[name] > most:
                notes.append(
                    f"{kept[name]:,g} {thing} were asked for; here {_owner(runs)} has {most:,} at most, so this one has."
                )
                kept[name] = type(kept[name])(most)
        if self._limits.model_mb != NONE or self._limits.job_mb != NONE:
            self._check_size(kept, runs)
        return Fitted(kept, config, tuple(notes))

    def most(self, name: str, runs: int = 1) -> float:
        """The largest value that an entry of CUT may have here, where `runs` are trained as one; infinite without a limit."""
        limit = next(getattr(self._limits, limit) for entry, limit, _ in CUT if entry == name)
        return math.inf if limit == NONE else -(-limit // (runs if name in SHARED else 1))

    def bounds(self) -> dict[str, float]:
        """The largest value of each entry of CUT that is limited here."""
        return {name: most for name, *_ in CUT if math.isfinite(most := self.most(name))}

    def check_length(self, config: Mapping[str, Any], bound: str, whole: float, runs: int = 1) -> None:
        """Raises UserError where a run of this configuration may not be made so long here, `runs` of it being trained as one."""
        if whole > (most := self.most(bound, runs)):
            raise UserError(f"Here {_owner(runs)} has {most:,} {bound} at most, and {whole:,g} were asked for.")
        self.fitted({**config, **dict.fromkeys(SHARED), bound: whole}, runs)

    @property
    def dropped_bytes(self) -> int:
        """What all that was dropped to be trained on may take."""
        return (self._limits.dropped_mb or LARGEST) * MB

    def check_disk(self) -> None:
        """Raises UserError where too little of the disk is free for anything to be added."""
        if (sentence := self.disk_refusal()) is not None:
            raise UserError(sentence)

    def disk_refusal(self) -> str | None:
        """Why nothing may be added to the disks of the runs and of the sounds now; None where there is room."""
        needed = self._limits.free_percent
        free = min(map(_free_percent, (self._root, cache_root()))) if needed != NONE else 100.0
        if free >= needed:
            return None
        return f"Only {free:.0f} % of the disk is free, and {needed} % must be; delete old runs, or make room."

    def check_visitor(self, visitor: str, unfinished: set[str]) -> None:
        """Raises UserError where `visitor` has as many of the `unfinished` runs as one may have."""
        with self._lock:
            self._owners = {name: owner for name, owner in self._owners.items() if name in unfinished}
            own = sorted(name for name, owner in self._owners.items() if owner == visitor)
        if visitor != NOBODY and beyond(len(own) + 1, self._limits.visitor_jobs):
            raise UserError(
                f"Your run {own[0]} isn't over yet, and a visitor may have {self._limits.visitor_jobs} at a time here; "
                "stop it, or wait for its end."
            )

    def note_owner(self, name: str, visitor: str) -> None:
        """`visitor` has put this run into the queue."""
        with self._lock:
            self._owners[name] = visitor
        self.take_reason(name)  # what was found before is over

    def overdrawn(self, run: RunFolder) -> str | None:
        """Why the run that is being trained must end, the first time that this is found; None else."""
        now = time.monotonic()
        with self._lock:
            if self._watched is None or self._watched.name != run.name:
                self._watched = _Watched(run.name, now)
            watched = self._watched
            if watched.reason is not None or now - watched.looked < LOOK_SECONDS:
                return None
            watched.looked = now
        watched.reason = self._reason(run, now - watched.began)
        return watched.reason

    def take_reason(self, name: str) -> str | None:
        """Why this run was stopped by the rules, told once."""
        with self._lock:
            watched = self._watched
            if watched is None or watched.name != name:
                return None
            self._watched = None
            return watched.reason

    def _reason(self, run: RunFolder, passed: float) -> str | None:
        limits, runs = self._limits, trained_as_one(run)
        if beyond(sum(each.status().seconds for each in runs), limits.job_seconds):
            return f"It was stopped: a run is trained for {counted(limits.job_seconds, 'second')} at most here."
        if limits.job_seconds != NONE and passed > limits.job_seconds + BESIDE_SECONDS:
            return f"It was stopped: it held the place of others for {counted(round(passed / 60), 'minute')}."
        if limits.job_mb != NONE and beyond(sum(bytes_in(each.path) for each in runs), limits.job_mb * MB):
            return f"It was stopped: a run takes {limits.job_mb:,} MB of disk at most here."
        return None

    def _check_size(self, config: Mapping[str, Any], runs: int) -> None:
        from explorer.jobs.run_size import run_bytes, weights_bytes  # not at the top: it takes torch along

        model = weights_bytes(config)
        if beyond(model, self._limits.model_mb * MB):
            raise UserError(
                f"This model has {model / MB:,.0f} MB of weights, and {self._limits.model_mb:,} MB are the most here; "
                "choose a smaller encoder size or smaller widths."
            )
        whole = runs * run_bytes(config, model, self._limits.job_seconds or math.inf)
        if beyond(whole, self._limits.job_mb * MB):
            raise UserError(
                f"{'This run' if runs == 1 else f'These {runs} runs'} would take {whole / MB:,.0f} MB of disk, and "
                f"{self._limits.job_mb:,} MB are the most here; "
                "choose a smaller encoder size or smaller widths, fewer clips on the map, or less time."
            )


def _owner(runs: int) -> str:
    return "a run" if runs == 1 else f"each of {runs} runs that are trained as one"


def _free_percent(folder: Path) -> float:
    """Of the disk where `folder` is or will be; all where that can't be told, as writing there says why."""
    try:
        usage = shutil.disk_usage(next(path for path in (folder, *folder.parents) if path.exists()))
    except (OSError, StopIteration):
        return 100.0
    return 100 * usage.free / usage.total
