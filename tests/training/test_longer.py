"""A run that has finished is trained longer, as a run that had been begun with the new end would go on."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.support.checkpoints_compared import assert_same, everything, same
from training import step as stepping
from training.config import RunConfig
from training.errors import UserError
from training.longer import lengthen, longer_lengths
from training.parts.optimizers import scheduled_rate
from training.run import RunFolder, RunWriter, State, Status
from training.trainer import train

MakeRun = Callable[..., RunFolder]
SHORT, LONG = 6, 12


def by_the_rule(config: RunConfig, step: int, progress: float) -> float:
    """The rate of a run whose end was SHORT until it came there."""
    if step < SHORT:
        return scheduled_rate(replace(config, steps=SHORT), step, step / SHORT)
    return scheduled_rate(config, step, progress)


def left_as(run: RunFolder, state: State, **values: Any) -> None:
    writer = RunWriter(run.path)
    writer.write_status(Status(state, **{"step": SHORT, **values}))
    writer.close()


def keeps_a_state(run: RunFolder) -> None:
    """As far as somebody looks who doesn't read it."""
    (run.path / "checkpoints").mkdir(exist_ok=True)
    for path in (run.state_path(SHORT), run.path / "checkpoints" / f"{SHORT:06d}.json"):
        path.write_text("{}")


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize(
    ("method", "settings"), [("simclr", {}), ("simclr", {"optimizer": "sgd"}), ("moco_v2", {})], ids=str
)
def test_it_is_bitwise_one_whose_rate_went_down_and_up_again(
    method: str, settings: dict[str, Any], made_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So the moments of the optimiser, the averages, the queue and the generators went on."""
    run = made_run(method=method, steps=SHORT, **settings)
    assert train(run.path) == State.FINISHED
    lengthen(run, "steps", LONG)
    assert train(run.path, resume=True) == State.FINISHED
    monkeypatch.setattr(stepping, "scheduled_rate", by_the_rule)
    whole = made_run("whole", method=method, steps=LONG, **settings)
    train(whole.path)
    assert_same(whole, run, LONG)


def test_its_files_tell_of_both_ends(made_run: MakeRun) -> None:
    run = made_run(steps=SHORT)
    before = run.config()
    train(run.path)
    lengthen(run, "steps", LONG)
    status = run.status()
    assert (status.state, status.step, status.steps, status.progress) == (State.STOPPED, SHORT, LONG, SHORT / LONG)
    lengthen(run, "seconds", 500)
    config = run.config()
    assert (config["steps"], config["seconds"], run.status().steps) == (None, 500.0, None)
    assert config["lengthened"] == [
        {"step": SHORT, "steps": SHORT, "seconds": None},
        {"step": SHORT, "steps": LONG, "seconds": None},
    ]
    kept = {
        name: value
        for name, value in config.items()
        if name not in ("steps", "seconds", "lengthened", "data_fingerprint")
    }
    assert kept == {name: before[name] for name in kept}
    assert RunConfig.from_json(config).to_json()["lengthened"] == tuple(config["lengthened"])


def test_which_lengths_are_offered(made_run: MakeRun) -> None:
    run = made_run(steps=SHORT)
    left_as(run, State.FINISHED)
    assert longer_lengths(run) == ("steps", []), "it keeps no state"
    keeps_a_state(run)
    assert longer_lengths(run) == ("steps", [9, 12, 24])
    left_as(run, State.STOPPED)
    assert longer_lengths(run) == ("steps", [])
    (run.path / "config.json").write_text(json.dumps({**run.config(), "steps": 1}))
    left_as(run, State.FINISHED, step=1)
    assert longer_lengths(run) == ("steps", [2, 4]), "one and a half times one step is two"
    (run.path / "config.json").write_text(json.dumps({**run.config(), "steps": None, "seconds": 10}))
    left_as(run, State.FINISHED, seconds=16.0)
    assert longer_lengths(run) == ("seconds", [20, 40]), "a step may end after the seconds of the run"
    (run.path / "config.json").write_text(json.dumps({**run.config(), "watched": True}))
    assert longer_lengths(run) == ("seconds", [])


def broken(run: RunFolder, what: str) -> None:
    """Left so that it can't be trained longer."""
    left_as(run, State.WAITING if what == "waits" else State.PREPARING if what == "begins" else State.FINISHED)
    if what != "bare":
        keeps_a_state(run)
    more: dict[str, dict[str, object]] = {
        "watched": {"watched": True},
        "newer": {"schema": 99},
        "other": {"objective": 99},
        "odd": {"method": "magic"},
        "moved": {"data": "/nowhere"},
    }
    (run.path / "config.json").write_text(json.dumps({**run.config(), **more.get(what, {})}))


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("watched", "it can only be watched here"),
        ("newer", "was written by a newer version"),
        ("waits", "is being trained or waits for it; once it has ended it can be trained longer"),
        ("begins", "is being trained or waits for it; once it has ended it can be trained longer"),
        ("bare", "keeps no checkpoint to go on from, so it can't be trained longer"),
        ("other", "but this version trains form"),
        ("odd", "There is no method 'magic'"),
        ("moved", "needs its sounds to go on, but /nowhere cannot be used"),
        ("short", "has been trained for 6 steps already. These count too, so its new length must be more."),
    ],
)
def test_what_cannot_be_trained_longer_says_why_and_stays_as_it_is(what: str, said: str, made_run: MakeRun) -> None:
    run = made_run(steps=SHORT)
    broken(run, what)
    before = {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}
    with pytest.raises(UserError, match=said):
        lengthen(run, "steps", SHORT if what == "short" else LONG)
    assert {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()} == before


@pytest.mark.usefixtures("narrow")
def test_what_a_method_does_once_in_a_run_is_not_done_again(made_run: MakeRun) -> None:
    """HuBERT names moments by its own features after a share of the run, to which a longer one comes a second time."""
    run = made_run(method="hubert", steps=4, probe_clips=16, clusters=4)
    train(run.path)
    centres = everything(run, 4)["/method/units.feature_centres"]
    lengthen(run, "steps", 12)
    train(run.path, resume=True)
    assert centres.any() and same(everything(run, 12)["/method/units.feature_centres"], centres)
