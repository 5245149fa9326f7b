"""Following something long: one progress made of parts."""

from training.data.dataset import Progress


def quiet(fraction: float, sentence: str) -> None:
    """The progress that nobody follows."""


def part_of(progress: Progress, begin: float, end: float) -> Progress:
    """A progress whose 0 to 1 is `begin` to `end` of the whole."""
    return lambda fraction, sentence: progress(begin + (end - begin) * fraction, sentence)
