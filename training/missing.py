"""What is said where a package isn't there, mostly as another Python was taken than the one that has them all."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHON = ROOT / ".venv" / "bin" / "python"
OWN = ("training", "explorer", "benchmarks")


@contextmanager
def packages_told() -> Iterator[None]:
    """Within, the import of a package that isn't there ends the program with one sentence and exit code 2."""
    try:
        yield
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if not package or package in OWN:
            raise
        there = (
            f"{os.path.relpath(PYTHON)} has it" if PYTHON.exists() else "`make demo` sets up one that has all, in .venv"
        )
        print(f"The package {package} isn't installed for {sys.executable}; {there}.", file=sys.stderr)
        sys.exit(2)
