"""The training itself: steps, and the snapshots between them, of one run or of several in turn."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from torch import Tensor

from training import checkpoint
from training.baselines import with_random_init
from training.config import RunConfig
from training.controls import Controls
from training.data.dataset import Dataset
from training.data.store import ClipStore
from training.data.stream.batches import never
from training.devices.rows import ALONE, Alone
from training.errors import UserError
from training.hardware import Hardware
from training.journal import Journal
from training.learner import Learner
from training.parts.optimizers import scheduled_rate
from training.randomness import Randomness
from training.run import RunWriter, State
from training.snapshot import is_due, snapshot, steps_to_drop
from training.step import Stepper
from training.verdicts import judged


def train_in_turn(trainings: Sequence["Training"], controls: Controls) -> None:
    """Step all of them in turn until their end, or until they are asked to stop; each says in its status how it ended.

    Where there are several, all have taken the same number of steps when snapshots are due, and the first one's clock is
    that of all. One that fails leaves the others going on. Raises UserError where the last one fails.
    """
    left, alone = list(trainings), len(trainings) == 1

    def each(act: Callable[[Training], None]) -> None:
        """Each one's turn; one that fails is left out from then on."""
        seconds = left[0].learner.seconds
        for training in list(left):
            try:
                training.journal.in_turn = len(left)
                with training.turn(alone):
                    training.learner.seconds = seconds
                    act(training)
            except UserError as error:
                left.remove(training)
                if not left:
                    raise
                training.journal.close(State.FAILED, str(error))

    each(Training.begin)
    snapped = time.perf_counter()
    while left[0].learner.progress < 1:
        controls.answer()
        if controls.stop:
            break
        each(Training.step)
        first = left[0].learner
        if is_due(first.step, first.snapshot_step, time.perf_counter() - snapped):
            each(Training.keep_snapshot)
            snapped = time.perf_counter()
    each(Training.end)


@dataclass
class Training:
    """A run that is being trained."""

    run: RunWriter
    journal: Journal
    controls: Controls
    config: RunConfig
    machine: Hardware
    dataset: Dataset
    store: ClipStore
    companions: dict[str, Tensor]
    clips: np.ndarray
    """The probe: which clips are measured."""
    lines: dict[str, Any]
    """What the measures are compared with."""
    learner: Learner
    devices: Alone = ALONE
    """Who shares the steps."""

    def __post_init__(self) -> None:
        self._stepper = Stepper(self.learner, self.store, self.companions, self.machine, self.devices)
        kept = self.learner.snapshot_step
        self._before: Mapping[str, np.ndarray] | None = self.run.snapshot(kept) if kept >= 0 else None
        self._randomness = Randomness(self.machine.device)
        self._clock = self._left = time.perf_counter()

    def to_the_end(self) -> State:
        """Step until the end, or until it is asked to stop; returns the state it ended in."""
        train_in_turn([self], self.controls)
        return self.journal.status.state

    @contextmanager
    def turn(self, alone: bool) -> Iterator[None]:
        """What happens within is this training's; what happens between its turns is left out of its clock and its speed.

        Where it isn't `alone` in its process, others draw from the same global generators: it finds them as it left them.
        """
        away = time.perf_counter() - self._left
        self._clock += away
        self.journal.pause_clock(away)
        if not alone:
            self._randomness.put_back()
        yield
        if not alone:
            self._randomness.take()
        self._left = time.perf_counter()

    def begin(self) -> None:
        """Say that it trains, and keep how it is before the first step."""
        learner, journal = self.learner, self.journal
        if learner.stream is not None and self.devices.size == 1:
            learner.stream.begin()  # and read while the first snapshot is taken; several begin together, with their first step
        journal.set_status(state=State.TRAINING, message=journal.resumed_with, progress=learner.progress)
        if learner.snapshot_step < 0:
            self.keep_snapshot()
        learner.method.train()
        self._clock = time.perf_counter()

    def step(self) -> None:
        """One step. Raises UserError where the loss is no number any more."""
        learner, journal = self.learner, self.journal
        self.devices.tell_step(learner.seconds)
        batch = self._stepper.drawn(self._is_stopped if self.devices.size == 1 else never)
        if batch is None:
            return  # it was asked to stop while it waited for a stream
        losses, rate = self._stepper.step(batch)
        learner.average()
        learner.seconds, self._clock = learner.seconds + time.perf_counter() - self._clock, time.perf_counter()
        journal.add(losses, self.config.batch_size)
        if journal.due or learner.step == 1:
            journal.flush(learner.step, learner.seconds, learner.progress, rate)
        if learner.stream is not None and (said := learner.stream.news()):
            journal.set_status(message=said)

    def keep_snapshot(self) -> None:
        """Measure, keep weights and state, and forget what has become unnecessary."""
        learner, run, journal = self.learner, self.run, self.journal
        journal.flush(
            learner.step, learner.seconds, learner.progress, scheduled_rate(self.config, learner.step, learner.progress)
        )
        started = time.perf_counter()
        before = self._before
        taken = snapshot(
            learner.averaged, self.store, self.dataset, self.clips, self.companions, learner.clip_losses, before
        )
        self._before = taken.arrays
        learner.snapshot_step = learner.step
        run.write_snapshot(learner.step, taken.arrays)
        if learner.step == 0:  # before the row: whoever reads it finds all lines to compare it with
            journal.readings.lines = with_random_init(self.lines, taken.measures)
            run.write_baselines(journal.readings.lines)
        # The row first: a row that no checkpoint follows is superseded by a resume, one that is missing stays missing.
        journal.write_row(learner.step, learner.seconds, {f"measure/{k}": v for k, v in taken.measures.items()})
        checkpoint.save(run, learner)
        journal.judge(judged(journal.readings, self.config.to_json()))
        for step in steps_to_drop(run.snapshots()):
            run.drop_snapshot(step)
        journal.pause_clock(time.perf_counter() - started)

    def end(self) -> None:
        """Keep the last state, and say how it ended."""
        self.devices.tell_end()
        learner, journal = self.learner, self.journal
        journal.set_status(state=State.STOPPING, message="Keeping the last state")
        if learner.snapshot_step != learner.step:
            self.keep_snapshot()
        journal.status = replace(journal.status, step=learner.step, seconds=learner.seconds, progress=learner.progress)
        unread = "" if learner.stream is None else learner.stream.unread
        journal.close(State.FINISHED if learner.progress >= 1 else State.STOPPED, unread)

    def close(self) -> None:
        """End whatever else works for it; it may go on then all the same."""
        if self.learner.stream is not None:
            self.learner.stream.close()

    def _is_stopped(self) -> bool:
        self.controls.answer()
        self.journal.keep_alive()
        return self.controls.stop
