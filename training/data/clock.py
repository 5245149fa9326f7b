"""When recordings were made, where their names tell it as recorders left outdoors write them: `SITE_20260512_043000.wav`."""

import re
from datetime import datetime

_TIME = re.compile(r"(?<!\d)((?:19|20)\d\d)-?(\d\d)-?(\d\d)[_T -](\d\d)[-:.h]?(\d\d)[-:.m]?(\d\d)(?!\d)")


def began_at(file: str) -> datetime | None:
    """The date and time in a file's name, in whatever zone the recorder's clock was; None where it holds none."""
    found = _TIME.search(file.rpartition("/")[2])
    if found is None:
        return None
    try:
        return datetime(*(int(part) for part in found.groups()))  # type: ignore[arg-type]  # six whole numbers
    except ValueError:  # a thirteenth month: digits that mean something else
        return None
