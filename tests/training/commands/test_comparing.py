"""`compare`: a table for a notebook, all of it as JSON, and what its seeds allow to say."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command_line import answer, sentence
from training.__main__ import main
from training.commands.compared_latex import escaped, latex_table
from training.run import RunFolder, State

Finished = Callable[..., RunFolder]


@pytest.fixture
def printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """What the command prints of these runs, by default of all."""

    def give(*names: str) -> str:
        assert main(["compare", *names, "--runs", str(tmp_path / "runs")]) == 0
        return capsys.readouterr().out

    return give


def test_the_table_can_be_pasted(finished: Finished, printed: Callable[..., str]) -> None:
    for seed, knn in enumerate((0.70, 0.72, 0.74)):
        finished(f"a{seed}", seed=seed, knn=knn)
        finished(f"b{seed}", seed=seed, knn=knn + 0.01, temperature=0.3)
        finished(f"c{seed}", seed=seed, knn=knn - 0.2, method="byol")
    finished("d", method="vicreg", knn=0.1)
    finished("e", state=State.FAILED)
    lines = printed().splitlines()
    assert lines[0].startswith("Tones: class across source, 40 clips (")
    assert lines[0].endswith("), each run by its last snapshot")
    header, rule, *rows = (line.strip("| ").split("|") for line in lines if line.startswith("|"))
    assert [cell.strip() for cell in header[:3]] == ["method", "differs", "seeds"]
    assert len({len(line) for line in lines if line.startswith("|")}) == 1 and set("".join(rule)) == {"-", " "}
    told = [[cell.strip() for cell in row] for row in rows]
    assert [row[:7] for row in told[:2]] == [
        ["simclr", "temperature 0.3", "3", "300", "11 ± 1", "0.730 ± 0.020", "0.500"],
        ["simclr", "", "3", "300", "11 ± 1", "0.720 ± 0.020", "0.500"],
    ]
    assert [row[0] for row in told[2:]] == ["byol", "vicreg"] and told[0][-1] == "learning"
    best = "simclr with temperature 0.3"
    assert lines[lines.index("") + 8 :] == [
        f"A single run doesn't tell how much seeds differ, so nothing is said of vicreg beside {best}.",
        f"Not told apart from {best}, since seeds alone differ as much: simclr (by 0.010, seeds ± 0.020).",
        f"Farther below {best} than the seeds spread, which so few don't prove: byol (by 0.210, seeds ± 0.020). A test asks "
        "for 4 seeds of each.",
        "",
        "Not compared:",
        "- e: It is not finished: failed at step 300.",
    ]


def test_with_seeds_enough_a_test_is_told(finished: Finished, printed: Callable[..., str]) -> None:
    for seed in range(4):
        finished(f"a{seed}", seed=seed, knn=0.7 + seed / 100)
        finished(f"b{seed}", seed=seed, knn=0.5 + seed / 100, method="byol")
    assert printed().endswith(
        "\nBelow simclr by an unpaired permutation test of the seeds, each asked for itself: byol (by 0.200, p = 0.029).\n"
    )


def test_of_single_runs_no_names_are_said(finished: Finished, printed: Callable[..., str]) -> None:
    finished("a")
    assert printed().splitlines()[-1].startswith("|")
    finished("b", knn=0.6, method="byol")
    assert printed().splitlines()[-1] == (
        "Single runs don't tell how much seeds differ, so these differences may be the seeds'."
    )


def test_where_one_row_has_several_seeds_the_other_alone_is_a_single_run(
    finished: Finished, printed: Callable[..., str]
) -> None:
    for seed in range(2):
        finished(f"a{seed}", seed=seed)
    finished("b", knn=0.6, method="byol")
    assert printed().splitlines()[-1] == (
        "A single run doesn't tell how much seeds differ, so nothing is said of byol beside simclr."
    )


def test_rows_are_held_against_the_first_with_several_seeds(finished: Finished, printed: Callable[..., str]) -> None:
    finished("best", knn=0.9, temperature=0.3)
    for seed in range(2):
        finished(f"a{seed}", seed=seed, knn=0.7 + seed / 10)
        finished(f"b{seed}", seed=seed, knn=0.71 + seed / 10, method="byol")
    assert printed().splitlines()[-2:] == [
        "A single run doesn't tell how much seeds differ, so nothing is said of simclr with temperature 0.3 beside byol.",
        "Not told apart from byol, since seeds alone differ as much: simclr (by 0.010, seeds ± 0.071).",
    ]


def test_sounds_without_labels_have_verdicts_alone(finished: Finished, printed: Callable[..., str]) -> None:
    finished("a", knn=None)
    head, _, header, *_ = printed().splitlines()
    assert head.startswith("Tones: no labels, 40 clips") and "kNN" not in header and "verdict" in header


def test_json_has_each_seed(finished: Finished, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runs = [finished(f"a{seed}", seed=seed, knn=0.7 + seed / 10) for seed in (0, 1)]
    finished("b", method="byol", knn=0.2)
    found = answer(capsys, "compare", *(str(run.path) for run in runs), "b", "--runs", str(tmp_path / "runs"))
    (one,) = found["clips"]
    assert (one["data_name"], one["main_facet"], one["group"], one["clips"]) == ("Tones", "class", "source", 40)
    first, second = one["rows"]
    assert (first["seeds"], first["runs"], first["settings"]["settings"]["temperature"]) == ([0, 1], ["a0", "a1"], 0.1)
    assert first["measures"]["cross_group_knn"] == {"mean": pytest.approx(0.75), "std": pytest.approx(0.0707, abs=1e-4),
                                                    "values": pytest.approx([0.7, 0.8])}  # fmt: skip
    assert first["measures"]["effective_rank"]["mean"] == 9 and first["below"] is None
    assert second["below"] == {"difference": pytest.approx(0.55), "spread": None, "p": None, "told_apart": None}


def test_a_folder_of_runs_is_all_of_them(finished: Finished, printed: Callable[..., str]) -> None:
    run = finished("a")
    finished("b", method="byol")
    both = printed()
    assert printed(str(run.path.parent)) == printed("a", "b", "a") == both
    assert "byol" in both and "byol" not in printed("a")


def test_of_nothing_it_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for folders in ([], [str(tmp_path)]):
        assert main(["compare", *folders, "--runs", str(tmp_path / "runs")]) == 2
        said = capsys.readouterr().err
        assert said == f"There are no runs in {folders[0] if folders else tmp_path / 'runs'}.\n"


def test_a_name_draws_no_cells(finished: Finished, printed: Callable[..., str]) -> None:
    finished("a", more={"watched": True, "method": "x | y\n| z", "about": {}})
    lines = [line for line in printed().splitlines() if line.startswith("|")]
    assert len(lines) == 3 and "x \\| y\\x0a\\| z" in lines[2]


def test_a_csv_has_every_row_with_all_its_measures(
    finished: Finished, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for seed in (0, 1):
        finished(f"a{seed}", seed=seed, knn=0.7 + seed / 10)
    finished("b", method="byol", knn=0.2)
    finished("c", state=State.FAILED)
    out, runs = tmp_path / "rows.csv", ["--runs", str(tmp_path / "runs")]
    assert main(["compare", "--csv", str(out), *runs]) == 0
    shown = capsys.readouterr()
    assert "Wrote 2 rows to" in shown.err and shown.out.startswith("Tones: class across source"), "the tables as always"
    first, second = csv.DictReader(out.read_text().splitlines())
    assert [first[name] for name in ("data", "label", "across", "clips", "method", "seeds", "verdicts")] == [
        "Tones", "class", "source", "40", "simclr", "2", "2 Learning",
    ]  # fmt: skip
    assert float(first["cross_group_knn"]) == pytest.approx(0.75) and float(first["effective_rank_std"]) == 0
    assert float(first["cross_group_knn_std"]) == pytest.approx(0.0707, abs=1e-4) and first["below"] == ""
    assert (second["method"], second["cross_group_knn_std"], second["p"]) == ("byol", "", "")
    assert float(second["below"]) == pytest.approx(0.55)
    assert main(["compare", "--csv", "-", *runs]) == 0
    printed = capsys.readouterr()
    assert printed.out == out.read_text() and printed.err.endswith("- c: It is not finished: failed at step 300.\n")
    found = answer(capsys, "compare", "--csv", str(tmp_path / "again.csv"), *runs)
    assert len(found["clips"][0]["rows"]) == 2 and (tmp_path / "again.csv").read_text() == printed.out


def test_a_latex_table_holds_what_the_printed_one_does(
    finished: Finished, tmp_path: Path, printed: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    for seed, knn in enumerate((0.70, 0.72)):
        finished(f"a{seed}", seed=seed, knn=knn)
    finished("b", method="byol", breaks=("stop_gradient",), knn=0.1)
    table = [[cell.strip() for cell in line.strip("| ").split("|")] for line in printed().splitlines() if "|" in line]
    out, runs = tmp_path / "table.tex", ["--runs", str(tmp_path / "runs")]
    assert main(["compare", "--latex", str(out), *runs]) == 0
    assert capsys.readouterr().out.startswith("Tones: class across source, 40 clips ("), "it is printed too"
    written = out.read_text()
    header, *rows = (
        line.strip(" \\").replace(r"$\pm$", "±").split(" & ") for line in written.splitlines() if line.endswith(r"\\")
    )
    assert header == ["method", "seeds", "seconds", "cross-group kNN", "verdict"]
    assert [row[0] for row in rows] == ["SimCLR", "BYOL without stop gradient"], "as a paper says it"
    asked = [table[0].index(title) for title in header[1:]]
    assert [row[1:] for row in rows] == [[row[i] for i in asked] for row in table[2:]]
    assert r"\begin{tabular}{lrrrl}" in written
    (caption,) = (line for line in written.splitlines() if r"\caption" in line)
    assert "each run by its last snapshot" in caption and "nothing is said of BYOL without" in caption
    same = [title for title in table[0] if title not in ("differs", *header)]
    told = ", ".join(f"{title} {table[2][table[0].index(title)]}" for title in same)
    assert len(same) > 4 and caption.endswith(f" In all rows: {told}.}}"), "what no row differs in is said once"
    assert main(["compare", "--latex", "-", *runs]) == 0
    assert capsys.readouterr().out == written


def test_a_single_row_is_a_table_in_latex_too() -> None:
    assert r"SimCLR & 4 \\" in latex_table("Said.", {"method": ["SimCLR"], "seeds": ["4"]})


def test_no_sign_of_a_name_means_anything_to_latex() -> None:
    assert escaped("50 % of a_b & {c} \\d") == r"50 \% of a\_b \& \{c\} \textbackslash{}d"
    assert escaped("[x] *|") == "{[}x{]} {*}$|$", "a row may begin with what would be an option of the line before"


def test_a_csv_that_can_be_no_file_is_one_sentence(
    finished: Finished, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    finished("a")
    runs = ["compare", "--runs", str(tmp_path / "runs"), "--csv"]
    assert sentence(capsys, *runs, f"{tmp_path}/none/x.csv").endswith(f"there is no folder {tmp_path}/none.")
    assert sentence(capsys, *runs, str(tmp_path)) == f"The file {tmp_path} can't be written: Is a directory."
    assert "--csv - and --json were given" in sentence(capsys, *runs, "-", "--json")
    assert "--csv - and --latex x.tex were given" in sentence(capsys, *runs, "-", "--latex", "x.tex")
    assert "Is a directory" in sentence(capsys, *runs, str(tmp_path))
