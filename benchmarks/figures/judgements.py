"""How often the program is right where it judges: suspects among the labels, runs that collapse."""

import statistics

from benchmarks.figures.tables import results, table, told


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
