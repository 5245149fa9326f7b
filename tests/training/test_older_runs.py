"""What older versions left behind is listed, read, embeds sounds, and is resumed as if nothing had happened."""

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.support.checkpoints_compared import assert_same
from tests.support.older_runs import LOSSES, OLDER_RUNS, SETTINGS, STOPPED, copied, losses, write_sounds
from training.__main__ import main
from training.errors import UserError
from training.run import Control, RunFolder, State
from training.trainer import train

AtStep = Callable[[int, Callable[[], Any]], None]

EXPECTED = json.loads(STOPPED.with_suffix(".json").read_text())
STOP = EXPECTED["step"]
ACROSS_MACHINES = 1e-3
"""Relative. Without AVX-512, or without AVX at all, ten losses differ by 2e-7; without the queue by 0.9, without the slow copy by 0.05."""
LARGEST_BYTES = 6_000_000


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sounds of the stopped run, and with the cache of their clips."""
    folder = tmp_path_factory.mktemp("older")
    write_sounds(folder / "sounds")
    return folder


@pytest.fixture
def sounds(ground: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(ground / "cache"))
    return ground / "sounds"


@pytest.fixture
def stopped(sounds: Path, tmp_path: Path) -> Callable[[str], RunFolder]:
    """A function that copies the stopped run, under a name, onto its sounds."""
    return lambda name: copied("stopped", tmp_path / name, sounds)


@pytest.mark.parametrize("name", OLDER_RUNS)
def test_an_older_run_is_listed_and_read(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = copied(name, tmp_path / name)
    assert main(["list", "--runs", str(tmp_path), "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["runs"]
    assert (row["run"], row["method"], row["step"]) == (name, run.config()["method"], run.snapshots()[-1])
    assert row["state"] == {"example": State.FINISHED, "stopped": State.STOPPED}[name]
    assert run.checkpoints() == run.snapshots() and not run.is_newer()
    rows = run.metrics()
    assert {r["step"] for r in rows if "measure/normalised_std" in r} >= set(run.snapshots()) > {0}
    assert all(np.isfinite(r["train/loss"]) for r in rows if "train/loss" in r)
    assert max(r["step"] for r in rows if "train/loss" in r) == row["step"]
    lines = run.baselines()
    assert lines["loss"]["value"] > 0
    for values in lines["cross_group_knn"].values():
        assert values.keys() == {"random_init", "log_mel", "mfcc", "chance"}
        assert all(0 <= value <= 1 for value in values.values())


@pytest.mark.parametrize("name", OLDER_RUNS)
def test_an_older_run_embeds_sounds(name: str, sounds: Path, tmp_path: Path) -> None:
    """The stopped one as its own trainer did: a front end that changed would hear other spectrograms."""
    parquet = pytest.importorskip("pyarrow.parquet")
    run, out = RunFolder(OLDER_RUNS[name]), tmp_path / "embedded.parquet"
    assert main(["embed", str(run.path), str(sounds), "--out", str(out)]) == 0
    table = parquet.read_table(out)
    vectors = np.array(table["vector"].to_pylist())
    kept = run.snapshot(run.snapshots()[-1])
    assert kept is not None
    assert vectors.shape == (24, kept["embeddings"].shape[1]) and np.isfinite(vectors).all()
    if name == "stopped":
        assert table["id"].to_pylist() == run.probe()["ids"]
        np.testing.assert_allclose(vectors, kept["embeddings"], rtol=5e-3, atol=1e-2)


def test_durability_an_older_run_resumed_in_two_parts_is_bitwise_the_one_resumed_in_one(
    stopped: Callable[[str], RunFolder], at_step: AtStep
) -> None:
    half = LOSSES // 2
    whole, parts = stopped("whole"), stopped("parts")
    for run, steps in ((whole, LOSSES), (parts, half), (parts, half)):
        at_step(steps, lambda run=run: run.ask(Control.STOP))
        assert train(run.path, resume=True) == State.STOPPED
    assert parts.checkpoints() == [*whole.checkpoints()[:-1], STOP + half, STOP + LOSSES]
    assert_same(whole, parts, STOP + LOSSES)


def resumed_losses(run: RunFolder, at_step: AtStep, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Those of the next steps, as this version takes them, in float32 as the expected ones."""
    monkeypatch.setattr("training.hardware.processor_has_bf16", lambda: False)
    monkeypatch.setattr("training.journal.FLUSH_SECONDS", 0.0)
    at_step(LOSSES, lambda: run.ask(Control.STOP))
    assert train(run.path, resume=True) == State.STOPPED
    return losses(run, STOP)


