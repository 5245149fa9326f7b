"""What the detector of shortcuts says of what was planted into real clips."""

from collections import Counter
from collections.abc import Iterable

from benchmarks.figures.tables import Results, results, told
from benchmarks.plants import PLANTS, Plant
from explorer.catalogue.markdown import table

NAMED = {plant.name: plant for plant in PLANTS}
DATA = {"fsdd": "spoken digits", "starter": "built-in set"}
VIEWS = {"keeping": "leave it", "removing": "change it"}
HEARD = 0.5
"""From this `nearer` on a value counts more than the label."""


def shortcuts() -> str:
    """How many were named rightly and wrongly in each set of sounds, and a row for the seeds of each plant and views."""
    runs = results("shortcuts")["runs"]
    of_data = {data: [run for run in runs if run["data"] == data] for data in DATA}
    head = ["sounds", "planted", "views", "label", "planted: agreement", "nearer", "named", "named besides"]
    rows = [
        _row(DATA[data], plant, VIEWS[views], seeds)
        for data, some in of_data.items()
        for plant in PLANTS
        for views in VIEWS
        if (seeds := [run for run in some if run["plant"] == plant.name and run["views"] == views])
    ]
    return "\n".join(_summary(DATA[data], some) for data, some in of_data.items() if some) + "\n\n" + table(head, rows)


def _row(data: str, plant: Plant, views: str, seeds: list[Results]) -> list[str]:
    names = sorted(plant.expected, key=lambda name: -sum(one["agreement"] for one in _called(name, seeds)))
    planted = _called(names[0], seeds) if names else []
    nearer = [one["nearer"] for one in planted if one["nearer"] is not None]
    named = Counter(one["name"] for run in seeds for one in run["candidates"] if one["judged"])
    besides = [name for name, _ in named.most_common() if name not in plant.expected]
    return [
        data, plant.meaning, views, _spread(run["of_label"]["agreement"] for run in seeds),
        f"{names[0]} {_spread(one['agreement'] for one in planted)}" if planted else "–", _spread(nearer),
        _counted(names, named, len(seeds)), _counted(besides, named, len(seeds)),
    ]  # fmt: skip


def _called(name: str, runs: Iterable[Results]) -> list[Results]:
    """What is said of the candidate of this name."""
    return [one for run in runs for one in run["candidates"] if one["name"] == name]


def _spread(values: Iterable[float]) -> str:
    """The smallest and the largest."""
    ends = [told(value + 0.0, 2).replace("-0.", "−.") for value in sorted(round(value, 2) for value in values)]
    return "–" if not ends else ends[0] if ends[0] == ends[-1] else f"{ends[0]} to {ends[-1]}"


def _counted(names: list[str], named: Counter[str], seeds: int) -> str:
    return ", ".join(f"{name} in {named[name]} of {seeds}" for name in names) or "–"


def _planted(run: Results, plant: Plant) -> Results | None:
    """What is said of the planted thing: of the candidate that it is told by most."""
    return next((one for one in run["candidates"] if one["name"] in plant.expected), None)


def _summary(data: str, runs: list[Results]) -> str:
    used: list[bool] = []
    unused: list[bool] = []
    decided: list[bool] = []
    none: list[Results] = []
    for run in runs:
        plant = NAMED[run["plant"]]
        if not plant.expected:
            none += run["candidates"]
            continue
        one = _planted(run, plant)
        named = any(each["judged"] == plant.judged for each in run["candidates"] if each["name"] in plant.expected)
        counts = decided if plant.judged == "inseparable" else used if one and (one["nearer"] or 0) > HEARD else unused
        counts.append(named)
    wrong = Counter(one["name"] for one in none if one["judged"])
    seeds = len({run["seed"] for run in runs})
    wrong_said = f" ({', '.join(f'{name} {count}' for name, count in wrong.most_common())})" if wrong else ""
    return (
        f"- {data[0].upper()}{data[1:]}, {len(runs)} runs of {seeds} seed{'s' * (seeds > 1)}: what was planted is named in "
        f"{sum(used)} of the {len(used)} runs in which it counts more than the label over all pairs, and in {sum(unused)} of the "
        f"{len(unused)} in which it counts less. What goes with the label is called inseparable in {sum(decided)} of {len(decided)}. "
        f"Where nothing was planted, {sum(wrong.values())} of {len(none)} candidates are named{wrong_said}."
    )
