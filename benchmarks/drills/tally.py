"""What a drill counts: tries, and every loss in one sentence."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


class Lost(Exception):
    """Something that was promised to survive did not; its text says what."""


class NotHeld(Exception):
    """A drill cannot be held on this machine; its text is one plain sentence."""


@dataclass
class Tally:
    """The count of one drill."""

    name: str
    tried: int = 0
    losses: list[str] = field(default_factory=list)
    lines: int = 0
    """Lines of metrics that were torn: one for each kill is allowed."""
    seconds: float = 0.0
    notes: dict[str, float] = field(default_factory=dict)
    """What was measured besides, by name."""
    not_held: str = ""

    @contextmanager
    def one(self, what: str) -> Iterator[None]:
        """One try; whatever is raised inside is a loss."""
        self.tried += 1
        with self.also(what):
            yield

    @contextmanager
    def also(self, what: str) -> Iterator[None]:
        """What belongs to tries that were counted already."""
        try:
            yield
        except NotHeld:
            raise
        except Exception as error:  # a reader that raises is a loss too
            self.losses.append(f"{what}: {error if isinstance(error, Lost) else f'{type(error).__name__}: {error}'}")

    @property
    def lost(self) -> int:
        """Tries after which something was missing."""
        return min(len(self.losses), max(self.tried, 1))

    def to_json(self) -> dict[str, Any]:
        """The row of this drill."""
        if self.not_held:
            return {"not_held": self.not_held}
        counts = {"tried": self.tried, "survived": self.tried - self.lost, "lost": self.lost, "torn_lines": self.lines}
        return {**counts, "seconds": round(self.seconds, 1), **self.notes, "losses": self.losses[:20]}


def expect(true: bool, otherwise: str) -> None:
    """Raises Lost with the sentence unless it is true."""
    if not true:
        raise Lost(otherwise)


def within(seconds: float, happens: Any, otherwise: str) -> None:
    """Wait until `happens()` is true; raises Lost with the sentence where that takes longer than `seconds`."""
    until = time.monotonic() + seconds
    while not happens():
        expect(time.monotonic() < until, otherwise)
        time.sleep(0.02)
