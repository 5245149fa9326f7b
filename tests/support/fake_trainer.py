"""Stands for the trainer: keeps a run's folder as it would, learns nothing. What it does wrong is in the configuration.

python -m tests.support.fake_trainer run|resume FOLDER
"""

import signal
import sys
import time
from dataclasses import replace

from training.run import Control, RunWriter, State, Status


def train(folder: str) -> None:
    """Tick until asked to stop, or until the configured number of ticks is over."""
    print("The fake trainer begins.", flush=True)
    run = RunWriter(folder)
    config = run.config()
    status = replace(run.status(), state=State.TRAINING, attempt=run.status().attempt + 1, steps=config.get("ticks"))
    if config.get("fault") == "dies":
        print("The setting temperature is -1, but a number of at least 0 was expected.", flush=True)
        sys.exit(2)
    if config.get("fault") == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while status.step < config.get("ticks", 10**9):
        asked = run.controls()
        if Control.STOP in asked and config.get("fault") is None:
            return end(run, replace(status, state=State.STOPPED))
        if Control.PAUSE in asked:
            status = replace(status, state=State.PAUSED)
        if Control.RESUME in asked:
            status = replace(status, state=State.TRAINING)
        if status.state == State.TRAINING:
            status = replace(status, step=status.step + 1)
            run.append_metrics({"step": status.step, "train/loss": 1 / status.step})
        run.write_status(status)
        time.sleep(0.02)
    return end(run, replace(status, state=State.FINISHED))


def end(run: RunWriter, status: Status) -> None:
    """Say how it ended."""
    run.write_status(status)
    run.close()


if __name__ == "__main__":
    train(sys.argv[2])
