"""A run trains, ends, breaks and goes on as the run folder says it does."""

import errno
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from training import checkpoint, controls, durable, learner, trainer
from training.data import cache, starter
from training.data.cache import ClipWriter
from training.data.dataset import Dataset
from training.errors import UserError
from training.measures import MEASURES
from training.methods import METHODS
from training.methods.method import Method
from training.run import Control, RunFolder, RunWriter, State
from training.trainer import train

MakeRun = Callable[..., RunFolder]
AtStep = Callable[[int, Callable[[], Any]], None]


@pytest.fixture
def at_step(monkeypatch: pytest.MonkeyPatch) -> Iterator[AtStep]:
    """at_step(k, act) calls `act` once, after the k-th optimiser step from now, and has controls read at every step."""
    monkeypatch.setattr(controls, "POLL_SECONDS", 0.0)
    optimizer_for = learner.optimizer_for
    count = 0
    actions: dict[int, Callable[[], Any]] = {}

    def watched(*arguments: Any) -> Any:
        made = optimizer_for(*arguments)

        def counted(*_: Any) -> None:
            nonlocal count
            count += 1
            actions.pop(count, lambda: None)()

        made.register_step_post_hook(counted)
        return made

    monkeypatch.setattr(learner, "optimizer_for", watched)
    yield lambda step, act: actions.__setitem__(count + step, act)


