"""A program of ours whose clock jumps by a day, back and forth, twice a second.

    python -m benchmarks.drills.moved_clock app.py …
    python -m benchmarks.drills.moved_clock -m training …

What the program asks of `time.time` is moved; the machine's own clock, which others use too, stays as it is.
"""

import random
import runpy
import sys
import time

DAY_SECONDS = 86_400.0
STAYS_SECONDS = 0.5


def move() -> None:
    """From now on this process's clock jumps."""
    real, began, chance = time.time, time.monotonic(), random.Random(0)
    days = [chance.choice((-1, 0, 1)) for _ in range(100_000)]

    def moved() -> float:
        return real() + DAY_SECONDS * days[int((time.monotonic() - began) / STAYS_SECONDS) % len(days)]

    time.time = moved


if __name__ == "__main__":
    move()
    del sys.argv[0]
    if sys.argv[0] == "-m":
        del sys.argv[0]
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    else:
        sys.path.insert(0, ".")
        runpy.run_path(sys.argv[0], run_name="__main__")
