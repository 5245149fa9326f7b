"""What was measured of a run, as pictures: the spectrum over time, similarities of pairs, and the ladder of stages.

In the form of `explorer.runs.lens`, so that the page draws them alike. What an older run did not keep is left out.
"""

import itertools
import shlex
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.runs.lens import with_range, with_values
from explorer.runs.snapshots import file_stamp
from training.evenly import evenly_spaced
from training.run import RunFolder, reading
from training.run.schema import Picture

if TYPE_CHECKING:
    from training.measures.stage import StageMeasure

MOST_SNAPSHOTS, MOST_DIRECTIONS, MOST_STAGES = 100, 64, 64
DECADES = 4.0
"""Of a spectrum's range; what is narrower is dark."""
ARRAYS = frozenset({"singular_values", "projection_singular_values", "cosine_shares"})
FIRST = ("effective_rank", "normalised_std", "cka_to_start", "intrinsic_dimension", "cluster_learnability")
"""Measures of the ladder that come before all others: where it collapses, what has changed, and the two halves of CLID."""
COSINES = "cosine from −1 to 1"
SNAPSHOTS = "snapshots"


@dataclass(frozen=True)
class _Drawn:
    picture: Picture
    array: np.ndarray


def measured(run: RunFolder, step: int | None = None) -> dict[str, Any] | None:
    """{"step", "pictures", "names", "note"} at a step, the newest where it is None; None where there is no such snapshot.

    "names" says by the words of an axis what its entries are called.
    """
    steps = run.snapshots()
    if not steps or (step is not None and step not in steps):
        return None
    step = steps[-1] if step is None else step
    chosen = [steps[i] for i in evenly_spaced(len(steps), MOST_SNAPSHOTS)]
    kept = {one: _kept(run.snapshot_path(one), file_stamp(run.snapshot_path(one))) for one in {*chosen, step}}
    names = {SNAPSHOTS: [f"step {one:,}" for one in chosen]}
    drawn = []
    for key, word, title in (
        ("projection_singular_values", "z", "Spectrum of the projections over time"),
        ("singular_values", "h", "Spectrum of the embeddings over time"),
    ):
        drawn += _spectrum([kept[one] for one in chosen], key, word, title, names)
    drawn += _similarities(kept[step], names)
    ladder, note = _ladder(run, names)
    pictures = with_range([(asdict(one.picture), one.array) for one in drawn + ladder])
    return {
        "step": step, "pictures": [with_values(about, array) for about, array in pictures], "names": names, "note": note,
    }  # fmt: skip


@lru_cache(maxsize=1024)
def _kept(path: Path, stamp: tuple[int, int, int] | None) -> dict[str, np.ndarray]:
    """The small arrays of a snapshot that are drawn."""
    return reading.read_arrays(path, ARRAYS.__contains__) or {}


def _spectrum(
    snapshots: list[dict[str, np.ndarray]], key: str, word: str, title: str, names: dict[str, list[str]]
) -> list[_Drawn]:
    spectra = [taken.get(key, np.zeros(0)).ravel().astype(np.float64) for taken in snapshots]
    directions = max((len(one) for one in spectra), default=0)
    if not directions:
        return []
    ranks = evenly_spaced(directions, MOST_DIRECTIONS)
    values = np.full((len(ranks), len(spectra)), np.nan)
    for column, one in enumerate(spectra):
        held = ranks < len(one)
        with np.errstate(divide="ignore", invalid="ignore"):
            values[held, column] = np.log10(one[ranks[held]])
    told = values[np.isfinite(values)]
    if not len(told):
        return []
    high = float(told.max())
    rows = f"directions of {word}"
    names[rows] = [f"direction {rank + 1}" for rank in ranks]
    about = Picture(
        f"spectrum_{word}", title,
        "Bright directions are wide (log₁₀ σ, centred). Where dark rises from below, dimensions collapse; a collapse onto one "
        "point does not show.",
        "matrix", rows, SNAPSHOTS, low=high - DECADES, high=high,
    )  # fmt: skip
    return [
        _Drawn(about, np.nan_to_num(values, nan=high - DECADES, posinf=high, neginf=high - DECADES).astype(np.float32))
    ]


def _similarities(taken: dict[str, np.ndarray], names: dict[str, list[str]]) -> list[_Drawn]:
    shares = taken.get("cosine_shares")
    if shares is None or shares.ndim != 2 or len(shares) != 2 or not shares.shape[1] or shares.dtype.kind != "f":
        return []
    edges = np.linspace(-1, 1, shares.shape[1] + 1)
    names[COSINES] = [f"{low:.2f} to {high:.2f}".replace("-", "−") for low, high in itertools.pairwise(edges)]
    about = Picture(
        "cosine_shares", "Similarities of pairs",
        "How many pairs of projections have which cosine: of two views of one clip, and of views of different clips. Where both "
        "lie alike, clips are not told apart.",
        "bars", COSINES, series=("one clip", "different clips"), low=0.0,
    )  # fmt: skip
    return [_Drawn(about, shares)]


def ladder() -> "list[StageMeasure]":
    """Every measure of a stage, those of FIRST before the others."""
    from training.measures import THOROUGH  # with torch, for which the page's first visitor would wait

    return [THOROUGH[name] for name in sorted(THOROUGH, key=lambda name: (FIRST + tuple(THOROUGH)).index(name))]


def _lower(title: str) -> str:
    """With a small letter where the first word is no name."""
    is_name = title[:2].isupper() or any(letter.isupper() for letter in title.split()[0][1:])
    return title if is_name else title[0].lower() + title[1:]


def _ladder(run: RunFolder, names: dict[str, list[str]]) -> tuple[list[_Drawn], str]:
    """Of the first and the newest step that were measured thoroughly, those stages that both have; else how to measure."""
    steps = run.thorough_steps()
    rows = {step: _stages(run.thorough(step)) for step in dict.fromkeys((*steps[:1], *steps[-1:]))}
    rows = {step: stages for step, stages in rows.items() if stages}
    shared = [name for name in next(iter(rows.values()), {}) if all(name in stages for stages in rows.values())]
    if not shared:
        return (
            [],
            f"python -m training measure {shlex.quote(run.name)} adds the depth ladder: every block, the encoder and its heads.",
        )
    along = f"stages, {shared[0]} to {shared[-1]}"
    names[along] = shared
    drawn = []
    for measure in ladder():
        values = np.array(
            [[stages[name].get(measure.name, np.nan) for name in shared] for stages in rows.values()], np.float32
        )
        if np.isfinite(values).any():
            about = Picture(f"ladder_{measure.name}", f"Depth: {_lower(measure.curve.title)}", measure.curve.meaning, "bars", along,
                            series=tuple(f"step {step:,}" for step in rows))  # fmt: skip
            drawn.append(_Drawn(about, values))
    return drawn, ""


def _stages(row: dict[str, Any]) -> dict[str, dict[str, float]]:
    """Stage → the finite numbers of its measures, of a file in any condition."""
    stages = row.get("stages")
    found = {}
    for one in stages[:MOST_STAGES] if isinstance(stages, list) else ():
        measures = one.get("measures") if isinstance(one, dict) else None
        if isinstance(measures, dict) and isinstance(one.get("stage"), str):
            numbers = {name: value for name, value in measures.items() if type(value) in (int, float)}
            found[one["stage"][:40]] = {name: float(value) for name, value in numbers.items() if abs(value) < 1e30}
    return found