@pytest.fixture
def snapshots_every(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """snapshots_every(k): snapshots and checkpoints at steps that k divides."""
    return lambda k: monkeypatch.setattr(trainer, "is_due", lambda step, last, seconds: step % k == 0)


def fails(number: int) -> None:
    """As a call to the system does."""
    raise OSError(number, os.strerror(number))


def everything(run: RunFolder, step: int) -> dict[str, torch.Tensor]:
    """All tensors of a checkpoint by name: weights, optimiser, sampler and generators."""
    state = torch.load(run.state_path(step), weights_only=True)
    found = {f"weights/{k}": v for k, v in checkpoint.weights(run, step).items()}

    def walk(value: Any, name: str) -> None:
        if isinstance(value, torch.Tensor):
            found[name] = value
        elif isinstance(value, dict):
            for k, v in value.items():
                walk(v, f"{name}/{k}")
        elif isinstance(value, list | tuple):
            for k, v in enumerate(value):
                walk(v, f"{name}/{k}")
        elif isinstance(value, int | float) and name != "/seconds":
            found[name] = torch.tensor(value)

    walk(state, "")
    return found


def assert_same(one: RunFolder, other: RunFolder, step: int) -> None:
    a, b = everything(one, step), everything(other, step)
    assert a.keys() == b.keys() and len(a) > 20
    assert [k for k in a if not torch.equal(a[k], b[k])] == []


def assert_different(one: RunFolder, other: RunFolder, step: int) -> None:
    a, b = checkpoint.weights(one, step), checkpoint.weights(other, step)
    assert any(not torch.equal(a[k], b[k]) for k in a)


def test_a_run_by_steps_finishes_and_leaves_all_that_is_promised(made_run: MakeRun) -> None:
    run = made_run(steps=6)
    assert run.status().state == State.WAITING
    assert train(run.path) == State.FINISHED
    status = run.status()
    assert (status.state, status.step, status.steps, status.attempt) == (State.FINISHED, 6, 6, 1)
    assert status.progress == 1 and status.seconds > 0 and status.message == ""
    assert run.snapshots() == run.checkpoints() == [0, 6]
    rows = run.metrics()
    assert {name for row in rows if row["step"] == 0 for name in row} >= {f"measure/{name}" for name in MEASURES}
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


RESUMED: list[tuple[str, str, dict[str, Any]]] = [
    *[(name, kind.encoders[0], {}) for name, kind in METHODS.items()],
    *[("simclr", encoder, {}) for encoder in METHODS["simclr"].encoders[1:]],
    ("simclr", "conv2d", {"optimizer": "sgd"}),
    ("simclr", "conv2d", {"optimizer": "lars"}),
    ("swav", "conv2d", {"queue_length": 80, "frozen_steps": 4}),
    ("byol", "conv2d", {"normalisation": "group"}),
    ("apc", "conv_gru", {"direction": "backward"}),
]
"""Every method, every encoder and every optimiser, and settings by which more is remembered or another way is taken."""


@pytest.mark.parametrize(("method", "encoder", "settings"), RESUMED, ids=str)
def test_a_resumed_run_is_bitwise_the_uninterrupted_one(
    method: str,
    encoder: str,
    settings: dict[str, Any],
    made_run: MakeRun,
    at_step: AtStep,
    snapshots_every: Callable[[int], None],
) -> None:
    """64 clips in batches of 16 are four steps an epoch: it is stopped twice, both times within one."""
    snapshots_every(100)
    steps = 7 if encoder == "conv1d" else 10
    whole = made_run("whole", method=method, encoder=encoder, steps=steps, **settings)
    assert train(whole.path) == State.FINISHED
    parts = made_run("parts", method=method, encoder=encoder, steps=steps, **settings)
    at_step(3, lambda: parts.ask(Control.STOP))
    assert train(parts.path) == State.STOPPED and parts.checkpoints() == [0, 3]
    at_step(3, lambda: parts.ask(Control.STOP))
    assert train(parts.path, resume=True) == State.STOPPED and parts.checkpoints() == [0, 3, 6]
    assert train(parts.path, resume=True) == State.FINISHED
    assert_same(whole, parts, steps)
    assert parts.status().attempt == 3
    assert parts.baselines() == whole.baselines()  # the line of random initialisation survives
    assert not parts.state_path(0).exists()  # of the last two only


KILLED = """
import os, signal, sys
from training import learner, trainer
trainer.is_due = lambda step, last, seconds: step % 4 == 0
optimizer_for = learner.optimizer_for
def watched(*arguments):
    made = optimizer_for(*arguments)
    count = []
    def counted(*_):
        count.append(1)
        if len(count) == 7:
            os.kill(os.getpid(), signal.SIGKILL)
    made.register_step_post_hook(counted)
    return made
learner.optimizer_for = watched
trainer.train(sys.argv[1])
"""


def test_a_killed_run_reads_crashed_and_resumes_bitwise(
    made_run: MakeRun, snapshots_every: Callable[[int], None]
) -> None:
    run, whole = made_run("killed", steps=10), made_run("whole", steps=10)
    done = subprocess.run([sys.executable, "-c", KILLED, run.path], capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert run.status().state == State.CRASHED
    assert run.checkpoints() == [0, 4] and {row["step"] for row in run.metrics()} >= {0, 4}
    snapshots_every(4)
    assert train(run.path, resume=True) == State.FINISHED
    train(whole.path)
    assert_same(whole, run, 10)
    assert [row["step"] for row in run.metrics() if "measure/alignment" in row] == [0, 4, 8, 10]


@pytest.mark.parametrize("method", METHODS)
def test_a_snapshot_does_not_change_the_training(
    method: str, made_run: MakeRun, snapshots_every: Callable[[int], None]
) -> None:
    rare, often = made_run("rare", method=method, steps=7), made_run("often", method=method, steps=7)
    snapshots_every(100)
    train(rare.path)
    snapshots_every(2)
    train(often.path)
    assert often.snapshots() == [0, 2, 4, 6, 7]
    assert_weights_and_optimizer_equal(rare, often, 7)


def assert_weights_and_optimizer_equal(one: RunFolder, other: RunFolder, step: int) -> None:
    a, b = everything(one, step), everything(other, step)
    assert [k for k in a if not torch.equal(a[k], b[k])] == []


def test_rows_after_the_checkpoint_are_superseded(
    made_run: MakeRun, at_step: AtStep, snapshots_every: Callable[[int], None]
) -> None:
    snapshots_every(3)
    run = made_run(steps=9)
    at_step(5, lambda: (_ for _ in ()).throw(RuntimeError("the power failed")))
    with pytest.raises(UserError, match="the power failed"):
        train(run.path)
    assert run.status().state == State.FAILED and run.checkpoints() == [0, 3]
    lines_before = run.metrics_path().read_text().count("\n")
    assert train(run.path, resume=True) == State.FINISHED
    assert run.metrics_path().read_text().count("\n") > lines_before
    steps = [row["step"] for row in run.metrics() if "measure/alignment" in row]
    assert steps == [0, 3, 6, 9]


def test_pause_resume_and_stop(made_run: MakeRun, at_step: AtStep, monkeypatch: pytest.MonkeyPatch) -> None:
    run, seen = made_run(steps=8), []
    at_step(2, lambda: run.ask(Control.PAUSE))

    def sleep(seconds: float) -> None:  # the trainer sleeps only while it is paused
        seen.append(run.status().state)
        if len(seen) == 3:
            run.ask(Control.RESUME)

    monkeypatch.setattr(time, "sleep", sleep)
    at_step(5, lambda: run.ask(Control.STOP))
    assert train(run.path) == State.STOPPED
    assert seen == [State.PAUSED] * 3
    assert run.status().step == 5 and run.checkpoints() == [0, 5]
    assert not list((run.path / "control").iterdir())


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


def test_a_stop_while_preparing_is_heard(made_run: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    run = made_run()

    def opened(reference: str, *, window_seconds: float, progress: Callable[[float, str], None]) -> Dataset:
        run.ask(Control.STOP)
        progress(0.5, "Decoding")
        raise AssertionError("the stop was not heard")

    monkeypatch.setattr(trainer, "open_dataset", opened)
    monkeypatch.setattr(controls, "POLL_SECONDS", 0.0)
    assert train(run.path) == State.STOPPED
    assert run.status().state == State.STOPPED


def test_a_stop_is_heard_while_another_process_makes_the_sounds(
    made_run: MakeRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = made_run()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "empty"))
    monkeypatch.setattr(controls, "POLL_SECONDS", 0.0)
    monkeypatch.setattr(time, "sleep", lambda seconds: run.ask(Control.STOP))
    with cache.making(starter.fingerprint()):
        assert train(run.path) == State.STOPPED


def test_a_disk_that_fills_while_the_data_is_prepared_is_told_as_such(
    made_run: MakeRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = made_run()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "full"))
    monkeypatch.setattr(cache, "_sync_folder", lambda folder: fails(errno.ENOSPC))
    monkeypatch.setattr(starter, "make", lambda writer, progress: writer.add(
        np.ones(160, np.int16), id="a", labels={"source": "s"}, file="f"
    ))  # fmt: skip
    with pytest.raises(UserError, match=r"could not be written to .*: No space left on device"):
        train(run.path)
    assert run.status().state == State.DISK_FULL and "No space left" in run.status().message


def test_a_cache_that_cannot_be_used_is_not_taken_for_the_folder_of_the_run(
    made_run: MakeRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = made_run()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "odd"))
    (cache.cache_root() / "data" / f"{starter.fingerprint()}.lock").mkdir(parents=True)
    with pytest.raises(UserError, match=r"The cache folder .* cannot be used: Is a directory"):
        train(run.path)
    assert run.status().state == State.FAILED and run.status().message.startswith("The cache folder")


