"""Two runs that know each other, or none."""

from pathlib import Path
from typing import Any

import pytest

from tests.training.twins.conftest import PREDICTION, SIMCLR
from training.config import RunConfig
from training.errors import UserError
from training.run import State, create_run
from training.run.twins import Role, Twin, other_of, twin_of
from training.twins import create_twins, making


def test_both_know_each_other_and_what_was_foretold(made_twins: Any) -> None:
    twins = made_twins()
    assert twin_of(twins[Role.BROKEN]) == Twin(Role.BROKEN, "healthy", SIMCLR, PREDICTION)
    for role, run in twins.items():
        other = other_of(run)
        assert other is not None and other.path == twins[role.other].path
        assert run.status().state == State.WAITING
    assert twins[Role.BROKEN].config()["settings"]["temperature"] == 10
    differing = {k for k, v in twins[Role.BROKEN].config().items() if twins[Role.HEALTHY].config()[k] != v}
    assert differing == {"settings"}


def test_where_the_second_cannot_be_made_nothing_of_the_first_is_left(config: RunConfig, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    folders = {Role.HEALTHY: tmp_path / "runs" / "healthy", Role.BROKEN: tmp_path / "file" / "broken"}
    with pytest.raises(UserError, match="cannot be written"):
        create_twins(config, SIMCLR, folders, PREDICTION)
    assert not list((tmp_path / "runs").iterdir())


def test_of_two_runs_that_failed_half_way_nothing_is_left_but_what_others_made(
    config: RunConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = {role: tmp_path / role.value for role in Role}

    def overtaken(folder: Path, given: Any, **more: Any) -> Any:
        if folder == folders[Role.BROKEN]:
            create_run(folder, {"method": "byol"})
        return create_run(folder, given, **more)

    monkeypatch.setattr(making, "create_run", overtaken)
    with pytest.raises(UserError, match="holds a run already"):
        create_twins(config, SIMCLR, folders, PREDICTION)
    assert not folders[Role.HEALTHY].exists()
    assert (folders[Role.BROKEN] / "config.json").is_file()
