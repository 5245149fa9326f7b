"""Commands for what Hearsight didn't train: importing it, measuring it."""

import argparse
import sys
from pathlib import Path

from training.commands.arguments import Commands, command
from training.commands.output import progress_line
from training.commands.runs import named_run
from training.data.names import readable_name
from training.errors import UserError
from training.run.naming import new_run_name


def add_commands(commands: Commands) -> None:
    """Declare `import` and `measure`."""
    text = "make a run of TensorBoard's event files, or of embeddings in a Parquet or npz file"
    new = command(commands, "import", import_run, text, "runs")
    new.add_argument("file", help="an event file, a folder of them, a Parquet file or an npz file")
    new.add_argument("--data", help="the sounds that the embeddings are of: a folder, or as for `run`")
    new.add_argument("--out", help="the run's folder (default: a new one in --runs)")
    new.add_argument("--names", metavar="COLUMN", help="what holds the file names (default: file, filename, path, …)")
    new.add_argument(
        "--vectors", metavar="COLUMN", help="what holds the vectors (default: the only numbers, or vector)"
    )
    new.add_argument("--title", help="what the run is called (default: the file's name)")
    command(
        commands, "measure", measure, "measure what a run's own loop, which Hearsight doesn't know, left out", "run"
    )


def import_run(options: argparse.Namespace) -> None:
    """Make a run of a file."""
    from training.importing.importing import import_file

    path = Path(options.file).expanduser()
    title = readable_name(options.title or path.resolve().stem, 80)
    data, root = options.data or "", Path(options.runs)
    out = Path(options.out) if options.out else root / new_run_name(root, {"method": title, "data": data})
    found = import_file(
        path, out, data=data, names=options.names, vectors=options.vectors, title=title, progress=progress_line()
    )
    print(f"Imported {found.sentence} into {found.run.path}", file=sys.stderr)


def measure(options: argparse.Namespace) -> None:
    """Measure a run that is only watched."""
    from training.watching.measuring import Measuring

    run = named_run(options)
    if not run.watched:
        raise UserError(f"The run {run.name} was trained by Hearsight, which measured it meanwhile.")
    print(f"Measured {Measuring(run).work(progress_line())} snapshots of {run.name}", file=sys.stderr)
