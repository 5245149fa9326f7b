"""Where the files lie that belong to the user, and neither to a run nor to the cache: they are backed up, not made again."""

import os
from pathlib import Path

from training.errors import UserError


def data_root() -> Path:
    """`$XDG_DATA_HOME/hearsight`, or `~/.local/share/hearsight` where that is unset, empty or relative. Raises UserError."""
    return own_folder("XDG_DATA_HOME", ".local/share")


def own_folder(variable: str, below_home: str) -> Path:
    """`$variable/hearsight`, or that folder below the user's own. Raises UserError where the user has none either."""
    base = Path(os.environ.get(variable, ""))
    if not base.is_absolute():
        try:
            base = Path.home() / below_home
        except RuntimeError:  # a container may run as a user whom it doesn't know
            raise UserError(
                f"This user has no home folder; {variable} must name a folder that is used instead."
            ) from None
    return base / "hearsight"
