"""What tags say of the clips of a run, as columns like those of the trainer and the projector; written by the page."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from training.run.schema import Column

NEIGHBOURS = 10
BETWEEN = "  +  "
"""With two spaces, which no tag holds (see checked_tag), so that the name of several can be taken apart again."""
TAGS = Column("tags", "Your tags", "category", writer="page", meaning="The tags that you gave to the clip.")
AGREEMENT = Column(
    "tag_agreement", "Tags agree", "number", "snapshot", low=0.0, high=1.0, writer="page",
    meaning="The share of a tagged clip's 10 truly nearest that carry one of its tags.",
)  # fmt: skip
COLUMNS = (TAGS, AGREEMENT)
Tags = Mapping[str, Sequence[str]]
"""Tag → ids of clips."""
Nearest = Callable[[np.ndarray], np.ndarray]
"""Rows (m,) → their 10 nearest, (m, 10)."""


def carried(ids: Sequence[str], tags: Tags) -> dict[str, list[int]]:
    """Tag → places of the clips `ids` that carry it, ascending; of tags that one of them carries, in alphabetical order."""
    place = {clip: i for i, clip in enumerate(ids)}
    found = {tag: sorted(place[clip] for clip in clips if clip in place) for tag, clips in tags.items()}
    return {tag: found[tag] for tag in sorted(found) if found[tag]}


def clip_tags(ids: Sequence[str], tags: Tags) -> tuple[tuple[str, ...], list[int]]:
    """Values of TAGS: names, and a code of each of `ids` or -1. Whoever carries several has them all in one name."""
    of: list[list[str]] = [[] for _ in ids]
    for tag, places in carried(ids, tags).items():
        for i in places:
            of[i].append(tag)
    said = [BETWEEN.join(names) for names in of]
    names = tuple(sorted(set(said) - {""}))
    code = {name: i for i, name in enumerate(names)}
    return names, [code.get(name, -1) for name in said]


def agreement(ids: Sequence[str], tags: Tags, nearest: Nearest) -> np.ndarray:
    """Values of AGREEMENT (n,) float32: NaN for a clip without a tag."""
    mine = carried(ids, tags)
    has = np.zeros((len(ids), len(mine)), bool)
    for column, places in enumerate(mine.values()):
        has[places, column] = True
    rows = np.flatnonzero(has.any(axis=1))
    shares = np.full(len(ids), np.nan, np.float32)
    if len(rows):
        theirs = has[nearest(rows)]  # (m, 10, tags)
        shares[rows] = (theirs & has[rows][:, None, :]).any(axis=2).mean(axis=1)
    return shares
