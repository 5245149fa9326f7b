"""The command that tells how unusual recordings are."""

import argparse
import sys
from pathlib import Path
from typing import Any

from training.commands.arguments import Commands, command
from training.commands.output import print_json, progress_line
from training.commands.runs import named_run
from training.errors import UserError
from training.units import counted

SHOWN = 10
"""Recordings that are named."""


def add_commands(commands: Commands) -> None:
    """Declare `anomalies`."""
    scores = command(
        commands, "anomalies", anomalies,
        "score how unusual recordings are beside a run's own; AUC where they are called normal and anomaly",
        "run", "json", "step",
    )  # fmt: skip
    scores.add_argument("sounds", help="a folder, zip or sound file, or a public set that is here")
    scores.add_argument(
        "--group", metavar="COLUMN",
        help="judge each recording beside the run's own with the same label in this column alone, such as a machine",
    )  # fmt: skip
    scores.add_argument("--out", metavar="FILE", help="also write all scores as a table, called .csv")
    scores.add_argument(
        "--reference", metavar="FILE",
        help="also write what the score is computed from, called .npz, for a machine that has the encoder alone",
    )  # fmt: skip


def anomalies(options: argparse.Namespace) -> None:
    """Say which recordings are the most unusual ones, how unusual each is, and how well that tells faults."""
    from training.anomaly.files import check_named, write_reference, write_scores
    from training.anomaly.scoring import anomaly_scores

    wanted = [(Path(name), end) for name, end in ((options.out, ".csv"), (options.reference, ".npz")) if name]
    if options.group and options.reference:
        raise UserError("--reference writes what one score is computed from, and --group computes one for each label.")
    for out, ending in wanted:
        check_named(out, ending)
    run = named_run(options, reading=True)
    scored = anomaly_scores(run, options.sounds, options.step, progress_line(), options.group)
    found = scored.found
    if options.out:
        write_scores(Path(options.out), found["recordings"])
    if options.reference:
        write_reference(Path(options.reference), scored)
    for out, _ in wanted:
        print(f"Wrote {out}.", file=sys.stderr)
    if options.json:
        print_json(found)
        return
    _tell(found)


def _tell(found: dict[str, Any]) -> None:
    from training.anomaly.recording import is_above

    rows = found["recordings"]
    print(
        f"{found['run']}, step {found['step']}, {counted(len(rows), 'recording')} of {found['sounds']} beside "
        f"{counted(found['own_clips'], 'clip')} of {counted(found['own_recordings'], 'recording')} of {found['data']}"
    )
    above = f"{sum(map(is_above, rows)):,} of them score above"
    if found["thresholds"] is None:
        print(f"{above} {found['threshold']:.2f}, as 1 % of the run's own recordings do")
    else:
        of_groups = ", ".join(f"{threshold:.2f} of {label}" for label, threshold in found["thresholds"].items())
        print(f"{above} the threshold of their group, as 1 % of the run's own do: {of_groups}")
    if found["unlike_lengths"]:
        print(found["unlike_lengths"])
    print("\n" + "  score  more unusual than  recording, and where in it")
    for row in rows[:SHOWN]:
        group = f" ({row['group']})" if "group" in row else ""
        print(f"{row['score']:7.2f}  {row['percentile']:12.1f} %     {row['file']}, {row['seconds']:g} s{group}")
    if found["areas"]:
        _tell_areas(rows, found["areas"])


def _tell_areas(rows: list[Any], areas: dict[str, dict[str, float]]) -> None:
    from training.anomaly.recording import is_above

    kinds = {
        name: [row for row in rows if row["anomalous"] is said]
        for name, said in (("anomalous", True), ("normal", False))
    }
    told = (f"{sum(map(is_above, of))} of {len(of)} {name}" for name, of in kinds.items())
    print(f"\nAbove that threshold: {', '.join(told)}")
    print("by their labels".ljust(32) + f"{'AUC':>9}{'pAUC':>9}")
    for name, values in areas.items():
        print(f"  {name:30}{values['auc']:9.3f}{values['pauc']:9.3f}")
    best = max(areas, key=lambda name: areas[name]["auc"])
    if best != "trained":
        print(f"{best} tells them best, and needs no training")
