"""The command that holds runs beside each other: a table for a notebook or a paper, a CSV, or all of it as JSON."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training import durable
from training.commands.arguments import Commands, command
from training.commands.compared_csv import write_csv
from training.commands.compared_latex import latex_table
from training.commands.compared_sentences import Called, sentences
from training.commands.output import bulleted, listed, print_json, progress_line
from training.commands.runs import found_run
from training.data.names import readable_name
from training.errors import UserError
from training.run import RunFolder, find_runs
from training.run.schema import BASELINES
from training.units import counted

if TYPE_CHECKING:
    from training.comparing import Comparison, OnClips, Row, Spread

NONE = "–"
BY_LAST = "each run by its last snapshot"
PRINTED = "-"
"""The file of --csv or --latex that is standard output."""


def add_commands(commands: Commands) -> None:
    """Declare `compare`."""
    beside = command(
        commands, "compare", compare, "hold finished runs beside each other: mean ± standard deviation over their seeds", "runs", "json"
    )  # fmt: skip
    beside.add_argument(
        "names", nargs="*", metavar="RUN", help="a run's name or folder, or a folder of runs (default: all of --runs)"
    )
    beside.add_argument(
        "--csv", metavar="FILE", help="write all rows with all measures as a CSV; - prints it instead of the tables"
    )
    beside.add_argument(
        "--latex",
        metavar="FILE",
        help="write the tables for a paper, with booktabs; - prints them instead of the others",
    )


def compare(options: argparse.Namespace) -> None:
    """Print one table for each set of clips that runs are measured on."""
    from training.comparing import compared

    runs = _named(options)
    if not runs:
        raise UserError(f"There are no runs in {listed(options.names or [options.runs])}.")
    _check_files(options)
    found = compared(runs, progress_line())
    if PRINTED in (options.csv, options.latex):
        if options.csv == PRINTED:
            write_csv(found, sys.stdout)
        else:
            print(_latex(found))
        if found.left_out:
            print("\n".join(map(readable_name, _left_out(found))), file=sys.stderr)
        return
    if options.csv:
        with open(options.csv, "w", encoding="utf-8", newline="") as file:
            print(f"Wrote {counted(write_csv(found, file), 'row')} to {options.csv}.", file=sys.stderr)
    if options.latex:
        durable.write_bytes(Path(options.latex), f"{_latex(found)}\n".encode())
        print(f"Wrote {counted(len(found.clips), 'table')} to {options.latex}.", file=sys.stderr)
    if options.json:
        print_json(_as_json(found))
        return
    parts = [*map(_section, found.clips), *([_left_out(found)] if found.left_out else [])]
    lines = [readable_name(line) for part in parts for line in [*part, ""]]
    print("\n".join(lines[:-1]))


def _check_files(options: argparse.Namespace) -> None:
    """Raises UserError where what --csv or --latex names can be no file, before everything is measured."""
    files = {"--csv": options.csv, "--latex": options.latex}
    printed = [flag for flag, file in files.items() if file == PRINTED]
    if len(printed) + bool(options.json) > 1 or (
        printed and any(file not in (None, PRINTED) for file in files.values())
    ):
        given = [*(f"{flag} {file}" for flag, file in files.items() if file), *(["--json"] if options.json else [])]
        raise UserError(
            f"{' and '.join(given)} were given, but what is printed is printed alone; name a file instead of -."
        )
    for file in files.values():
        if file and file != PRINTED:
            durable.check_writable(Path(file))


def _latex(found: "Comparison") -> str:
    return "\n\n".join(
        latex_table(
            " ".join(
                [f"{_head(one)}, {BY_LAST}; mean ± standard deviation over the seeds.", *sentences(one.rows, _title)]
            ),
            _columns(one.rows, _title),
        )
        for one in found.clips
    )


def _name(row: "Row") -> str:
    """As the command line takes it."""
    return row.method


def _title(row: "Row") -> str:
    """As a paper says it."""
    return row.title


def _left_out(found: "Comparison") -> list[str]:
    """The runs that are not compared, and why."""
    named = bulleted([f"{one.run}: {one.why}" for one in found.left_out])
    return ["Not compared:", *named] if named else []


def _named(options: argparse.Namespace) -> list[RunFolder]:
    """Each run once. Raises UserError for a name of neither a run nor a folder of some."""
    runs = [] if options.names else find_runs(Path(options.runs))
    for name in options.names:
        if Path(name).is_dir() and not RunFolder(name).exists():
            runs += find_runs(Path(name))
        else:
            runs.append(found_run(name, options.runs, reading=True))
    return list({run.path.resolve(): run for run in runs}.values())


def _section(one: "OnClips") -> list[str]:
    """A heading, a table in Markdown that can be read as it is, and what its seeds allow to say."""
    said = list(sentences(one.rows, _name))
    return [f"{_head(one)} ({one.hash[:8]}), {BY_LAST}", "", *_table(one.rows), *(["", *said] if said else [])]


def _head(one: "OnClips") -> str:
    """Which clips, and what was asked of them."""
    name, facet, group = (one.probe.get(word) for word in ("data_name", "main_facet", "group"))
    asked = f"{facet} across {group}" if any(row.knn for row in one.rows) else "no labels"
    return f"{name or 'Unnamed sounds'}: {asked}, {one.count:,} clips"


def _table(rows: "Sequence[Row]") -> list[str]:
    filled = {title: [_cell(text) for text in cells] for title, cells in _columns(rows, _name).items()}
    widths = {title: max(len(title), *map(len, cells)) for title, cells in filled.items()}
    lines = [filled.keys(), ["-" * width for width in widths.values()], *zip(*filled.values(), strict=True)]
    return [f"| {' | '.join(f'{c:{w}}' for c, w in zip(cells, widths.values(), strict=True))} |" for cells in lines]


def _columns(rows: "Sequence[Row]", called: Called) -> dict[str, list[str]]:
    """By title, a cell for each row; those that say something of any."""
    from training.measures.knn import CROSS_GROUP_KNN
    from training.measures.probe import PROBE

    share = CROSS_GROUP_KNN.curve.written
    columns = {
        "method": [called(row) for row in rows],
        "differs": [", ".join(row.differs) for row in rows],
        "seeds": [str(len(row.runs)) for row in rows],
        "steps": [_spread(row.steps, "{:,.0f}".format) for row in rows],
        "seconds": [_spread(row.seconds, "{:,.0f}".format) for row in rows],
        **{
            title: [_spread(row.measures.get(name), share) for row in rows]
            for title, name in (
                ("cross-group kNN", CROSS_GROUP_KNN.name),
                *((BASELINES[name], name) for name in ("random_init", "log_mel", "mfcc")),
                ("linear probe", PROBE.name),
            )
        },
        "verdict": [_verdicts(row.verdicts) for row in rows],
    }
    return {title: cells for title, cells in columns.items() if {*cells} - {"", NONE}}


def _cell(text: str) -> str:
    return readable_name(text).replace("|", "\\|")


def _spread(spread: "Spread | None", written: Callable[[float], str]) -> str:
    if spread is None:
        return NONE
    many = spread.std is not None and len({*spread.values}) > 1
    return f"{written(spread.mean)} ± {written(spread.std or 0.0)}" if many else written(spread.mean)


def _verdicts(counts: dict[str, int]) -> str:
    told = {title[:1].lower() + title[1:]: count for title, count in counts.items()}
    return ", ".join(told if len(told) == 1 else (f"{count} {title}" for title, count in told.items()))


def _as_json(found: "Comparison") -> dict[str, Any]:
    about = ("data_name", "main_facet", "group", "data_clips")
    return {
        "clips": [
            {
                **{name: one.probe.get(name) for name in about},
                "clips": one.count,
                "hash": one.hash,
                "rows": [_row(row) for row in one.rows],
            }
            for one in found.clips
        ],
        "left_out": [vars(one) for one in found.left_out],
    }


def _row(row: "Row") -> dict[str, Any]:
    below = row.below
    return {
        "method": row.method,
        "differs": row.differs,
        "settings": json.loads(row.runs[0].settings),
        "seeds": [run.seed for run in row.runs],
        "runs": [run.run.name for run in row.runs],
        "steps": _numbers(row.steps),
        "seconds": _numbers(row.seconds),
        "measures": {name: _numbers(spread) for name, spread in row.measures.items()},
        "verdicts": row.verdicts,
        "below": None if below is None else {**vars(below), "told_apart": below.told},
    }


def _numbers(spread: "Spread") -> dict[str, Any]:
    return {"mean": spread.mean, "std": spread.std, "values": spread.values}
