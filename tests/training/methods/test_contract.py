"""The contract of a method bears what the catalogue needs: each kind is trained, measured and resumed by the real trainer."""

import json
from collections.abc import Callable

import numpy as np
import pytest
import torch

from tests.support.skeleton_methods import SKELETONS, Clustered, Patches, ShortStride
from training import controls
from training.checkpoint import weights
from training.data.dataset import Dataset
from training.embedder import Embedder
from training.encoders import ENCODERS
from training.methods import METHODS
from training.methods.method import Method
from training.run import Control, RunFolder, State
from training.trainer import train

pytestmark = pytest.mark.whole


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, kind in SKELETONS.items():
        monkeypatch.setitem(METHODS, name, kind)
    monkeypatch.setitem(ENCODERS, "short_stride", ShortStride)
    monkeypatch.setitem(ENCODERS, "patches", Patches)
    monkeypatch.setattr(controls, "POLL_SECONDS", 0.0)


def trained_in_two(run: RunFolder, first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Train, stopped after `first` steps and resumed."""
    method = METHODS[run.config()["method"]]
    after_step, count = method.after_step, [0]

    def counted(self: Method, progress: float) -> None:
        count[0] += 1
        if count[0] == first:
            run.ask(Control.STOP)
        after_step(self, progress)

    with monkeypatch.context() as patch:
        patch.setattr(method, "after_step", counted)
        assert train(run.path) == State.STOPPED
    assert run.checkpoints()[-1] == first
    assert train(run.path, resume=True) == State.FINISHED


@pytest.mark.parametrize("name", SKELETONS)
def test_every_kind_of_method_trains_is_measured_and_resumes(
    name: str, made_run: Callable[..., RunFolder], monkeypatch: pytest.MonkeyPatch, tones: Dataset
) -> None:
    whole, parts = made_run("whole", method=name, steps=9), made_run("parts", method=name, steps=9)
    assert train(whole.path) == State.FINISHED
    trained_in_two(parts, 6, monkeypatch)
    a, b = weights(whole, 9), weights(parts, 9)
    assert [k for k in a if not torch.equal(a[k], b[k])] == []
    rows = [row for row in whole.metrics() if "measure/alignment" in row]
    assert [row["step"] for row in rows] == [0, 9]
    assert all(np.isfinite(row[f"measure/{m}"]) for row in rows for m in ("normalised_std", "effective_rank"))
    arrays = whole.snapshot(9)
    assert arrays is not None and np.isfinite(arrays["embeddings"].astype(np.float32)).all()
    assert any(key.startswith("lens/") for key in arrays)
    embedder = Embedder(whole)
    sounds = [tones.waveform(i) for i in (0, 5, 9)]
    together = embedder.embed(sounds)
    assert together.shape == (3, embedder.width)
    alone = np.concatenate([embedder.embed([sound]) for sound in sounds])
    np.testing.assert_allclose(together, alone, atol=2e-4, rtol=1e-3)


def test_the_loss_of_each_kind_falls(made_run: Callable[..., RunFolder], tones: Dataset) -> None:
    for name in SKELETONS:
        run = made_run(name, method=name, steps=30, learning_rate=3e-3)
        train(run.path)
        losses = [row["train/loss"] for row in run.metrics() if "train/loss" in row]
        if name != "clustered":  # its targets change with every epoch
            assert losses[-1] < losses[0], name


def test_parts_of_a_loss_are_logged(made_run: Callable[..., RunFolder]) -> None:
    run = made_run(method="predictive", steps=3, ahead=3)
    train(run.path)
    row = next(row for row in run.metrics() if "train/loss" in row)
    assert {"train/ahead_1", "train/ahead_2", "train/ahead_3"} <= row.keys()


def test_clusters_are_found_anew_at_every_epoch_and_weigh_the_draw(made_run: Callable[..., RunFolder]) -> None:
    run = made_run(method="clustered", steps=9)  # 64 clips in batches of 16: epochs begin at steps 0, 4 and 8
    train(run.path)
    state = torch.load(run.state_path(9), weights_only=True)
    assert int(state["method"]["epochs"]) == 3
    labels, drawn = state["method"]["labels"], state["sampler"]["weights"]
    assert len(labels.unique()) > 1
    torch.testing.assert_close(drawn, 1 / labels.bincount(minlength=Clustered.K)[labels].double(), check_dtype=False)
    baselines = json.loads((run.path / "baselines.json").read_text())
    assert baselines["loss"]["value"] == pytest.approx(np.log(5))


def test_defaults_of_a_method_reach_its_run(made_run: Callable[..., RunFolder]) -> None:
    config = made_run(method="masked").config()
    assert config["views"]["mixup"] == 0 and config["learning_rate"] == 1e-3
