"""Several processes that are the ranks of one group over gloo, for tests: each computes the same function and keeps its answer."""

import importlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import torch
import torch.distributed as distributed

from training.devices.ranks import Ranks

ROOT = Path(__file__).parents[2]


def in_ranks(function: str, folder: Path, size: int = 2) -> list[Any]:
    """What `module:function` returns on each of `size` processes, given its Ranks; values that torch.save knows."""
    command = [
        sys.executable,
        "-W",
        "error",
        "-W",
        "ignore::ResourceWarning",
        "-m",
        "tests.support.ranks",
        function,
        str(folder),
        str(size),
    ]
    processes = [
        subprocess.Popen([*command, str(rank)], cwd=ROOT, stderr=subprocess.PIPE, text=True) for rank in range(size)
    ]
    said = [process.communicate()[1] for process in processes]
    assert not any(process.returncode for process in processes), "\n".join(said)
    return [torch.load(folder / f"{rank}.pt") for rank in range(size)]


def main(function: str, folder: Path, size: int, rank: int) -> None:
    """One of the processes."""
    store = distributed.FileStore(str(folder / "store"), size)
    distributed.init_process_group("gloo", store=store, rank=rank, world_size=size)
    module, _, name = function.partition(":")
    torch.save(getattr(importlib.import_module(module), name)(Ranks(rank, size)), folder / f"{rank}.pt")
    distributed.barrier()  # the first one's end would be the others' error
    distributed.destroy_process_group()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
