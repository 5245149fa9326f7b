"""How many files this process may hold open. Each file of an upload that comes in is one, and each visitor's connection."""

import contextlib
import resource

ENOUGH = 10_240
"""The most that macOS takes; usual are 256 there and 1,024 on Linux, where a folder dropped at once has a thousand."""


def allow_many() -> None:
    """From now on as many as the user may have, at most ENOUGH."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = ENOUGH if hard == resource.RLIM_INFINITY else min(hard, ENOUGH)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):  # the old number will do for most
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def most_incoming() -> int:
    """So many files may come in at once; as many are left for all else."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return (ENOUGH if soft == resource.RLIM_INFINITY else soft) // 2
