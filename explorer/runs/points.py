"""Which clips the points of the map are, and what is written on them."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from explorer.runs.snapshots import stamps
from training.data.names import readable_name
from training.run import RunFolder


@dataclass(frozen=True)
class Points:
    """The n probe clips of a run, in the order of every snapshot's rows."""

    ids: tuple[str, ...]
    clips: tuple[int, ...]
    """The index of each in the run's data set."""
    facets: dict[str, tuple[tuple[str, ...], tuple[int, ...]]]
    """Facet → (names, code of each point or -1)."""
    group: str
    main_facet: str
    fingerprint: str
    data_name: str
    reference: str
    """What the run's configuration calls its data: "starter", a public set's name, or a path."""
    data_clips: int | None = None
    """How many clips the whole data has; None where that is not known."""
    note: str = ""
    """Why the clips of a run that is only watched can't be heard, where that is known."""

    def __len__(self) -> int:
        return len(self.ids)

    def labels(self, point: int) -> dict[str, str]:
        """Facet → label of one point, where it has one."""
        return {name: names[codes[point]] for name, (names, codes) in self.facets.items() if codes[point] >= 0}


def points(run: RunFolder) -> Points:
    """What probe.json says, with everything that contradicts itself left out; no points where it can't be read."""
    return _points(run.path, stamps(run, "probe.json", "config.json"))


@lru_cache(maxsize=256)
def _points(path: Path, known: tuple[Any, ...]) -> Points:
    """Read once, as long as neither file is replaced: thousands of clips are named, and each click asks."""
    run = RunFolder(path)
    probe = run.probe()
    ids = tuple(str(i) for i in _list(probe.get("ids")))
    clips = tuple(c if type(c) is int and c >= 0 else -1 for c in _list(probe.get("clips")))
    facets = {}
    for name, facet in (probe["facets"] if isinstance(probe.get("facets"), dict) else {}).items():
        read = _facet(facet, len(ids))
        if read is not None:
            facets[str(name)] = read
    return Points(
        ids=ids,
        clips=clips if len(clips) == len(ids) else (-1,) * len(ids),
        facets=facets,
        group=_known(probe.get("group"), facets),
        main_facet=_known(probe.get("main_facet"), facets) or next(iter(facets), ""),
        fingerprint=_text(probe.get("fingerprint")),
        data_name=readable_name(_text(probe.get("data_name")) or _text(probe.get("data"))),
        reference=_text(probe.get("data")) or _text(run.config().get("data")),
        data_clips=whole if type(whole := probe.get("data_clips")) is int and whole >= len(ids) else None,
        note=_text(probe.get("note")),
    )


def _facet(facet: Any, count: int) -> tuple[tuple[str, ...], tuple[int, ...]] | None:
    if not isinstance(facet, dict):
        return None
    names = tuple(str(name) for name in _list(facet.get("names")))
    codes = _list(facet.get("codes"))
    if len(codes) != count or not all(type(code) is int and -1 <= code < len(names) for code in codes):
        return None
    return names, tuple(codes)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _known(name: Any, facets: dict[str, Any]) -> str:
    return name if isinstance(name, str) and name in facets else ""
