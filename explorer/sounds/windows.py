"""Which clip of which file it is, in words for a line with little room: what tells two clips apart."""

from pathlib import PurePath

from training.data.dataset import Dataset

LONG, LAST = 24, 15
"""Letters of a name for which a line has no more room, and those kept at its end: there a recorder writes date and time."""


def window_words(dataset: Dataset, clip: int) -> str:
    """Where in its file a clip lies, such as "2.0–4.0 s"; empty where the file gives this clip alone."""
    window = dataset.window(clip)
    return "" if window is None else f"{window[0]:.1f}–{window[1]:.1f} s"


def short_name(file: str) -> str:
    """A file without its folders; where its name is long without its ending, and cut inside: 24F31901…20240512_043000.

    `assets/js/map/file_names.js` does the same where it knows all names.
    """
    path = PurePath(file)
    if len(path.name) <= LONG:
        return path.name
    return path.stem if len(path.stem) <= LONG else f"{path.stem[: LONG - LAST - 1]}…{path.stem[-LAST:]}"
