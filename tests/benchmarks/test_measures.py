"""The benchmark of the measures has a cost for each of them."""

import json
import sys

import pytest

from benchmarks import measures
from training.measures import MEASURES, THOROUGH


def test_every_measure_has_its_cost(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["measures", "--clips", "80", "--width", "24", "--projection", "12", "--rounds", "1"]
    monkeypatch.setattr(sys, "argv", [*command, "--json"])
    measures.main()
    found = json.loads(capsys.readouterr().out)
    assert (found["clips"], found["width"], found["projection"]) == (80, 24, 12)
    assert found["cheap"].keys() == MEASURES.keys() and found["thorough"].keys() == THOROUGH.keys()
    assert all(value > 0 for kind in ("shared", "cheap", "thorough") for value in found[kind].values())
    monkeypatch.setattr(sys, "argv", command)
    measures.main()
    printed = capsys.readouterr().out
    assert all(name in printed for name in (*MEASURES, *THOROUGH, "without kNN"))
