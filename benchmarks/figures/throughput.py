"""How fast a step is beside what it can't do without, and beside a textbook's pipeline."""

from benchmarks.figures.tables import results, told
from explorer.catalogue.markdown import table

NOT_METHODS = ("device", "torch", "python", "data", "rounds", "seconds", "batches")


def throughput() -> str:
    """A row for each method, and SimCLR's at other batch sizes."""
    found = results("throughput")
    methods = {name: row for name, row in found.items() if name not in NOT_METHODS}
    methods |= {f"simclr, batch {size}": row for size, row in found["batches"].items()}
    rows = [
        [
            name,
            f"{row['batch']:,}",
            f"{row['clips_per_second']:,}",
            told(row["of_limit"], 2),
            *(told(row["parts"][part], 2) for part in ("views", "loss", "update")),
        ]
        for name, row in methods.items()
    ]
    simclr = found["simclr"]
    return (
        f"{found['device']}, {found['data']}, {found['rounds']} rounds. *of the limit*: of the bare encoder's forward and backward "
        "on ready tensors. The rest of a step goes, by part, to views, to heads and loss, and to the update.\n\n"
        + table(["method", "batch", "clips/s", "of the limit", "views", "loss", "update"], rows)
        + f"\n\nSimCLR is {simclr['over_textbook']:.1f} times as fast as a textbook's pipeline with its usual views, "
        f"{simclr['over_same_views']:.1f} times with the same views (DataLoader with its best number of workers, views one clip at "
        "a time)."
        + (
            f" Its views are made {simclr['views_over_audiomentations']:.0f} times as fast as torch-audiomentations makes its own."
            if "views_over_audiomentations" in simclr
            else ""
        )
    )
