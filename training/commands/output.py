"""What commands print: JSON on standard output, progress on standard error."""

import codecs
import json
import shlex
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from training.longer import longer_lengths
from training.run import RunFolder, State
from training.this_python import this_python

STOPPED = 130
"""The exit code of what was stopped before its end, as shells have it of Ctrl-C."""
LOOK_SECONDS = 1.0
SILENT_SECONDS = 15.0
MOST_BULLETS = 8
CLEAR = "\x1b[K"
"""What a terminal takes for: the rest of this line is empty."""


def print_json(value: Any) -> None:
    """Print a value as JSON, and nothing else."""
    others = codecs.lookup(sys.stdout.encoding or "utf-8").name != "utf-8"  # JSON is UTF-8, or else ASCII with escapes
    text = json.dumps(_finite(value), ensure_ascii=others, indent=1)
    print(text.encode(errors="backslashreplace").decode())  # half a surrogate pair is then as JSON writes it


def _finite(value: Any) -> Any:
    """JSON knows no NaN: null stands for it."""
    if isinstance(value, float) and value != value:
        return None
    if isinstance(value, dict):
        return {k: _finite(v) for k, v in value.items()}
    return [_finite(v) for v in value] if isinstance(value, list | tuple) else value


def progress_line(clock: Callable[[], float] = time.monotonic) -> Callable[[float, str], None]:
    """Progress on standard error, with an estimate of what is left once that can be told: one line that is written over on a
    terminal, and elsewhere a line a quarter, or after SILENT_SECONDS."""
    begun = clock()
    last, told = -1, begun

    def show(fraction: float, message: str) -> None:
        nonlocal last, told
        now, percent = clock(), int(fraction * 100)
        far = f"{_left(now - begun, fraction)} {percent:3d} %"
        if sys.stderr.isatty():
            room = shutil.get_terminal_size().columns - 1 - len(far)  # a longer line could not be written over
            end = "\n" if fraction >= 1 else ""
            print(f"\r{message[: max(room, 0)]}{far}{CLEAR}", end=end, file=sys.stderr, flush=True)
        elif percent // 25 != last or now - told >= SILENT_SECONDS:
            last, told = percent // 25, now
            print(" ".join(f"{message}{far}".split()), file=sys.stderr, flush=True)

    return show


def _left(seconds: float, fraction: float) -> str:
    """How long it still takes if it goes on as in these `seconds`; nothing where that is too early to say, or is soon over."""
    if seconds < 5 or not 0.03 <= fraction < 1:
        return ""
    left = seconds * (1 - fraction) / fraction
    said = f"{left / 60:.0f} min" if left >= 90 else f"{max(10 * round(left / 10), 10)} s"
    return f" (about {said} left)"


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


def tell_end(run: RunFolder) -> None:
    """Say on standard error how a run has ended, whether it has learned, and what to change."""
    status = run.status()
    verdict = status.verdict or {}
    print(f"The run is {status.state}. {verdict.get('sentence', '')}".rstrip(), file=sys.stderr)
    if verdict.get("remedy"):
        print(f"What to change: {verdict['remedy']}", file=sys.stderr)


def exit_code(run: RunFolder) -> int:
    """Of a command that has trained a run, so that a script goes on with one that has finished alone."""
    return STOPPED if run.status().state is State.STOPPED else 0


def again(run: RunFolder) -> str:
    """The command that goes on with a run, or begins one that has not begun."""
    return f"{this_python()} -m training resume {shlex.quote(str(run.path))}"


def worth_longer(run: RunFolder) -> str:
    """As `longer`, but empty where the run has collapsed or has learned nothing: more of the same mends nothing."""
    return "" if run.status().warning else longer(run)


def longer(run: RunFolder) -> str:
    """The command that trains a run that has finished twice as long, or until it can be judged where that takes more steps;
    empty where it can't be trained longer."""
    from training.verdicts.rules import EARLY_STEPS  # not at the top: it takes torch along

    unit, lengths = longer_lengths(run)
    if not lengths:
        return ""
    twice = lengths[-2:][0]
    return f"{again(run)} --{unit} {max(twice, EARLY_STEPS) if unit == 'steps' else twice}"


def tell_how_to_go_on(run: RunFolder) -> None:
    """In one line, on standard error."""
    print(f"To go on with it: {again(run)}", file=sys.stderr)


def bulleted(lines: Sequence[str]) -> list[str]:
    """Each line as a point of a list, the first MOST_BULLETS where there are many."""
    more = len(lines) - MOST_BULLETS
    return [*(f"- {line}" for line in lines[:MOST_BULLETS]), *([f"- and {more:,} more"] if more > 0 else [])]


def listed(names: Sequence[str], most: int = 6) -> str:
    """Names in a line, the first ones where there are many."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
