"""Downloads in the background: progress, end, failure, and trying again."""

import queue
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from explorer.sounds.downloads import Download, Downloads
from training.data.dataset import Progress
from training.errors import UserError


@pytest.fixture
def downloads() -> Iterator[Callable[..., Downloads]]:
    made: list[Downloads] = []

    def make(fetch: Callable[[str, Progress], Path]) -> Downloads:
        made.append(Downloads(fetch))
        return made[-1]

    yield make
    for each in made:
        each.close()


def ended(downloads: Downloads, name: str) -> Download:
    """The download once it is done."""
    until = time.monotonic() + 60
    while True:
        known = downloads.known(name)
        if known is not None and known.done:
            return known
        assert time.monotonic() < until, "the download did not end"
        time.sleep(0.01)


def test_a_download_tells_how_far_it_is_and_ends(downloads: Callable[..., Downloads]) -> None:
    halfway, go_on = threading.Event(), threading.Event()

    def fetch(name: str, progress: Progress) -> Path:
        progress(0.5, "Downloading.")
        halfway.set()
        assert go_on.wait(60)
        return Path(name)

    some = downloads(fetch)
    assert some.known("esc50") is None
    some.begin("esc50")
    assert halfway.wait(60)
    now = some.known("esc50")
    assert now is not None and (now.fraction, now.text, now.done) == (0.5, "Downloading (50 %)", False)
    assert some.begin("esc50") == now, "a second click begins nothing new"
    go_on.set()
    assert (ended(some, "esc50").failed, ended(some, "esc50").fraction) == (False, 1.0)


def test_a_failure_is_said_in_words_and_can_be_tried_again(downloads: Callable[..., Downloads]) -> None:
    answers = iter([UserError("There is no network."), ValueError("secret/path"), None])

    def fetch(name: str, progress: Progress) -> Path:
        answer = next(answers)
        if answer is not None:
            raise answer
        return Path(name)

    some = downloads(fetch)
    some.begin("gtzan")
    assert ended(some, "gtzan").text == "There is no network."
    some.begin("gtzan")
    assert "fault" in ended(some, "gtzan").text and "secret" not in ended(some, "gtzan").text
    assert ended(some, "gtzan").failed
    some.begin("gtzan")
    assert not ended(some, "gtzan").failed


def test_what_is_being_fetched_is_given_up_at_the_end(downloads: Callable[..., Downloads]) -> None:
    begun, closed, came = threading.Event(), threading.Event(), queue.Queue[str]()

    def fetch(name: str, progress: Progress) -> Path:
        begun.set()
        assert closed.wait(60)
        try:
            progress(0.5, "Downloading.")
        except Exception:
            came.put("given up")
            raise
        came.put("went on")
        return Path(name)

    some = downloads(fetch)
    some.begin("esc50")
    assert begun.wait(60)
    some.close()
    closed.set()
    assert came.get(timeout=60) == "given up"
