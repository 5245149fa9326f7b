"""What a new run is called: method, data and when it began, whether the page or the command line began it."""

import re
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

LONGEST_WORD = 24
TRIES = 1_000


def new_run_name(root: Path, config: Mapping[str, Any], *more: str, endings: Sequence[str] = ("",)) -> str:
    """`simclr-birds-20260304-050607`, of which nothing lies in `root` yet; the time is the machine's own.

    `more`: words that tell it from others, such as "seed1", before the time. `endings`: what each of several runs puts after
    the name; it is free with all of them.
    """
    words = [str(config.get("method", "run")), Path(str(config.get("data", ""))).stem, *more]
    stem = "-".join(
        filter(None, (re.sub(r"[^a-z0-9]+", "-", word.lower()).strip("-")[:LONGEST_WORD] for word in words))
    )
    stamp = time.strftime("%Y%m%d-%H%M%S")
    names = (f"{stem}-{stamp}" + (f"-{number}" if number else "") for number in range(TRIES))
    return next(name for name in names if not any((root / f"{name}{end}").exists() for end in endings))
