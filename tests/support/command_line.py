"""What a command of the trainer answers, in this process."""

import json
from typing import Any

import pytest

from training.__main__ import main

TINY = ["--set", "batch_size=16", "--set", "probe_clips=32", "--set", "mels=16", "--set", "crop_seconds=0.32"]
LONG = "x" * 400


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    """The JSON that a command prints; nothing else may stand on standard output."""
    capsys.readouterr()
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def sentence(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a mistake is answered: exit code 2, one line on standard error, nothing on standard output."""
    capsys.readouterr()
    assert main(list(arguments)) == 2
    out, err = capsys.readouterr()
    lines = [line for line in err.strip().splitlines() if not line.startswith("Training in ") and line[-1] != "%"]
    assert out == "" and len(lines) == 1 and lines[0].endswith("."), err
    return lines[0]
