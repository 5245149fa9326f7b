"""The clips of a run that is only watched, found among the sounds that it names.

Its rows are files: what is measured and heard of each is the file's beginning, of at most WINDOW_SECONDS.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from training.data import open_dataset
from training.data.dataset import Dataset, Facet, Progress
from training.data.labels import FILE_FACET
from training.data.names import any_name, readable_name
from training.errors import UserError

WINDOW_SECONDS = 10.0
SHOWN = 80
"""Letters of a name in a sentence."""


@dataclass(frozen=True)
class WatchedClips:
    """The n clips of a run, in the order of its embeddings' rows."""

    dataset: Dataset
    """Of these clips alone, with the run's own labels before those that the sounds carry. Without sounds it has no samples."""
    places: tuple[int, ...]
    """The index of each in the whole data; -1 without sounds."""
    fingerprint: str
    """Of the whole data; empty without sounds."""
    note: str
    """Why there are no sounds, in one sentence; empty where there are."""


def watched_clips(probe: Mapping[str, Any], progress: Progress) -> WatchedClips:
    """Those that a run's own probe.json names, which `Watch` wrote. Raises UserError where it can't be understood."""
    names, facets = _names(probe.get("files")), _facets(probe)
    reference = probe.get("data")
    if not isinstance(reference, str) or not reference:
        return _without_sounds(
            names, facets, probe, "This run doesn't say where its sounds are, so they cannot be heard."
        )
    try:
        whole = open_dataset(reference, window_seconds=WINDOW_SECONDS, progress=progress)
        places = clip_places(names, whole, reference)
    except UserError as reason:
        return _without_sounds(names, facets, probe, f"The sounds of this run cannot be heard: {reason}")
    return WatchedClips(_those(whole, places, facets, probe), tuple(places), whole.fingerprint, "")


def clip_places(names: Sequence[str], dataset: Dataset, reference: str) -> list[int]:
    """The first clip of each of the files `names`, as an index into `dataset`.

    A name may be whole or relative, and lack folders or its ending where that leaves no doubt. Raises UserError.
    """
    first: dict[str, int] = {}
    for place, file in enumerate(dataset.files):
        first.setdefault(file, place)
    known = any_name(list(first))
    found = [known(readable_name(name)) for name in names]
    missing = [name for name, file in zip(names, found, strict=True) if not file]
    if missing:
        some = f"{len(missing):,} of the {len(names):,} names are" if len(names) > 1 else "The name is"
        example = next(iter(first))
        raise UserError(
            f"{some} not among the {len(first):,} sounds of {readable_name(reference, SHOWN)}, such as "
            f"“{readable_name(missing[0], SHOWN)}”; names like “{readable_name(example, SHOWN)}” were expected."
        )
    if len(set(found)) < len(found):
        twice = next(file for file in found if found.count(file) > 1)
        raise UserError(
            f"The sound “{readable_name(twice, SHOWN)}” is named twice; one row for each file was expected."
        )
    return [first[file] for file in found]


def _names(files: Any) -> list[str]:
    if not isinstance(files, list) or not all(isinstance(name, str) for name in files):
        raise UserError("The run's probe.json names no files, but a list of their names was expected.")
    return files


def _facets(probe: Mapping[str, Any]) -> dict[str, Facet]:
    """The labels that the run gives itself. Raises UserError where they contradict the clips."""
    count, found = len(probe["files"]), {}
    given = probe.get("facets")
    for name, facet in (given if isinstance(given, dict) else {}).items():
        names = facet.get("names") if isinstance(facet, dict) else None
        codes = facet.get("codes") if isinstance(facet, dict) else None
        if not isinstance(names, list) or not isinstance(codes, list) or len(codes) != count:
            raise UserError(f"The labels of {readable_name(name, SHOWN)} are damaged: one for each clip was expected.")
        if not all(type(code) is int and -1 <= code < len(names) for code in codes):
            raise UserError(
                f"The labels of {readable_name(name, SHOWN)} are damaged: codes of its names were expected."
            )
        found[readable_name(name)] = Facet(
            tuple(readable_name(str(label)) for label in names), np.array(codes, np.int32)
        )
    return found


def _those(whole: Dataset, places: Sequence[int], own: Mapping[str, Facet], probe: Mapping[str, Any]) -> Dataset:
    at = np.array(places, np.int64)
    carried = {name: _used(facet.names, facet.codes[at]) for name, facet in whole.facets.items() if name not in own}
    group = probe.get("group")
    return replace(
        whole, starts=whole.starts[at], lengths=whole.lengths[at], ids=tuple(whole.ids[i] for i in places),
        facets={**own, **carried}, group=group if isinstance(group, str) and group in own else whole.group,
        files=tuple(whole.files[i] for i in places), offsets_seconds=whole.offsets_seconds[at], companions={},
        clipped=None if whole.clipped is None else whole.clipped[at],
    )  # fmt: skip


def _without_sounds(
    names: Sequence[str], own: Mapping[str, Facet], probe: Mapping[str, Any], note: str
) -> WatchedClips:
    """Each file is its own group where the run names none, as for the sounds of a folder that says nothing of their origin."""
    none, group = np.zeros(len(names), np.int64), probe.get("group")
    shown = tuple(readable_name(name) for name in names)
    each = {FILE_FACET: Facet(shown, np.arange(len(names), dtype=np.int32))}
    grouped = isinstance(group, str) and group in own
    dataset = Dataset(
        "", "", np.zeros(0, np.int16), none, none, shown, {**own} if grouped else {**own, **each},
        str(group) if grouped else FILE_FACET, shown, none.astype(np.float64),
    )  # fmt: skip
    return WatchedClips(dataset, (-1,) * len(names), "", note)


def _used(names: Sequence[str], codes: np.ndarray) -> Facet:
    """A facet of fewer clips, without the labels that none of them has."""
    kept = sorted({int(code) for code in codes if code >= 0})
    new = {code: i for i, code in enumerate(kept)}
    return Facet(tuple(names[code] for code in kept), np.array([new.get(int(code), -1) for code in codes], np.int32))
