"""What commands print: JSON on standard output, progress on standard error."""

import json
import sys
from collections.abc import Callable, Sequence
from typing import Any


def print_json(value: Any) -> None:
    """Print a value as JSON, and nothing else."""
    text = json.dumps(_finite(value), ensure_ascii=False, indent=1)
    print(text.encode(errors="backslashreplace").decode())  # half a surrogate pair is then as JSON writes it


def _finite(value: Any) -> Any:
    """JSON knows no NaN: null stands for it."""
    if isinstance(value, float) and value != value:
        return None
    if isinstance(value, dict):
        return {k: _finite(v) for k, v in value.items()}
    return [_finite(v) for v in value] if isinstance(value, list | tuple) else value


def progress_line() -> Callable[[float, str], None]:
    """Progress on standard error, one line that is written over on a terminal and few lines elsewhere."""
    last = [-1]

    def show(fraction: float, message: str) -> None:
        percent = int(fraction * 100)
        if sys.stderr.isatty():
            print(f"\r{message} {percent:3d} %", end="\n" if fraction >= 1 else "", file=sys.stderr, flush=True)
        elif percent // 25 != last[0]:
            last[0] = percent // 25
            print(f"{message} {percent} %", file=sys.stderr)

    return show


def listed(names: Sequence[str], most: int = 6) -> str:
    """Names in a line, the first ones where there are many."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
