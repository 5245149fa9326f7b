"""What this machine is good at, asked of it and not assumed."""

import ctypes
import logging
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from training.errors import UserError
from training.units import counted


@dataclass(frozen=True)
class Hardware:
    """Where and how to compute."""

    device: torch.device
    bf16: bool
    """Whether matrix products in bfloat16 are faster here than in float32."""
    channels_last: bool
    """Whether convolutions run faster with the channels innermost."""
    remark: str = ""
    """Why it isn't the device that one would expect."""

    @property
    def name(self) -> str:
        """The device in words."""
        if self.device.type == "cuda":
            return torch.cuda.get_device_name(self.device)
        return f"CPU, {counted(torch.get_num_threads(), 'thread')}" + (f" ({self.remark})" if self.remark else "")

    def autocast(self) -> torch.autocast:
        """The context in which a forward pass runs."""
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16)

    def sent(self, x: Tensor) -> Tensor:
        """x from the CPU on the device. Nobody waits for it to arrive: to a GPU it goes from pinned memory."""
        return x.pin_memory().to(self.device, non_blocking=True) if self.device.type == "cuda" else x


def hardware(wanted: str = "auto", number: int = 0) -> Hardware:
    """The device named by `wanted` (auto, cpu or cuda), of several GPUs the one of this number.

    Raises UserError where a GPU is wanted that can't be used.

    Where any device will do, a GPU that can't be used is told, and the CPU taken.
    """
    remark = ""
    if wanted != "cpu":
        gpu = torch.device("cuda", number)
        found, why_not = _usable(gpu)
        if not why_not:
            _keep_float32_exact()
            # Emulated, as on GPUs before Ampere, bfloat16 is slower than float32; and in float32 cuDNN is slower where the
            # channels lie innermost, as only its tensor cores want them.
            bf16 = torch.cuda.is_bf16_supported(including_emulation=False)
            return Hardware(gpu, bf16, channels_last=bf16)
        if wanted == "cuda":
            raise _refused(why_not)
        if found:
            remark = f"there is a GPU, but {why_not}"
            logging.warning("The CPU is used: %s.", remark)
    return Hardware(torch.device("cpu"), processor_has_bf16(), channels_last=True, remark=remark)


def check_found(wanted: str) -> None:
    """Raises UserError where the device `wanted` is a GPU and there is none, without using one that is there."""
    if wanted == "cuda" and (missing := _missing()):
        raise _refused(missing)


def check_enough(wanted: str, devices: int) -> None:
    """Raises UserError where so many `devices` of this machine are to share a run and it has GPUs, but fewer. Where it has none,
    or the device `wanted` is the CPU, so many processes share its cores.
    """
    if wanted != "cpu" and 0 < (there := gpus()) < devices:
        raise UserError(
            f"The run is to be shared by {devices} GPUs of this machine, but torch finds {there} here; give --devices {there}."
        )


def _refused(why_not: str) -> UserError:
    return UserError(f"A CUDA device was asked for, but {why_not}; use the device cpu or auto.")


def _missing() -> str:
    """Why torch finds no GPU; empty where it finds one."""
    with warnings.catch_warnings(record=True) as told:  # of a driver that is too old
        warnings.simplefilter("always")
        found = torch.cuda.is_available()
    return "" if found else "torch finds none here" + (f" ({first_line(told[0].message)})" if told else "")


def _usable(gpu: torch.device) -> tuple[bool, str]:
    """Whether there is a GPU, and why this one can't be used: empty where it added two numbers.

    A torch that was made for other GPUs, or one that another program has filled, shows only when something is computed.
    """
    if missing := _missing():
        return False, missing
    try:
        (torch.ones(1, device=gpu) + 1).item()
    except RuntimeError as error:
        return True, f"it cannot be used ({first_line(error)})"
    return True, ""


def _keep_float32_exact() -> None:
    """Have a GPU compute in all 24 bits what is in float32. By default its convolutions take 11 of them (TF32).

    What may be rounded is in bfloat16 already. What is left are losses, in which cosines are divided by small
    temperatures, and the embeddings of snapshots, which must be those that the page finds on the CPU.
    """
    torch.set_float32_matmul_precision("highest")
    torch.backends.cudnn.allow_tf32 = False


def failure(error: BaseException) -> str | None:
    """One sentence for an error of the device or of its memory, None for any other."""
    text = first_line(error)
    if isinstance(error, MemoryError) or "DefaultCPUAllocator" in text:
        return "The memory of this machine is used up; a smaller batch or a smaller data set may fit."
    if isinstance(error, torch.OutOfMemoryError) or (
        isinstance(error, RuntimeError)
        and any(words in text for words in ("CUDA error: out of memory", "ALLOC_FAILED"))
    ):
        return (
            "The memory of the GPU is used up; a smaller batch or a smaller data set may fit, or what other programs hold "
            "of it must be given back."
        )
    if isinstance(error, RuntimeError) and any(words in text for words in ("CUDA", "cuDNN", "NVIDIA")):
        return f"The GPU failed ({text}); a torch that is made for this GPU and its driver may help, or --device cpu."
    return None


def gpus() -> int:
    """How many GPUs of this machine torch may use, as far as it can tell without using one."""
    with warnings.catch_warnings():  # of a driver that is too old
        warnings.simplefilter("ignore")
        return torch.cuda.device_count()


def first_line(said: object) -> str:
    """What torch says, without its advice to its developers."""
    return (str(said).strip().splitlines() or [type(said).__name__])[0].rstrip(".")


def processor_has_bf16() -> bool:
    """Whether the processor multiplies bfloat16 in hardware; elsewhere it is emulated, and slower than float32."""
    try:
        flags = Path("/proc/cpuinfo").read_text()
    except OSError:
        return False
    return any(flag in flags for flag in (" amx_bf16", " avx512_bf16"))


def keep_freed_memory() -> None:
    """Tell glibc to keep large freed blocks for the next step instead of returning them to the system.

    Without it every step asks for its activations anew and pays for hundreds of thousands of page faults
    (measured: 1.66 times the throughput with it, for about 2 GB of resident memory).
    """
    if not sys.platform.startswith("linux"):
        return
    try:
        mallopt = ctypes.CDLL("libc.so.6").mallopt
    except (OSError, AttributeError):  # another C library
        return
    trim_threshold, top_pad, mmap_max = -1, -2, -4
    mallopt(mmap_max, 0)
    mallopt(trim_threshold, 2**31 - 1)
    mallopt(top_pad, 256 * 2**20)
