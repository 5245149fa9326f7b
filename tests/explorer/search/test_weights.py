import shutil
from pathlib import Path
from typing import Any

import pytest

from explorer.search import weights as module
from explorer.search.weights import Newest, kept_step, nearest_step
from training.errors import UserError
from training.run import RunWriter, State, Status


@pytest.fixture
def run(make_run: Any, tmp_path: Path) -> Any:
    return make_run(tmp_path / "runs" / "a")


def test_the_nearest_kept_step(run: Any) -> None:
    assert [nearest_step([0, 10, 20], step) for step in (None, 0, 4, 6, 5, 99)] == [20, 0, 0, 10, 0, 20]
    assert nearest_step([], 5) is None
    assert (kept_step(run, 13), kept_step(run)) == (10, 20)


def test_the_newest_of_a_run_at_work_stay_the_same_for_a_while(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    newest, writer = Newest(), RunWriter(run.path)
    writer.write_status(Status(State.TRAINING))
    assert newest.step(run) == 20
    writer.write_checkpoint(30, b"weights", b"state", {"weights": "30"})
    assert newest.step(run) == 20
    writer.write_status(Status(State.FINISHED))
    assert newest.step(run) == 30, "those of a run that has ended are its last"
    writer.write_status(Status(State.TRAINING))
    writer.write_checkpoint(40, b"weights", b"state", {"weights": "40"})
    assert newest.step(run) == 30
    monkeypatch.setattr(module, "STAY_SECONDS", 0.0)
    assert newest.step(run) == 40
    writer.close()


def test_weights_that_are_no_longer_kept_do_not_stay(run: Any) -> None:
    newest, writer = Newest(), RunWriter(run.path)
    writer.write_status(Status(State.TRAINING))
    assert newest.step(run) == 20
    (run.path / "checkpoints" / "000020.json").unlink()
    assert newest.step(run) == 10
    writer.close()


@pytest.mark.parametrize(
    ("state", "snapshots", "said"),
    [
        (State.TRAINING, (), "This run has kept no weights yet,"),
        (State.WAITING, (), "This run has kept no weights yet,"),
        (State.FAILED, (), "This run has ended before it kept any weights,"),
        (State.FINISHED, (0, 10), "The weights of this run are gone,"),
    ],
)
def test_why_a_run_has_no_weights_is_said(
    state: State, snapshots: Any, said: str, make_run: Any, tmp_path: Path
) -> None:
    run = make_run(tmp_path / "runs" / "new", snapshots=snapshots)
    shutil.rmtree(run.path / "checkpoints", ignore_errors=True)
    writer = RunWriter(run.path)
    writer.write_status(Status(state))
    with pytest.raises(UserError, match=f"^{said} so nothing can be heard with its model"):
        Newest().step(run)
    writer.close()
