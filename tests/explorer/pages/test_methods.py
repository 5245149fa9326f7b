"""The page Methods: every method has all its parts, and nothing heavy is loaded before it is opened."""

import subprocess
import sys
from pathlib import Path

import pytest

from explorer.catalogue import comparison
from explorer.pages.form_contents import known_method
from explorer.pages.methods import method_told, table_value
from training.methods import METHODS

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("name", METHODS)
def test_every_method_is_explained_whole(name: str) -> None:
    card = METHODS[name].card
    head, words, drawing, facts, code = method_told(name)
    assert card.title in head and str(card.year) in head
    assert card.formula.strip() in words
    assert drawing.startswith('<div class="flow"><svg') and card.flow.loss in drawing
    assert "Where it differs from the paper" in facts and "Its own settings" in facts
    path = ROOT / "training" / "methods" / f"{METHODS[name].__module__.rpartition('.')[2]}.py"
    assert code == f"`{path.relative_to(ROOT).as_posix()}`\n\n```python\n{path.read_text()}\n```"


@pytest.mark.parametrize("name", METHODS)
def test_every_method_is_a_row_of_the_table(name: str) -> None:
    value = table_value(name)
    (row,) = [row for row in value["rows"] if row["name"] == name]
    card = METHODS[name].card
    assert (row["title"], row["year"], row["negatives"], row["needs"]) == (
        card.title, card.year, card.negatives, card.needs,
    )  # fmt: skip
    assert row["family"] in [family["name"] for family in value["families"]] and value["chosen"] == name


def test_measured_figures_reach_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    before = {"digit": {"knn": 0.6, "cross_group_knn": 0.5, "probe": 0.4}}
    after = {"digit": {"knn": 0.9, "cross_group_knn": 0.8, "probe": 0.7}}
    seed = {"random_init": before, "trained": after, "clips_per_second": 900.0, "normalised_std": 0.9}
    monkeypatch.setattr(comparison, "results", lambda: {"fsdd": {"byol": {"seeds": [seed]}}})
    value = table_value("byol")
    assert value["data"] == [{"name": "fsdd", "facet": "digit"}]
    rows = {row["name"]: row["figures"]["fsdd"] for row in value["rows"]}
    assert rows["byol"] == {
        "knn": [0.5, 0.8], "probe": [0.4, 0.7], "speed": 900.0, "std": 0.9, "rank": None, "suited": None, "beats": None,
    }  # fmt: skip
    assert rows["simclr"] is None


@pytest.mark.parametrize("asked", [None, "", "nonsense", 3, ["simclr"], {"a": 1}])
def test_an_unknown_method_is_the_usual_one(asked: object) -> None:
    assert known_method(asked) == "simclr"


def test_the_page_is_drawn_without_torch() -> None:
    script = "import sys, explorer.pages; sys.exit('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
