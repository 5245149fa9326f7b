"""Well-known data sets, recognised by the way their files are named.

Each row is a pattern for a file's path; its named parts become facets.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

MOST_COLUMNS = 50
"""Of a table of labels; those behind them are left out."""
MOST_PARTS = 3
"""Of a path, the file's name included, that a pattern tells of."""
SHARE = 0.5
"""The part of the files that must carry a layout's names; the others are taken without labels."""


@dataclass(frozen=True)
class Layout:
    """How one public data set names its files."""

    title: str
    pattern: re.Pattern[str]
    """Matched against the end of the path, from a folder's or file's first letter on."""
    facets: tuple[str, ...]
    """The named parts of the pattern that are kept, the one to show first in front."""
    group: str | None
    """The facet that says where a file comes from; None where the layout does not tell. It is not measured itself: labels are asked for
    across groups, so the first facet has each label in several groups where it can."""


NEW_LAYOUTS = (
    Layout(
        "LibriSpeech",
        re.compile(r"(?P<speaker>\d+)/(?P<chapter>\d+)/(?P=speaker)-(?P=chapter)-\d{4}\.\w+"),
        ("speaker",),  # a chapter is of one speaker: asked across speakers, it has no neighbour
        "speaker",
    ),
    Layout(
        "TIMIT",
        re.compile(r"(?P<dialect>DR\d)/(?P<speaker>[FM][A-Z]{3}\d)/(?P<sentence>S[AIX]\d+)\.\w+", re.IGNORECASE),
        ("sentence", "dialect", "speaker"),
        "speaker",
    ),
)
"""Not known to the earlier versions that began runs on such files, which go on without."""
LAYOUTS = (
    *NEW_LAYOUTS,
    Layout(
        "Free Spoken Digit Dataset",
        re.compile(r"(?P<digit>\d)_(?P<speaker>[^\W\d_][^/_]*)_\d+\.\w+"),
        ("digit", "speaker"),
        "speaker",
    ),
    Layout(
        "Speech Commands",
        re.compile(r"(?P<class>[^/]+)/(?P<speaker>[0-9a-f]{8})_nohash_\d+\.\w+"),
        ("class", "speaker"),
        "speaker",
    ),
    Layout(
        "NSynth",
        re.compile(
            r"(?P<instrument>(?P<class>bass|brass|flute|guitar|keyboard|mallet|organ|reed|string|synth_lead|vocal)"
            r"_(?:acoustic|electronic|synthetic)_\d{3})-(?P<pitch>\d{3})-\d{3}\.\w+"
        ),
        ("class", "pitch", "instrument"),
        "instrument",
    ),
    Layout(
        "GTZAN",
        re.compile(r"(?P<class>blues|classical|country|disco|hiphop|jazz|metal|pop|reggae|rock)\.\d{5}\.\w+"),
        ("class",),
        None,
    ),
)


def layout_labels(
    names: Sequence[str], layouts: Sequence[Layout] = LAYOUTS
) -> tuple[dict[str, dict[str, str | None]], str | None] | None:
    """Labels by facet for each of `names` and the group's facet, or None where they follow none of the `layouts`."""
    for layout in layouts:
        matches = [_match(layout.pattern, name) for name in names]
        if sum(match is not None for match in matches) >= max(1.0, SHARE * len(names)):
            labels = {name: _labels(layout, match) for name, match in zip(names, matches, strict=True)}
            return labels, layout.group
    return None


def esc50_labels(names: Sequence[str], rows: Sequence[Mapping[str, str]]) -> dict[str, dict[str, str | None]]:
    """Labels from the rows of ESC-50's meta/esc50.csv: its category as class, then the other columns.

    Only "target" is left out, which numbers the categories.
    """
    by_file = {row["filename"]: row for row in rows}
    others = [column for column in (rows[0] if rows else ()) if column not in ("filename", "category", "target")]
    labels: dict[str, dict[str, str | None]] = {}
    for name in names:
        row = by_file.get(name.rpartition("/")[2], {})
        labels[name] = {"class": row.get("category"), **{column: row.get(column) for column in others[:MOST_COLUMNS]}}
    return labels


def _match(pattern: re.Pattern[str], name: str) -> re.Match[str] | None:
    """`pattern` at the end of `name`, beginning at a whole part of the path."""
    parts = name.split("/")
    ends = ("/".join(parts[-count:]) for count in range(1, min(len(parts), MOST_PARTS) + 1))
    return next((match for end in ends if (match := pattern.fullmatch(end))), None)


def _labels(layout: Layout, match: re.Match[str] | None) -> dict[str, str | None]:
    return {facet: None if match is None else match[facet] for facet in layout.facets}
