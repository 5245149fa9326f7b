"""docs/methods.md and its drawings are what the cards say now."""

import re
from pathlib import Path

import pytest

from explorer.catalogue import comparison, document
from explorer.catalogue.__main__ import write
from explorer.catalogue.words import WORDS, WORDS_TITLE
from explorer.runs.method_titles import FILE, method_title, titles_file
from training.methods import METHODS
from training.methods.method import FAMILIES
from training.process import PROJECT

STALE = "docs/ is behind the methods' cards; run `make docs`"


def test_the_document_is_up_to_date() -> None:
    assert (PROJECT / "docs" / "methods.md").read_text() == document.document(), STALE


def test_the_drawings_are_up_to_date() -> None:
    kept = {path.name: path.read_text() for path in (PROJECT / "docs" / "diagrams").glob("*")}
    assert kept == document.drawings(), STALE


def test_the_titles_are_up_to_date() -> None:
    assert FILE.read_text() == titles_file(), "make docs writes it anew"
    assert method_title("barlow_twins") == "Barlow Twins" and method_title("my_own loop") == "my own loop"


@pytest.mark.parametrize("name", METHODS)
def test_every_method_has_its_entry(name: str) -> None:
    card = METHODS[name].card
    told = document.entry(name)
    assert told.startswith(f"### {card.title}") and f"`{name}`" in told
    assert card.formula.strip() in told and f"(diagrams/{name}.svg)" in told
    assert f"(../training/methods/{METHODS[name].__module__.rpartition('.')[2]}.py)" in told
    assert told in document.document()


def test_families_and_words_are_explained() -> None:
    text = document.document()
    for family, about in FAMILIES.items():
        assert f"\n## {family[0].upper()}{family[1:]}\n\n{about}\n\n### " in text
    assert f"\n## {WORDS_TITLE}\n\n- **Self-supervised learning**: " in text
    assert all(meaning[0].islower() and meaning.endswith(".") for meaning in WORDS.values())


def test_links_of_the_table_lead_to_headings() -> None:
    text = document.document()
    headings = {document.anchor(line.lstrip("# ")) for line in text.splitlines() if line.startswith("#")}
    links = re.findall(r"\]\(#([^)]+)\)", text)
    assert len(links) >= len(METHODS) and set(links) <= headings


def test_unmeasured_figures_are_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "results", dict)
    text = document.document()
    assert text.count(comparison.NOT_MEASURED) >= len(METHODS) and "benchmarks.catalogue" in text


def test_measured_figures_stand_in_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {"digit": {"knn": 0.9, "cross_group_knn": 0.81234, "probe": 0.9}}
    seed = {"random_init": values, "trained": values, "clips_per_second": 1234.4, "normalised_std": 0.5}
    monkeypatch.setattr(document, "results", lambda: {"fsdd": {"simclr": {"seeds": [seed]}}})
    (row,) = [line for line in document.document().splitlines() if line.startswith("| [SimCLR](#simclr)")]
    assert row == (
        "| [SimCLR](#simclr) | 2020 | with |  |  |  | 0.812 → **0.812** | 0.900 → **0.900** | 1,234 | 0.50 | – |"
    )


def test_drawings_of_methods_that_are_gone_are_removed(tmp_path: Path) -> None:
    (tmp_path / "diagrams").mkdir()
    (tmp_path / "diagrams" / "gone.svg").write_text("")
    for page in ("measures.md", "run-folder.md"):
        (tmp_path / page).write_text((PROJECT / "docs" / page).read_text())
    write(tmp_path)
    assert {path.stem for path in (tmp_path / "diagrams").iterdir()} == set(METHODS)
