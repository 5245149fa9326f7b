"""All that a run knows, part by part, the quick ones first; each is kept as soon as it is there."""

from collections.abc import Callable, Iterator
from typing import Any

from training.data.dataset import Progress
from training.errors import UserError
from training.knowledge.facets import facets
from training.knowledge.invariance import invariance
from training.knowledge.kept import PARTS, keep
from training.knowledge.material import Material, material
from training.knowledge.ranked import shortcuts
from training.run import RunFolder

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


def know(run: RunFolder, progress: Progress) -> dict[str, dict[str, Any]]:
    """Make and keep all of PARTS: part → what `training.knowledge.kept.PARTS` says. Raises UserError where the run has no
    snapshots, or may only be looked at.
    """
    if run.read_only():
        raise UserError(f"The run {run.name} was written by a newer version of Hearsight and is read-only here.")
    at_hand, found, begun = material(run, progress), {}, 0.0
    for part, (make, ended) in MAKES.items():

        def within(fraction: float, text: str, low: float = begun, high: float = ended) -> None:
            progress(low + (high - low) * fraction, text)

        for value in make(at_hand, within):
            found[part] = value
            keep(run, part, value)
        begun = ended
    progress(1.0, "All of it is known")
    return {part: found[part] for part in PARTS}
