"""What a run knows, computed by another process: followed, one at a time, given up with the server, and really kept."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from explorer.measurer.knowing import BROKE_DOWN, REMEMBERED, Asked, Knowing
from training.errors import UserError
from training.knowledge.kept import kept
from training.run import RunFolder

FAKE = """
import json, pathlib, sys, time
run = pathlib.Path(sys.argv[1])
print(json.dumps({"fraction": 0.5, "text": "Half of it"}), flush=True)
until = time.monotonic() + 240
while run.name == "slow" and not (run / "go").exists() and time.monotonic() < until:
    time.sleep(0.01)
if run.name == "refused":
    print(json.dumps({"error": "This run has no snapshots yet."}), flush=True)
sys.exit(2 if run.name in ("refused", "broken") else 0)
"""


@pytest.fixture
def knowing() -> Iterator[Knowing]:
    made = Knowing([sys.executable, "-c", FAKE])
    yield made
    made.close()


def followed(knowing: Knowing, name: str, until: Callable[[Asked], bool] = lambda asked: asked.done) -> Asked:
    end = time.monotonic() + 240
    while True:
        asked = knowing.asked(name)
        assert asked is not None and time.monotonic() < end, asked
        if until(asked):
            return asked
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("name", "error"), [("one", ""), ("refused", "This run has no snapshots yet."), ("broken", BROKE_DOWN)]
)
def test_it_is_followed_to_its_end(knowing: Knowing, tmp_path: Path, name: str, error: str) -> None:
    assert knowing.asked(name) is None
    knowing.begin(name, RunFolder(tmp_path / name))
    done = followed(knowing, name)
    assert (done.error, done.fraction, done.text) == (error, 0.5, "Half of it")


def test_one_at_a_time(knowing: Knowing, tmp_path: Path) -> None:
    slow = tmp_path / "slow"
    slow.mkdir()
    knowing.begin("slow", RunFolder(slow))
    followed(knowing, "slow", lambda asked: asked.fraction == 0.5)
    assert knowing.begin("slow", RunFolder(slow)).fraction == 0.5
    with pytest.raises(UserError, match="for the run slow; try again"):
        knowing.begin("one", RunFolder(tmp_path / "one"))
    (slow / "go").touch()
    followed(knowing, "slow")
    for i in range(REMEMBERED + 1):
        knowing.begin(f"run {i}", RunFolder(tmp_path / "one"))
        followed(knowing, f"run {i}")
    assert knowing.asked("slow") is None


def test_it_is_given_up_when_the_server_ends(tmp_path: Path) -> None:
    knowing = Knowing([sys.executable, "-c", FAKE])
    (tmp_path / "slow").mkdir()
    knowing.begin("slow", RunFolder(tmp_path / "slow"))
    followed(knowing, "slow", lambda asked: asked.fraction == 0.5)
    knowing.close()
    assert followed(knowing, "slow").error == BROKE_DOWN


def test_a_command_that_is_missing_is_a_failure(tmp_path: Path) -> None:
    knowing = Knowing([str(tmp_path / "none")])
    knowing.begin("one", RunFolder(tmp_path))
    assert followed(knowing, "one").error == BROKE_DOWN


def test_the_process_says_how_far_it_is_and_keeps_the_parts(make_run: Callable[..., RunFolder], tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", n=60, config={"data": str(tmp_path / "no sounds")})
    command = [sys.executable, "-m", "explorer.measurer", "know", str(run.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [json.loads(line) for line in process.stdout]
        assert process.wait() == 0
    fractions = [one["fraction"] for one in said]
    assert fractions == sorted(fractions) and fractions[-1] == 1
    facets, shortcuts = kept(run, "facets"), kept(run, "shortcuts")
    assert facets is not None and facets["facets"][0]["probe"]["values"][-1] > 0.9
    assert shortcuts is not None and shortcuts["sentences"]


def test_a_mistake_is_one_sentence(make_run: Callable[..., RunFolder], tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", snapshots=())
    command = [sys.executable, "-m", "explorer.measurer", "know", str(run.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert [json.loads(line) for line in process.stdout] == [{"error": "The run run has no snapshots yet."}]
        assert process.wait() == 2
