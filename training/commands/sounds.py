"""Commands about sounds: which sets there are, what is in one, downloads, packs and shards."""

import argparse
import shlex

from training.commands.arguments import Commands, command
from training.commands.output import print_json, progress_line
from training.data.names import readable_name
from training.units import counted


def add_commands(commands: Commands) -> None:
    """Declare `data list`, `data show`, `data fetch` and `data pack`, and `shards`."""
    group = commands.add_parser("data", help="list, show, fetch and pack sounds").add_subparsers(
        required=True, metavar="COMMAND"
    )
    command(group, "list", list_data, "list the sets that have a name", "json")
    show = command(group, "show", show_data, "what is in a set or folder: clips, labels, what was skipped", "json")
    pack = command(group, "pack", pack_data, "write a set or folder as one file, to be taken to another machine")
    pack.add_argument("--out", required=True, metavar="FILE", help="the file; `--data FILE` then names it")
    for opening in (show, pack):
        opening.add_argument("reference", help="a set's name, a folder or a pack")
        opening.add_argument(
            "--window-seconds", type=float, default=2.0, help="longest clip that is cut from a file (default: 2)"
        )
    shards = command(
        commands, "shards", make_shards, "write a folder of sounds as tar files, to be trained on as a stream"
    )
    shards.add_argument("reference", metavar="FOLDER", help="a folder or zip of sounds, or a public set that is here")
    shards.add_argument("out", metavar="OUT", help="where they begin: OUT-000000.tar, OUT-000001.tar …")
    shards.add_argument("--per-shard", type=int, default=1000, help="sounds in each, at most (default: 1000)")
    command(group, "fetch", fetch_data, "download a public set").add_argument("name", help="see `data list`")


def list_data(options: argparse.Namespace) -> None:
    """Say which sets have a name, and whether they are here."""
    from dataclasses import asdict

    from training.data import list_datasets

    rows = [asdict(row) for row in list_datasets()]
    if options.json:
        print_json({"data": rows})
        return
    for row in rows:
        licence = f" ({row['licence']})" if row["licence"] else ""
        print(f"{row['name']:18} {row['state']:18} {row['size']:14} {row['title']}{licence}")


def show_data(options: argparse.Namespace) -> None:
    """Say what is in a set or folder, and what was skipped."""
    from training.data import open_dataset, summary

    dataset = open_dataset(options.reference, window_seconds=options.window_seconds, progress=progress_line())
    found = summary(dataset)
    if options.json:
        print_json(found)
        return
    print(
        f"{found['name']}: {counted(found['clips'], 'clip')}, fingerprint {found['fingerprint']}. {dataset.heard}".rstrip()
    )
    for facet, counts in found["facets"].items():
        shown = ", ".join(f"{label} {count}" for label, count in list(counts.items())[:12])
        group = ", the group" if facet == found["group"] else ""
        print(f"  {facet}{group} ({len(counts)}): {shown}{', …' if len(counts) > 12 else ''}")
    captions = found["captions"]
    if captions["clips"]:
        print(f"  captions: of {counted(captions['clips'], 'clip')}, {captions['different']:,} different")
    for entry in found["skipped"]:
        print(f"  skipped {entry['file']}: {entry['reason']}")
    for entry in found["warnings"]:
        print(f"  taken {entry['file']}: {entry['reason']}")


def fetch_data(options: argparse.Namespace) -> None:
    """Download a public set."""
    from training.data.public import fetch

    print(fetch(options.name, progress_line()))


def pack_data(options: argparse.Namespace) -> None:
    """Write a set or folder as one file."""
    from training.data import open_dataset
    from training.data.pack import check_target, write_pack

    check_target(options.out)
    progress = progress_line()
    dataset = open_dataset(options.reference, window_seconds=options.window_seconds, progress=progress)
    size = write_pack(dataset, options.out, progress)
    print(readable_name(f"{options.out}: {counted(len(dataset), 'clip')}, {size / 1e6:.1f} MB"))
    pictures = len(set(dataset.companions.get("picture", ())) - {None})
    if pictures:
        print(f"The {pictures:,} pictures beside the sounds are not in it.")


def make_shards(options: argparse.Namespace) -> None:
    """Write a folder of sounds as tar files, and say how to train on them."""
    from training.data.stream.references import numbered_name
    from training.data.stream.writing import write_shards

    written = write_shards(options.reference, options.out, options.per_shard, progress_line())
    named = shlex.quote(numbered_name(options.out, len(written)))  # a shell would make several words of the braces
    print(f"{counted(len(written), 'shard')} written; train on them with --data {named}")
