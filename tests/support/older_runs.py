"""Runs that older versions left behind, which this one must still list, show, embed with and resume.

`assets/example_run` is a finished one, of the newest version that it was made with. `tests/fixtures/stopped_run` was stopped
in the middle, with a queue and a slow copy; `stopped_run.json` beside it holds the losses that it would have had in the next
steps. Folder and file come of

    python -m tests.support.older_runs stopped_run

which never writes over them: they stand for the runs that users have. A version that writes other files adds a folder of
its own. What tells of the machine is taken out: the data's path, the process, and TensorBoard's file, whose name holds
the host's. So is, for the size, the state of the checkpoint before the last.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from training.run import RunFolder
from training.run.example import EXAMPLE_FOLDER

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests" / "fixtures"
STOPPED = FIXTURES / "stopped_run"
OLDER_RUNS = {"example": EXAMPLE_FOLDER, "stopped": STOPPED}
LOSSES = 10
"""Steps after the stop of which the losses are kept."""

CLASSES = ("saw", "square", "triangle", "noise")
CLIPS_A_CLASS = 6
SAMPLES = 6_400
SAMPLE_RATE = 16_000
SETTINGS = {
    "batch_size": 8, "mels": 8, "crop_seconds": 0.32, "queue_length": 16, "hidden_width": 16, "projection_width": 16,
    "learning_rate": 0.001, "momentum": 0.97, "mixup": 0, "equalizer": 0.2, "noise": 0,
}  # fmt: skip
"""As small as it gets (the encoder's width isn't for the user to choose), and easy, so that the loss falls soon."""
STEPS = 5_000
COMMAND_LINE = """
import sys
from training import __main__, hardware, journal
hardware.processor_has_bf16 = lambda: False
journal.FLUSH_SECONDS = float(sys.argv.pop(1))
sys.exit(__main__.main())
"""
"""`python -m training` with float32 everywhere, as a processor without bfloat16 computes: else machines would differ by a
part in a hundred. Its first argument says over how many seconds losses are averaged; 0 writes down each."""


def write_sounds(folder: Path) -> Path:
    """24 WAV files in a folder for each class, the same bytes on every machine: whole numbers alone make them."""
    for kind, name in enumerate(CLASSES):
        (folder / name).mkdir(parents=True)
        for number in range(CLIPS_A_CLASS):
            with wave.open(str(folder / name / f"{name}-{number}.wav"), "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(SAMPLE_RATE)
                file.writeframes(_samples(kind, number).astype("<i2").tobytes())
    return folder


def _samples(kind: int, number: int) -> np.ndarray:
    """(S,) int64 within 16 bits: a wave of the class over noise, which dies away."""
    period = 40 + 12 * number
    at = np.arange(SAMPLES, dtype=np.int64) % period
    noise = (np.random.PCG64(10 * kind + number).random_raw(SAMPLES) >> np.uint64(52)).astype(np.int64) - 2048
    shapes = (
        at * 16_000 // period - 8_000,
        np.where(at < period // 2, 8_000, -8_000),
        np.abs(at - period // 2) * 32_000 // period - 8_000,
        3 * noise,
    )
    return (shapes[kind] + noise // 4) * np.arange(SAMPLES, 0, -1, dtype=np.int64) // SAMPLES


def copied(name: str, into: Path, sounds: Path | None = None) -> RunFolder:
    """A copy of an older run to write to, as `into`; of the stopped one on its `sounds`, wherever they lie."""
    run = RunFolder(shutil.copytree(OLDER_RUNS[name], into))
    if sounds is not None:
        _change(run.path / "config.json", data=str(sounds))
    return run


def losses(run: RunFolder, after: int) -> list[float]:
    """The losses of the LOSSES steps after step `after`, of a run that wrote down each."""
    found = {row["step"]: row["train/loss"] for row in run.metrics() if "train/loss" in row}
    return [found[step] for step in range(after + 1, after + 1 + LOSSES)]


def _change(path: Path, **values: Any) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}, indent=1))


def _trained(folder: Path, sounds: Path, enough: Callable[[RunFolder], bool], flush_seconds: float) -> RunFolder:
    """A run by the command line, stopped by the command line once there is `enough` of it."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder.parent / "cache")}
    command = [
        "run", "--method", "moco_v2", "--data", str(sounds), "--steps", str(STEPS), "--device", "cpu", "--out", str(folder)
    ]  # fmt: skip
    command += [word for setting, value in SETTINGS.items() for word in ("--set", f"{setting}={value}")]
    run = RunFolder(folder)
    with subprocess.Popen(
        [sys.executable, "-c", COMMAND_LINE, str(flush_seconds), *command], cwd=ROOT, env=environment
    ) as trainer:
        while not enough(run):
            if trainer.poll() is not None:
                raise SystemExit("The run ended before it was stopped.")
            time.sleep(0.1)
        subprocess.run([sys.executable, "-m", "training", "stop", str(folder)], cwd=ROOT, check=True)
    return run


def make(name: str) -> None:
    """Write FIXTURES / name and the losses beside it."""
    kept = FIXTURES / name
    if kept.exists():
        raise SystemExit(f"{kept} is there already; older runs are kept as they are.")
    with tempfile.TemporaryDirectory() as ground:
        sounds = write_sounds(Path(ground) / "sounds")
        run = _trained(Path(ground) / name, sounds, lambda run: len(run.snapshots()) == 2, 0.25)
        step = run.status().step
        whole = _trained(Path(ground) / "whole", sounds, lambda run: run.status().step > step + LOSSES, 0)
        expected = {"step": step, "losses": losses(whole, step)}
        shutil.rmtree(run.path / "control")
        for file in run.path.glob("events.out.*"):
            file.unlink()
        run.state_path(run.checkpoints()[-2]).unlink()
        _change(run.path / "config.json", data=sounds.name)
        _change(run.path / "probe.json", data=sounds.name)
        _change(run.path / "status.json", process=None)
        shutil.copytree(run.path, kept)
        (FIXTURES / f"{name}.json").write_text(json.dumps(expected, indent=1) + "\n")


if __name__ == "__main__":
    make(sys.argv[1])