def test_a_pause_while_preparing_goes_back_to_preparing(
    made_run: MakeRun, tones: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, states = made_run(steps=1), []

    def opened(reference: str, *, window_seconds: float, progress: Callable[[float, str], None]) -> Dataset:
        run.ask(Control.PAUSE)
        progress(0.5, "Decoding")
        states.append(run.status().state)
        return tones

    def sleep(seconds: float) -> None:
        states.append(run.status().state)
        run.ask(Control.RESUME)

    monkeypatch.setattr(trainer, "open_dataset", opened)
    monkeypatch.setattr(controls, "POLL_SECONDS", 0.0)
    monkeypatch.setattr(time, "sleep", sleep)
    assert train(run.path) == State.FINISHED
    assert states == [State.PAUSED, State.PREPARING]


def test_what_was_asked_of_a_crashed_trainer_is_not_asked_of_the_next(
    made_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(controls, "POLL_SECONDS", 0.0)
    run = made_run(steps=2)
    (run.path / "status.json").write_text(json.dumps({"state": "training", "process": None}))
    assert run.status().state == State.CRASHED
    run.ask(Control.STOP)
    assert train(run.path) == State.FINISHED


def test_sigterm_leaves_a_checkpoint(made_run: MakeRun, at_step: AtStep) -> None:
    run = made_run(steps=1000)
    before = signal.getsignal(signal.SIGTERM)
    at_step(3, lambda: os.kill(os.getpid(), signal.SIGTERM))
    assert train(run.path) == State.STOPPED
    assert run.status().step == run.checkpoints()[-1] >= 3
    assert signal.getsignal(signal.SIGTERM) == before
    at_step(2, lambda: run.ask(Control.STOP))
    assert train(run.path, resume=True) == State.STOPPED


def test_a_flipped_byte_makes_the_checkpoint_before_it_count(
    made_run: MakeRun, at_step: AtStep, snapshots_every: Callable[[int], None], caplog: pytest.LogCaptureFixture
) -> None:
    snapshots_every(3)
    run, whole = made_run(steps=9), made_run("whole", steps=9)
    train(whole.path)
    at_step(6, lambda: run.ask(Control.STOP))
    train(run.path)
    path = run.weights_path(6)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(UserError, match="The weights of step 6 of the run run are damaged"):
        checkpoint.weights(run, 6)
    seen = []
    at_step(1, lambda: seen.append((run.status().warning, run.checkpoints())))
    assert train(run.path, resume=True) == State.FINISHED
    assert seen == [("The checkpoint of step 6 is damaged (weights); the one before it is used.", [0, 3])]
    assert_same(whole, run, 9)


def test_no_sound_checkpoint_is_a_sentence(made_run: MakeRun) -> None:
    run = made_run(steps=2)
    train(run.path)
    for step in (0, 2):
        run.state_path(step).write_bytes(b"nothing")
    with pytest.raises(UserError, match="has no checkpoint that could be resumed"):
        train(run.path, resume=True)
    assert run.status().state == State.FAILED and "no checkpoint" in run.status().message


def test_a_loss_that_is_no_number_fails_with_a_sentence(made_run: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    run = made_run(steps=3)
    loss = METHODS["simclr"].loss
    monkeypatch.setattr(
        METHODS["simclr"], "loss", lambda self, views: {"loss": loss(self, views)["loss"] * float("nan")}
    )
    with pytest.raises(UserError, match="no longer a number"):
        train(run.path)
    assert run.status().state == State.FAILED and "learning rate" in run.status().message
    assert run.checkpoints() == [0]


def test_other_sounds_than_before_are_refused(
    made_run: MakeRun, tones: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_step: AtStep
) -> None:
    run = made_run(steps=4)
    at_step(2, lambda: run.ask(Control.STOP))
    train(run.path)
    writer = ClipWriter("tones", "another", tmp_path)
    for clip in range(len(tones)):
        labels = {name: facet.label(clip) for name, facet in tones.facets.items()}
        writer.add((tones.waveform(clip) * 9000).astype("int16"), id=str(clip), labels=labels, file="")
    other = writer.finish("source")
    monkeypatch.setattr(trainer, "open_dataset", lambda *_, **__: other)
    with pytest.raises(UserError, match="The sounds of starter have changed since this run was made"):
        train(run.path, resume=True)
    assert run.status().state == State.FAILED


def test_fewer_clips_than_a_batch_is_a_sentence(made_run: MakeRun) -> None:
    run = made_run(batch_size=65)
    with pytest.raises(UserError, match="The data has 64 clips, but a batch of 65 was asked for"):
        train(run.path)
    assert run.status().message.startswith("The data has 64 clips")


def test_a_folder_that_cannot_be_written_is_a_sentence(made_run: MakeRun) -> None:
    run = made_run()
    (run.path / "snapshots").write_text("a file where a folder should be")
    with pytest.raises(UserError, match="cannot be written"):
        train(run.path)


def test_a_snapshot_that_cannot_be_written_fails_with_a_sentence(made_run: MakeRun) -> None:
    run = made_run()
    (run.path / "snapshots" / "000000.npz").mkdir(parents=True)
    with pytest.raises(UserError, match="could not be written"):
        train(run.path)
    assert run.status().state == State.FAILED


def test_a_folder_that_becomes_read_only_is_a_sentence_and_lets_go_of_the_run(
    made_run: MakeRun, at_step: AtStep, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = made_run()
    with monkeypatch.context() as patch:

        def locked_away() -> None:
            patch.setattr(durable, "write_bytes", lambda *_: fails(errno.EROFS))
            patch.setattr(Path, "unlink", lambda *_, **__: fails(errno.EROFS))

        at_step(2, locked_away)
        with pytest.raises(UserError, match="The run's folder could not be written: Read-only file system"):
            train(run.path)
    RunWriter(run.path).close()


def test_a_log_that_cannot_be_written_fails_with_a_sentence(made_run: MakeRun) -> None:
    run = made_run()
    run.log_path.mkdir()
    with pytest.raises(UserError, match="could not be written: Is a directory"):
        train(run.path)
    assert run.status().state == State.FAILED


def test_an_odd_configuration_is_a_sentence(made_run: MakeRun) -> None:
    run = made_run()
    config = run.config()
    for broken in ({**config, "method": "nothing"}, {**config, "encoder": "ears"}, {**config, "settings": {"x": 1}},
                   {**config, "batch_size": "many"}, {**config, "surprise": 1}):  # fmt: skip
        (run.path / "config.json").write_text(json.dumps(broken))
        with pytest.raises(UserError) as caught:
            train(run.path)
        assert run.status().state == State.FAILED and run.status().message == str(caught.value)


def test_a_second_trainer_is_refused_at_once_and_changes_nothing(made_run: MakeRun) -> None:
    run = made_run()
    holder = RunWriter(run.path)
    before = {p: p.read_bytes() for p in run.path.rglob("*") if p.is_file()}
    with pytest.raises(UserError, match="already being trained by another process"):
        train(run.path)
    assert {p: p.read_bytes() for p in run.path.rglob("*") if p.is_file()} == before
    holder.close()


def test_a_run_of_a_newer_version_is_not_touched(made_run: MakeRun) -> None:
    run = made_run()
    (run.path / "config.json").write_text(json.dumps({**run.config(), "schema": 99}))
    before = {p: p.read_bytes() for p in run.path.rglob("*") if p.is_file()}
    for resume in (False, True):
        with pytest.raises(UserError, match="newer version"):
            train(run.path, resume=resume)
    assert {p: p.read_bytes() for p in run.path.rglob("*") if p.is_file()} == before


def test_a_trained_run_is_not_trained_over(made_run: MakeRun) -> None:
    run = made_run(steps=1)
    train(run.path)
    before = run.weights_path(1).read_bytes()
    with pytest.raises(UserError, match="has been trained already"):
        train(run.path)
    assert run.weights_path(1).read_bytes() == before and run.status().state == State.FINISHED


def test_a_run_that_ended_before_its_first_checkpoint_begins_anew(
    made_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = made_run(steps=2)
    with monkeypatch.context() as patch:
        patch.setattr(trainer, "snapshot", lambda *_: (_ for _ in ()).throw(RuntimeError("too early")))
        with pytest.raises(UserError, match="too early"):
            train(run.path)
    assert train(run.path, resume=True) == State.FINISHED
    assert [row["step"] for row in run.metrics() if "measure/alignment" in row] == [0, 2]


def test_a_clock_that_jumps_changes_nothing(
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
    made_run: MakeRun, monkeypatch: pytest.MonkeyPatch, snapshots_every: Callable[[int], None]
) -> None:
    snapshots_every(2)
    run = made_run(steps=6)
    monkeypatch.setattr(METHODS["simclr"], "projection", lambda self, h: torch.ones(len(h), 8) + 0 * h[:, :1])
    train(run.path)
    assert run.status().warning.startswith("Collapse: all clips get nearly the same projection")


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
