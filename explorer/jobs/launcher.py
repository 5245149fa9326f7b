"""Starts, pauses, resumes, stops and queues runs. Trainers outlive this server, and a new one finds them again.

Asking a trainer for something is a control file in its run's folder.
"""

import logging
import os
import re
import secrets
import shutil
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from explorer.jobs.orphans import held, mark
from explorer.jobs.queue_file import OpenQueue, Queue, Verb, Waiting
from explorer.jobs.quotas import Quotas
from explorer.jobs.standby import Standby
from explorer.jobs.trainers import Command, Trainers, trainer_command
from explorer.jobs.turns import Turns
from explorer.jobs.twins import job_of, mark_both
from explorer.jobs.waiting import seconds_until
from explorer.visitors.identity import asking
from explorer.visitors.limits import Limits
from training.config import BOUNDS
from training.errors import UserError
from training.longer import bound_of, check_sounds, lengthen, longer_lengths
from training.run import ACTIVE, RESUMABLE, Control, RunFolder, State, create_run
from training.run.naming import new_run_name
from training.run.twins import Prediction, Role, new_twin_names, other_of, trained_with

QUEUED_AT_MOST = 20
LOOK_SECONDS = 0.5
STOP_SECONDS = 30.0
"""A trainer that was asked to stop and still works after so long is terminated."""

log = logging.getLogger(__name__)


