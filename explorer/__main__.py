"""python -m explorer …: what the page can do, without a page.

    python -m explorer export RUN --to DIR    a folder that replays a run from any plain file host; a zip where DIR ends in .zip
    python -m explorer suspects RUN --out FILE    near-duplicates, doubtful labels and other clips worth a second hearing, as a CSV
    python -m explorer tags list              the tags that were given to clips on the page
    python -m explorer tags copy SOUNDS --to DIR    the tagged files of a folder, copied into a folder for each tag
    python -m explorer tags tracks SOUNDS --to DIR  when each tag is heard, as label tracks for Audacity and Raven

A mistake is answered by one plain sentence on standard error and exit code 2.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from explorer.suspects import KINDS
from training.commands.parser import Parser, escape_output
from training.errors import UserError
from training.missing import packages_told
from training.units import counted


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        with packages_told():
            options.run_it(options)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    except OSError as error:  # a full disk, a folder that cannot be written
        where = f" ({error.filename})" if error.filename else ""
        print(f"{options.fails}: {error.strerror or error}{where}.", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="python -m explorer", description="What the page can do, without a page.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    export = commands.add_parser(
        "export",
        help="a folder that replays a run in a browser, without this program",
        description="Writes a folder that replays a run from any plain file host: curves, the map with its time, the nearest "
        "clips, sounds, what the loss sees, the method's card. It holds no path, host, log, upload, embedding or weight. "
        "To look at it here: python -m http.server --directory DIR",
    )
    export.set_defaults(run_it=_export, fails="The run could not be exported")
    export.add_argument("run", metavar="RUN", help="name of a run, its folder, or “example”")
    export.add_argument(
        "--to", type=Path, required=True, metavar="DIR", help="new or empty folder; a zip file where it ends in .zip"
    )
    export.add_argument(
        "--tags", action="store_true", help="the tags that you gave to its clips go along (default: none do)"
    )
    _add_runs(export)
    _add_suspects(commands)
    _add_tags(commands)
    return parser


def _add_runs(command: argparse.ArgumentParser) -> None:
    runs = os.environ.get("HEARSIGHT_RUNS") or "runs"
    command.add_argument(
        "--runs", type=Path, default=runs, help="where a run's name is looked for (default: %(default)s)"
    )


def _add_suspects(commands: Any) -> None:
    suspects = commands.add_parser(
        "suspects",
        help="clips worth a second hearing, such as near-duplicates, as a CSV",
        description="Writes which clips of a run are worth a second hearing, with the reason why and the clip to hear beside each: "
        "doubtful labels, near-duplicates, outliers, silent and clipped ones, by the run's newest snapshot.",
    )
    suspects.set_defaults(run_it=_suspects, fails="The suspects could not be written")
    suspects.add_argument("run", metavar="RUN", help="name of a run, its folder, or “example”")
    suspects.add_argument("--out", type=Path, required=True, metavar="FILE", help="the CSV to write")
    suspects.add_argument("--kind", choices=list(KINDS), help="these alone; copy: near-duplicates (default: all)")
    _add_runs(suspects)


def _add_tags(commands: Any) -> None:
    tags = commands.add_parser("tags", help="the tags that were given to clips on the page")
    actions = tags.add_subparsers(required=True, metavar="ACTION")
    every = actions.add_parser("list", help="all tags, each with how many clips carry it, or are said not to")
    every.set_defaults(run_it=_list_tags, fails="The tags could not be listed")
    copy = actions.add_parser(
        "copy",
        help="copy tagged files into a folder for each tag",
        description="Copies each sound file below SOUNDS of which a clip carries a tag to DIR/TAG/. Nothing is moved, and no file "
        "that is there is written over.",
    )
    copy.set_defaults(run_it=_copy_tagged, fails="The files could not be copied")
    _add_tagged(copy, "where the folders of the tags are made")
    tracks = actions.add_parser(
        "tracks",
        help="write when each tag is heard, as label tracks for Audacity and Raven",
        description="Writes for each sound file below SOUNDS of which a clip carries a tag two texts to DIR: NAME.txt, a label "
        "track for Audacity, and NAME.Table.1.selections.txt, a selection table for Raven. No file that is there is written over.",
    )
    tracks.set_defaults(run_it=_write_tracks, fails="The label tracks could not be written")
    _add_tagged(tracks, "where the label tracks are written, in the folders of their recordings")


def _add_tagged(command: argparse.ArgumentParser, where: str) -> None:
    command.add_argument("sounds", metavar="SOUNDS", type=Path, help="the folder of the sounds that were tagged")
    command.add_argument("--to", type=Path, required=True, metavar="DIR", help=where)
    command.add_argument("--tag", metavar="NAME", help="this tag alone (default: all)")
    command.add_argument(
        "--window-seconds", type=float, default=2.0, help="length of the clips that were tagged (default: %(default)s)"
    )


def _list_tags(options: argparse.Namespace) -> None:
    from training.data.tags import read_tags

    tags, noes = read_tags()
    for tag in sorted({*tags, *noes}):
        denied = f"  ({counted(len(noes[tag]), 'clip')} said not to carry it)" if tag in noes else ""
        print(f"{len(tags.get(tag, ())):7,}  {tag}{denied}")
    if not tags:
        print("No clip carries a tag yet.", file=sys.stderr)


def _copy_tagged(options: argparse.Namespace) -> None:
    from explorer.take_away.copying import copy_by_tag
    from training.commands.output import progress_line
    from training.data.tags import read_tag_names, read_tags

    tags, _ = read_tags()
    names = read_tag_names()
    done = copy_by_tag(options.sounds, options.to, tags, options.tag, options.window_seconds, progress_line(), names)
    for sentence in done.missing:
        print(sentence, file=sys.stderr)
    there = f"; {done.there:,} were there already" if done.there else ""
    print(f"Copied {counted(done.copied, 'file')} to {options.to}{there}.")
    if done.former:
        print(f"Folders that no tag has any more lie there, and are left as they are: {', '.join(done.former)}.")


def _write_tracks(options: argparse.Namespace) -> None:
    from explorer.take_away.copying import write_tracks
    from training.commands.output import progress_line
    from training.data.tags import read_tags

    tags, _ = read_tags()
    written, there = write_tracks(
        options.sounds, options.to, tags, options.tag, options.window_seconds, progress_line()
    )
    kept = f"; {there:,} were there already" if there else ""
    print(f"Wrote {counted(written, 'file')} to {options.to}{kept}.")


def _suspects(options: argparse.Namespace) -> None:
    from explorer.export.named import named_run
    from explorer.runs.library import Library
    from explorer.suspects.table import write_suspects

    run = named_run(options.run, options.runs).run
    sounds = Library(run.path.parent).sounds(run)
    if sounds.dataset is None:
        raise UserError(sounds.note)
    written = write_suspects(run, sounds.dataset, options.out, options.kind)
    print(f"Wrote {counted(written, 'clip')} to {options.out}.")


def _export(options: argparse.Namespace) -> None:
    from explorer.export.folder import checked
    from explorer.export.named import named_run
    from explorer.export.write import MB, write_export
    from explorer.tags import TagStore
    from training.commands.output import progress_line

    to = checked(options.to)
    found = named_run(options.run, options.runs)
    written = write_export(
        found.run, found.name, found.title, to, progress_line(), TagStore() if options.tags else None
    )
    if written.note:
        print(written.note, file=sys.stderr)
    print(f"{written.path}  {written.bytes / MB:.1f} MB")


if __name__ == "__main__":
    escape_output()
    sys.exit(main())
