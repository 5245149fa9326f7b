"""What a server lets its visitors take, in one table. Flags, variables of the environment and --help come from it.

Each limit has two values: for one's own machine, where none gets in the way, and for a page that others reach.
"""

import argparse
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

OWN, HOSTED = "own", "hosted"
NONE = 0
"""As a limit: there is none."""
LARGEST = 10**9
MB = 1_000_000
"""Bytes."""


def limit(own: int, hosted: int, meaning: str) -> Any:
    """One limit; `meaning` says of what, with its unit."""
    return field(default=own, metadata={OWN: own, HOSTED: hosted, "meaning": meaning})


@dataclass(frozen=True)
class Limits:
    """Whole numbers; 0 is no limit."""

    upload_mb: int = limit(1_000, 100, "MB in one upload")
    request_kb: int = limit(4_000, 500, "kB in any other request")
    visitor_mb: int = limit(4_000, 200, "MB that one visitor sends within ten minutes, for which files are kept")
    total_mb: int = limit(8_000, 1_000, "MB that all visitors send within ten minutes")
    visitor_uploads: int = limit(600, 20, "uploads of one visitor in a minute")
    total_uploads: int = limit(6_000, 300, "uploads of all visitors in a minute")
    sessions: int = limit(200, 400, "open pages that are remembered, of .25 MB each; the one unused for longest goes")
    waiting_events: int = limit(1_000, 200, "clicks and calls that wait for their answer")
    visitor_jobs: int = limit(NONE, 1, "runs of one visitor that wait or train")
    job_seconds: int = limit(NONE, 600, "seconds that a run trains")
    job_steps: int = limit(NONE, 20_000, "steps that a run trains")
    job_batch: int = limit(NONE, 512, "clips in one step of a run")
    model_mb: int = limit(NONE, 50, "MB of weights in a run's model")
    job_mb: int = limit(NONE, 1_000, "MB of disk that a run takes")
    dropped_mb: int = limit(4_000, 1_000, "MB of sounds that are kept of what was dropped to be trained on")
    free_percent: int = limit(NONE, 10, "per cent of the disk that must be free where a run starts or sounds are kept")


def hosted_limits() -> Limits:
    """Those of a page that others reach."""
    return Limits(**{f.name: f.metadata[HOSTED] for f in fields(Limits)})


def variable(name: str) -> str:
    """The environment's name for a limit."""
    return f"HEARSIGHT_{name.upper()}"


def add_flags(parser: argparse.ArgumentParser) -> None:
    """A flag for each limit, and one that chooses between the two columns of the table."""
    group = parser.add_argument_group(
        "limits",
        "Each flag is also a variable of the environment, named behind it; 0 is no limit. The first default is that of one's own "
        "machine; the second is taken on a hosted Space and where --host or --allow-host lets others in. A visitor is known by a "
        "cookie that is signed anew by each server, and by the address where there is none; the totals hold for all together.",
    )
    group.add_argument(
        "--limits", type=column, metavar=f"{OWN}|{HOSTED}", default=os.environ.get("HEARSIGHT_LIMITS") or None,
        help="which defaults are taken, whoever reaches the page [HEARSIGHT_LIMITS]",
    )  # fmt: skip
    for f in fields(Limits):
        about = f.metadata
        group.add_argument(
            f"--{f.name.replace('_', '-')}", type=amount, metavar="N", default=os.environ.get(variable(f.name)) or None,
            help=f"{about['meaning'].replace('%', '%%')} ({about[OWN]:,} or {about[HOSTED]:,}) [{variable(f.name)}]",
        )  # fmt: skip


def takes_hosted(options: argparse.Namespace, *, others_reach_it: bool) -> bool:
    """Whether the defaults of a page that others reach are taken."""
    return bool(options.limits == HOSTED if options.limits else others_reach_it)


def chosen_limits(options: argparse.Namespace, *, hosted: bool) -> Limits:
    """The table's values for a server, with what the flags say in their place."""
    given: Mapping[str, int | None] = {f.name: getattr(options, f.name) for f in fields(Limits)}
    base = hosted_limits() if hosted else Limits()
    return Limits(**{name: getattr(base, name) if value is None else value for name, value in given.items()})


def column(text: str) -> str:
    """The name of one of the two columns."""
    if text not in (OWN, HOSTED):
        raise argparse.ArgumentTypeError(f"{text} was given; {OWN} or {HOSTED} was expected")
    return text


def amount(text: str) -> int:
    """A limit from its digits."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 10 and int(text) <= LARGEST):
        raise argparse.ArgumentTypeError(
            f"{text} is no limit; a whole number from 0 (none) to {LARGEST:,} was expected"
        )
    return int(text)


def beyond(used: float, most: int) -> bool:
    """Whether a limit is exceeded."""
    return most != NONE and used > most
