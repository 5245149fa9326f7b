"""A class of five fares well for a moment; what goes wrong, and what is slow, is told. Nothing is timed."""

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks.visitors import __main__ as module
from benchmarks.visitors import beside, look
from benchmarks.visitors.__main__ import class_of, main
from benchmarks.visitors.figures import Log, memory, shown, told
from benchmarks.visitors.tones import tone, tones
from benchmarks.visitors.visitor import EVENTS, Visitor, functions_of
from explorer.visitors.limits import hosted_limits
from tests.support.launched import launched
from training.data import open_dataset
from training.run.example import EXAMPLE_FOLDER

pytestmark = pytest.mark.whole

LIGHT = ("map", "neighbours", "lens", "form", "upload")
"""What needs neither a model nor the built-in sounds."""


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("class")
    shutil.copytree(EXAMPLE_FOLDER, folder / "runs" / "shown")
    with launched(folder, read_only=True, limits=hosted_limits()) as (_, number):
        yield number


def test_visitors_of_a_class_are_all_served(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ARRIVING_SECONDS", 0.3)
    monkeypatch.setattr(look, "NEWS_SECONDS", 0.1)
    log = class_of(5, port, "shown", 4.0, 0.1, LIGHT)
    assert log.errors == {}
    assert set(log.waits) == {"page", "news", *LIGHT}
    assert len(log.waits["page"]) == 5


def test_a_class_comes_and_goes_by_spells(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "BETWEEN_SECONDS", 1.0)
    looks = beside.arrived(3, port, "shown", ("lens",))
    for _ in range(2):
        beside.together(looks, time.perf_counter() + 1.2)
    assert looks[0].log.errors == {}
    assert len(looks[0].log.waits["news"]) >= 6
    assert len(looks[0].log.waits["lens"]) >= 6


def test_who_has_yet_to_act_when_the_time_is_up_asks_for_news_no_oftener(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beside, "BETWEEN_SECONDS", 2.0)
    monkeypatch.setattr(look, "NEWS_SECONDS", 0.5)
    (one,) = beside.arrived(1, port, "shown", ("lens",))
    monkeypatch.setattr(one.visitor.random, "uniform", max)
    one.stay(time.perf_counter(), time.perf_counter())
    assert len(one.log.waits["lens"]) == 1
    assert len(one.log.waits["news"]) <= 6


def test_visitors_who_are_not_served_are_told(port: int) -> None:
    log = class_of(1, port, "gone", 0.5, 0.1, ("lens",))
    (error, *_) = log.errors
    assert "was answered by 404" in error and "There is no such run." in error
    assert "lens" not in log.waits


def test_the_functions_that_the_drill_calls_are_there(port: int) -> None:
    visitor = Visitor(port, 1)
    functions = functions_of(visitor)
    visitor.close()
    assert set(functions) == {*EVENTS, "find"}
    assert {name for name, function in functions.items() if function.queued} == {"start", "stop", "sound", "find"}
    assert [name for name, _ in functions["start"].inputs] == ["data", "method", "encoder", "wrong", "settings"]
    assert functions["start"].called({"encoder": "conv2d"})["data"][2] == "conv2d"


def test_figures_of_what_was_noted() -> None:
    log = Log(
        {"news": [0.1] * 99 + [3.0], "find": [2.6, 2.0], "views": [1.5]}, memory=[(t, 10**6 * t) for t in range(8)]
    )
    found = told(log)
    assert found["kinds"]["news"] == {"count": 100, "median": 0.1, "p95": 0.1, "longest": 3.0}
    assert found["slower_than_wanted"] == ["find", "views"]
    assert found["all_but_find_p95"] == 0.1
    assert found["memory_mb"] == {"first": 0.0, "second_quarter": 2.5, "last_quarter": 6.5, "most": 7.0}
    assert "slower than wanted: find, views" in shown(found | {"visitors": 1, "minutes": 1})
    assert memory([]) == {}


def test_the_tones_are_a_set_of_five_classes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    tones(tmp_path / "tones", 10)
    dataset = open_dataset(str(tmp_path / "tones"))
    assert len(dataset) == 10 and len(dataset.facets[dataset.main_facet].names) == 5
    assert tone(440.0)[:4] == b"RIFF"


@pytest.mark.parametrize("flags", [["--visitors", "201"], ["--visitors", "0"], ["--minutes", "61"], ["--minutes", "0"]])
def test_the_drill_is_bounded(
    flags: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settled: Callable[..., None] = lambda *_: pytest.fail("it began")  # noqa: E731
    monkeypatch.setattr(module, "settled", settled)
    monkeypatch.setattr("sys.argv", ["visitors", *flags])
    with pytest.raises(SystemExit):
        main()
    assert "1 to 200 visitors and at most 60 minutes were expected" in capsys.readouterr().err
