"""No name that comes from outside can change what is shown or become a formula."""

import csv
import io
import re
from pathlib import Path

import pytest

from training.data.names import any_name, csv_cell, distinct_names, readable_name, sent_name, write_table


def test_plain_and_foreign_names_stay() -> None:
    assert readable_name("Größe 音 😀 a'b.wav") == "Größe 音 😀 a'b.wav"


def test_bad_input_invisible_characters_are_shown() -> None:
    assert readable_name("a\0b\n\u202egpj.wav") == "a\\x00b\\x0a\\u202egpj.wav"
    assert readable_name(b"\xff.wav".decode(errors="surrogateescape")) == "\\udcff.wav"
    assert readable_name("\U000e0041") == "\\U000e0041"


def test_bad_input_long_names_keep_both_ends() -> None:
    shown = readable_name("a" * 400 + ".wav", 20)
    assert len(shown) == 20 and shown.startswith("aaaa") and shown.endswith("….wav".removeprefix("…")) and "…" in shown


def test_a_name_is_as_before_it_was_sent() -> None:
    assert sent_name("rec %22wet%22%0D%0A100%.wav") == 'rec "wet"  100%.wav'


def test_bad_input_cells_are_never_formulas() -> None:
    assert [csv_cell(text) for text in ("=1+1", "+1", "-1", "@x", "\tx")] == ["'=1+1", "'+1", "'-1", "'@x", "'\tx"]
    assert [csv_cell(value) for value in ("rain", None, -1.5, 3, "")] == ["rain", "", "-1.5", "3", ""]


def test_bad_input_no_cell_of_a_written_table_is_a_formula() -> None:
    for separator in ",\t":
        file = io.StringIO(newline="")
        write_table(file, ["file", "=x"], [["a.wav", "@1"], ["+b.wav", -2.5]], separator)
        assert list(csv.reader(io.StringIO(file.getvalue()), delimiter=separator)) == [
            ["file", "'=x"], ["a.wav", "'@1"], ["'+b.wav", "-2.5"]
        ]  # fmt: skip


def test_every_table_is_written_by_one_function() -> None:
    root = Path(__file__).parents[3]
    files = [path for folder in ("training", "explorer", "benchmarks") for path in (root / folder).rglob("*.py")]
    writing = [path.name for path in files if re.search(r"csv\.(writer|DictWriter)|to_csv", path.read_text())]
    assert len(files) > 100 and writing == ["names.py"]


@pytest.mark.parametrize("names", [["a.wav", "sub/a.wav"], ["sub/a.wav", "a.wav"]])
def test_the_whole_name_wins_over_a_part_of_another_one(names: list[str]) -> None:
    meant = any_name(names)
    assert (meant("a.wav"), meant("sub/a.wav"), meant("a.wav", "sub")) == ("a.wav", "sub/a.wav", "sub/a.wav")
    assert meant("a") == "" and meant("/elsewhere/sub/a") == "sub/a.wav"


def test_names_that_are_alike_get_as_much_of_their_place_as_tells_them_apart() -> None:
    places = {
        "/a/x.wav": "x.wav",
        "/b/c/x.wav": "c/x.wav",
        "/b/x.wav": "x.wav",
        "/b/y.wav": "y.wav",
        "c/x.wav": "x.wav",
    }
    assert list(distinct_names(places).values()) == ["a/x.wav", "b/c/x.wav", "b/x.wav", "y.wav", "c/x.wav"]
    assert list(distinct_names({"/x": "x", "/a/x": "x"}).values()) == ["/x", "a/x"]
    assert distinct_names({}) == {}
