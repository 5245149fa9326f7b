"""Commands about sounds: which sets there are, what is in one, and downloads."""

import argparse

from training.commands.output import print_json, progress_line


def list_data(options: argparse.Namespace) -> None:
    """Say which sets have a name, and whether they are here."""
    from dataclasses import asdict

    from training.data import list_datasets

    rows = [asdict(row) for row in list_datasets()]
    if options.json:
        print_json({"data": rows})
        return
    for row in rows:
        print(f"{row['name']:18} {row['state']:18} {row['size']:10} {row['title']}")


def show_data(options: argparse.Namespace) -> None:
    """Say what is in a set or folder, and what was skipped."""
    from training.data import open_dataset, summary

    found = summary(open_dataset(options.reference, window_seconds=options.window_seconds, progress=progress_line()))
    if options.json:
        print_json(found)
        return
    print(f"{found['name']}: {found['clips']} clips, fingerprint {found['fingerprint']}")
    for facet, counts in found["facets"].items():
        shown = ", ".join(f"{label} {count}" for label, count in list(counts.items())[:12])
        print(f"  {facet} ({len(counts)}): {shown}{', …' if len(counts) > 12 else ''}")
    for entry in found["skipped"]:
        print(f"  skipped {entry['file']}: {entry['reason']}")


def fetch_data(options: argparse.Namespace) -> None:
    """Download a public set."""
    from training.data.public import fetch

    print(fetch(options.name, progress_line()))
