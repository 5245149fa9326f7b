"""How good a run is after so many seconds, and which candidate to take when that is not to be seen beforehand."""

import statistics
from typing import Any

from benchmarks.figures.tables import results, told
from explorer.catalogue.markdown import table


def quality() -> str:
    """A table for each set, and below it what those choose who don't see the group that is told."""
    found = results("quality")
    return "\n\n".join(of_set(name, candidates) for name, candidates in found.items())


def of_set(name: str, candidates: dict[str, Any]) -> str:
    """Mean of the seeds and their standard deviation, a row a candidate."""
    marks = sorted({run["seconds"] for entry in candidates.values() for run in entry["runs"]})
    rows = [
        [candidate, told(entry["steps_per_second"], 1), *(cell(entry, seconds) for seconds in marks)]
        for candidate, entry in candidates.items()
    ]
    written = table([f"{name}: kNN · probe", "steps/s", *(f"{seconds:g} s" for seconds in marks)], rows)
    fair = [sentence for seconds in marks if (sentence := chosen(candidates, seconds))]
    return written + "".join(f"\n\n{sentence}" for sentence in fair)


def cell(entry: dict[str, Any], seconds: float) -> str:
    """ ".812 ± .010 · .840 (3)": cross-group kNN, linear probe, how many seeds."""
    runs = [run for run in entry["runs"] if run["seconds"] == seconds]
    if not runs:
        return "–"
    knn = [run["knn"] for run in runs]
    spread = f" ± {told(statistics.stdev(knn), 3)}" if len(knn) > 1 else ""
    return f"{told(statistics.mean(knn), 3)}{spread} · {told(statistics.mean(run['probe'] for run in runs), 3)} ({len(knn)})"


def chosen(candidates: dict[str, Any], seconds: float) -> str:
    """For each group left out in turn: the candidate that is best on the others, and what it reaches on the one left out.

    Among those with the most seeds, since luck is chosen too.
    """
    seeds = {name: sum(run["seconds"] == seconds for run in entry["runs"]) for name, entry in candidates.items()}
    means = {name: by_group(entry, seconds) for name, entry in candidates.items() if seeds[name] == max(seeds.values())}
    means = {name: groups for name, groups in means.items() if groups}
    if len(means) < 2:
        return ""
    picks: dict[str, int] = {}
    reached = []
    for out in next(iter(means.values())):
        best = max(means, key=lambda name: statistics.mean(v for group, v in means[name].items() if group != out))
        picks[best] = picks.get(best, 0) + 1
        reached.append(means[best][out])
    names = ", ".join(f"`{name}` {count} of {len(reached)} times" for name, count in picks.items())
    mean = told(statistics.mean(reached), 3)
    return f"After {seconds:g} s the row that is best for all groups but one reaches {mean} for that one, on average ({names})."


def by_group(entry: dict[str, Any], seconds: float) -> dict[str, float]:
    """Mean of the seeds for each group; {} where groups aren't told apart."""
    runs = [run["by_group"] for run in entry["runs"] if run["seconds"] == seconds]
    return {group: statistics.mean(run[group] for run in runs) for group in runs[0]} if runs else {}
