"""Where this process stands among those of its run. Known before torch is loaded."""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """One of several processes, as torchrun numbers them."""

    rank: int = 0
    size: int = 1
    local_rank: int = 0
    """Its number on its machine, and so which of the machine's GPUs is its own."""
    local_size: int = 1

    @property
    def follows(self) -> bool:
        """Whether it follows the first process, which alone keeps and says what becomes of the run."""
        return self.rank > 0

    def variables(self) -> dict[str, str]:
        """What the environment of a process in this place says."""
        return {name: str(getattr(self, field)) for name, field in _FIELDS.items()}


_FIELDS = {"RANK": "rank", "WORLD_SIZE": "size", "LOCAL_RANK": "local_rank", "LOCAL_WORLD_SIZE": "local_size"}


def place() -> Place:
    """Where torchrun, or the first process, put this one; alone where neither did."""
    try:
        return Place(**{field: int(os.environ[name]) for name, field in _FIELDS.items()})
    except (KeyError, ValueError):
        return Place()
