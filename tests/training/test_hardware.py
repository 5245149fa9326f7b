"""What the machine is asked, and how wrong answers are told."""

from pathlib import Path

import pytest
import torch

from training.errors import UserError
from training.hardware import Hardware, hardware, keep_freed_memory, processor_has_bf16


def test_the_cpu_is_always_there() -> None:
    found = hardware("cpu")
    assert found.device.type == "cpu" and found.name.startswith("CPU, ") and found.bf16 is processor_has_bf16()


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
