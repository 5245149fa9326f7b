from pathlib import Path
from typing import Any

import pytest

from explorer.jobs.launcher import Launcher
from explorer.pages.run_table import delete_all
from explorer.runs.library import Library
from training.errors import UserError
from training.process import current_process
from training.run import RunWriter, State, Status
from training.run.example import EXAMPLE


def test_all_that_may_be_are_deleted_and_one_sentence_says_of_each_other_why_not(make_run: Any, tmp_path: Path) -> None:
    for name in ("a", "b", "at-work"):
        make_run(tmp_path / "runs" / name, n=5)
    shipped = make_run(tmp_path / "shipped", n=5)
    writer = RunWriter(tmp_path / "runs" / "at-work")
    writer.write_status(Status(State.TRAINING, process=current_process().to_json()))
    library, launcher = Library(tmp_path / "runs", shipped.path), Launcher(tmp_path / "runs")
    try:
        with pytest.raises(UserError) as refused:
            delete_all(library, launcher.delete, ["a", "at-work", EXAMPLE, "../shipped", "b"])
    finally:
        launcher.close()
        writer.close()
    assert str(refused.value) == (
        "The run at-work is being trained; stop it before you delete it. The run example can only be looked at here. "
        "There is no such run."
    )
    assert [path.name for path in (tmp_path / "runs").iterdir() if not path.name.startswith(".")] == ["at-work"]
    assert shipped.exists()
