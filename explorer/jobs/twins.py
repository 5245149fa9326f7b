"""Two runs that are trained as one: one place in the queue, one trainer, and what is said of the one is said of both."""

from pathlib import Path

from explorer.jobs.orphans import mark
from explorer.jobs.queue_file import Queue
from training.run import ACTIVE, RunFolder, State
from training.run.twins import other_of


def job_of(queue: Queue, root: Path, name: str) -> str:
    """The run under whose name this one waits or is trained: its own, or its twin's."""
    queued = {entry.name for entry in queue.waiting} | ({queue.current.name} if queue.current else set())
    run = RunFolder(root / name)
    if name in queued or run.status().state not in {*ACTIVE, State.WAITING}:
        return name
    twin = other_of(run)
    return twin.name if twin is not None and twin.name in queued else name


def mark_both(run: RunFolder, state: State, sentence: str) -> None:
    """Write how a run stands that no trainer holds, and of its twin where that stood as it did."""
    twin, before = other_of(run), run.status().state
    mark(run, state, sentence)
    if twin is not None and twin.status().state == before:
        mark(twin, state, sentence)


def trained_as_one(run: RunFolder) -> list[RunFolder]:
    """A run that is being trained, and its twin where that is trained with it."""
    twin = other_of(run)
    return [run] if twin is None or twin.status().state not in ACTIVE else [run, twin]
