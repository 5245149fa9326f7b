"""training/watch.py, copied alone, writes a run that Hearsight reads, from a process that has nothing else of it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from training import watch
from training.process import current_process
from training.run import RunFolder, State
from training.watch import MOST_SNAPSHOTS, Watch

CLIPS = [f"clip {i}.wav" for i in range(12)]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def h() -> np.ndarray:
    """(12, 8)"""
    return np.random.default_rng(0).standard_normal((12, 8)).astype(np.float32)


@pytest.fixture
def run(tmp_path: Path) -> Any:
    with Watch(tmp_path / "mine", clips=CLIPS, labels={"class": ["a", None] * 6}, about={"method": "my CPC"}) as run:
        yield run


ALONE = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] not in ("watch", "numpy", *sys.stdlib_module_names):
            raise ImportError("blocked: " + name)
sys.meta_path.insert(0, Blocked())
sys.path.insert(0, sys.argv[1])
import numpy as np
from watch import Watch

with Watch("runs/mine", clips=["a.wav", "b.wav"], labels={"class": ["x", "y"]}, about={"method": "my CPC"}) as run:
    run.embeddings(0, np.eye(2))
    run.log(1, loss=0.5)
assert "training" not in sys.modules
"""


def test_copied_alone_it_needs_numpy_and_nothing_else(tmp_path: Path) -> None:
    shutil.copy(ROOT / "training" / "watch.py", tmp_path)
    command = [sys.executable, "-I", "-W", "error", "-c", ALONE, str(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = RunFolder(tmp_path / "runs" / "mine")
    assert found.watched and found.config()["method"] == "my CPC" and found.status().state == State.FINISHED
    assert found.snapshots() == [0] and [row["step"] for row in found.metrics()] == [0, 1]
    assert not list(found.path.rglob("*.tmp"))


def test_what_is_given_is_read(run: Watch, h: np.ndarray) -> None:
    run.embeddings(0, h, z=h[:, :4], views=(h[:3, :4], h[3:6, :4]))
    run.log(3, loss=torch.tensor(0.5, requires_grad=True), lr=1e-4, broken=float("nan"))
    found = RunFolder(run.path)
    assert found.status().state == State.TRAINING and found.config()["about"] == {"method": "my CPC"}
    assert found.metrics()[-1].items() >= {"step": 3, "train/loss": 0.5, "train/lr": 1e-4, "train/broken": None}.items()
    arrays = found.snapshot(0) or {}
    assert {name: array.shape for name, array in arrays.items() if name != "schema"} == {
        "embeddings": (12, 8), "projections": (12, 4), "views/first": (3, 4), "views/second": (3, 4),
    }  # fmt: skip
    assert arrays["embeddings"].dtype == np.float16
    assert found.probe()["facets"]["class"] == {"names": ["a"], "codes": [0, -1] * 6}


def test_labels_may_be_of_any_kind(tmp_path: Path) -> None:
    labels = {
        "numpy": np.arange(12) % 3,
        "torch": torch.arange(12) % 3,
        "missing": [None, float("nan"), "a"] * 4,
    }
    with Watch(tmp_path / "mine", clips=CLIPS, labels=labels):
        found = RunFolder(tmp_path / "mine").probe()["facets"]
    assert found["numpy"] == found["torch"] == {"names": ["0", "1", "2"], "codes": [0, 1, 2] * 4}
    assert found["missing"] == {"names": ["a"], "codes": [-1, -1, 0] * 4}


@pytest.mark.parametrize(
    "given",
    [
        lambda h: torch.from_numpy(h).requires_grad_(),
        lambda h: torch.from_numpy(h).bfloat16(),
        lambda h: h.astype(np.float64),
        lambda h: h.tolist(),
    ],
    ids=["with a gradient", "bfloat16", "float64", "lists"],
)
def test_whatever_holds_numbers_is_taken(run: Watch, h: np.ndarray, given: Callable[[np.ndarray], Any]) -> None:
    run.embeddings(1, given(h))
    assert (RunFolder(run.path).snapshot(1) or {})["embeddings"] == pytest.approx(h, abs=0.02)


def test_large_numbers_are_kept(run: Watch, h: np.ndarray) -> None:
    run.embeddings(1, h * 1e6)
    assert (RunFolder(run.path).snapshot(1) or {})["embeddings"] == pytest.approx(h * 1e6)


@pytest.mark.parametrize(
    ("error", "state", "message"),
    [
        (None, State.FINISHED, ""),
        (KeyboardInterrupt(), State.STOPPED, ""),
        (SystemExit(1), State.STOPPED, ""),
        (RuntimeError("CUDA out of memory"), State.FAILED, "RuntimeError: CUDA out of memory"),
    ],
    ids=str,
)
def test_how_it_ended_is_read(tmp_path: Path, error: BaseException | None, state: State, message: str) -> None:
    def train() -> None:
        with Watch(tmp_path / "mine") as run:
            run.log(7, loss=1)
            if error is not None:
                raise error

    if error is None:
        train()
    else:
        with pytest.raises(type(error)):
            train()
    found = RunFolder(tmp_path / "mine").status()
    assert (found.state, found.message, found.step) == (state, message, 7)


def test_a_killed_process_is_read_as_crashed(tmp_path: Path) -> None:
    script = "import sys, time; sys.path.insert(0, sys.argv[1]); from watch import Watch; run = Watch('mine')\n"
    script += "run.log(5, loss=1); print('ready', flush=True); time.sleep(600)"
    command = [sys.executable, "-c", script, str(ROOT / "training")]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        assert RunFolder(tmp_path / "mine").status().state == State.TRAINING
        process.send_signal(signal.SIGKILL)
    found = RunFolder(tmp_path / "mine")
    assert found.status().state == State.CRASHED and "resume" not in found.status().message
    Watch(tmp_path / "mine", resumed_from=5).close()
    assert found.status().state == State.FINISHED and found.status().attempt == 2


def test_it_says_which_process_it_is_as_hearsight_does() -> None:
    assert watch._identity() == current_process().to_json()


def test_the_status_beats_while_nothing_is_logged(run: Watch) -> None:
    def beats() -> int:
        return RunFolder(run.path).status().heartbeat

    first, until = beats(), time.monotonic() + 60
    while beats() < first + 2:
        assert time.monotonic() < until, "The status is not written anew."
        time.sleep(0.1)
    run.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "watch" and thread.is_alive()]


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "labels": ({"labels": {"class": ["a"]}}, "1 labels of 'class' were given, but there are 12 clips"),
    "groups": ({"groups": ["a"]}, "1 labels of 'group' were given"),
    "twice": ({"clips": ["a.wav", "a.wav"]}, "The clip a.wav was given 2 times, but each was expected once"),
    "many": (
        {"clips": [f"{i}.wav" for i in range(20_001)]},
        "20,001 clips were given, but at most 20,000 were expected",
    ),
    "missing": ({"sounds": "."}, "12 of 12 clips are not in .*, such as clip 0.wav"),
    "no run": ({"resumed_from": 3}, "holds no run to go on with"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_mistake_is_one_plain_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    monkeypatch.chdir(tmp_path)
    given, sentence = WRONG[case]
    with pytest.raises(ValueError, match=sentence):
        Watch("mine", **{"clips": CLIPS, **given})
    assert not (tmp_path / "mine").exists()


def test_sounds_that_are_not_there_are_a_warning_as_they_may_lie_on_another_machine(tmp_path: Path) -> None:
    with pytest.warns(RuntimeWarning, match="There is no folder misspelt here"):
        Watch(tmp_path / "mine", clips=CLIPS, sounds="misspelt").close()
    assert json.loads((tmp_path / "mine" / "probe.json").read_text())["data"] == "misspelt"


@pytest.mark.parametrize("shape", [(11, 8), (12,), (12, 8, 2)], ids=str)
def test_embeddings_of_another_shape_are_refused(run: Watch, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="one row for each of the 12 clips was expected"):
        run.embeddings(1, np.zeros(shape))
    one = np.zeros((3, 8))
    wrong: list[Any] = [(one, np.zeros((4, 8))), (one,), (one, one, one)]
    for views in wrong:
        with pytest.raises(ValueError, match=r"two arrays \(m, P\) of the same shape were expected"):
            run.embeddings(1, np.zeros((12, 8)), views=views)


@pytest.mark.parametrize(
    ("given", "told"), [("high", "loss 'high'"), (None, "loss None"), (torch.zeros(2), r"loss of shape \(2,\)")]
)
def test_what_is_no_number_is_refused_by_its_name(run: Watch, given: Any, told: str) -> None:
    with pytest.raises(ValueError, match=f"^{told} was given, but a number, or a tensor of one value, was expected.$"):
        run.log(1, loss=given)


def test_embeddings_that_are_not_finite_are_left_out_with_a_warning(run: Watch, h: np.ndarray) -> None:
    run.embeddings(4, np.where(h > 1, np.nan, h))
    run.close()
    found = RunFolder(run.path)
    assert found.snapshots() == [] and "step 4 are not finite" in found.status().warning


def test_two_processes_cannot_write_one_run(run: Watch) -> None:
    with pytest.raises(ValueError, match="holds a run already"):
        Watch(run.path, clips=CLIPS)
    with pytest.raises(ValueError, match="is being written by another process"):
        Watch(run.path, clips=CLIPS, resumed_from=0)


def test_a_resume_voids_what_came_after(run: Watch, h: np.ndarray) -> None:
    for step in (0, 10, 20):
        run.log(step, loss=step)
        run.embeddings(step, h)
    run.close("stopped")
    with open(run.path / "metrics.jsonl", "ab") as file:
        file.write(b'{"step": 21, "tra')
    with pytest.raises(ValueError, match="begun with other clips"):
        Watch(run.path, clips=CLIPS[:3], resumed_from=10)
    with Watch(run.path, clips=CLIPS, resumed_from=10) as again:
        again.log(11, loss=0.1)
    found = RunFolder(run.path)
    assert [row["step"] for row in found.metrics() if "train/loss" in row] == [0, 10, 11]
    assert found.snapshots() == [0, 10] and found.status().attempt == 2


def test_snapshots_stay_within_bounds(run: Watch, h: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    for step in range(MOST_SNAPSHOTS + 20):
        run.embeddings(step, h)
    kept = RunFolder(run.path).snapshots()
    assert (
        len(kept) == MOST_SNAPSHOTS and kept[:2] == [0, 1] and kept[-2:] == [MOST_SNAPSHOTS + 18, MOST_SNAPSHOTS + 19]
    )


def test_a_folder_that_cannot_be_written_does_not_end_the_training(run: Watch, h: np.ndarray) -> None:
    (run.path / "metrics.jsonl").mkdir()
    with pytest.warns(RuntimeWarning, match="can't be written"):
        run.log(1, loss=1)
    shutil.rmtree(run.path / "snapshots")
    with pytest.warns(RuntimeWarning, match="can't be written"):
        run.embeddings(1, h)
