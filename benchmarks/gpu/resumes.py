"""A run that is killed in the middle and resumed, against one that nobody disturbed: equal to the bit?

Each run is a process of its own, in which a checkpoint is kept every few steps and algorithms are deterministic where
torch has such ones; the killed one ends itself by SIGKILL between two checkpoints.

    python -m benchmarks.gpu.resumes RUN KEPT_EVERY KILLED_AT
"""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from benchmarks.gpu.plan import Plan
from training import checkpoint, loop, trainer
from training.config import new_config
from training.data.dataset import Dataset
from training.data.pack import write_pack
from training.hardware import Hardware
from training.journal import Journal
from training.process import PROJECT
from training.run import RunFolder, create_run

KEPT = 3
"""Checkpoints of the undisturbed run; the other one is killed half a stretch before its last."""


def resumed_row(name: str, dataset: Dataset, machine: Hardware, plan: Plan) -> dict[str, Any]:
    """Three processes: undisturbed; killed; gone on. The largest difference of any weight or of the optimiser's memory."""
    steps, killed_at = KEPT * plan.kept_every, KEPT * plan.kept_every - plan.kept_every // 2
    with tempfile.TemporaryDirectory() as folder:
        clips = Path(folder) / "clips.safetensors"
        write_pack(dataset, clips)
        config = new_config(
            {"batch_size": min(64 if plan.full else 8, len(dataset)), "probe_clips": 64},
            method=name, device=machine.device.type, data=str(clips), steps=steps,
        )  # fmt: skip
        whole, broken = Path(folder) / "whole", Path(folder) / "broken"
        for run in (whole, broken):
            create_run(run, config.to_json())
        _process(whole, plan.kept_every, 0)
        ended = _process(broken, plan.kept_every, killed_at)
        before = RunFolder(broken).checkpoints()[-1]
        _process(broken, plan.kept_every, 0)
        apart = _difference(_state(RunFolder(whole), steps), _state(RunFolder(broken), steps))
    killed = ended == -signal.SIGKILL and 0 < before < killed_at
    reason = "" if apart == 0 else f"not bitwise: a number differs by {apart:.2g}"
    if not killed:
        reason = f"the process ended with {ended} after the checkpoint of step {before}, but a kill was expected"
    on_gpu = machine.device.type == "cuda"
    if killed and apart and on_gpu and apart < 1e-2:  # said plainly, and no mistake: a GPU may add in another order
        return {"name": f"{name}, killed", "apart": apart, "ok": None, "reason": reason}
    return {"name": f"{name}, killed", "apart": apart, "ok": killed and apart == 0, "reason": reason}


def _process(run: Path, kept_every: int, killed_at: int) -> int:
    """Train, or go on, in a process of its own; its exit code. Raises RuntimeError with its last words if it fails."""
    command = [sys.executable, "-m", "benchmarks.gpu.resumes", str(run), str(kept_every), str(killed_at)]
    environment = {**os.environ, "CUBLAS_WORKSPACE_CONFIG": ":4096:8"}
    ran = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    if ran.returncode and not (killed_at and ran.returncode == -signal.SIGKILL):
        raise RuntimeError((ran.stderr.strip().splitlines() or ["it ended without a word"])[-1])
    return ran.returncode


def _state(run: RunFolder, step: int) -> dict[str, Any]:
    state = torch.load(run.state_path(step), map_location="cpu", weights_only=True)
    return {
        "averaged": checkpoint.weights(run, step),
        "method": state["method"],
        "optimizer": state["optimizer"]["state"],
    }


def _difference(a: Any, b: Any) -> float:
    """The largest difference of any number in two states of the same shape."""
    if isinstance(a, Tensor):
        if not a.numel():
            return 0.0
        return float((a.double() - b.double()).abs().max())
    if isinstance(a, dict):
        return max((_difference(a[key], b[key]) for key in a), default=0.0)
    return 0.0


def main(run: str, kept_every: str, killed_at: str) -> None:
    """Train or resume the run; a checkpoint every `kept_every` steps; SIGKILL in the step `killed_at`, if it isn't 0."""
    torch.use_deterministic_algorithms(True, warn_only=True)
    vars(loop)["is_due"] = lambda step, last, _seconds: step - last >= int(kept_every)
    left = int(killed_at)

    class Killed(Journal):
        """A journal that ends the process with the step's loss."""

        def add(self, losses: dict[str, Tensor], clips: int) -> None:
            """As the journal does, unless this is the last step."""
            nonlocal left
            super().add(losses, clips)
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    vars(trainer)["Journal"] = Killed
    trainer.train(run, resume=bool(RunFolder(run).checkpoints()))


if __name__ == "__main__":
    main(*sys.argv[1:])
