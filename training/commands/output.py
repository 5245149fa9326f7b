"""What commands print: JSON on standard output, progress on standard error."""

import json
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from training.run import RunFolder, State

LOOK_SECONDS = 1.0


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


@contextmanager
def steps_told(run: RunFolder) -> Iterator[None]:
    """Say on standard error how far the run is that this process trains meanwhile, as its status tells everybody."""
    ended, show = threading.Event(), progress_line()

    def tell() -> None:
        while not ended.wait(LOOK_SECONDS):
            status = run.status()
            if status.state is State.TRAINING:
                show(status.progress, f"Step {status.step:,}, trained for {status.seconds:.0f} s.")

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        ended.set()
        teller.join()
        if sys.stderr.isatty():
            print(file=sys.stderr)  # what comes next begins a line


def listed(names: Sequence[str], most: int = 6) -> str:
    """Names in a line, the first ones where there are many."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
