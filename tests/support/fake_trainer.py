"""Stands for the trainer: keeps a run's folder as it would, learns nothing. What it does wrong is in the configuration.

python -m tests.support.fake_trainer run|resume FOLDER
"""

import signal
import sys
import time
from dataclasses import replace

from training.run import Control, RunWriter, State, Status
from training.run.twins import trained_with


def train(folder: str) -> None:
    """Tick until asked to stop, or until the configured number of ticks is over."""
    print("The fake trainer begins.", flush=True)
    run = RunWriter(folder)
    twin = trained_with(run)
    both = [run] if twin is None else [run, RunWriter(twin.path)]
    config = run.config()
    status = replace(run.status(), state=State.TRAINING, attempt=run.status().attempt + 1, steps=config.get("ticks"))
    if config.get("fault") == "dies":
        print("The setting temperature is -1, but a number of at least 0 was expected.", flush=True)
        sys.exit(2)
    if config.get("fault") == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while status.step < config.get("ticks", 10**9):
        asked = [control for each in both for control in each.controls()]
        if Control.STOP in asked and config.get("fault") is None:
            return end(both, replace(status, state=State.STOPPED))
        if Control.PAUSE in asked:
            status = replace(status, state=State.PAUSED)
        if Control.RESUME in asked:
            status = replace(status, state=State.TRAINING)
        if status.state == State.TRAINING:
            status = replace(status, step=status.step + 1)
            for each in both:
                each.append_metrics({"step": status.step, "train/loss": 1 / status.step})
        for each in both:
            each.write_status(status)
        time.sleep(0.02)
    return end(both, replace(status, state=State.FINISHED))


def end(runs: list[RunWriter], status: Status) -> None:
    """Say how they ended."""
    for run in runs:
        run.write_status(status)
        run.close()


if __name__ == "__main__":
    train(sys.argv[2])
