"""The process that writes a run's encoder for the page's server: python -m explorer.export.encoder RUN NAME TITLE FILE

It tells how far it is as explorer.background.telling says.
"""

import sys
from functools import partial
from pathlib import Path

from explorer.background.telling import run_telling
from explorer.export import NICENESS
from training.data.dataset import Progress
from training.run import RunFolder


def written(run: str, to: str, progress: Progress) -> None:
    """Write the encoder of the newest step that was kept. Raises UserError where there is none that can be written."""
    progress(0.1, "Loading PyTorch")
    from training.encoder_file import write_encoder

    progress(0.4, "Following a sound through the encoder")
    Path(to).parent.mkdir(parents=True)
    write_encoder(RunFolder(Path(run)), Path(to), None)


if __name__ == "__main__":
    run, _, _, to = sys.argv[1:]
    sys.exit(run_telling(NICENESS, partial(written, run, to)))
