import json
import threading
from pathlib import Path
from typing import Any

import pytest

from explorer.runs import marks as marks_module
from explorer.runs.marks import LONGEST_NAME, Mark, Marks, data_root, identity
from training.errors import UserError
from training.run import RunFolder, create_run


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return create_run(tmp_path / "runs" / "a", {"created": "2025-01-01T00:00:00"})


def test_names_and_stars_are_kept_in_the_pages_own_file_and_the_run_stays_as_it_is(
    run: RunFolder, own_files: Path
) -> None:
    before = {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}
    Marks().rename(run, "  my  best ")
    Marks().star(run, True)
    assert data_root() == own_files
    assert Marks().of(run) == Mark("my best", True)
    assert {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()} == before
    Marks().rename(run, "")
    assert Marks().of(run) == Mark("", True)
    Marks().star(run, False)
    assert json.loads((own_files / "runs.json").read_bytes()) == {"schema": 1, "runs": {}}


def test_a_mark_goes_with_the_run_and_not_with_its_place(run: RunFolder, tmp_path: Path) -> None:
    Marks().star(run, True)
    (tmp_path / "elsewhere").mkdir()
    moved = RunFolder(run.path.rename(tmp_path / "elsewhere" / "a"))
    assert Marks().of(moved).starred
    another = create_run(tmp_path / "runs" / "a", {"created": "2025-02-02T00:00:00"})
    assert not Marks().of(another).starred, "another run of the same name"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (
            "x" * (LONGEST_NAME + 1),
            f"The name has {LONGEST_NAME + 1} characters; at most {LONGEST_NAME} were expected.",
        ),
        ("a\u202eb", "characters that cannot be seen"),
    ],
)
def test_a_name_that_is_none_is_refused(run: RunFolder, name: str, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        Marks().rename(run, name)
    assert Marks().of(run) == Mark()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"schema": 2, "runs": {}}', '{"schema": 1, "runs": 3}'])
def test_a_file_in_any_condition_is_read_and_a_newer_or_damaged_one_is_left_alone(
    run: RunFolder, own_files: Path, content: str
) -> None:
    own_files.mkdir(parents=True)
    file = own_files / "runs.json"
    file.write_text(content)
    assert Marks().of(run) == Mark()
    if '"schema": 1' in content:
        return
    with pytest.raises(UserError, match="is damaged or of a newer version"):
        Marks().star(run, True)
    assert file.read_text() == content


def test_what_the_file_says_of_a_run_is_checked(run: RunFolder, own_files: Path) -> None:
    own_files.mkdir(parents=True)
    for value, mark in (({"name": 3, "starred": "yes"}, Mark()), ({"name": "a" * 500}, Mark("a" * LONGEST_NAME))):
        (own_files / "runs.json").write_text(json.dumps({"schema": 1, "runs": {identity(run): value}}))
        assert Marks().of(run) == mark


def test_of_too_many_marks_the_first_ones_are_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marks_module, "MOST_MARKS", 3)
    runs = [create_run(tmp_path / "runs" / f"r{i}", {"created": "x"}) for i in range(5)]
    for run in runs:
        Marks().star(run, True)
    assert [Marks().of(run).starred for run in runs] == [False, False, True, True, True]


def test_several_threads_lose_no_mark(tmp_path: Path) -> None:
    runs = [create_run(tmp_path / "runs" / f"r{i}", {"created": "x"}) for i in range(16)]
    threads = [threading.Thread(target=Marks().star, args=(run, True)) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(Marks().of(run).starred for run in runs)


def test_a_folder_that_cannot_be_written_is_said(run: RunFolder, own_files: Path) -> None:
    own_files.parent.mkdir(parents=True)
    own_files.write_text("a file")
    with pytest.raises(UserError, match="Names and stars cannot be kept in"):
        Marks().star(run, True)


@pytest.mark.parametrize("value", ["", "relative/path", None])
def test_without_a_place_of_its_own_it_lies_in_the_home(value: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    if value is None:
        monkeypatch.delenv("XDG_DATA_HOME")
    else:
        monkeypatch.setenv("XDG_DATA_HOME", value)
    assert data_root() == Path.home() / ".local" / "share" / "hearsight"
