"""Writes the figures of README.md and docs/benchmarks.md anew from benchmarks/results/.

    python -m benchmarks.figures

A page marks where a block of figures begins, <!-- figures: NAME -->, and ends, <!-- end -->; what lies between is written
here, never by hand.
"""

import json
import re
import statistics
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from benchmarks.learning import reached
from explorer.catalogue.comparison import KNN, by_family, figures
from explorer.catalogue.gains import gain
from training.config import ENCODER_SIZES
from training.encoders import ENCODERS
from training.methods import METHODS
from training.run import RunFolder

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
EXAMPLE = ROOT / "assets" / "example_run"
PAGES = (ROOT / "README.md", ROOT / "docs" / "benchmarks.md")
BLOCK = re.compile(r"(<!-- figures: ([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)
CATALOGUE = "fsdd, 60 s, 1 thread"
LONGER = "fsdd, 300 s, 1 thread"
GIVEN_MORE = ("audio_text", "audio_image")
"""Methods that are given labels, or pictures."""
FARTHEST = 5
TABS_LOOKED_AT = (
    ("while Live is looked at", "throughput_with_live"),
    ("while Train is looked at", "throughput_with_train"),
    ("while Map is looked at", "throughput_with_map"),
)
"""The latter two of measurements of before Live took their place."""

Results = dict[str, Any]


def main() -> None:
    """Rewrite the pages."""
    for page in PAGES:
        page.write_text(with_figures(page.read_text()))


def with_figures(page: str) -> str:
    """The page with each marked block as the results say it now. Raises KeyError for a block that nobody writes."""
    return BLOCK.sub(lambda block: f"{block[1]}\n{BLOCKS[block[2]]()}\n\n{block[3]}", page)


def results(name: str) -> Results:
    """One file of benchmarks/results/."""
    found: Results = json.loads((RESULTS / f"{name}.json").read_text())
    return found


def told(value: float, digits: int) -> str:
    """Without the 0 before the point."""
    return f"{value:,.{digits}f}".removeprefix("0") if digits else f"{value:,.0f}"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """As Markdown."""
    lines = [tuple(head), *(tuple(row) for row in rows)]
    text = [f"| {' | '.join(line)} |" for line in lines]
    return "\n".join([text[0], "|" + "---|" * len(lines[0]), *text[1:]])


def default_run() -> str:
    """How far the default run comes, beside what needs no training."""
    marks = ("30 s", "60 s", "120 s")
    seeds = results("learning")["fsdd simclr"]["seeds"]
    digits = [
        statistics.median(seed[column] for seed in seeds) for column in ("random_init", *marks, "log_mel", "mfcc")
    ]
    run = RunFolder(EXAMPLE)
    lines = run.baselines()
    plain = lines["cross_group_knn"][lines["main_facet"]]
    knn = [(row["seconds"], row[f"measure/{KNN}"]) for row in run.metrics() if f"measure/{KNN}" in row]
    reaches = [reached(knn, float(mark.removesuffix(" s"))) for mark in marks]
    sounds = [plain["random_init"], *reaches, plain["log_mel"], plain["mfcc"]]
    clips = run.config()["probe_clips"]
    return table(
        ("SimCLR, cross-group kNN", "random initialisation", *marks, "log-mel", "MFCC"),
        (
            (
                f"spoken digits (FSDD): digit, across speakers; median of {len(seeds)} seeds",
                *(told(v, 3) for v in digits),
            ),
            (f"built-in set: class, across sources; {clips:,} clips, one seed", *(told(value, 3) for value in sounds)),
        ),
    )


def page() -> str:
    """How quickly the page answers; *first page* is what a visitor sees, left out where only its first answer was timed."""
    found = results("page")
    drawn = "first_page_drawn_seconds"
    firsts = [("first page drawn after `python app.py`", f"{told(found[drawn], 1)} s")] if drawn in found else []
    after_start = [
        (f"{what}, after pressing start", f"{told(found[name], 1)} s")
        for what, name in (
            ("first point of the loss", "first_loss_seconds"),
            ("first map", "first_map_seconds"),
            ("first UMAP", "first_umap_seconds"),
        )
    ]
    clicks = [
        (f"click to {what}, {when}", f"{found[f'click_to_{what}_ms{suffix}']:.0f} ms")
        for when, suffix in (("while training", "_while_training"), ("afterwards", ""))
        for what in ("sound", "neighbours")
    ]
    return table(("the page, while the built-in set is trained beside it", ""), [*firsts, *after_start, *clicks])


def beside_page() -> str:
    """How fast a training is beside an open page, in each round."""
    found = results("page")
    rows = [
        (words, told(found[name], 2), ", ".join(told(one[name], 2) for one in found["rounds"]))
        for words, name in (
            ("from the start until somebody clicks", "throughput"),
            *((words, name) for words, name in TABS_LOOKED_AT if name in found),
            ("while somebody clicks on the map once a second", "throughput_while_clicking"),
        )
    ]
    slowest = told(found["alone_slowest_to_fastest"], 2)
    return (
        table(("steps a second beside an open page, as a share of those without", "median", "rounds"), rows)
        + f"\n\nOf the trainings without a page, the slowest had {slowest} of the speed of the fastest."
    )


def catalogue() -> str:
    """The methods that get farthest in a minute, and those that stay below their own random initialisation."""
    found = results("catalogue")
    facet = found[CATALOGUE]["baselines"]["main_facet"]
    reaches = {}
    for name in [name for names in by_family().values() for name in names if name not in GIVEN_MORE]:
        reached_by_it = figures(found, CATALOGUE, name, facet)
        if reached_by_it is not None:
            reaches[name] = reached_by_it
    best = sorted(reaches, key=lambda name: -(reaches[name].after[KNN] or 0))[:FARTHEST]
    rows = [
        (METHODS[name].card.title, told(reaches[name].before[KNN] or 0, 3), told(reaches[name].after[KNN] or 0, 3))
        for name in best
    ]
    behind = [name for name in reaches if (own := gain(found, CATALOGUE, name)) is None or "own" not in own.beaten]
    late = [name for name in behind if (own := gain(found, LONGER, name)) is not None and "own" in own.beaten]
    seeds = max(reached_by_it.seeds for reached_by_it in reaches.values())
    sentence = f"All {len(reaches)} of them" if not behind else f"{len(reaches) - len(behind)} of the {len(reaches)}"
    sentence += " lie above their own random initialisation on what their cards name, by more than two standard errors"
    if behind:
        sentence += f"; not so {', '.join(METHODS[name].card.title for name in behind)}"
        sentence += " (after five minutes yes)" if late == behind else ""
    head = (f"without labels, farthest in a minute; {facet}, {seeds} seeds", "before training", "after")
    return f"{table(head, rows)}\n\n{sentence}."


def sizes() -> str:
    """How fast each encoder learns in each size, and how many weights it has."""
    found = results("sizes")
    rows = []
    for name, about in found["encoders"].items():
        speeds = about["clips_per_second"].items()
        weights = {size: ENCODERS[name].sizes[size].parameters / 1e6 for size in about["clips_per_second"]}
        cells = [f"{told(speed, 0 if speed >= 10 else 1)} ({weights[size]:.2g} M)" for size, speed in speeds]
        rows.append((f"`{name}`, {about['method']}", *cells))
    head = f"clips a second of one thread, batches of {found['batch']} (weights)"
    return table((head, *ENCODER_SIZES), rows)


def visitors() -> str:
    """How long visitors of one server wait."""
    found = results("visitors")
    rows = [
        (kind, f"{about['count']:,}", *(told(about[name], 3) for name in ("median", "p95", "longest")))
        for kind, about in found["kinds"].items()
    ]
    memory, errors = found["memory_mb"], sum(found["errors"].values())
    return (
        table(
            (
                f"{found['visitors']} visitors for {found['minutes']:g} minutes",
                "answers",
                "median s",
                "95 % s",
                "longest s",
            ),
            rows,
        )
        + f"\n\nErrors: {errors or 'none'}. Memory of the server: {memory['first']:,.0f} MB at first, "
        f"{memory['most']:,.0f} MB at most, {memory['last_quarter']:,.0f} MB over the last quarter."
    )


def arrivals() -> str:
    """How long many wait who come at once."""
    found = results("arrivals")
    rows = [
        (words, *(told(found[f"{what}_{of}_seconds"], 2) for of in ("median", "p95", "longest")))
        for words, what in (("the page itself", "page"), ("with all its scripts", "all"))
    ]
    return (
        table(("thirty visitors within three seconds", "median s", "95 % s", "longest s"), rows)
        + f"\n\nOne page costs the server {found['page_processor_seconds'] * 1000:.0f} ms of its processor."
    )


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


def drills() -> str:
    """What was tried on purpose, and what was lost."""
    rows = [
        (name, f"{about['tried']:,}", f"{about['survived']:,}", f"{about['lost']:,}", f"{about['torn_lines']:,}")
        for name, about in results("drills").items()
    ]
    return table(("drill", "tried", "survived", "lost", "torn lines"), rows)


BLOCKS: dict[str, Callable[[], str]] = {
    "default-run": default_run,
    "page": page,
    "beside-page": beside_page,
    "catalogue": catalogue,
    "sizes": sizes,
    "visitors": visitors,
    "arrivals": arrivals,
    "suspects": suspects,
    "drills": drills,
}
"""Name of a block → its text."""

if __name__ == "__main__":
    main()
