"""Whether the labels that a run kept are those that its data has today: a table may have changed, or the way it is read."""

from collections.abc import Callable

from explorer.runs.points import Points
from training.data.dataset import Dataset
from training.units import counted

AGAIN = "train it again to see and measure today's"


def relabelled(about: Points, today: Dataset) -> str:
    """What the user should know and do, in a sentence; empty where every clip that is still there has the labels it had."""
    place = {clip: i for i, clip in enumerate(today.ids)}
    there = [(point, place[clip]) for point, clip in enumerate(about.ids) if clip in place]
    now = {name: (facet.names, tuple(facet.codes.tolist())) for name, facet in today.facets.items()}
    differ = set()
    for name, kept in about.facets.items():
        before, after = _labels(kept), _labels(now.get(name))
        differ |= {point for point, clip in there if before(point) != after(clip)}
    if differ:
        return f"{len(differ):,} of its {counted(len(about), 'clip')} have other labels in its data today: {AGAIN}."
    new = [name for name in now if name not in about.facets]
    return f"Its data has further labels today, {', '.join(new)}: {AGAIN}." if new and there else ""


def _labels(facet: tuple[tuple[str, ...], tuple[int, ...]] | None) -> Callable[[int], str | None]:
    """The label of a clip by its place; none where the facet isn't there."""
    names, codes = facet or ((), ())
    return lambda at: names[codes[at]] if facet and codes[at] >= 0 else None
