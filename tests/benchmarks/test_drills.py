"""The drills can be held, and count what is lost."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from benchmarks.drills import __main__ as drills
from benchmarks.drills.tally import Lost, NotHeld, Tally, expect, within

pytestmark = pytest.mark.whole

ROOT = Path(__file__).resolve().parents[2]
HELD_HERE = ("trainer", "projector", "embedder", "disk", "folders", "clock", "page", "slow")
HELD_ELSEWHERE = {"restart": "tests/browser/test_restart.py", "arrivals": "tests/benchmarks/test_arrivals.py"}
"""Drills that start a page's server for what these tests hold anyway."""


@pytest.mark.timeout(900)
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="asks Linux for the children of a process")
def test_durability_bad_input_visitors_each_drill_can_be_held() -> None:
    """A kill or two, a few folders and a few visitors; the numbers that count are in benchmarks/results/drills.json."""
    assert {*HELD_HERE, *HELD_ELSEWHERE} == set(drills.DRILLS)
    assert all((ROOT / file).is_file() for file in HELD_ELSEWHERE.values())
    command = [sys.executable, "-m", "benchmarks.drills", *HELD_HERE, "--quick", "--json"]
    folder = tempfile.mkdtemp()  # of a shorter name than tmp_path: that of a socket has at most 107 letters
    environment = {**os.environ, "TMPDIR": folder}
    held = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=850, check=False)
    assert held.returncode == 0, held.stdout + held.stderr
    found = json.loads(held.stdout)
    assert list(found) == list(HELD_HERE)
    assert all("not_held" in counts or counts["tried"] > 0 for counts in found.values())
    assert list(Path(folder).glob("hearsight-*")) == []


def test_a_loss_is_counted_once_for_each_try_and_said() -> None:
    tally = Tally("trainer")
    for number in range(3):
        with tally.one(f"kill {number}"):
            expect(number != 1, "A line is gone.")
    with tally.also("the end"):
        raise ValueError("no number")
    found = tally.to_json()
    assert (found["tried"], found["survived"], found["lost"]) == (3, 1, 2)
    assert found["losses"] == ["kill 1: A line is gone.", "the end: ValueError: no number"]
    assert not drills.passed(found)


def test_one_torn_line_for_each_kill_may_be_lost() -> None:
    tally = Tally("trainer", tried=2, lines=2)
    assert drills.passed(tally.to_json())
    tally.lines = 3
    assert not drills.passed(tally.to_json())


def test_what_cannot_be_held_here_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    tally = Tally("disk", not_held="only root may mount a small file system")
    assert drills.row("disk", tally.to_json()) == "disk       not held: only root may mount a small file system"
    assert drills.passed(tally.to_json())
    with pytest.raises(NotHeld), tally.one("disk 1"):
        raise NotHeld("no file system may be mounted here")


def test_waiting_ends() -> None:
    within(1, lambda: True, "never")
    with pytest.raises(Lost, match="never"):
        within(0, lambda: False, "never")


def test_counts_of_other_drills_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drills, "RESULTS", tmp_path / "results" / "drills.json")
    drills.keep({"page": {"tried": 1}})
    drills.keep({"trainer": {"tried": 2}})
    assert json.loads(drills.RESULTS.read_text()) == {"trainer": {"tried": 2}, "page": {"tried": 1}}


def test_durability_nothing_was_lost_when_the_drills_were_held_in_full() -> None:
    kept = json.loads(drills.RESULTS.read_text())
    assert all(drills.passed(counts) for counts in kept.values())


def test_an_unknown_drill_ends_with_2(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["drills", "nonsense"])
    with pytest.raises(SystemExit) as ended:
        drills.main()
    assert ended.value.code == 2 and "there is no drill nonsense" in capsys.readouterr().err
