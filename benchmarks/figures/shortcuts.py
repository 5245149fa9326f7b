"""What the detector of shortcuts says of what was planted into real clips."""

from benchmarks.figures.tables import Results, results, table, told
from benchmarks.planted import PLANTS, Plant

NAMED = {plant.name: plant for plant in PLANTS}
HEARD = 0.5
"""From this `nearer` on a value counts more than the label."""


def shortcuts() -> str:
    """A row for each run, and how many were named rightly and wrongly."""
    runs = results("shortcuts")["runs"]
    head = ["planted", "views", "label", "planted: agreement", "nearer", "named", "named besides"]
    return _summary(runs) + "\n\n" + table(head, [_row(run) for run in runs])


def _row(run: Results) -> list[str]:
    plant = NAMED[run["plant"]]
    best = _planted(run, plant)
    named = [one["name"] for one in run["candidates"] if one["judged"]]
    beside = "–" if best is None else f"{best['name']} {told(best['agreement'], 2)}"
    nearer = "–" if best is None or best["nearer"] is None else told(best["nearer"], 2)
    return [
        plant.meaning, "leave it" if run["views"] == "keeping" else "change it", told(run["of_label"]["agreement"], 2), beside, nearer,
        ", ".join(name for name in named if name in plant.expected) or "–",
        ", ".join(name for name in named if name not in plant.expected) or "–",
    ]  # fmt: skip


def _planted(run: Results, plant: Plant) -> Results | None:
    """What is said of the planted thing: of the candidate that it is told by most."""
    return next((one for one in run["candidates"] if one["name"] in plant.expected), None)


def _summary(runs: list[Results]) -> str:
    left: list[tuple[bool, Results]] = []
    changed: list[tuple[bool, Results]] = []
    none: list[Results] = []
    for run in runs:
        plant = NAMED[run["plant"]]
        one = _planted(run, plant)
        if one is None:
            none += run["candidates"]
        else:
            right = any(each["judged"] == plant.judged for each in run["candidates"] if each["name"] in plant.expected)
            (left if run["views"] == "keeping" or plant.judged == "inseparable" else changed).append((right, one))
    gone = [named for named, one in changed if not (one["nearer"] or 0) > HEARD]
    there = [named for named, one in changed if (one["nearer"] or 0) > HEARD]
    wrong = [one["name"] for one in none if one["judged"]]
    wrong_said = f" ({', '.join(sorted(set(wrong)))})" if wrong else ""
    return (
        f"Of {len(left)} runs in which it was left in place, or no view can change it, the planted thing is named in "
        f"{sum(named for named, _ in left)}. Where views change it and it counts less than the label ({len(gone)} runs) it is named in "
        f"{sum(gone)}; where it still counts more ({len(there)} runs), in {sum(there)}. Where nothing was planted, {len(wrong)} of "
        f"{len(none)} candidates are named{wrong_said}."
    )
