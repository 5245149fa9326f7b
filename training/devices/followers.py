"""The first process's hold on the others of its run: started, told what to do, and missed when they are gone.

They are started here, one for each device of this machine, unless torchrun has started them already.
"""

import contextlib
import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Self

import torch
import torch.distributed as distributed

from training import checkpoint
from training.devices.group import (
    FAILED,
    READY,
    TASK,
    WAIT,
    Store,
    TCPStore,
    check_draws,
    own_threads,
    process_group,
    shared_store,
)
from training.devices.place import Place, place
from training.devices.pulse import Pulse
from training.devices.ranks import Ranks
from training.devices.sharing import share
from training.errors import UserError
from training.hardware import Hardware, check_enough
from training.learner import Learner
from training.process import import_path

HERE = "127.0.0.1"
BLAME_SECONDS = 3.0
"""How long it is looked for who is missing, after something failed."""
LEAVE_SECONDS = 10.0
UNKNOWN = "Another process of the run ended; the run can be resumed from its last checkpoint."
TELLING = ("gloo", "NCCL", "Socket")
"""Words of errors of those that can no longer tell each other anything."""
LOOK_SECONDS = 0.1


class Followers:
    """The other processes of a run, from the first one's side. They are let go, or killed, where the context ends."""

    def __init__(self, here: Place) -> None:
        """`here`: this process's place, the first of several."""
        self._here = here
        self._children: dict[int, subprocess.Popen[bytes]] = {}
        self._store: Store | None = None
        self._pulse: Pulse | None = None
        self._threads = torch.get_num_threads()
        self._opened = self._begun = self._released = False

    @property
    def size(self) -> int:
        """How many processes share the run, this one among them."""
        return self._here.size

    @property
    def local_size(self) -> int:
        """How many of them run on this machine."""
        return self._here.local_size

    def __enter__(self) -> Self:
        return self

    def start(self, machine: Hardware) -> None:
        """Start them, or find those that torchrun started. Raises UserError where this machine has not so many GPUs."""
        torch.set_num_threads(own_threads(self._here))
        check_enough(machine.device.type, self._here.local_size)
        if machine.device.type == "cpu" and self._here.local_size > 1:
            logging.warning(
                "No GPU is used: the %d processes of this run share the cores of the CPU, and are no faster than one.",
                self._here.local_size,
            )
        if place().size > 1:
            self._store = shared_store()
        else:
            self._store = store = TCPStore(HERE, 0, is_master=True, wait_for_workers=False, timeout=WAIT)
            for rank in range(1, self._here.size):
                self._children[rank] = _started(replace(self._here, rank=rank, local_rank=rank), store.port)
        self._pulse = Pulse(self._store.clone(), 0, range(1, self._here.size), self._ended)
        self._pulse.start()

    def open(self, config: Mapping[str, Any], machine: Hardware) -> None:
        """Tell them what to prepare, and in which precision all compute: the data is ready in the cache."""
        assert self._store is not None
        precision = {"bf16": machine.bf16, "channels_last": machine.channels_last}
        self._store.set(TASK, json.dumps({"config": config, "precision": precision}))
        self._opened = True

    def gather(self, learner: Learner, machine: Hardware, waiting: Callable[[], None]) -> Ranks:
        """Wait until all are ready, give them everything that the learner is now, and share its steps with them.

        Meanwhile `waiting` is called a few times a second, and may end it by an error.
        """
        assert self._store is not None
        while not self._store.check([READY.format(rank) for rank in range(1, self._here.size)]):
            waiting()
            time.sleep(LOOK_SECONDS)
        ranks = process_group(self._store, self._here, machine)
        self._begun = True
        check_draws(ranks, machine)
        ranks.broadcast(checkpoint.state_of(learner))
        share(learner.method, ranks)
        return ranks

    def release(self) -> None:
        """Take it that they were told to end: what they do from now on is in order."""
        self._released = True

    def check(self) -> None:
        """Raises UserError where one is missing. For the time before they compute together."""
        if self._pulse is not None and (self._ended() is not None or self._pulse.lost is not None):
            raise UserError(self.blame() or UNKNOWN)

    def blame(self, error: BaseException | None = None) -> str | None:
        """One sentence of why something failed with this error, if it is because another process did."""
        try:
            told = self._told_by_them()
        except RuntimeError:  # what keeps what is said has gone
            return UNKNOWN
        return told or (UNKNOWN if any(word in str(error) for word in TELLING) else None)

    def _told_by_them(self) -> str | None:
        deadline = time.monotonic() + BLAME_SECONDS
        while self._store is not None and self._pulse is not None and time.monotonic() < deadline:
            for rank in range(1, self._here.size):
                if self._store.check([FAILED.format(rank)]):
                    return f"On device {rank}: {self._store.get(FAILED.format(rank)).decode()}"
            missing = self._pulse.lost if (ended := self._ended()) is None else ended
            if missing:  # not 0, which is whoever started them all
                code = self._children[missing].returncode if missing in self._children else None
                how = "" if code is None else f" by signal {-code}" if code < 0 else f" with code {code}"
                return f"The process of device {missing} ended{how}; the run can be resumed from its last checkpoint."
            time.sleep(LOOK_SECONDS)
        return None

    def __exit__(self, *raised: object) -> None:
        if self._begun:
            distributed.destroy_process_group()
        if self._store is not None and not self._opened:
            with contextlib.suppress(RuntimeError):  # what keeps what is said may have gone, under torchrun
                self._store.set(TASK, "null")
        if self._pulse is not None:
            self._pulse.end(last_word=self._released)
        for child in self._children.values():
            try:
                child.wait(LEAVE_SECONDS if self._released else 1.0)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        torch.set_num_threads(self._threads)

    def _ended(self) -> int | None:
        """The rank of a process that was started here and has failed."""
        return next((rank for rank, child in self._children.items() if child.poll() not in (None, 0)), None)


def environment(there: Place, port: int) -> dict[str, str]:
    """Variables by which a process finds its place, and the first one."""
    return {
        **os.environ, **there.variables(), "MASTER_ADDR": HERE, "MASTER_PORT": str(port),
        "OMP_NUM_THREADS": str(own_threads(there)),
        "PYTHONPATH": import_path(),
    }  # fmt: skip


def _started(there: Place, port: int) -> subprocess.Popen[bytes]:
    """A process in its place, which says nothing but what it logs."""
    return subprocess.Popen(
        [sys.executable, "-m", "training", "follow"],
        env=environment(there, port),
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr.fileno(),
    )
