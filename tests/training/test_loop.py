"""What a training leaves behind, and that it depends on its seed alone."""

import shutil
import threading
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.support.checkpoints_compared import assert_different, assert_same, assert_weights_and_optimizer_equal
from training.measures import MEASURES
from training.measures.measure import singular_values
from training.measures.similarity import cka
from training.methods import METHODS
from training.methods.method import Method
from training.run import Control, RunFolder, RunWriter, State
from training.trainer import train
from training.verdicts import rules

MakeRun = Callable[..., RunFolder]
AtStep = Callable[[int, Callable[[], Any]], None]


def test_a_run_by_steps_finishes_and_leaves_all_that_is_promised(made_run: MakeRun) -> None:
    run = made_run(steps=6)
    assert run.status().state == State.WAITING
    assert train(run.path) == State.FINISHED
    status = run.status()
    assert (status.state, status.step, status.steps, status.attempt) == (State.FINISHED, 6, 6, 1)
    assert status.progress == 1 and status.seconds > 0 and status.message == ""
    assert run.snapshots() == run.checkpoints() == [0, 6]
    rows = run.metrics()
    compared = {"measure/cka_to_last"}  # with the snapshot before
    assert {name for row in rows if row["step"] == 0 for name in row} >= {
        f"measure/{name}" for name in MEASURES
    } - compared
    assert any(row.keys() >= compared for row in rows)
    assert all(row["train/loss"] > 0 and row["seconds"] > 0 for row in rows if "train/loss" in row)
    last = [row for row in rows if "train/loss" in row][-1]
    assert last["step"] == 6 and last.keys() >= {"train/accuracy", "train/learning_rate", "train/clips_per_second"}
    assert list(run.path.glob("events.out.tfevents.*"))
    taken = run.snapshot(6)
    assert taken is not None
    probe = run.probe()
    assert len(taken["embeddings"]) == len(taken["projections"]) == len(probe["ids"]) == 48
    assert probe["facets"]["class"]["names"] == ["bell", "buzz", "hiss", "hum"] and probe["main_facet"] == "class"
    lines = run.baselines()
    assert lines["cross_group_knn"].keys() == {"class"}
    assert set(lines["cross_group_knn"]["class"]) == {"random_init", "log_mel", "mfcc", "chance"}
    first = next(row for row in rows if "measure/cross_group_knn/class" in row)
    assert lines["cross_group_knn"]["class"]["random_init"] == first["measure/cross_group_knn/class"]
    assert lines["loss"]["value"] == pytest.approx(3.434, abs=1e-3)  # ln 31
    assert not list(run.path.rglob("*.tmp"))


