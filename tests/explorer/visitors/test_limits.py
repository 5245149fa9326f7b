"""Each limit is a flag, a variable of the environment and a line of --help, has two defaults, and is enforced."""

import sys
from dataclasses import fields
from pathlib import Path

import pytest

import app
from explorer.visitors.limits import Limits, beyond, hosted_limits, variable
from tests.support import limits_enforced

NAMES = [f.name for f in fields(Limits)]


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SPACE_ID", "GRADIO_SERVER_NAME", "HEARSIGHT_HOST", "HEARSIGHT_ALLOW_HOST"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("name", NAMES)
def test_visitors_each_limit_is_documented_and_set_by_flag_and_environment(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    flag = f"--{name.replace('_', '-')}"
    monkeypatch.setenv(variable(name), "7")
    assert getattr(app.options([]).limits, name) == 7
    assert getattr(app.options([flag, "8"]).limits, name) == 8
    with pytest.raises(SystemExit):
        app.options(["--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert f"{flag} N" in said and f"[{variable(name)}]" in said
    for wrong in ("-1", "many", "1.5", "9" * 12):
        with pytest.raises(SystemExit):
            app.options([f"{flag}={wrong}"])
        assert f"{flag}: {wrong} is no limit" in capsys.readouterr().err
        monkeypatch.setenv(variable(name), wrong)
        with pytest.raises(SystemExit):
            app.options([])
        monkeypatch.delenv(variable(name))


@pytest.mark.parametrize("name", NAMES)
def test_visitors_each_limit_is_enforced(name: str, tmp_path: Path) -> None:
    getattr(limits_enforced, name)(tmp_path)


@pytest.mark.parametrize(
    "flags, environment, strict",
    [
        ([], {}, False),
        (["--host", "localhost"], {}, False),
        (["--host", "0.0.0.0"], {}, True),
        ([], {"GRADIO_SERVER_NAME": "0.0.0.0"}, True),
        ([], {"SPACE_ID": "owner/name"}, True),
        (["--allow-host", "class.example.org"], {}, True),
        (["--host", "0.0.0.0", "--limits", "own"], {}, False),
        (["--limits", "hosted"], {}, True),
        ([], {"HEARSIGHT_LIMITS": "hosted"}, True),
    ],
)
def test_visitors_are_limited_where_others_reach_the_page(
    flags: list[str], environment: dict[str, str], strict: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert app.options(flags).limits == (hosted_limits() if strict else Limits())


def test_an_unknown_column_is_refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("HEARSIGHT_LIMITS", "strict")
    with pytest.raises(SystemExit):
        app.options([])
    assert "own or hosted was expected" in capsys.readouterr().err


def test_on_ones_own_machine_no_limit_on_runs_is_set() -> None:
    own = Limits()
    assert {getattr(own, name) for name in NAMES if name.startswith(("job", "model", "visitor_job", "free"))} == {0}
    assert not beyond(sys.maxsize, 0)
    assert beyond(2, 1) and not beyond(1, 1)


def test_hosted_limits_are_never_wider() -> None:
    for name in NAMES:
        own, hosted = getattr(Limits(), name), getattr(hosted_limits(), name)
        assert hosted > 0
        assert own == 0 or hosted <= own or name == "sessions"


def test_security_visitors_name_folders_of_the_machine_only_where_nobody_else_reaches_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert app.options([]).paths is True
    assert app.options(["--host", "0.0.0.0"]).paths is False
    assert app.options(["--host", "0.0.0.0", "--paths"]).paths is True
    assert app.options(["--no-paths"]).paths is False
    monkeypatch.setenv("HEARSIGHT_PATHS", "1")
    assert app.options(["--limits", "hosted"]).paths is True
