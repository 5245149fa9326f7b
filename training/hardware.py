"""What this machine is good at, asked of it and not assumed."""

import ctypes
import sys
from dataclasses import dataclass
from pathlib import Path

import torch

from training.errors import UserError


@dataclass(frozen=True)
class Hardware:
    """Where and how to compute."""

    device: torch.device
    bf16: bool
    """Whether matrix products in bfloat16 are faster here than in float32."""
    channels_last: bool
    """Whether convolutions run faster with the channels innermost."""

    @property
    def name(self) -> str:
        """The device in words."""
        if self.device.type == "cuda":
            return torch.cuda.get_device_name(self.device)
        return f"CPU, {torch.get_num_threads()} threads"

    def autocast(self) -> torch.autocast:
        """The context in which a forward pass runs."""
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16)


def hardware(wanted: str = "auto") -> Hardware:
    """The device named by `wanted` (auto, cpu or cuda). Raises UserError when it isn't there."""
    if wanted == "cuda" and not torch.cuda.is_available():
        raise UserError("A CUDA device was asked for, but torch finds none here; use --device cpu or auto.")
    if wanted != "cpu" and torch.cuda.is_available():
        return Hardware(torch.device("cuda"), torch.cuda.is_bf16_supported(), channels_last=True)
    return Hardware(torch.device("cpu"), processor_has_bf16(), channels_last=True)


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