def test_whoever_reads_the_first_row_finds_all_lines_beside_it(
    made_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that asked for the lines a moment too early would go without random initialisation's for good."""
    run, seen = made_run(steps=2), []
    append = RunWriter.append_metrics

    def watched(self: RunWriter, row: dict[str, Any]) -> None:
        if "measure/normalised_std" in row:
            seen.append((row["step"], self.baselines()["cross_group_knn"]["class"]["random_init"]))
        append(self, row)

    monkeypatch.setattr(RunWriter, "append_metrics", watched)
    train(run.path)
    first = run.baselines()["cross_group_knn"]["class"]["random_init"]
    assert first is not None and seen == [(0, first), (2, first)]


def test_a_run_by_the_clock_ends_by_the_clock(made_run: MakeRun) -> None:
    run = made_run(steps=None, seconds=1)
    assert train(run.path) == State.FINISHED
    status = run.status()
    assert status.steps is None and status.seconds >= 1 and status.step > 0
    assert run.metrics()[-1]["step"] == status.step


def test_the_same_seed_gives_the_same_run_and_another_seed_another(made_run: MakeRun) -> None:
    runs = [made_run("a", seed=1), made_run("b", seed=1), made_run("c", seed=2)]
    for run in runs:
        train(run.path)
    assert_same(runs[0], runs[1], 6)
    assert_different(runs[0], runs[2], 6)


def test_the_configuration_of_a_finished_run_repeats_it(made_run: MakeRun, tmp_path: Path) -> None:
    run, again = made_run("first", steps=6), RunFolder(tmp_path / "again")
    train(run.path)
    again.path.mkdir()
    shutil.copy(run.path / "config.json", again.path)
    train(again.path)
    assert_same(run, again, 6)


@pytest.mark.parametrize("method", ["simclr", "hubert"])
def test_a_snapshot_does_not_change_the_training(
    method: str, made_run: MakeRun, snapshots_every: Callable[[int], None]
) -> None:
    """Of every other method test_resumed.py shows it, which compares a run with fewer snapshots too."""
    rare, often = made_run("rare", method=method, steps=7), made_run("often", method=method, steps=7)
    snapshots_every(100)
    train(rare.path)
    snapshots_every(2)
    train(often.path)
    assert often.snapshots() == [0, 2, 4, 6, 7]
    assert_weights_and_optimizer_equal(rare, often, 7)


def test_a_pause_costs_the_run_no_seconds(made_run: MakeRun, at_step: AtStep, monkeypatch: pytest.MonkeyPatch) -> None:
    run, clock, pauses = made_run(steps=4), time.perf_counter, []
    late = [0.0]
    monkeypatch.setattr(time, "perf_counter", lambda: clock() + late[0])

    def sleep(seconds: float) -> None:
        pauses.append(1)
        late[0] += 5000
        run.ask(Control.RESUME)

    monkeypatch.setattr(time, "sleep", sleep)
    at_step(2, lambda: run.ask(Control.PAUSE))
    assert train(run.path) == State.FINISHED and pauses
    assert run.status().seconds < 1000


def test_durability_a_clock_that_jumps_changes_nothing(
    made_run: MakeRun, at_step: AtStep, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, clock = made_run(steps=4), time.time
    states = []
    at_step(2, lambda: (monkeypatch.setattr(time, "time", lambda: clock() + 86_400), states.append(run.status().state)))
    at_step(3, lambda: (monkeypatch.setattr(time, "time", lambda: clock() - 86_400), states.append(run.status().state)))
    assert train(run.path) == State.FINISHED
    assert states == [State.TRAINING] * 2 and 0 < run.status().seconds < 600


def test_a_thread_may_train_too(made_run: MakeRun) -> None:
    run, ended = made_run(steps=1), []
    thread = threading.Thread(target=lambda: ended.append(train(run.path)))
    thread.start()
    thread.join()
    assert ended == [State.FINISHED]


def test_collapse_is_told_while_it_trains(
    made_run: MakeRun,
    monkeypatch: pytest.MonkeyPatch,
    snapshots_every: Callable[[int], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    snapshots_every(2)
    monkeypatch.setattr(rules, "UNSETTLED_STEPS", 0)
    run = made_run(steps=6)
    monkeypatch.setattr(METHODS["simclr"], "projection", lambda self, h: torch.ones(len(h), 8) + 0 * h[:, :1])
    train(run.path)
    status = run.status()
    assert status.warning.startswith("Complete collapse since step 2: normalised std 0.00, below 0.25")
    assert status.warned_by == "normalised_std"
    said = [record.message for record in caplog.records if "Complete collapse" in record.message]
    assert len(said) == 1 and said[0].startswith("Step 4: Complete collapse since step 2"), (
        "once, when it first appears"
    )
    assert [(verdict.kind, verdict.step) for verdict in run.verdicts()] == [("too_early", 0), ("complete_collapse", 4)]
    assert status.verdict is not None and status.verdict["kind"] == "complete_collapse" and status.verdict["remedy"]


def test_codes_that_are_nearly_parallel_are_no_collapse_where_sounds_are_rebuilt(
    made_run: MakeRun, monkeypatch: pytest.MonkeyPatch, snapshots_every: Callable[[int], None]
) -> None:
    snapshots_every(2)
    random = torch.randn(10_000, 8, generator=torch.Generator().manual_seed(0)) / 100
    monkeypatch.setattr(METHODS["autoencoder"], "projection", lambda self, h: 1 + random[: len(h)])
    run = made_run(steps=6, method="autoencoder", encoder="conv2d")
    train(run.path)
    assert run.metrics()[-1]["measure/normalised_std"] < 0.25 and run.status().warning == ""


def test_methods_are_what_the_catalogue_says() -> None:
    assert all(issubclass(kind, Method) for kind in METHODS.values())


def test_each_snapshot_is_compared_with_the_one_before_over_a_resume_too(
    made_run: MakeRun, at_step: AtStep, snapshots_every: Callable[[int], None]
) -> None:
    snapshots_every(2)
    run = made_run(steps=6)
    at_step(3, lambda: run.ask(Control.STOP))
    assert train(run.path) == State.STOPPED
    assert train(run.path, resume=True) == State.FINISHED
    told = {row["step"]: row.get("measure/cka_to_last") for row in run.metrics() if "measure/alignment" in row}
    assert list(told) == [0, 2, 3, 4, 6] and told[0] is None
    kept = {step: torch.from_numpy((run.snapshot(step) or {})["embeddings"]).double() for step in told}
    for before, step in pairwise(told):
        x, y = kept[step], kept[before]
        assert told[step] == pytest.approx(cka(x, y, singular_values(x), singular_values(y)), abs=1e-3)
