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
    used: list[bool] = []
    unused: list[bool] = []
    decided: list[bool] = []
    none: list[Results] = []
    for run in runs:
        plant = NAMED[run["plant"]]
        one = _planted(run, plant)
        if one is None:
            none += run["candidates"]
            continue
        named = any(each["judged"] == plant.judged for each in run["candidates"] if each["name"] in plant.expected)
        counts = decided if plant.judged == "inseparable" else used if (one["nearer"] or 0) > HEARD else unused
        counts.append(named)
    wrong = [one["name"] for one in none if one["judged"]]
    wrong_said = f" ({', '.join(sorted(set(wrong)))})" if wrong else ""
    return (
        f"What was planted is named in {sum(used)} of the {len(used)} runs in which it counts more than the label over all pairs, and in "
        f"{sum(unused)} of the {len(unused)} in which it counts less. What goes with the label is called inseparable in {sum(decided)} of "
        f"{len(decided)}. Where nothing was planted, {len(wrong)} of {len(none)} candidates are named{wrong_said}."
    )
