"""What is told of each method: nothing of its card, its settings or its file is left out."""

import re
from pathlib import Path

import pytest

from explorer.catalogue.document import document
from explorer.catalogue.markdown import escaped, prose
from explorer.catalogue.method_markdown import (
    NEEDS,
    badges,
    differences,
    facts,
    for_all,
    introduction,
    linked,
    source,
    source_path,
)
from training.methods import METHODS
from training.methods.departures import FOR_ALL
from training.process import PROJECT
from training.settings import describe


@pytest.mark.parametrize("name", METHODS)
def test_every_method_is_told_whole(name: str) -> None:
    method = METHODS[name]
    card, told = method.card, facts(method)
    for text in (card.prevents_collapse, card.breaks, card.suits.reason):
        assert linked(text) in told
    assert all(prose(text) in told for text in differences(method))
    for setting in describe(method.Config):
        assert f"`{setting.name}`" in told and escaped(setting.meaning) in told
    assert re.search(r"\[arXiv \d{4}\.\d{4,5}\]\(https://arxiv\.org/abs/\d{4}\.\d{4,5}\)", told)
    assert ("with negatives" if card.negatives else "without negatives") in told
    assert card.needs == "" or NEEDS[card.needs] in told
    assert str(card.year) in badges(method) and card.family in badges(method)
    assert not [text for text in differences(method) if re.search(r"\D\. \d+\. ", text)], (
        "a number within another's text"
    )
    assert differences(method) and all(text[0].isupper() and text.endswith(".") for text in differences(method))


@pytest.mark.parametrize("name", METHODS)
def test_every_formula_stands_on_lines_of_its_own_and_is_balanced(name: str) -> None:
    formula = METHODS[name].card.formula
    assert f"\n\n$$\n{formula.strip()}\n$$\n\n- $" in introduction(METHODS[name])
    assert "$" not in formula and "\n\n" not in formula
    bare = re.sub(r"\\[{}]", "", formula)
    assert bare.count("{") == bare.count("}")
    assert len(re.findall(r"\\left(?![a-z])", formula)) == len(re.findall(r"\\right(?![a-z])", formula))


@pytest.mark.parametrize("name", METHODS)
def test_its_symbols_follow_the_formula_and_no_other_dollar_could_begin_one(name: str) -> None:
    card, told = METHODS[name].card, introduction(METHODS[name])
    for symbol, meaning in card.symbols.items():
        assert f"\n- ${symbol}$: {escaped(meaning)}" in told and "$" not in symbol + meaning
    assert told.count("$") == 4 + 2 * len(card.symbols)


def test_papers_named_in_a_sentence_are_links() -> None:
    assert "(Wang and Liu 2021, [arXiv 2012.09740](https://arxiv.org/abs/2012.09740))" in facts(METHODS["simclr"])


@pytest.mark.parametrize("name", METHODS)
def test_its_source_is_the_file_it_stands_in(name: str) -> None:
    path = PROJECT / source_path(METHODS[name])
    assert path == PROJECT / "training" / "methods" / path.name
    assert source(METHODS[name]) == path.read_text()
    assert f"class {METHODS[name].__name__}" in source(METHODS[name])
    assert "```" not in source(METHODS[name])  # the page shows it in a fence


def test_what_holds_for_all_methods_is_said_once_and_linked_from_each() -> None:
    assert all(text[0].isupper() and text.endswith(".") and text in for_all() for text in FOR_ALL)
    text = document()
    assert text.count(for_all()) == 1 and "\n## What holds for all methods\n" in text
    assert text.count("(#what-holds-for-all-methods)") == len(METHODS)


def test_titles_tell_methods_apart() -> None:
    titles = [method.card.title for method in METHODS.values()]
    assert len(set(titles)) == len(titles)


def test_text_stays_text() -> None:
    assert escaped("a_b*c|<d>") == r"a\_b\*c\|\<d>"
    assert linked("He, arXiv 1911.05722, 2003.04297") == (
        "He, [arXiv 1911.05722](https://arxiv.org/abs/1911.05722), [arXiv 2003.04297](https://arxiv.org/abs/2003.04297)"
    )


def test_the_root_is_the_project() -> None:
    assert (Path(PROJECT) / "app.py").is_file()


def test_names_in_backticks_are_code_and_all_else_is_text() -> None:
    assert prose("a_b by `same_recording`, *not* <b> or `two words`") == (
        r"a\_b by `same_recording`, \*not\* \<b> or \`two words\`"
    )
