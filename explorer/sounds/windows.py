"""Which clip of which file it is, in words for a line with little room: what tells two clips apart."""

from pathlib import PurePath

from training.data.dataset import Dataset

LONG, LAST = 24, 15
"""Letters of a name for which a line has no more room, and those kept at its end: there a recorder writes date and time."""


def window_words(dataset: Dataset, clip: int) -> str:
    """Where in its file a clip lies, such as "2.0–4.0 s" or "30:34.0–30:36.0"; empty where the file gives this clip alone."""
    window = dataset.window(clip)
    return "" if window is None else span_words(*window)


def span_words(begin: float, end: float) -> str:
    """From when to when, in seconds; beyond the first minute as players show it. `assets/js/sound/windows.js` does the same."""
    if end < 60:
        return f"{begin:.1f}–{end:.1f} s"
    return f"{_clock(begin)}–{_clock(end)}"


def _clock(seconds: float) -> str:
    minutes, tenths = divmod(int(seconds * 10 + 0.5), 600)
    hours, minutes = divmod(minutes, 60)
    before = f"{hours}:{minutes:02}" if hours else f"{minutes}"
    return f"{before}:{tenths / 10:04.1f}"


def short_name(file: str) -> str:
    """A file without its folders; where its name is long without its ending, and cut inside: 24F31901…20240512_043000.

    `assets/js/map/file_names.js` does the same where it knows all names.
    """
    path = PurePath(file)
    if len(path.name) <= LONG:
        return path.name
    return path.stem if len(path.stem) <= LONG else f"{path.stem[: LONG - LAST - 1]}…{path.stem[-LAST:]}"
