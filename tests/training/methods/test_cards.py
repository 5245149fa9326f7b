"""What every method of the catalogue says of itself: its card, its formula, and the docstring of its file."""

import importlib
import re

import pytest

from training.breaks.wrong import wrongs_of
from training.encoders import ENCODERS
from training.methods import METHODS
from training.methods.flow import STATIONS
from training.methods.method import FAMILIES
from training.settings import describe


@pytest.mark.parametrize("name", METHODS)
def test_its_card_is_complete(name: str) -> None:
    kind = METHODS[name]
    card = kind.card
    for text in (card.title, card.family, card.paper, card.summary, card.formula, card.prevents_collapse, card.breaks):
        assert isinstance(text, str) and len(text) > 3
    assert card.family in FAMILIES and len(card.suits.reason) > 10
    assert card.flow.branches and all(station in STATIONS for branch in card.flow.branches for station in branch)
    assert 1980 < card.year < 2100 and isinstance(card.negatives, bool)
    assert re.search(r"\d{4}\.\d{4,5}", card.paper), "the paper's arXiv number"
    assert card.summary.endswith(".") and card.breaks.endswith(".")
    assert kind.encoders and set(kind.encoders) <= set(ENCODERS)
    assert name == name.lower() and name.isidentifier()


MARKDOWN = re.compile(r"`|\*\*|\]\(|(?:^|\s)[*_]\w[^*_]*\w[*_](?:\W|$)")


@pytest.mark.parametrize("name", METHODS)
def test_what_is_told_of_it_is_plain_text(name: str) -> None:
    kind = METHODS[name]
    card = kind.card
    told = [
        card.title,
        card.paper,
        card.summary,
        card.prevents_collapse,
        card.breaks,
        card.suits.reason,
        card.flow.loss,
    ]
    told += card.symbols.values()
    told += [setting.meaning for setting in describe(kind.Config)]
    told += [words for picture in kind.pictures for words in (picture.title, picture.meaning)]
    told += (
        [words for part in kind.parts for words in (part.title, part.meaning)] if isinstance(kind.parts, tuple) else []
    )
    told += [words for wrong in wrongs_of(name).values() for words in (wrong.title, wrong.does, wrong.expected)]
    assert [text for text in told if MARKDOWN.search(text)] == []


def test_markdown_is_known() -> None:
    assert all(map(MARKDOWN.search, ("by `this`", "**so**", "[a](b)", "*All* of it", "see _that_.")))
    assert not any(map(MARKDOWN.search, ("σ * 2 and 3 * 4", "run_defaults of all", "[0, 1) (half open)")))


KNOWN = {"softmax", "mean", "var"}
"""Functions that a reader of formulas knows, as cos, log and max, which LaTeX has by name."""
GREEK = r"\\(?:alpha|gamma|[dD]elta|(?:var)?epsilon|theta|lambda|mu|nu|xi|pi|sigma|tau)(?![a-z])"


def symbols_in(latex: str) -> set[str]:
    """Letters and words of a formula that stand for something: no index, no function that is known, no 𝓛 and no e^…"""
    bare = re.sub(r"\\text\{[^}]*\}", "", latex)
    found = set(re.findall(r"\\mathrm\{(\w+)\}", bare)) - KNOWN
    bare = re.sub(r"\\mathrm\{\w+\}|e(?=\^)", "", bare)
    bare = re.sub(r"_(?:\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}|\\?\w)|\^(?:\{\(?\w\)?\}|\w)", "", bare)
    found |= set(re.findall(rf"\\math(?:cal|bb)\{{\w\}}|\\ell|{GREEK}", bare)) - {r"\mathcal{L}"}
    bare = re.sub(r"\\math\w+\{\w\}|\\[a-zA-Z]+", "", bare)
    return found | set(re.findall(r"[a-zA-Z]", bare))


def test_symbols_of_a_formula() -> None:
    assert symbols_in(r"\mathcal{L} = \sum_{i} e^{\tau x_i} \mathrm{sg}(\log q) + \mathrm{mean}(\mathcal{Q}^{(k)})") == {
        r"\tau", "x", "sg", "q", r"\mathcal{Q}",
    }  # fmt: skip


@pytest.mark.parametrize("name", METHODS)
def test_every_symbol_of_its_formula_is_explained(name: str) -> None:
    card = METHODS[name].card
    explained = symbols_in(", ".join(card.symbols))
    assert not symbols_in(card.formula) - explained, f"{name} leaves symbols unexplained"
    for symbol in explained:
        assert symbol in card.formula, f"{name} explains {symbol}, which its formula does not hold"
    assert all(meaning[0].islower() or meaning[0].isdigit() for meaning in card.symbols.values())


@pytest.mark.parametrize("name", METHODS)
def test_its_file_names_the_paper_and_numbers_every_difference(name: str) -> None:
    text = importlib.import_module(METHODS[name].__module__).__doc__ or ""
    assert re.search(r"^Paper:   .+\d{4}", text, re.M) and re.search(r"^Shapes:  ", text, re.M)
    differences = text[text.index("Differs:") : text.index("Shapes:")]
    numbers = [int(n) for n in re.findall(r"(?:^|\s)(\d+)\. [A-Z]", differences)]
    assert numbers == list(range(1, len(numbers) + 1)) and numbers
