"""All methods beside each other: with and without negatives, and what was measured of each."""

import json
import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from explorer.catalogue.markdown import table
from training.methods import METHODS
from training.methods.method import FAMILIES
from training.process import PROJECT

RESULTS = PROJECT / "benchmarks" / "results" / "catalogue.json"
NOT_MEASURED = "not measured yet"
KNN = "cross_group_knn"
PLAIN = {"log_mel": "log-mel statistics", "mfcc": "MFCC statistics"}
"""Names of the baselines in the results, in words."""
GAINS_AND_LOSSES = (
    (
        "without negatives",
        False,
        "may code a more complete representation",
        "learns less of what tells samples apart; can collapse",
    ),
    (
        "with negatives",
        True,
        "attends to what tells samples apart; good where pretext and use agree; fine-tuning restores completeness",
        "redundancy is hard to remove; needs many, good negatives",
    ),
)
"""Words, negatives, gains, losses: the survey's own comparison (arXiv 2203.01205)."""

Results = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Figures:
    """What a method reached on one data set: means over its seeds, None where something wasn't measured."""

    facet: str
    seeds: int
    seconds: float | None
    before: dict[str, float | None]
    """Measure → value of random initialisation, for `facet`."""
    after: dict[str, float | None]
    clips_per_second: float | None
    normalised_std: float | None
    effective_rank: float | None


def results(path: Path = RESULTS) -> Results:
    """What the benchmark of the catalogue wrote: data → method → seeds; empty where it wasn't run."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return {str(data): methods for data, methods in found.items() if isinstance(methods, dict)}


def facets(found: Results, data: str) -> list[str]:
    """The facets measured on `data`: the main one first, then those that are told across groups."""
    seeds = [seed for name in METHODS for seed in measured_seeds(found, data, name)]
    named = dict.fromkeys(facet for seed in seeds for facet in seed.get("trained", {}))
    across = {f for f in named if any(seed["trained"].get(f, {}).get(KNN) is not None for seed in seeds)}
    main = found.get(data, {}).get("baselines", {}).get("main_facet")
    return sorted(named, key=lambda facet: (facet != main, facet not in across))


def baselines(found: Results, data: str, facet: str) -> dict[str, float]:
    """What needs no training, by name: cross-group kNN of `facet`."""
    known = found.get(data, {}).get("baselines", {})
    values = {words: known.get(name, {}).get(facet, {}).get(KNN) for name, words in PLAIN.items()}
    return {words: value for words, value in values.items() if isinstance(value, int | float)}


def figures(found: Results, data: str, name: str, facet: str) -> Figures | None:
    """What the method `name` reached; None where it wasn't measured."""
    seeds = measured_seeds(found, data, name)
    if not seeds:
        return None
    values = {when: [seed.get(when, {}).get(facet, {}) for seed in seeds] for when in ("random_init", "trained")}
    before, after = ({m: _mean(rows, m) for m in (KNN, "knn", "probe")} for rows in values.values())
    own = {word: _mean(seeds, word) for word in ("seconds", "clips_per_second", "normalised_std", "effective_rank")}
    return Figures(facet, len(seeds), own.pop("seconds"), before, after, **own)


def measured_seeds(found: Results, data: str, name: str) -> list[dict[str, Any]]:
    """One entry a seed of the method `name`, without those that failed."""
    method = found.get(data, {}).get(name)
    seeds = method.get("seeds") if isinstance(method, dict) else None
    known = seeds if isinstance(seeds, list) else []
    return [seed for seed in known if isinstance(seed, dict) and "trained" in seed]  # a run that failed has none


def with_and_without(found: Results) -> str:
    """Gains and losses of methods with and without negatives, with the median of what they reached."""
    data = next((data for data in found if facets(found, data)), None)
    rows = []
    for words, negatives, gains, losses in GAINS_AND_LOSSES:
        names = [name for name, method in METHODS.items() if method.card.negatives is negatives]
        rows.append((f"**{words}** ({len(names)})", gains, losses, _median(found, data, names)))
    reached = "cross-group kNN" if data is None else f"median cross-group kNN of {facets(found, data)[0]} on {data}"
    return table(("methods", "gain", "lose", reached), rows)


def by_family() -> dict[str, list[str]]:
    """Family → names of its methods, oldest first."""
    ordered = sorted(METHODS, key=lambda name: (METHODS[name].card.year, METHODS[name].card.title))
    return {family: [n for n in ordered if METHODS[n].card.family == family] for family in FAMILIES}


def _median(found: Results, data: str | None, names: list[str]) -> str:
    if data is None:
        return NOT_MEASURED
    facet = facets(found, data)[0]
    reached = [f.after[KNN] for name in names if (f := figures(found, data, name, facet)) is not None]
    numbers = [value for value in reached if value is not None]
    return f"{statistics.median(numbers):.3f}, of {len(numbers)}" if numbers else NOT_MEASURED


def _mean(rows: list[dict[str, Any]], key: str) -> float | None:
    numbers = [row[key] for row in rows if isinstance(row.get(key), int | float)]
    return statistics.fmean(numbers) if numbers else None
