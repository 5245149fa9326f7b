"""What a run says of itself while it trains: metrics, status, event files, and what it is asked to do."""

import contextlib
import logging
import math
import re
import time
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from training.errors import UserError
from training.run import RunWriter, State, Status
from training.run.schema import Curve, Line, Schema
from training.run.verdict import Verdict
from training.verdicts import ALARMING, Readings, in_status, judged

FLUSH_SECONDS = 0.25
"""Losses stay on the device and are written this often, as means over the steps since."""
STATUS_SECONDS = 1.0
PACE_SECONDS, PACE_STEPS = 5.0, 20
"""Where steps end a run, how long it takes is told from there on: its first steps are slow."""

LOSS = Curve(
    "train/loss",
    "Loss",
    "loss",
    meaning="What training makes small; the line of chance, where there is one, is what a model scores that has learned nothing.",
    convention="mean over the steps since the last row, in training mode",
    lines=(Line("chance", baseline=("loss", "value"), look="warm"),),
    rhythm="step",
)
LEARNING_RATE = Curve(
    "train/learning_rate",
    "Learning rate",
    "per step",
    digits=-1,
    meaning="The size of each step: it warms up, then falls.",
    rhythm="step",
)
SPEED = Curve(
    "train/clips_per_second",
    "Speed",
    "clips / s",
    digits=0,
    meaning="How many clips a second are trained on.",
    convention="snapshots and pauses left out",
    rhythm="step",
)


class Journal:
    """Gathers what happens on the device and writes it a few times a second."""

    def __init__(self, run: RunWriter, status: Status):
        self.run = run
        self.status = status
        self.in_turn = 1
        """How many runs are trained in turn, of which each counts its own seconds."""
        self._sums: dict[str, Tensor] = {}
        self._count = 0
        self._clips = 0
        self._flushed = self._stated = time.perf_counter()
        self._events: Any = None
        self.readings = Readings()
        """The rows so far, as far as a judgement is read from them."""
        self.resumed_with = ""
        """What could not be as it was when the run was resumed, told as long as this attempt trains."""

    def open_events(self, schema: Schema, resumed_from: int | None) -> None:
        """Begin TensorBoard's copy of the curves; what an earlier attempt wrote after the step `resumed_from` is void.

        Scalars keep the names they have in metrics.jsonl. Its tab *Custom Scalars* shows the charts of the page.
        """
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError:
            logging.warning("The package tensorboard isn't installed, so no event files are written.")
            return
        purge_step = None if resumed_from is None else resumed_from + 1  # the first step that is void
        self._events = SummaryWriter(str(self.run.path), purge_step=purge_step, flush_secs=10)
        charts = {
            title: ["Multiline", [f"^{re.escape(c.key)}$" for c in group]] for title, group in schema.charts().items()
        }
        self._events.add_custom_scalars({"Hearsight": charts})

    def set_status(self, **changes: object) -> None:
        """Change the status and write it now."""
        self.status = replace(self.status, **changes)  # type: ignore[arg-type]  # the names are Status's own
        self.run.write_status(self.status)
        self._stated = time.perf_counter()

    def judge(self, verdict: Verdict) -> None:
        """Take a judgement into the status. One of another kind than the last is kept; an alarming one is also said aloud."""
        if verdict.kind != (self.status.verdict or {}).get("kind"):
            self.run.append_verdict(verdict)
            self._tell_events(verdict)
            if verdict.kind in ALARMING:
                logging.warning("Step %d: %s", verdict.step, verdict.sentence)
        self.status = replace(self.status, **in_status(verdict))

    def _tell_events(self, verdict: Verdict) -> None:
        if self._events is not None:
            with contextlib.suppress(OSError):
                told = (verdict.sentence, verdict.cause, verdict.remedy)
                self._events.add_text("verdict", "\n\n".join(filter(None, told)), verdict.step)

    def add(self, losses: dict[str, Tensor], clips: int) -> None:
        """Take in one step's losses without waiting for the device."""
        for name, value in losses.items():
            kept = value.detach()
            self._sums[name] = self._sums[name] + kept if name in self._sums else kept
        self._count += 1
        self._clips += clips

    @property
    def due(self) -> bool:
        """Whether it is time to flush."""
        return time.perf_counter() - self._flushed >= FLUSH_SECONDS

    def flush(self, step: int, seconds: float, progress: float, learning_rate: float) -> None:
        """Write what was added, and about once a second the status. Raises UserError for a loss that isn't finite."""
        if not self._count:
            return
        means = (torch.stack([v.float() for v in self._sums.values()]) / self._count).tolist()
        now = time.perf_counter()  # after the device has done what is counted, for which `tolist` waits
        taken = max(now - self._flushed, 1e-9)
        steps_per_second, clips_per_second = self._count / taken, self._clips / taken
        row = {f"train/{name}": value for name, value in zip(self._sums, means, strict=True)}
        self._sums, self._count, self._clips, self._flushed = {}, 0, 0, now
        self.write_row(step, seconds, {**row, LEARNING_RATE.key: learning_rate, SPEED.key: clips_per_second})
        if not all(map(math.isfinite, means)):
            verdict = judged(self.readings, self.run.config())
            if verdict.kind == "diverging":  # not where this is the first loss of all
                self.judge(verdict)
            raise UserError(f"The loss is no longer a number at step {step}; a lower learning rate usually helps.")
        known = self.status.steps is None or (seconds >= PACE_SECONDS and step >= PACE_STEPS)
        left = self.in_turn * (seconds / progress - seconds) if known and progress > 0 else None
        self.status = replace(
            self.status, step=step, seconds=seconds, progress=progress, seconds_left=left,
            steps_per_second=steps_per_second, clips_per_second=clips_per_second,
        )  # fmt: skip
        if now - self._stated >= STATUS_SECONDS:
            self.set_status()

    def write_row(self, step: int, seconds: float, values: dict[str, float]) -> None:
        """One row of metrics, in the run's own file and for TensorBoard."""
        self.run.append_metrics({"step": step, "attempt": self.status.attempt, "seconds": round(seconds, 3), **values})
        self.readings.add({"step": step, **values})
        if self._events is not None:
            try:
                for name, value in values.items():
                    self._events.add_scalar(name, value, step)
            except OSError as error:  # the curves for TensorBoard are a copy: training goes on without them
                logging.warning("TensorBoard's event file cannot be written (%s); it is left as it is.", error)
                self._events = None

    def pause_clock(self, seconds: float) -> None:
        """Leave a snapshot's or a pause's seconds out of the speed."""
        self._flushed += seconds

    def keep_alive(self) -> None:
        """Write the status again if it is a second old."""
        if time.perf_counter() - self._stated >= STATUS_SECONDS:
            self.set_status()

    def close(self, state: State, message: str = "") -> None:
        """Say how it ended."""
        if self._events is not None:
            try:
                self._events.close()
            except OSError as error:
                logging.warning("TensorBoard's event file could not be ended (%s).", error)
        self.set_status(state=state, message=message, seconds_left=None)
