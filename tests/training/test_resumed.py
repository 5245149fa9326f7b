"""A run that was broken off goes on as if nothing had happened."""

import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.checkpoints_compared import assert_same
from tests.support.narrow import narrow_heads
from training import checkpoint, loop, preparing
from training.data.clip_writer import ClipWriter
from training.data.dataset import Dataset
from training.errors import UserError
from training.methods import METHODS
from training.run import Control, RunFolder, RunWriter, State
from training.trainer import train

MakeRun = Callable[..., RunFolder]
AtStep = Callable[[int, Callable[[], Any]], None]


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
ONE_A_MECHANISM = {
    "simclr": "weights and an optimiser alone",
    "moco_v2": "a queue and a slow copy",
    "byol": "a slow copy and a predictor",
    "memory_bank": "a memory with an entry for each clip",
    "deepcluster": "clusters found anew each epoch",
    "online_kmeans": "clusters that move with each step",
    "swav": "prototypes that are frozen at first",
    "dino": "a centre that moves",
    "wav2vec2": "a temperature that falls",
    "masked_autoencoder": "masks",
    "hubert": "clusters of a network that was copied, and the views that will be clustered",
    "audio_text": "what lies beside the sounds",
    "cpc": "batches by group",
}
"""Method → what it takes to resume it; these are resumed in the quick lane too."""


def _when(case: tuple[str, str, dict[str, Any]]) -> Any:
    method, encoder, settings = case
    quick = method in ONE_A_MECHANISM and encoder == METHODS[method].encoders[0] and not settings
    return pytest.param(*case, marks=() if quick else pytest.mark.whole)


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize(("method", "encoder", "settings"), [_when(case) for case in RESUMED], ids=str)
def test_durability_a_resumed_run_is_bitwise_the_uninterrupted_one(
    method: str,
    encoder: str,
    settings: dict[str, Any],
    made_run: MakeRun,
    at_step: AtStep,
    snapshots_every: Callable[[int], None],
) -> None:
    """64 clips in batches of 16 are four steps an epoch: it is stopped within one, once of each mechanism in a second one too.

    A snapshot on the way, after which nothing is loaded, changes nothing either.
    """
    stops = (3, 6) if method in ONE_A_MECHANISM and not settings else (3,)
    steps = stops[-1] + 3
    settings = {"probe_clips": 16, **narrow_heads(method), **settings}
    snapshots_every(100)
    whole = made_run("whole", method=method, encoder=encoder, steps=steps, **settings)
    assert train(whole.path) == State.FINISHED
    snapshots_every(5)
    parts = made_run("parts", method=method, encoder=encoder, steps=steps, **settings)
    for number, stop in enumerate(stops):
        at_step(3, lambda: parts.ask(Control.STOP))
        assert train(parts.path, resume=number > 0) == State.STOPPED and parts.checkpoints()[-1] == stop
    assert train(parts.path, resume=True) == State.FINISHED
    assert_same(whole, parts, steps)
    assert whole.checkpoints() == [0, steps] and parts.checkpoints() == sorted({0, 5, *stops, steps})
    assert parts.status().attempt == len(stops) + 1
    assert parts.baselines() == whole.baselines()  # the line of random initialisation survives
    assert not parts.state_path(0).exists()  # of the last two only


KILLED = """
import os, signal, sys
from training import learner, loop, trainer
loop.is_due = lambda step, last, seconds: step % 4 == 0
optimizer_for = learner.optimizer_for
def watched(*arguments):
    made = optimizer_for(*arguments)
    count = []
    def counted(*_):
        count.append(1)
        if len(count) == 7:
            print("torch._dynamo" in sys.modules, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
    made.register_step_post_hook(counted)
    return made
learner.optimizer_for = watched
trainer.train(sys.argv[1])
"""


def test_durability_a_killed_run_reads_crashed_and_resumes_bitwise(
    made_run: MakeRun, snapshots_every: Callable[[int], None]
) -> None:
    run, whole = made_run("killed", steps=10), made_run("whole", steps=10)
    done = subprocess.run([sys.executable, "-c", KILLED, run.path], capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert done.stdout == "False\n", "what only the compiler of torch needs was imported: two seconds of every start"
    assert run.status().state == State.CRASHED
    assert run.checkpoints() == [0, 4] and {row["step"] for row in run.metrics()} >= {0, 4}
    snapshots_every(4)
    assert train(run.path, resume=True) == State.FINISHED
    train(whole.path)
    assert_same(whole, run, 10)
    assert [row["step"] for row in run.metrics() if "measure/alignment" in row] == [0, 4, 8, 10]


def test_durability_rows_after_the_checkpoint_are_superseded(
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


def test_durability_a_flipped_byte_makes_the_checkpoint_before_it_count(
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
    for step in (1, 5):  # before its next snapshot, and after it
        at_step(step, lambda: seen.append((run.status().message, run.checkpoints())))
    assert train(run.path, resume=True) == State.FINISHED
    told = "The checkpoint of step 6 is damaged (weights); the one before it is used."
    assert seen == [(told, [0, 3]), (told, [0, 3, 6])]
    assert run.status().message == ""
    assert_same(whole, run, 9)


def test_an_alarm_stays_until_the_next_judgement(made_run: MakeRun, at_step: AtStep) -> None:
    run, seen = made_run(steps=3), []
    at_step(1, lambda: run.ask(Control.STOP))
    assert train(run.path) == State.STOPPED
    with closing(RunWriter(run.path)) as writer:
        writer.write_status(replace(run.status(), warning="Collapse: all clips are one.", warned_by="effective_rank"))
    at_step(1, lambda: seen.append((run.status().warning, run.status().warned_by)))
    train(run.path, resume=True)
    assert seen == [("Collapse: all clips are one.", "effective_rank")]


def test_no_sound_checkpoint_is_a_sentence(made_run: MakeRun) -> None:
    run = made_run(steps=2)
    train(run.path)
    for step in (0, 2):
        run.state_path(step).write_bytes(b"nothing")
    with pytest.raises(UserError, match="has no checkpoint that could be resumed"):
        train(run.path, resume=True)
    assert run.status().state == State.FAILED and "no checkpoint" in run.status().message


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
    monkeypatch.setattr(preparing, "open_dataset", lambda *_, **__: other)
    with pytest.raises(UserError, match="The sounds of starter have changed since this run was made"):
        train(run.path, resume=True)
    assert run.status().state == State.FAILED


def test_a_run_that_ended_before_its_first_checkpoint_begins_anew(
    made_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = made_run(steps=2)
    with monkeypatch.context() as patch:
        patch.setattr(loop, "snapshot", lambda *_: (_ for _ in ()).throw(RuntimeError("too early")))
        with pytest.raises(UserError, match="too early"):
            train(run.path)
    assert train(run.path, resume=True) == State.FINISHED
    assert [row["step"] for row in run.metrics() if "measure/alignment" in row] == [0, 2]
