"""What the machine is asked, and how wrong answers are told."""

import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from training.errors import UserError
from training.hardware import Hardware, failure, hardware, keep_freed_memory, processor_has_bf16

FIRST_GPU = torch.device("cuda", 0)
NO_KERNEL = (
    "CUDA error: no kernel image is available for execution on the device\n"
    "CUDA kernel errors might be asynchronously reported at some other API call, so the stacktrace below might be incorrect."
)


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """gpu(error, emulated=…): torch finds a GPU; computing on it raises the error, if any; of bfloat16 it may emulate all."""

    def made(error: Exception | None, emulated: bool = False) -> None:
        ones = torch.ones

        def computed(*shape: int, device: torch.device | None = None, **named: Any) -> Tensor:
            if device == FIRST_GPU and error is not None:
                raise error
            return ones(*shape, **named)

        monkeypatch.setattr(torch, "ones", computed)
        monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
        monkeypatch.setattr(
            torch.cuda, "is_bf16_supported", lambda including_emulation=True: including_emulation or not emulated
        )

    return made


@pytest.fixture
def tf32() -> Any:
    before = torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32
    yield
    torch.set_float32_matmul_precision(before[0])
    torch.backends.cudnn.allow_tf32 = before[1]


@pytest.mark.parametrize("emulated", [True, False])
@pytest.mark.parametrize("wanted", ["auto", "cuda"])
def test_a_gpu_that_computes_is_taken(wanted: str, emulated: bool, gpu: Callable[..., None], tf32: None) -> None:
    torch.set_float32_matmul_precision("high")
    gpu(None, emulated=emulated)
    found = hardware(wanted)
    assert found.device == torch.device("cuda:0")
    assert found.bf16 is found.channels_last is not emulated
    assert torch.get_float32_matmul_precision() == "highest" and not torch.backends.cudnn.allow_tf32


@pytest.mark.parametrize(
    "error", [torch.AcceleratorError(NO_KERNEL), torch.OutOfMemoryError("CUDA out of memory. Tried")]
)
def test_a_gpu_that_cannot_compute_is_told_and_left(error: Exception, gpu: Callable[..., None]) -> None:
    gpu(error)
    said = str(error).splitlines()[0]
    with pytest.raises(
        UserError, match=re.escape(f"was asked for, but it cannot be used ({said}); use the device cpu")
    ):
        hardware("cuda")
    found = hardware("auto")
    assert found.device.type == "cpu" and found.name.endswith(f"(there is a GPU, but it cannot be used ({said}))")
    assert "GPU" not in hardware("cpu").name


def test_a_driver_that_is_too_old_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> bool:
        warnings.warn("CUDA initialization: The NVIDIA driver on your system is too old.\nUpdate it.", stacklevel=1)
        return False

    monkeypatch.setattr(torch.cuda, "is_available", none)
    with pytest.raises(
        UserError, match=r"torch finds none here \(CUDA .*The NVIDIA driver on your system is too old\);"
    ):
        hardware("cuda")
    assert hardware("auto").remark == ""


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (MemoryError(), "The memory of this machine is used up"),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"), "The memory of this machine is used up"),
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 9 GiB."), "The memory of the GPU is used up"),
        (torch.AcceleratorError("CUDA error: out of memory\nCompile with"), "The memory of the GPU is used up"),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling"), "The memory of the GPU is used up"),
        (torch.AcceleratorError(NO_KERNEL), "The GPU failed (CUDA error: no kernel image is available for execution on the device)"),
        (torch.AcceleratorError("CUDA error: invalid device function\nX"), "The GPU failed (CUDA error: invalid device function)"),
        (RuntimeError("Found no NVIDIA driver on your system.\nX"), "The GPU failed (Found no NVIDIA driver on your system)"),
        (RuntimeError("cuDNN error: CUDNN_STATUS_NOT_SUPPORTED."), "The GPU failed (cuDNN error: CUDNN_STATUS_NOT_SUPPORTED)"),
    ],
    ids=lambda value: str(value)[:30],
)  # fmt: skip
def test_what_a_device_fails_at_is_a_sentence(error: Exception, said: str) -> None:
    told = failure(error)
    assert told is not None and told.startswith(said) and told.endswith(".") and "\n" not in told


def test_other_errors_are_not_taken_for_the_device() -> None:
    assert failure(RuntimeError("shapes don't fit")) is None and failure(ValueError("CUDA")) is None


def test_what_goes_to_a_gpu_is_pinned_and_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    x, done = torch.arange(3), []
    monkeypatch.setattr(Tensor, "pin_memory", lambda self: done.append("pinned") or self)
    monkeypatch.setattr(Tensor, "to", lambda self, device, non_blocking: done.append((device, non_blocking)) or self)  # type: ignore[arg-type]
    assert Hardware(FIRST_GPU, bf16=True, channels_last=True).sent(x) is x
    assert done == ["pinned", (FIRST_GPU, True)]
    assert Hardware(torch.device("cpu"), bf16=True, channels_last=True).sent(x) is x and len(done) == 2


def test_the_cpu_is_always_there() -> None:
    found = hardware("cpu")
    assert found.device.type == "cpu" and found.name.startswith("CPU, ") and found.bf16 is processor_has_bf16()


@pytest.mark.parametrize(("threads", "said"), [(1, "CPU, 1 thread"), (2, "CPU, 2 threads")])
def test_threads_are_counted(threads: int, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "get_num_threads", lambda: threads)
    assert hardware("cpu").name == said


def test_cuda_that_is_missing_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(UserError, match="torch finds none here"):
        hardware("cuda")
    assert hardware("auto").device.type == "cpu"


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ("flags : avx2 avx512_bf16 x", True),
        ("flags : amx_bf16", True),
        ("flags : avx512f avx512_vnni", False),
        ("", False),
    ],
)
def test_the_processor_is_asked_for_bf16(flags: str, expected: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "read_text", lambda self: flags)
    assert processor_has_bf16() is expected


def test_autocast_follows_what_was_found() -> None:
    a, b = torch.randn(4, 4), torch.randn(4, 4)
    for bf16, kind in ((True, torch.bfloat16), (False, torch.float32)):
        with Hardware(torch.device("cpu"), bf16, channels_last=True).autocast():
            assert (a @ b).dtype == kind


def test_the_allocator_setting_is_harmless() -> None:
    keep_freed_memory()
    assert float(torch.ones(1000, 1000).sum()) == 1e6
