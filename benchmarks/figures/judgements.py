"""How often the program is right where it judges: suspects among the labels, runs that collapse."""

import statistics

from benchmarks.collapse.bands import TITLES
from benchmarks.figures.forest import forest
from benchmarks.figures.tables import Results, results, told
from explorer.catalogue.markdown import table
from training.measures import MEASURES, THOROUGH
from training.methods import METHODS

BEST = "projector: participation_ratio"
SOON = 100
"""Steps after its fall within which a collapse should be told."""


def suspects() -> str:
    """Swapped labels among the first suspects, of all seeds of each data set."""
    found = results("suspects")
    head = ["data", "clips", "labels", "kNN", *(f"first {first:.0%}" for first in found["first"])]
    rows = []
    for data in dict.fromkeys(run["data"] for run in found["runs"]):
        runs = [run for run in found["runs"] if run["data"] == data]
        reached = [statistics.mean(run["mean"][i] for run in runs) for i in range(len(found["first"]))]
        knn = statistics.mean(run["cross_group_knn"] for run in runs)
        rows.append(
            [
                data,
                f"{runs[0]['clips']:,}",
                f"{runs[0]['labels']}",
                told(knn, 2),
                *(f"{share:.0%}" for share in reached),
            ]
        )
    steps = sorted(run["steps"] for run in found["runs"])
    return (
        f"{found['swapped']:.0%} of the labels are swapped after the training, which saw none, {found['draws']} times over for each "
        f"of {len(found['runs'])} runs of SimCLR of 120 s on a busy machine ({steps[0]} to {steps[-1]:,} steps; a quiet one makes "
        "some 2,800). Which share of them stands among the first of all labelled clips, ranked by doubt:\n\n"
        + table(head, rows)
    )


def verdicts() -> str:
    """What was broken on purpose and how soon that was told, and what was told of healthy runs."""
    found = results("verdicts")
    return f"{_summary(found)}\n\n{_broken(found['broken'])}"


def verdicts_held_out() -> str:
    """The same of runs that neither rules nor bands have seen; of the broken ones those that collapsed, or were said to have."""
    found = results("verdicts_held_out")
    rows = [row for row in found["broken"] if row["collapsed"] or any(step is not None for step in row["told"])]
    quiet = len(found["broken"]) - len(rows)
    ends = ", ".join(f"{kind.replace('_', ' ')} {count}" for kind, count in found["healthy"]["verdicts"].items())
    return (
        f"{_summary(found)} At their ends the healthy ones were told: {ends}.\n\n"
        f"{_broken(rows)}\n\nThe other {quiet} did not collapse, and none of them was said to have."
    )


def _summary(found: Results) -> str:
    broken, healthy = found["broken"], found["healthy"]
    collapsed = [row for row in broken if row["collapsed"]]
    missed = [row for row in collapsed if None in row["told"]]
    late = [
        row
        for row in collapsed
        for fell_at, told_at in zip(row["fell"], row["told"], strict=True)
        if fell_at is not None and told_at is not None and told_at - fell_at > SOON
    ]
    alarms = len({alarm["run"] for alarm in healthy["alarms"]})
    seeds = sorted({len(row["seeds"]) for row in broken})
    of_seeds = _count(seeds[0], "seed") if len(seeds) == 1 else f"{seeds[0]} to {seeds[-1]} seeds"
    ill = "".join(
        f" One that was meant to be healthy collapsed by the definition, which was told at step {run['told']}: {run['run'].split('-varied_')[0]}, "
        f"{run['run'].split('-varied_')[1].split('-')[0].replace('_', ' ')}."
        for run in found["ill"]
    )
    of_data = healthy.get("data", {})
    where = (
        f" ({', '.join(f'{count} on {TITLES.get(data, data)}' for data, count in of_data.items())})" if of_data else ""
    )
    sets = " and ".join(dict.fromkeys(TITLES.get(row["data"], row["data"]) for row in broken))
    return (
        f"{len(broken)} breaks on {sets}, {of_seeds} each, of which {len(collapsed)} collapse; "
        f"{len(missed)} of these {'was' if len(missed) == 1 else 'were'} missed, {len(late)} told more than {SOON} steps after the "
        f"fall. {healthy['runs']} healthy runs{where}: {_count(alarms, 'false alarm')}.{ill}"
    )


