"""Make it collapse: what is offered, and what a start makes of what a visitor sent."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from explorer.jobs.launcher import Launcher
from explorer.pages.collapse import Collapse, what_can_go_wrong
from explorer.pages.frame import READ_ONLY
from explorer.runs.library import Library
from explorer.runs.speed import measured_speeds
from explorer.visitors.limits import Limits
from tests.support.queued import end
from training.methods import METHODS
from training.run import RunFolder, State
from training.run.twins import Prediction, Role, twin_of
from training.twins.outcome import LAST_SHARE, SHARE

SAID = {"loss": "higher", "spread": "same", "rank": "lower", "knn": "lower", "collapses": True}
EVENT = {"asked": 7, "method": "byol", "wrong": "part:ema", "steps": 200, **SAID}
FORM = {"filled": {"run": {"seed": 5, "seconds": 60, "batch_size": 32}, "settings": {"momentum": 0.9}}}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "runs"


@pytest.fixture
def begin(root: Path, tmp_path: Path) -> Iterator[Any]:
    """begin(form's method, settings of the form, **what else the visitor sent) → the part's value. Nothing is trained; with
    `weigh` it is only asked how long it would take.
    """
    made = []

    def call(
        method: str,
        settings: Any = None,
        limits: Limits | None = None,
        read_only: bool = False,
        weigh: bool = False,
        data: str = "",
        **more: Any,
    ) -> Any:
        launcher = Launcher(root, command=lambda verb, folder: ["sleep", "600"], limits=limits, read_only=read_only)
        made.append(launcher)
        services = SimpleNamespace(launcher=launcher, library=Library(root))
        part = Collapse.__new__(Collapse)
        part._frame = SimpleNamespace(read_only=read_only, services=services, reference=lambda data: data or "")
        event = SimpleNamespace(**{**EVENT, **more})
        answer = part._weigh if weigh else part._begin
        return answer(str(tmp_path / data), method, None, settings, event)  # type: ignore[arg-type]

    yield call
    for launcher in made:
        end(launcher)


def test_each_method_is_offered_with_what_can_go_wrong_and_without_what_comes_of_it() -> None:
    offers = what_can_go_wrong("byol")["offers"]
    assert [each["name"] for each in offers["methods"]] != list(METHODS) and len(offers["methods"]) == len(METHODS)
    assert all(each["wrongs"] for each in offers["methods"]) and offers["method"] == "byol"
    assert {"name", "title", "does"} == {key for each in offers["methods"] for wrong in each["wrongs"] for key in wrong}
    assert [each["title"] for each in offers["famous"]] == [
        "SimCLR with temperature 10", "BYOL without predictor", "BYOL without stop-gradient", "BYOL without EMA",
        "VICReg without variance",
    ]  # fmt: skip


def test_a_start_makes_both_runs_with_what_was_foretold(begin: Any, root: Path) -> None:
    answer = begin("byol", FORM)
    assert answer["asked"] == 7 and answer["trouble"] == ""
    runs = [RunFolder(root / name) for name in answer["runs"]]
    assert [twin.role for run in runs if (twin := twin_of(run))] == [Role.BROKEN, Role.HEALTHY]
    assert all(twin.prediction == Prediction(**SAID) for run in runs if (twin := twin_of(run)))  # type: ignore[arg-type]
    configs = [run.config() for run in runs]
    assert [config["breaks"] for config in configs] == [["ema"], []]
    for config in configs:
        assert (config["steps"], config["seconds"], config["seed"], config["batch_size"]) == (200, None, 5, 32)


def test_another_method_than_the_forms_is_trained_by_its_own_defaults(begin: Any, root: Path) -> None:
    answer = begin("simclr", FORM)
    config = RunFolder(root / answer["runs"][1]).config()
    assert config["method"] == "byol" and config["settings"]["momentum"] == 0.98 and config["seed"] == 5
    assert config["batch_size"] == METHODS["byol"].run_defaults.get("batch_size", 256)


def test_how_long_both_take_is_told_before_they_are_started(begin: Any, root: Path) -> None:
    answers = [begin("byol", FORM, weigh=True, steps=steps) for steps in (300, 900)]
    sentence = "Where it was measured, one core took about {} for them; here nothing was trained for long enough yet."
    seconds = [2 * steps * 32 / measured_speeds()["conv2d"]["S"] for steps in (300, 900)]
    assert [answer["takes"] for answer in answers] == [sentence.format(f"{each:.2g} s") for each in seconds]
    assert {answer["weighed"] for answer in answers} == {7} and not list(root.glob("[!.]*"))


def test_too_few_steps_for_a_judgement_are_told_before_they_are_trained(begin: Any) -> None:
    told = "A collapse may be told sooner; that there is none is told from 200 steps on."
    answers = [begin("byol", FORM, weigh=True, steps=steps) for steps in (199, 200)]
    assert [told in answer["takes"] for answer in answers] == [True, False]


@pytest.mark.parametrize("sent", [{"steps": None}, {"steps": -1}, {"wrong": "../x"}])
def test_what_cannot_be_started_takes_no_time(sent: dict[str, Any], begin: Any) -> None:
    assert begin("byol", FORM, weigh=True, **sent) == {"weighed": 7, "takes": ""}


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"loss": None}, "A prediction is missing"),
        ({"rank": "sideways"}, "A prediction is missing"),
        ({"collapses": None}, "A prediction is missing"),
        ({"wrong": "part:variance"}, "With the method byol 'part:variance' can't be done wrong"),
        ({"wrong": "../x"}, "can't be done wrong"),
        ({"steps": None}, "neither steps nor seconds"),
        ({"steps": -1}, "The setting steps is -1"),
    ],
)
def test_bad_input_is_refused_in_a_sentence_and_leaves_nothing(
    sent: dict[str, Any], sentence: str, begin: Any, root: Path
) -> None:
    answer = begin("byol", FORM, **sent)
    assert sentence in answer["trouble"] and answer["runs"] == []
    assert not list(root.glob("[!.]*"))


def test_twins_on_a_folder_that_is_not_there_are_not_begun(begin: Any, root: Path) -> None:
    answer = begin("byol", FORM, data="nowhere")
    assert "nowhere cannot be used" in answer["trouble"] and not list(root.glob("[!.]*"))


def test_security_on_a_page_for_looking_only_nothing_is_begun(begin: Any, root: Path) -> None:
    assert begin("byol", FORM, read_only=True) == {"asked": 7, "runs": [], "trouble": READ_ONLY}
    assert not root.exists() or not list(root.glob("[!.]*"))


def test_visitors_a_start_is_cut_down_to_the_limits(begin: Any, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr("gradio.Info", lambda text, **_: told.append(text))
    answer = begin("byol", FORM, Limits(job_steps=300))
    runs = [RunFolder(root / name) for name in answer["runs"]]
    assert [run.config()["steps"] for run in runs] == [150, 150]
    assert told == [
        "200 steps were asked for; here each of 2 runs that are trained as one has 150 at most, so this one has."
    ]
    assert {run.status().state for run in runs} == {State.WAITING}


@pytest.mark.parametrize("file", ["assets/js/twins/words.js", "docs/run-folder.md"])
def test_whoever_predicts_is_told_what_counts_as_the_same(file: str) -> None:
    text = " ".join((Path(__file__).parents[3] / file).read_text().split())
    assert f"within {100 * SHARE:g} % of the healthy run's value" in text
    assert f"mean over the last {100 * LAST_SHARE:g} % of the steps" in text
