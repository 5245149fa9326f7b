"""What CONTRIBUTING.md's recipes name is there: files, commands, the lists that they add to. None names more than three files."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "CONTRIBUTING.md").read_text()
RECIPES = dict(re.findall(r"^### (.+?)\n(.*?)(?=^###|\Z)", TEXT, re.MULTILINE | re.DOTALL))
WANTED = {
    "A measure", "A column of clips", "A kind of lens picture", "A method", "A part that can be taken out of a method",
    "A mistake that is made on purpose", "A verdict", "A setting", "An augmentation", "An encoder", "A tab",
    "A command", "A data layout", "A kind of file to import",
}  # fmt: skip


def paths(text: str) -> list[str]:
    return re.findall(r"(?<![\w/])((?:training|explorer|assets|tests|docs|benchmarks)/[\w/.-]*\w)", text)


def test_every_recipe_is_there() -> None:
    assert set(RECIPES) == WANTED


@pytest.mark.parametrize("name", sorted(WANTED))
def test_a_recipe_names_at_most_three_files_and_all_are_there(name: str) -> None:
    recipe = RECIPES[name]
    steps = re.findall(r"^(\d)\. `([^`]+)`", recipe, re.MULTILINE)
    assert [int(number) for number, _ in steps] in ([1, 2], [1, 2, 3])
    assert [path for path in paths(recipe) if not (ROOT / path).exists()] == []
    checked = re.findall(r"`pytest ([^`]+)`", recipe)
    assert checked and all((ROOT / path).exists() for path in paths(" ".join(checked)))


@pytest.mark.parametrize("name", sorted(WANTED))
def test_what_a_recipe_names_as_code_is_there(name: str) -> None:
    """Classes, functions and lists, in a file that the recipe names or beside it."""
    named = set(re.findall(r"`(_?[A-Z]\w+|\w+_\w+)`", RECIPES[name]))
    folders = {path if path.is_dir() else path.parent for path in (ROOT / each for each in paths(RECIPES[name]))}
    text = "\n".join(file.read_text() for folder in folders for file in folder.glob("*.*") if file.is_file())
    assert [word for word in named if not re.search(rf"\b{word}\b", text)] == []


@pytest.mark.parametrize("name", sorted(WANTED))
def test_the_list_that_a_recipe_adds_to_lies_in_the_file_that_it_names(name: str) -> None:
    for path, words in re.findall(
        r"^\d\. `([\w/.]+\.(?:py|js))`(.*?)(?=^\d\.|^$)", RECIPES[name], re.MULTILINE | re.DOTALL
    ):
        for listed in re.findall(r"`([A-Z][A-Z_]+)`", words):
            assert re.search(rf"\b{listed}\b", (ROOT / path).read_text()), f"{path} has no {listed}"


def test_every_command_of_make_is_there() -> None:
    makefile = (ROOT / "Makefile").read_text()
    asked = set(re.findall(r"(?:^|`)make ([a-z-]+)", TEXT, re.MULTILINE))
    assert len(asked) > 3
    assert [target for target in asked if not re.search(rf"^{target}:", makefile, re.MULTILINE)] == []
