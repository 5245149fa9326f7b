"""A run as the command line names it."""

from dataclasses import dataclass
from pathlib import Path

from explorer.runs.library import Library
from training.errors import UserError
from training.run import RunFolder
from training.run.example import EXAMPLE, EXAMPLE_FOLDER


@dataclass(frozen=True)
class Named:
    """A run, and what it is called."""

    run: RunFolder
    name: str
    title: str


def named_run(word: str, runs: Path) -> Named:
    """The run in the folder `word`, or listed as `word` below `runs`, "example" among them. Raises UserError."""
    listed = Library(runs, EXAMPLE_FOLDER)
    if listed.run(word) is None and RunFolder(Path(word).expanduser()).exists():
        folder = Path(word).expanduser().absolute()
        listed, word = Library(folder.parent), folder.name
    run = listed.run(word)
    if run is None:
        raise UserError(
            f"There is no run {word}; a run's folder, the name of one in {runs} (--runs names another folder), or {EXAMPLE} was expected."
        )
    title = next(summary.described for summary in listed.summaries() if summary.name == word)
    return Named(run, word, title)
