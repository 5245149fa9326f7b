"""All that a run knows, part by part, the quick ones first; each is kept as soon as it is there."""

from collections.abc import Callable, Iterator
from typing import Any

from training.data.dataset import Progress
from training.errors import UserError
from training.knowledge.facets import facets
from training.knowledge.invariance import invariance
from training.knowledge.kept import PARTS, keep
from training.knowledge.material import Material, material
from training.knowledge.shortcuts import shortcuts
from training.run import RunFolder
from training.watching.measuring import Measuring

Making = Callable[[Material, Progress], Iterator[dict[str, Any]]]


def _once(make: Callable[[Material, Progress], dict[str, Any]]) -> Making:
    def made(material: Material, progress: Progress) -> Iterator[dict[str, Any]]:
        yield make(material, progress)

    return made


MAKES: dict[str, tuple[Making, float]] = {
    "shortcuts": (_once(shortcuts), 0.1),
    "facets": (facets, 0.6),
    "invariance": (_once(invariance), 1.0),
}
"""How each of PARTS is made, the quick ones first, and which share of the time has gone when it is there."""
MEASURED = 0.05
"""The same when a run that is only watched was measured."""


def know(run: RunFolder, progress: Progress) -> dict[str, dict[str, Any]]:
    """Make and keep all of PARTS: part → what `training.knowledge.kept.PARTS` says. Raises UserError where the run has no
    snapshots, or may only be looked at. A run that is only watched is measured first: that finds the labels of its sounds.
    """
    if run.is_newer():
        raise UserError(f"The run {run.name} was written by a newer version of Hearsight and is read-only here.")
    begun = MEASURED if run.watched else 0.0
    if run.watched:
        Measuring(run).finish(lambda fraction, text: progress(MEASURED * fraction, text))
    at_hand, found = material(run, lambda fraction, text: progress(begun, text)), {}
    for number, (part, (make, ended)) in enumerate(MAKES.items(), 1):

        def within(fraction: float, text: str, low: float = begun, high: float = ended, number: int = number) -> None:
            progress(low + (high - low) * fraction, f"Part {number} of {len(MAKES)}. {text}")

        for value in make(at_hand, within):
            found[part] = value
            keep(run, part, value)
        begun = ended
    progress(1.0, "All of it is known")
    return {part: found[part] for part in PARTS}
