"""What the seeds of a table of `compare` allow to say of how far its rows lie apart, in sentences."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from training.commands.output import listed
from training.data.names import readable_name

if TYPE_CHECKING:
    from training.comparing import Apart, Row

Called = Callable[["Row"], str]
"""What the method of a row is called."""


def sentences(rows: "Sequence[Row]", called: Called) -> Iterator[str]:
    """Of the distances of all rows to the one that they are held against."""
    from training.comparing.apart import FEWEST

    def name(row: "Row") -> str:
        return readable_name(f"{called(row)} with {', '.join(row.differs)}" if row.differs else called(row))

    others = [(row, row.below) for row in rows if row.below is not None]
    held = next(row for row in rows if row.below is None)
    first = name(held)
    alone = [name(row) for row, below in others if below.told is None]
    if alone and len(held.runs) == 1:  # then all of them are
        yield "Single runs don't tell how much seeds differ, so these differences may be the seeds'."
    elif alone:
        yield f"A single run doesn't tell how much seeds differ, so nothing is said of {listed(alone)} beside {first}."
    close = [f"{name(row)} ({_far(below)})" for row, below in others if below.told is False]
    if close:
        yield f"Not told apart from {first}, since seeds alone differ as much: {listed(close)}."
    tested = [f"{name(row)} ({_far(below)})" for row, below in others if below.told and below.p is not None]
    if tested:
        yield f"Below {first} by an unpaired permutation test of the seeds, each asked for itself: {listed(tested)}."
    untested = [f"{name(row)} ({_far(below)})" for row, below in others if below.told and below.p is None]
    if untested:
        yield (
            f"Farther below {first} than the seeds spread, which so few don't prove: {listed(untested)}. A test asks for "
            f"{FEWEST} seeds of each."
        )


def _far(below: "Apart") -> str:
    beside = f"p = {below.p:.2g}" if below.p is not None else f"seeds ± {below.spread:.3f}"
    return f"by {below.difference:.3f}, {beside}"
