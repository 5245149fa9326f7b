import threading
import time
from pathlib import Path
from typing import Any

import pytest

from explorer.sounds import open_datasets as module
from explorer.sounds.open_datasets import FAULT, OpenDatasets, StillOpening
from training.errors import UserError


def wait_for(condition: Any) -> None:
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.005)


def test_a_cached_set_is_opened_once(make_dataset: Any) -> None:
    make_dataset(10)
    open_datasets = OpenDatasets()
    assert len(open_datasets.dataset("0" * 64)) == 10
    assert open_datasets.dataset("0" * 64) is open_datasets.dataset("0" * 64)


def test_what_is_not_cached_is_none_until_it_is_made(make_dataset: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    open_datasets = OpenDatasets()
    monkeypatch.setattr(module, "MISSING_SECONDS", 600.0)
    assert open_datasets.dataset("0" * 64) is None
    make_dataset(10)
    assert open_datasets.dataset("0" * 64) is None
    monkeypatch.setattr(module, "MISSING_SECONDS", 0.0)
    assert open_datasets.dataset("0" * 64) is not None


def test_names_that_were_made_up_are_not_remembered(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_datasets = OpenDatasets()
    monkeypatch.setattr(module, "MISSING_SECONDS", 0.0)
    for i in range(20):
        assert open_datasets.dataset(f"made-up-{i}") is None
    assert len(open_datasets._missing) <= 1


@pytest.mark.parametrize("name", ["", "..", "a/b", "x" * 200, "a\0b"])
def test_what_cannot_be_a_fingerprint_is_none(name: Any, cache: Path) -> None:
    assert OpenDatasets().dataset(name) is None


def test_only_a_few_stay_open(make_dataset: Any) -> None:
    for i in range(6):
        make_dataset(3, fingerprint=str(i))
    open_datasets = OpenDatasets()
    first = open_datasets.dataset("0")
    for i in range(1, 6):
        open_datasets.dataset(str(i))
    assert open_datasets.dataset("0") is not first


def test_what_was_opened_by_its_reference_does_not_stay_open_either(make_dataset: Any) -> None:
    open_datasets = OpenDatasets(make=lambda reference, **_: make_dataset(3, fingerprint=reference))
    for name in map(str, range(6)):
        open_datasets.open(name)
        wait_for(lambda name=name: open_datasets.known(name).done)
        assert open_datasets.open("0").dataset is not None  # asked for all the time, so it stays
    assert [name for name in map(str, range(6)) if open_datasets.known(name)] == ["0", "3", "4", "5"]


def test_a_slow_set_does_not_hold_up_the_answer(make_dataset: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset, go = make_dataset(3), threading.Event()
    monkeypatch.setattr(module, "load", lambda *_: go.wait(60) and dataset)
    open_datasets = OpenDatasets()
    with pytest.raises(StillOpening):
        open_datasets.dataset("0" * 64, wait_seconds=0.01)
    go.set()
    assert open_datasets.dataset("0" * 64, wait_seconds=60) is dataset


def test_making_goes_on_in_the_background_with_its_progress(make_dataset: Any) -> None:
    go, made = threading.Event(), []

    def make(reference: Any, *, window_seconds: Any, progress: Any) -> Any:
        made.append((reference, window_seconds))
        progress(0.4, "Making the built-in sounds.")
        assert go.wait(60)
        return make_dataset(7)

    open_datasets = OpenDatasets(make=make)
    assert not open_datasets.open("starter").done
    wait_for(lambda: open_datasets.open("starter").text == "Making the built-in sounds: 40 %")
    go.set()
    wait_for(lambda: open_datasets.open("starter").done)
    assert open_datasets.open("starter").text == "7 clips ready."
    assert open_datasets.dataset("0" * 64) is open_datasets.open("starter").dataset
    assert made == [("starter", 2.0)]
    open_datasets.open("starter", anew=True)
    wait_for(lambda: len(made) == 2 and open_datasets.open("starter").done)


def test_what_cannot_be_opened_says_why() -> None:
    def refuse(reference: Any, **_: Any) -> None:
        raise UserError("There is no folder x.") if reference == "x" else ZeroDivisionError

    open_datasets = OpenDatasets(make=refuse)
    for reference, sentence in (("x", "There is no folder x."), ("y", FAULT)):
        open_datasets.open(reference)
        wait_for(lambda reference=reference: open_datasets.known(reference).done)
        assert open_datasets.known(reference).error == sentence
    assert open_datasets.known("z") is None


def test_what_failed_is_begun_anew_after_a_while_or_when_it_was_downloaded(
    make_dataset: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([UserError("The disk is full."), UserError("esc50 is not here yet."), None])

    def make(reference: Any, **_: Any) -> Any:
        if (error := next(answers)) is not None:
            raise error
        return make_dataset(3)

    monkeypatch.setattr(module, "MISSING_SECONDS", 600.0)
    open_datasets = OpenDatasets(make=make)
    open_datasets.open("esc50")
    wait_for(lambda: open_datasets.known("esc50").done)
    assert open_datasets.open("esc50").error == "The disk is full."
    with monkeypatch.context() as later:
        later.setattr(module, "MISSING_SECONDS", 0.0)
        assert not open_datasets.open("esc50").done
        wait_for(lambda: open_datasets.known("esc50").done)
    assert open_datasets.open("esc50").error == "esc50 is not here yet."
    open_datasets.forget("esc50")
    open_datasets.open("esc50")
    wait_for(lambda: open_datasets.open("esc50").dataset is not None)


def test_what_is_being_made_is_given_up_when_the_shelf_is_closed(make_dataset: Any) -> None:
    begun, ended = threading.Event(), threading.Event()

    def make(reference: Any, *, window_seconds: Any, progress: Any) -> None:
        begun.set()
        try:
            while True:
                progress(0.5, "Making sounds")
                time.sleep(0.005)
        finally:
            ended.set()

    open_datasets = OpenDatasets(make=make)
    open_datasets.open("slow")
    assert begun.wait(60)
    open_datasets.close()
    assert ended.wait(60)
