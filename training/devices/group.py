"""How the processes of a run find each other and begin to compute together."""

from datetime import timedelta

import torch
import torch.distributed as distributed
from torch.distributed import PrefixStore as PrefixStore  # type: ignore[attr-defined]
from torch.distributed import Store as Store  # type: ignore[attr-defined]  # torch forgets to say that it exports them
from torch.distributed import TCPStore as TCPStore  # type: ignore[attr-defined]
from torch.distributed.rendezvous import rendezvous

from training.devices.place import Place
from training.devices.ranks import Ranks
from training.errors import UserError
from training.hardware import Hardware
from training.process import usable_cores

WAIT = timedelta(days=7)
"""How long processes wait for each other: while the first one prepares data, and through every pause. Whether they live is
another thing, which training.devices.pulse watches."""
MEET = timedelta(minutes=10)
"""How long a process looks for the first one, which is there before it: one that was killed meanwhile is looked for in vain."""
TASK = "task"
"""What the first process says when the data is ready: the configuration and the precision, as JSON; null if it never will."""
READY = "ready/{}"
"""What the process of a rank says when it has prepared itself."""
FAILED = "failed/{}"
"""What the process of a rank says before it ends too early: one sentence."""
DRAWN, LAST = 1 << 22, 1 << 10
"""Numbers that are drawn, many more than a GPU draws at once, and how many of them are compared."""


def shared_store() -> Store:
    """The store by which the processes tell each other what they do, where the environment says. Raises UserError."""
    try:
        store = next(rendezvous("env://", timeout=MEET))[0]
    except RuntimeError as error:
        raise UserError("The first process of the run, or what started it, cannot be reached.") from error
    store.set_timeout(WAIT)
    return store


def process_group(store: Store, here: Place, machine: Hardware) -> Ranks:
    """The group of all processes, once all have come: over NCCL between GPUs, over gloo between CPUs and for what is told."""
    gpu = machine.device.type == "cuda"
    if gpu:
        torch.cuda.set_device(machine.device)
    distributed.init_process_group(
        "cpu:gloo,cuda:nccl" if gpu else "gloo",
        store=PrefixStore("group", store),  rank=here.rank, world_size=here.size, timeout=WAIT,
    )  # fmt: skip
    return Ranks(here.rank, here.size)


def check_draws(ranks: Ranks, machine: Hardware) -> None:
    """Raises UserError where a device draws other random numbers of the same seed: each would hide other frames of one batch.

    A GPU draws as many numbers at once as it has room for threads. Beyond so many they depend on its model.
    """
    generator = torch.Generator(machine.device).manual_seed(0)
    drawn = ranks.gathered(torch.rand(DRAWN, device=machine.device, generator=generator)[-LAST:])
    unlike = next((rank for rank, of_rank in enumerate(drawn) if not torch.equal(of_rank, drawn[0])), None)
    if unlike is not None:
        raise UserError(
            f"Device {unlike} draws other random numbers than device 0, as GPUs of unlike models do, so they cannot share a run; "
            "choose GPUs of one model."
        )


def own_threads(here: Place) -> int:
    """How many threads a process takes, so that those of one machine share its cores."""
    return max(1, usable_cores() // here.local_size)
