"""Where the files lie that belong to the user, and neither to a run nor to the cache: they are backed up, not made again."""

import os
from pathlib import Path


def data_root() -> Path:
    """`$XDG_DATA_HOME/hearsight`, or `~/.local/share/hearsight` where that is unset, empty or relative."""
    base = Path(os.environ.get("XDG_DATA_HOME", ""))
    return (base if base.is_absolute() else Path.home() / ".local" / "share") / "hearsight"