def test_durability_an_older_run_goes_on_with_the_losses_that_it_would_have_had(
    stopped: Callable[[str], RunFolder], at_step: AtStep, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A version that can't go on with it may refuse it in one sentence, and then this test must say which."""
    run = stopped("run")
    found = resumed_losses(run, at_step, monkeypatch)
    np.testing.assert_allclose(found, EXPECTED["losses"], rtol=ACROSS_MACHINES)
    assert run.status().attempt == 2


def forget_queue(method: dict[str, torch.Tensor]) -> None:
    method["queue.entries"].zero_()


def forget_slow_copy(method: dict[str, torch.Tensor]) -> None:
    for name in [name for name in method if name.startswith("slow.0.")]:
        method[name] = method[f"encoder.{name.removeprefix('slow.0.')}"].clone()


def lose_queue(method: dict[str, torch.Tensor]) -> None:
    del method["queue.entries"]


def rewrite(run: RunFolder, change: Callable[[dict[str, torch.Tensor]], None]) -> None:
    """The run as a version would have it that restores its method otherwise."""
    path = run.state_path(STOP)
    state = torch.load(path, weights_only=True)
    change(state["method"])
    torch.save(state, path)
    manifest = {**run.manifest(STOP), "state": hashlib.sha256(path.read_bytes()).hexdigest()}
    (run.path / "checkpoints" / f"{STOP:06d}.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize("forget", [forget_queue, forget_slow_copy])
def test_the_losses_tell_what_was_not_restored(
    forget: Callable[[dict[str, torch.Tensor]], None],
    stopped: Callable[[str], RunFolder],
    at_step: AtStep,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = stopped("run")
    rewrite(run, forget)
    found = np.array(resumed_losses(run, at_step, monkeypatch))
    assert np.abs(found / EXPECTED["losses"] - 1).max() > 10 * ACROSS_MACHINES


def test_an_older_run_without_its_queue_is_refused(stopped: Callable[[str], RunFolder]) -> None:
    run = stopped("run")
    rewrite(run, lose_queue)
    with pytest.raises(UserError, match=r"The weights of the run run lack queue\.entries"):
        train(run.path, resume=True)


def test_the_fixture_is_small_and_says_nothing_of_the_machine_that_made_it() -> None:
    files = [path for path in STOPPED.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= LARGEST_BYTES
    steps = [f"{step:06d}" for step in RunFolder(STOPPED).snapshots()]
    kept = {f"snapshots/{step}.npz" for step in steps} | {f"checkpoints/{steps[-1]}.state"}
    kept |= {f"checkpoints/{step}.{kind}" for step in steps for kind in ("json", "safetensors")}
    texts = {"config.json", "status.json", "probe.json", "baselines.json", "metrics.jsonl", "log.txt", ".lock"}
    assert {path.relative_to(STOPPED).as_posix() for path in files} == kept | texts
    for path in [*files, STOPPED.with_suffix(".json")]:
        content = path.read_bytes()
        assert not re.search(rb"/(home|root|tmp|Users|work|var|usr|mnt|private)/", content), path.name
        assert path.suffix not in (".json", ".jsonl", ".txt") or not re.search(rb'"/|host|"pid"', content), path.name
    config = RunFolder(STOPPED).config()
    assert config["data"] == "sounds" and config["batch_size"] == SETTINGS["batch_size"]
    assert RunFolder(STOPPED).status().process is None