class Launcher:
    """One for each server; several servers may share a folder of runs. All methods may be called from any thread."""

    def __init__(
        self,
        root: Path,
        *,
        read_only: bool = False,
        command: Command = trainer_command,
        stop_seconds: float = STOP_SECONDS,
        limits: Limits | None = None,
    ):
        """`root`: the folder of the runs; `read_only`: refuse everything, and leave the queue to other servers;
        `command`: what trains a run, for tests; `limits`: of what visitors may train.
        """
        self._read_only = read_only
        self.root = Path(root).absolute()
        self.quotas = Quotas(limits or Limits(), self.root)
        self._standby = Standby() if command is trainer_command and not read_only else None
        self._trainers = Trainers(self.root, command, self._standby)
        self._turns = Turns(self.root, self.quotas, self._trainers, self._standby, stop_seconds)
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._look_for_ever, name="launcher", daemon=True)
        if not read_only:
            for left in self.root.glob(".deleted-*"):
                shutil.rmtree(left, ignore_errors=True)
            self._thread.start()

    def start(self, config: Mapping[str, Any], name: str | None = None) -> str:
        """Make a new run and start or queue it; its name. It is cut down to what the limits allow.

        Raises UserError for a full queue, an unwritable folder and what goes beyond the limits.
        """
        self._check_allowed()
        config = self.quotas.fitted(config).config
        with self._turns.changing() as queue:
            self._check_room(queue.now)
            chosen = name or new_run_name(self.root, config)
            create_run(self._path(chosen), config)
            self.quotas.note_owner(chosen, asking())
            queue.now = replace(queue.now, waiting=(*queue.now.waiting, Waiting(chosen, "run")))
        self.look()
        return chosen

    def start_twins(self, config: Mapping[str, Any], wrong: str, prediction: Prediction) -> dict[Role, str]:
        """Make a run that is broken and its healthy twin of this configuration, and start or queue them as one; their names.

        Raises UserError as `start` does, and where the method can't be broken so.
        """
        from training.config import RunConfig  # these two take torch along
        from training.twins import create_twins

        self._check_allowed()
        fitted = RunConfig.from_json(self.quotas.fitted(config, runs=2).config)
        with self._turns.changing() as queue:
            self._check_room(queue.now)
            names = new_twin_names(self.root, config)
            create_twins(fitted, wrong, {role: self._path(chosen) for role, chosen in names.items()}, prediction)
            for chosen in names.values():
                self.quotas.note_owner(chosen, asking())
            queue.now = replace(queue.now, waiting=(*queue.now.waiting, Waiting(names[Role.BROKEN], "run")))
        self.look()
        return names

    def resume(self, name: str) -> None:
        """Go on with a run, and with its twin: a paused one at once, a stopped or broken one when its turn comes."""
        run = self._trained(name)
        if run.status().state == State.PAUSED:
            run.ask(Control.RESUME)
            return
        with self._turns.changing() as queue:
            self._let_wait(queue, run)
        self.look()

    def longer(self, name: str) -> dict[str, Any]:
        """To which `lengths` in all a run that has finished can be trained on here, counted in `bound`: steps or seconds."""
        try:
            run = self._trained(name)
        except UserError:
            return {"bound": BOUNDS[-1], "lengths": []}
        bound, lengths = longer_lengths(run)
        most = self.quotas.most(bound, _together(run))
        return {"bound": bound, "lengths": [length for length in lengths if length <= most]}

    def lengthen(self, name: str, whole: float) -> None:
        """Train a run that has ended on, and its twin, when its turn comes: until it has `whole` of the steps or seconds that
        it is counted in. Raises UserError as `resume` does, where it can't be, and beyond the limits.
        """
        run = self._trained(name)
        bound = bound_of(run.config())
        self.quotas.check_length(run.config(), bound, whole, _together(run))
        with self._turns.changing() as queue:
            self._check_room(queue.now)
            lengthen(run, bound, whole)
            self._let_wait(queue, run)
        self.look()

    def pause(self, name: str) -> None:
        """Ask a trainer to hold on; it keeps its place and its memory."""
        run = self._trained(name)
        if run.status().state not in (State.TRAINING, State.PREPARING):
            raise UserError(f"The run {name} is not being trained, so it cannot be paused.")
        run.ask(Control.PAUSE)

    def stop(self, name: str) -> None:
        """Take a waiting run out of the queue; ask a trainer to save and end, and make it end if it doesn't."""
        run = self._trained(name)
        with self._turns.changing() as queue:
            job = job_of(queue.now, self.root, name)
            if queue.now.place(job) is not None:
                queue.now = queue.now.without(job)
                mark_both(run, State.STOPPED, "It was taken out of the queue before its turn came.")
                return
            if not run.status().active and self._turns.busy(queue.now) != name:
                raise UserError(f"The run {name} is not being trained, so it cannot be stopped.")
        run.ask(Control.STOP)
        self._turns.must_end(name)

    def delete(self, name: str) -> None:
        """Remove a run that nobody trains, for good."""
        run = self._run(name)
        run.check_not_newer()
        gone = self.root / f".deleted-{secrets.token_hex(8)}"
        with self._turns.changing() as queue:
            if run.status().active or self._turns.busy(queue.now) == name or held(run):
                raise UserError(f"The run {name} is being trained; stop it before you delete it.")
            twin = other_of(run) if queue.now.place(name) is not None else None
            if twin is not None:
                mark(twin, State.STOPPED, "The run that it was to be trained beside was deleted.")
            queue.now = queue.now.without(name)
            run.path.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)

    def place(self, name: str) -> int | None:
        """1 for the run that is started next, 0 for the one whose trainer begins; None for one that does not wait."""
        queue = self._turns.queue()
        job = job_of(queue, self.root, name)
        return 0 if self._turns.beginning(queue, RunFolder(self.root / job)) else queue.place(job)

    def ahead(self, name: str) -> dict[str, Any]:
        """`behind`: the run that has the device, whoever started it, so that all others wait; None where none has.
        `paused`: whether it is paused. `wait`: seconds until the turn of the run of this name may come, None where that
        can't be told.
        """
        queue, place = self._turns.queue(), self.place(name)
        busy = self._turns.busy(queue)
        paused = busy is not None and RunFolder(self.root / busy).status().state == State.PAUSED
        before = [*([busy] if busy else []), *(entry.name for entry in queue.waiting[: (place or 1) - 1])]
        wait = seconds_until([RunFolder(self.root / each) for each in before], self.quotas.most("seconds"))
        return {"behind": busy, "paused": paused, "wait": wait if place else None}

    def queue(self) -> list[str]:
        """The runs that wait, in order."""
        return [entry.name for entry in self._turns.queue().waiting]

    def look(self) -> None:
        """One look at everything: who has ended, who must be made to end, who is next."""
        self._turns.look()

    def close(self) -> None:
        """Stop looking: nothing new is started. Trainers go on."""
        self._closed.set()
        if self._thread.is_alive():
            self._thread.join(5)
        if self._standby is not None:
            self._standby.close()

    def prepare(self) -> None:
        """Have a trainer load all it needs, so that the next start is quick."""
        if self._standby is not None and not self._closed.is_set():
            self._standby.prepare()

    def _check_allowed(self) -> None:
        if self._read_only:
            raise UserError("This page is for looking and listening only: nothing can be trained or changed here.")

    def _let_wait(self, queue: OpenQueue, run: RunFolder) -> None:
        """Put a run that was stopped or broke off, and its twin, at the end of the queue. Raises UserError."""
        state, job = run.status().state, job_of(queue.now, self.root, run.name)
        if queue.now.place(job) is not None or self._turns.beginning(queue.now, RunFolder(self.root / job)):
            raise UserError(f"The run {run.name} is being trained or waits for its turn already.")
        if state not in RESUMABLE and state != State.WAITING:
            raise UserError(f"The run {run.name} is {state.value} and cannot be resumed.")
        check_sounds(run)
        self._check_room(queue.now)
        verb: Verb = "resume" if run.checkpoints() else "run"
        queue.now = replace(queue.now, waiting=(*queue.now.waiting, Waiting(run.name, verb)))
        for each in filter(None, (run, trained_with(run))):
            self.quotas.note_owner(each.name, asking())
            mark(each, State.WAITING, "")

    def _check_room(self, queue: Queue) -> None:
        self.quotas.check_disk()
        waiting, busy = {entry.name for entry in queue.waiting}, self._turns.busy(queue)
        if busy is not None and RunFolder(self.root / busy).status().state in {*ACTIVE, State.WAITING}:
            waiting.add(busy)  # it says that it is over a moment before its trainer is gone
        self.quotas.check_visitor(asking(), waiting)
        if len(queue.waiting) >= QUEUED_AT_MOST:
            raise UserError(f"The queue is full: {QUEUED_AT_MOST} runs are waiting. Try again when one has ended.")

    def _run(self, name: str) -> RunFolder:
        """Looked up among what is there. Raises UserError."""
        self._check_allowed()
        try:
            known = name in os.listdir(self.root)
        except OSError:
            known = False
        run = RunFolder(self.root / name) if known and not name.startswith(".") else None
        if run is None or not run.exists():
            raise UserError("There is no such run.")
        return run

    def _trained(self, name: str) -> RunFolder:
        run = self._run(name)
        run.check_trained_here()
        return run

    def _path(self, name: str) -> Path:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", name):
            raise UserError(f"The name {name!r} cannot be a run's; letters, digits, dots and dashes were expected.")
        return self.root / name

    def _look_for_ever(self) -> None:
        while not self._closed.wait(LOOK_SECONDS):
            try:
                self.look()
            except UserError as error:
                log.warning("%s", error)
            except Exception:
                log.exception("The queue could not be looked at.")


def _together(run: RunFolder) -> int:
    """How many runs are trained as one where this one is trained longer."""
    return 1 if trained_with(run, longer=True) is None else 2
