"""What is made for visitors by another process: followed, one at a time, given up with the server."""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from explorer.background.tasks import REMEMBERED, OneAtATime, Sentences, Task
from training.errors import UserError

SENTENCES = Sentences("The run {name} is at work.", "It broke down.")
FAKE = """
import json, pathlib, sys, time
place = pathlib.Path(sys.argv[1])
print(json.dumps({"fraction": 0.5, "text": "Half of it"}), flush=True)
until = time.monotonic() + 240
while place.name == "slow" and not (place / "go").exists() and time.monotonic() < until:
    time.sleep(0.01)
if place.name == "babbling":
    print("a library's own word", flush=True)
if place.name == "refused":
    print(json.dumps({"error": "This run has no snapshots yet."}), flush=True)
sys.exit(2 if place.name in ("refused", "broken") else 0)
"""


@pytest.fixture
def tasks() -> Iterator[OneAtATime]:
    made = OneAtATime([sys.executable, "-c", FAKE], SENTENCES)
    yield made
    made.close()


def followed(tasks: OneAtATime, name: str, until: Callable[[Task], bool] = lambda task: task.done) -> Task:
    end = time.monotonic() + 240
    while True:
        task = tasks.known(name)
        assert task is not None and time.monotonic() < end, task
        if until(task):
            return task
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("name", "error"), [("one", ""), ("refused", "This run has no snapshots yet."), ("broken", SENTENCES.broke_down)]
)
def test_it_is_followed_to_its_end(tasks: OneAtATime, name: str, error: str) -> None:
    assert tasks.known(name) is None
    tasks.begin(name, lambda: [name])
    done = followed(tasks, name)
    assert (done.error, done.fraction, done.text) == (error, 0.5, "Half of it")


def test_one_at_a_time(tasks: OneAtATime, tmp_path: Path) -> None:
    slow = tmp_path / "slow"
    slow.mkdir()
    tasks.begin("slow", lambda: [str(slow)])
    followed(tasks, "slow", lambda task: task.fraction == 0.5)
    assert tasks.begin("slow", lambda: pytest.fail("it is at work already")).fraction == 0.5
    with pytest.raises(UserError, match="The run slow is at work"):
        tasks.begin("one", lambda: ["one"])
    (slow / "go").touch()
    followed(tasks, "slow")
    for i in range(REMEMBERED + 1):
        tasks.begin(f"run {i}", lambda: ["one"])
        followed(tasks, f"run {i}")
    assert tasks.known("slow") is None


def test_what_cannot_be_kept_does_not_stand_in_the_way_of_the_next() -> None:
    def ended(name: str, error: str) -> str:
        raise OSError("the disk is full")

    tasks = OneAtATime([sys.executable, "-c", FAKE], SENTENCES, ended)
    for name in ("one", "another"):
        tasks.begin(name, lambda: ["one"])
        assert followed(tasks, name).error == SENTENCES.broke_down
    tasks.close()


def test_it_is_given_up_when_the_server_ends(tmp_path: Path) -> None:
    tasks = OneAtATime([sys.executable, "-c", FAKE], SENTENCES)
    (tmp_path / "slow").mkdir()
    tasks.begin("slow", lambda: [str(tmp_path / "slow")])
    followed(tasks, "slow", lambda task: task.fraction == 0.5)
    tasks.close()
    task = tasks.known("slow")
    assert task is not None and task.error == SENTENCES.broke_down
    tasks.begin("one", lambda: ["one"])
    assert followed(tasks, "one").error == SENTENCES.broke_down


def test_nothing_is_at_work_once_it_is_closed(tmp_path: Path) -> None:
    """Else what was made would be put into a folder that is being removed."""
    said: list[str] = []

    def ended(name: str, error: str) -> str:
        time.sleep(0.2)
        said.append(error)
        return error

    tasks = OneAtATime([sys.executable, "-c", FAKE], SENTENCES, ended)
    (tmp_path / "slow").mkdir()
    tasks.begin("slow", lambda: [str(tmp_path / "slow")])
    followed(tasks, "slow", lambda task: task.fraction == 0.5)
    tasks.close()
    assert said == [SENTENCES.broke_down]


def test_a_word_that_is_not_its_own_is_passed_over(tasks: OneAtATime) -> None:
    tasks.begin("babbling", lambda: ["babbling"])
    assert followed(tasks, "babbling").error == ""


def test_what_cannot_be_begun_is_in_nobodys_way(tasks: OneAtATime) -> None:
    def full() -> list[str]:
        raise OSError(28, "No space left on device")

    with pytest.raises(UserError, match="It broke down"):
        tasks.begin("one", full)
    tasks.begin("two", lambda: ["two"])
    assert followed(tasks, "two").error == ""


def test_a_command_that_is_missing_is_a_failure(tmp_path: Path) -> None:
    tasks = OneAtATime([str(tmp_path / "none")], SENTENCES)
    tasks.begin("one", list)
    assert followed(tasks, "one").error == SENTENCES.broke_down


def test_who_keeps_what_was_made_has_the_last_word_and_the_first() -> None:
    """Where it says that all is done, what was made is at hand."""
    said: list[tuple[str, str]] = []

    def ended(name: str, error: str) -> str:
        assert not followed(made, name, lambda task: True).done
        said.append((name, error))
        return "It was lost."

    made = OneAtATime([sys.executable, "-c", FAKE], SENTENCES, ended)
    made.begin("one", lambda: ["one"])
    assert followed(made, "one").error == "It was lost." and said == [("one", "")]
