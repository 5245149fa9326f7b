"""Thirty visitors arrive within three seconds: each has its page, with all that belongs to it, within three seconds more."""

import time

from benchmarks.arrivals import together
from benchmarks.drills.ground import Ground
from benchmarks.drills.tally import Tally
from benchmarks.served import Served

VISITORS = 30
WITHIN_SECONDS = 3.0
SERVED_SECONDS = 3.0
SETTLES_SECONDS = 15.0
"""The server imports what a first start of a training needs a few seconds after it was opened."""


def drill(ground: Ground, tally: Tally) -> None:
    """One class."""
    visitors = 5 if ground.quick else VISITORS
    with ground.served(ground.folder / "runs") as served:
        time.sleep(0 if ground.quick else SETTLES_SECONDS)
        found = together(Served(served.child.process.pid, served.port), visitors, WITHIN_SECONDS * visitors / VISITORS)
    tally.tried = visitors
    tally.losses += ["A visitor was not served."] * int(found["visitors_failed"])
    longest = found.get("all_longest_seconds", 0.0)
    tally.notes |= {name: round(value, 2) for name, value in found.items() if name.startswith(("page_", "all_"))}
    if longest > SERVED_SECONDS and not ground.quick:
        tally.losses.append(f"A visitor waited {longest:.1f} s.")
