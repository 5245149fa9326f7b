"""The run that comes with the project, so that there is something to look at before the first training."""

from pathlib import Path

EXAMPLE = "example"
"""What it is called, on the page and on the command line."""
EXAMPLE_FOLDER = Path(__file__).parents[2] / "assets" / "example_run"
"""Nothing is written there."""
