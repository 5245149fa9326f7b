"""The command for what Hearsight didn't train."""

import argparse
import sys
from pathlib import Path

from training.commands.arguments import Commands, command
from training.commands.output import progress_line
from training.data.names import readable_name
from training.errors import UserError
from training.run.naming import new_run_name


def add_commands(commands: Commands) -> None:
    """Declare `import`."""
    text = "make a run of TensorBoard's event files, or of embeddings in a Parquet, npz, npy or CSV file"
    new = command(commands, "import", import_run, text, "runs")
    new.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="an event file, a folder of those of one run, or a Parquet, npz, npy or CSV file of embeddings",
    )
    new.add_argument("--data", help="the sounds that the embeddings are of: a folder, or as for `run`")
    new.add_argument("--out", help="the run's folder (default: a new one in --runs)")
    new.add_argument(
        "--names",
        metavar="COLUMN",
        help="what holds the file names (default: file, filename, path, …); of an npy file a text file, one name a line",
    )
    new.add_argument(
        "--vectors",
        metavar="COLUMN",
        help="what holds the vectors (default: the only numbers, or vector); of a CSV how their columns begin",
    )
    new.add_argument("--title", help="what the run is called (default: the file's name)")


def import_run(options: argparse.Namespace) -> None:
    """Make a run of a file."""
    from training.importing.importing import import_file

    if len(options.files) > 1:
        raise UserError(
            f"{len(options.files)} files were given, but one was expected: the folder of the event files that make one run, or "
            "each file by a command of its own."
        )
    path = Path(options.files[0]).expanduser()
    title = readable_name(options.title or path.resolve().stem, 80)
    data, root = options.data or "", Path(options.runs)
    out = Path(options.out) if options.out else root / new_run_name(root, {"method": title, "data": data})
    found = import_file(
        path, out, data=data, names=options.names, vectors=options.vectors, title=title, progress=progress_line()
    )
    print(f"Imported into {found.run.path}: {found.sentence}.", file=sys.stderr)
