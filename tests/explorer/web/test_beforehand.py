"""A page that could keep nothing is refused in one sentence."""

import os
import sys
from pathlib import Path

import pytest

from explorer.web.address import NotServed
from explorer.web.beforehand import check_folders
from training.__main__ import main


def test_bad_input_a_cache_that_cannot_be_written_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    may = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode: mode & os.W_OK == 0 and may(path, mode)
    )  # root may write anywhere
    said = rf"^The cache folder {tmp_path}/hearsight cannot be used: nothing can be written there; XDG_CACHE_HOME may"
    with pytest.raises(NotServed, match=said):
        check_folders(read_only=False)
    check_folders(read_only=True)
    monkeypatch.setenv("XDG_CACHE_HOME", "/proc/no")
    with pytest.raises(NotServed, match="cannot be used: No such file or directory"):
        check_folders(read_only=False)


def test_bad_input_a_user_without_a_home_is_told_what_to_set(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for variable in ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setitem(sys.modules, "pwd", None)  # as a user whom the system doesn't know
    said = "This user has no home folder; XDG_CACHE_HOME must name a folder that is used instead."
    assert main(["data", "list"]) == 2 and capsys.readouterr().err == f"{said}\n"
    monkeypatch.setenv("XDG_CACHE_HOME", "/tmp")
    with pytest.raises(NotServed, match="no home folder; XDG_DATA_HOME must"):
        check_folders(read_only=True)
