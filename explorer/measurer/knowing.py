"""What runs know, computed because a visitor asked."""

import sys
from collections.abc import Sequence

from explorer.background.tasks import OneAtATime, Sentences, Task
from training.run import RunFolder

SENTENCES = Sentences(
    busy="This is being computed for the run {name}; try again when that is done.",
    broke_down="It could not be computed; the log of the page says more.",
)


class Knowing:
    """One run at a time; what is kept already stays where it is given up."""

    def __init__(self, command: Sequence[str] = (sys.executable, "-m", "explorer.measurer", "know")) -> None:
        """`command` is what computes and keeps it, given the run's folder."""
        self._tasks = OneAtATime(command, SENTENCES)

    def begin(self, name: str, run: RunFolder) -> Task:
        """Have it computed from what the run keeps now. Raises UserError while it is computed for another run."""
        return self._tasks.begin(name, lambda: [str(run.path.absolute())])

    def known(self, name: str) -> Task | None:
        """Where it stands, if it was asked for."""
        return self._tasks.known(name)

    def close(self) -> None:
        """Give up what is being computed."""
        self._tasks.close()
