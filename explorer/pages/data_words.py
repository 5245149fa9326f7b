"""What data is called where it has no name of its own, and what is said of dropped files that were too long."""

import os
import time
from collections import Counter
from collections.abc import Sequence

from explorer.pages.frame import Frame
from training.data.dropped import LONGEST_SECONDS, is_dropped
from training.data.names import readable_name
from training.data.sniff import longer_than

LONGEST_TITLE = 60
LONG_INSTEAD = (
    f"Files longer than {LONGEST_SECONDS:g} seconds are read only from a folder whose path is written as data."
)


def data_title(reference: str, at: str = "") -> tuple[str, str]:
    """(what is shown, reference) of data that has no name of its own. `at`: when it was dropped, where that is to be told."""
    if is_dropped(reference):
        return f"{readable_name(reference.rpartition('/')[2], LONGEST_TITLE)} (dropped here{at})", reference
    return readable_name(reference, LONGEST_TITLE), reference


def titled(references: Sequence[str]) -> list[tuple[str, str]]:
    """As `data_title` of each; drops of one name are told apart by when they were dropped."""
    same = Counter(data_title(reference)[0] for reference in references)
    return [data_title(path, dropped_at(path) if same[data_title(path)[0]] > 1 else "") for path in references]


def dropped_at(path: str) -> str:
    """The server's day and time at which the folder of one drop was made, in words; nothing where it is gone."""
    try:
        return time.strftime(", %d %b %H:%M:%S", time.localtime(os.stat(path).st_mtime))
    except OSError:
        return ""


def named_instead(frame: Frame, reasons: Sequence[str]) -> str:
    """What to do about dropped files that were too long, where that is among `reasons` and visitors may do it."""
    long = any(longer_than(LONGEST_SECONDS) in reason for reason in reasons)
    return LONG_INSTEAD if long and frame.paths and not frame.read_only else ""
