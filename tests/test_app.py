"""The flags of the page's command, and what it says of those that make no sense."""

import subprocess
import sys
from pathlib import Path

import pytest

from app import options

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOST", "PORT", "RUNS", "DATA", "READ_ONLY", "OPEN", "ALLOW_HOST"):
        monkeypatch.delenv(f"HEARSIGHT_{name}", raising=False)
    monkeypatch.delenv("SPACE_ID", raising=False)


def test_nothing_need_be_said() -> None:
    chosen = options([])
    assert (chosen.host, chosen.port, chosen.runs, chosen.data) == (None, None, Path("runs"), "starter")
    assert (chosen.read_only, chosen.open, chosen.allow_host) == (False, False, [])


def test_each_flag_is_an_environment_variable_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given = {"HOST": "0.0.0.0", "PORT": "8000", "RUNS": str(tmp_path), "DATA": "esc50", "READ_ONLY": "1", "OPEN": "yes"}
    for name, value in given.items():
        monkeypatch.setenv(f"HEARSIGHT_{name}", value)
    chosen = options([])
    assert (chosen.host, chosen.port, chosen.runs, chosen.data) == ("0.0.0.0", 8000, tmp_path, "esc50")
    assert (chosen.read_only, chosen.open) == (True, True)
    assert options(["--port", "9000"]).port == 9000


def test_names_of_proxies_are_given_one_by_one_or_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    assert options(["--allow-host", "Class.example", "--allow-host", "*.lab.example"]).allow_host == [
        "class.example",
        "*.lab.example",
    ]
    monkeypatch.setenv("HEARSIGHT_ALLOW_HOST", "a.example, b.example,")
    assert options([]).allow_host == ["a.example", "b.example"]
    assert options(["--allow-host", "c.example"]).allow_host == ["c.example"]


def test_an_allowed_host_that_is_none_ends_with_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HEARSIGHT_ALLOW_HOST", "https://a.example/")
    with pytest.raises(SystemExit) as end:
        options([])
    assert end.value.code == 2
    told = "HEARSIGHT_ALLOW_HOST: https://a.example/ is no host's name; one such as class.example.org was expected"
    assert told in capsys.readouterr().err


def test_a_space_is_for_looking_only_unless_it_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPACE_ID", "somebody/hearsight")
    assert options([]).read_only
    monkeypatch.setenv("HEARSIGHT_READ_ONLY", "")
    assert options([]).read_only
    monkeypatch.setenv("HEARSIGHT_READ_ONLY", "Off ")
    assert not options([]).read_only


@pytest.mark.parametrize("name", ["HEARSIGHT_READ_ONLY", "HEARSIGHT_OPEN"])
def test_a_word_that_is_neither_yes_nor_no_ends_with_2(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(name, "ture")
    with pytest.raises(SystemExit) as end:
        options([])
    assert end.value.code == 2
    words = "1, true, yes, on, 0, false, no, off"
    assert capsys.readouterr().err == f"{name} is 'ture'; one of {words} was expected.\n"


@pytest.mark.parametrize(
    "flags",
    [
        ["--port", "0"],
        ["--port", "70000"],
        ["--port", "x"],
        ["--allow-host", "a.example:80"],
        ["--allow-host", "*"],
        ["--runs", __file__],
        ["--runs", "x" * 400],
        ["--runs", "~nobody-here/runs"],
    ],
    ids=lambda flags: " ".join(flags)[:20],
)
def test_a_flag_that_makes_no_sense_ends_with_2(flags: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        options(flags)
    assert end.value.code == 2
    assert "was expected" in capsys.readouterr().err


def test_data_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    command = [sys.executable, "app.py", "--data", str(tmp_path / "nowhere"), "--runs", str(tmp_path / "runs")]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert ended.stderr.splitlines() == [
        f"There is no data at {tmp_path / 'nowhere'}; the name of a set or a folder of sounds was expected."
    ]