def _broken(found: list[Results]) -> str:
    rows = []
    for row in sorted(found, key=lambda row: (not row["collapsed"], row["method"], row["case"])):
        name = f"{METHODS[row['method']].card.title}, {row['case'].replace('_', ' ')}"
        fell = [step for step in row["fell"] if step is not None]
        heard = [step for step in row["told"] if step is not None]
        rows.append(
            (
                name,
                told(row["share"], 2),
                f"**yes**, {_steps(fell)}" if row["collapsed"] else "no",
                _steps(heard) if heard else "not",
                ", ".join(dict.fromkeys(verdict.replace("_", " ") for verdict in row["verdicts"])),
            )
        )
    head = (
        "run",
        "least share of rank or centred std, z or h",
        "collapsed by the definition, since step",
        "told at step",
        "verdict at the end",
    )
    return table(head, rows)


def trust() -> str:
    """How the measures without labels go along with what labels say."""
    found = results("trust")
    rows = []
    measures = found["measures"]
    for name in by_trust(measures):
        regret = found["choice"].get(name, {})
        cells = [_rho(measures[name][question]) for question in ("within", "over_methods", "probe")]
        rows.append((_title(name), *cells, told(regret["regret"], 3) if regret else "–"))
    families: dict[str, list[float]] = {}
    for method, rho in measures[BEST]["by_method"].items():
        families.setdefault(METHODS[method].card.family, []).append(rho)
    by_family = ", ".join(
        f"{family} {_signed(statistics.mean(told_of))} ({_count(len(told_of), 'method')})"
        for family, told_of in sorted(families.items(), key=lambda item: -statistics.mean(item[1]))
    )
    newest, by_any = (found["choice"][name]["regret"] for name in ("newest", "any"))
    head = (
        "measure",
        "with kNN, snapshots of a run",
        "with kNN, over methods",
        "with the probe, over methods",
        "kNN lost by its choice",
    )
    return (
        f"{found['runs']} healthy runs of {found['methods']} methods. Taking the newest snapshot loses {told(newest, 3)} of kNN, "
        f"taking any {told(by_any, 3)}.\n\n{table(head, rows)}\n\n"
        f"The participation ratio of the projections by family of methods, snapshots of a run: {by_family}.\n\n{best(found)}"
    )


def by_trust(measures: Results) -> list[str]:
    """Names of the measures, that which goes along best with kNN over methods first, whichever way."""
    return sorted(measures, key=lambda name: -abs((measures[name]["over_methods"] or {"rho": 0})["rho"]))


def best(found: Results) -> str:
    """What is lost by the snapshot that verdicts tell to be the best."""
    head = ("kNN lost against the best of all snapshots", "snapshot told by the verdict", "newest", "any")
    rows = [
        (
            f"{_count(of['told']['runs'], f'{kind} run')}",
            *(told(of[name]["regret"], 3) for name in ("told", "newest", "any")),
        )
        for kind, of in found["best"].items()
    ]
    return table(head, rows)


def trust_picture() -> str:
    """The same as a picture."""
    found = results("trust")
    measures = found["measures"]
    rows = [
        (name.replace("_", " "), (measures[name]["over_methods"], measures[name]["within"]))
        for name in by_trust(measures)
    ]
    title = "Rank correlation with cross-group kNN, 95 % intervals"
    return forest(title, ("over methods", "over the snapshots of a run"), rows)


def _title(name: str) -> str:
    """Of a measure of every snapshot, or of "projector: lidar"."""
    stage, _, of_stage = name.rpartition(": ")
    return f"{THOROUGH[of_stage].curve.title} of the {stage}" if stage else MEASURES[name].curve.title


def _rho(answer: dict[str, float] | None) -> str:
    if answer is None:
        return "–"
    return f"{_signed(answer['rho'])} ({_signed(answer['low'])} to {_signed(answer['high'])})"


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")


def _steps(steps: list[int]) -> str:
    return f"{min(steps)}" if min(steps) == max(steps) else f"{min(steps)}–{max(steps)}"


def _count(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'' if number == 1 else 's'}"
