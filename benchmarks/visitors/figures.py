"""What all visitors note, and the figures that are told of it."""

import http.client
import os
import statistics
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MEMORY_SECONDS = 2.0
"""How often the server's memory is looked at."""
SLOW = "find"
GOALS = {SLOW: 2.5, "": 1.0}
"""95th percentile in seconds: of /find, and of everything else."""


@dataclass
class Log:
    """What all visitors note. Appending to a list needs no lock."""

    waits: dict[str, list[float]] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)
    memory: list[tuple[float, int]] = field(default_factory=list)

    def timed(self, kind: str, act: Callable[[], Any]) -> Any:
        """What `act` gives, with the seconds that it took; None and an error where it fails."""
        began = time.perf_counter()
        try:
            found = act()
        except (OSError, ValueError, LookupError, http.client.HTTPException) as error:
            self.errors[f"{kind}: {type(error).__name__}: {error}"[:200]] += 1
            return None
        self.waits.setdefault(kind, []).append(time.perf_counter() - began)
        return found


def told(log: Log) -> dict[str, Any]:
    """The figures: of each kind how often, median, 95th percentile and longest; errors; memory; whether it is enough."""
    kinds = {}
    for kind, waits in sorted(log.waits.items()):
        ordered = sorted(waits)
        kinds[kind] = {
            "count": len(ordered),
            "median": round(statistics.median(ordered), 3),
            "p95": round(ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))], 3),
            "longest": round(ordered[-1], 3),
        }
    quick = sorted(wait for kind, waits in log.waits.items() if kind != SLOW for wait in waits)
    return {
        "kinds": kinds,
        "all_but_find_p95": round(quick[int(0.95 * len(quick))], 3) if quick else None,
        "errors": dict(log.errors),
        "memory_mb": memory(log.memory),
        "memory_mb_each_half_minute": [round(size / 1e6) for _, size in log.memory[:: int(30 / MEMORY_SECONDS)]],
        "slower_than_wanted": [kind for kind, about in kinds.items() if about["p95"] > GOALS.get(kind, GOALS[""])],
    }


def memory(samples: list[tuple[float, int]]) -> dict[str, float]:
    """MB of the server's process: at the beginning, over the second quarter of the time, over the last one, at most."""
    if len(samples) < 4:
        return {}
    quarter = len(samples) // 4
    sizes = [size / 1e6 for _, size in samples]
    parts = {"first": sizes[:1], "second_quarter": sizes[quarter : 2 * quarter], "last_quarter": sizes[-quarter:]}
    return {name: round(statistics.mean(part), 1) for name, part in parts.items()} | {"most": round(max(sizes), 1)}


def memory_of(pid: int) -> int:
    """Bytes that a process has in memory; 0 where that can't be told."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def shown(found: dict[str, Any]) -> str:
    """A table."""
    lines = [f"{'':12} {'count':>7} {'median':>8} {'p95':>8} {'longest':>8}"]
    for kind, about in found["kinds"].items():
        lines.append(f"{kind:12} {about['count']:7} {about['median']:8} {about['p95']:8} {about['longest']:8}")
    lines += [f"errors: {found['errors'] or 'none'}", f"memory in MB: {found['memory_mb']}"]
    return "\n".join([*lines, f"slower than wanted: {', '.join(found['slower_than_wanted']) or 'nothing'}"])
