"""What can't be understood of a command line is answered by one sentence, of every command and of the page's own."""

from collections.abc import Callable

import pytest

from app import options
from explorer.__main__ import main as explorer
from training.__main__ import main as training
from training.commands.parser import Parser

Said = Callable[..., str]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    """said(main, "run", "--stesp") is the one line that a command line is refused by."""

    def give(command: Callable[[list[str]], object], *arguments: str) -> str:
        with pytest.raises(SystemExit) as end:
            command(list(arguments))
        out, err = capsys.readouterr()
        assert (end.value.code, out, err.count("\n")) == (2, "", 1)
        return err.rstrip("\n")

    return give


@pytest.mark.parametrize(
    ("command", "arguments", "expected"),
    [
        (training, "run --stesp 30", "There is no --stesp here; did you mean --steps?"),
        (training, "run --stesp=30", "There is no --stesp here; did you mean --steps?"),
        (training, "run -stesp 30", "There is no -stesp here; did you mean --steps?"),
        (training, "run --Data x", "There is no --Data here; did you mean --data?"),
        (training, "data show x --window_seconds 3", "There is no --window_seconds here; did you mean --window-seconds?"),
        (training, "finetune x --facett digit --labels 2", "There is no --facett here; did you mean --facet?"),
        (training, "--hepl", "There is no --hepl here; did you mean --help?"),
        (training, "list --xyz", "There is no --xyz here; `python -m training list --help` lists what there is."),
        (explorer, "export x --too y", "There is no --too here; did you mean --to?"),
        (explorer, "tags copy x --tagg y --to z", "There is no --tagg here; did you mean --tag?"),
        (options, "--prot 7860", "There is no --prot here; did you mean --port?"),
    ],
)  # fmt: skip
def test_a_misspelled_flag_is_told_the_nearest(
    command: Callable[[list[str]], object], arguments: str, expected: str, said: Said
) -> None:
    assert said(command, *arguments.split()) == expected


@pytest.mark.parametrize(
    ("command", "arguments", "expected"),
    [
        (training, ["resum", "x"], "There is no command 'resum'; did you mean 'resume'? The commands are run, resume, "),
        (training, ["evalute", "x"], "There is no command 'evalute'; did you mean 'evaluate'? The commands are run, "),
        (training, ["data", "fetsh"], "There is no command 'fetsh'; did you mean 'fetch'? The commands are list, show"),
        (explorer, ["exprot", "x"], "There is no command 'exprot'; did you mean 'export'? The commands are export, "),
        (explorer, ["tags", "nonsense"], "There is no command 'nonsense'; the commands are list, copy, tracks."),
        (training, ["export", "x"], "There is no command 'export' here; `python -m explorer export RUN --to DIR` does it."),
        (training, [], "A command was expected: run, resume, "),
        (explorer, ["tags"], "A command was expected: list, copy, tracks; `python -m explorer tags --help` says what each does."),
    ],
)  # fmt: skip
def test_a_misspelled_command_is_told_the_nearest(
    command: Callable[[list[str]], object], arguments: list[str], expected: str, said: Said
) -> None:
    assert said(command, *arguments).startswith(expected)


@pytest.mark.parametrize(
    ("command", "arguments", "expected"),
    [
        (training, "evaluate", "The following arguments are required: run; `python -m training evaluate --help` says more."),
        (training, "run --steps many", "--steps: invalid int value: 'many'; `python -m training run --help` says more."),
        (training, "stop a b c", "Nothing more was expected at b c; `python -m training stop --help` says more."),
        (options, "more", "Nothing more was expected at more; `python app.py --help` says more."),
        (options, "--port x", "--port: x is no port; a whole number from 1 to 65535 was expected; `python app.py --help` says more."),
    ],
)  # fmt: skip
def test_whatever_else_is_wrong_is_one_sentence_too(
    command: Callable[[list[str]], object], arguments: str, expected: str, said: Said
) -> None:
    assert said(command, *arguments.split()) == expected


def test_what_is_no_flag_is_left_alone() -> None:
    parser = Parser()
    parser.add_argument("values", nargs="*")
    parser.add_argument("--least", type=float)
    found = parser.parse_args(["--leas", "-2.5", "-3", "-", "-a name", "--", "--more"])
    assert found.least == -2.5, "the beginning of a flag is enough"
    assert found.values == ["-3", "-", "-a name", "--more"]
