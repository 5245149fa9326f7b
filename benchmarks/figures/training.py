"""How far and how fast trainings come."""

import statistics

from benchmarks.devices import shared_part, times_as_fast
from benchmarks.figures.tables import results, told
from benchmarks.learning import reached
from explorer.catalogue.comparison import KNN, by_family, figures
from explorer.catalogue.gains import gain
from explorer.catalogue.markdown import table
from training.config import ENCODER_SIZES
from training.encoders import ENCODERS
from training.methods import METHODS
from training.run import RunFolder
from training.run.example import EXAMPLE_FOLDER

CATALOGUE = "fsdd, 60 s, 1 thread"
LONGER = "fsdd, 300 s, 1 thread"
GIVEN_MORE = ("audio_text", "audio_image")
"""Methods that are given labels, or pictures."""
FARTHEST = 5


def default_run() -> str:
    """How far the default run comes, beside what needs no training."""
    marks = ("30 s", "60 s", "120 s")
    seeds = results("learning")["fsdd simclr"]["seeds"]
    digits = [
        statistics.median(seed[column] for seed in seeds) for column in ("random_init", *marks, "log_mel", "mfcc")
    ]
    run = RunFolder(EXAMPLE_FOLDER)
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


def devices() -> str:
    """What several devices would make of a step."""
    head = (
        "batches of",
        "sent to each",
        "shared",
        "8, if communication is free",
        "64",
        "8 by the formula",
        "64 by the formula",
    )
    rows = results("devices")["rows"]
    return table(
        ("", *head),
        (
            (
                name, f"{row['batch']:,}", f"{row['megabytes']:.0f} MB in {row['collectives']}", told(shared_part(row), 2),
                *(f"{times_as_fast(row, size, 0):.1f}" for size in (8, 64)),
                *(f"{times_as_fast(row, size):.1f}" for size in (8, 64)),
            )
            for name, row in rows.items()
        ),
    )  # fmt: skip
