"""python -m explorer suspects"""

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.__main__ import main
from explorer.suspects import listed


@pytest.fixture
def copied(make_run: Any, make_dataset: Any, tmp_path: Path) -> Path:
    """A run of which clip 3 sounds as clip 8, and 1 as 6, as both are the same tone."""
    dataset = make_dataset(40)

    def embedded(step: int) -> np.ndarray:
        return np.random.default_rng(0).normal(size=(40, 8))[np.arange(40) % 5].astype(np.float32)

    run = make_run(tmp_path / "runs" / "one", 40, fingerprint=dataset.fingerprint, embedded=embedded)
    path: Path = run.path
    return path


def rows(file: Path) -> list[dict[str, str]]:
    with open(file, encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def test_all_near_duplicates_are_written_with_the_file_of_the_other(
    copied: Path, tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listed, "MOST", 1)
    assert (
        main(["suspects", "one", "--runs", str(copied.parent), "--kind", "copy", "--out", str(tmp_path / "a.csv")]) == 0
    )
    found = rows(tmp_path / "a.csv")
    assert capsys.readouterr().out == f"Wrote {len(found)} clips to {tmp_path / 'a.csv'}.\n"
    assert len(found) > 1 and {row["kind"] for row in found} == {"Near-duplicates"}
    assert all(row["file"] != row["beside"] and row["beside"] in row["reason"] for row in found)
    assert main(["suspects", str(copied), "--out", str(tmp_path / "b.csv")]) == 0
    assert [row for row in rows(tmp_path / "b.csv") if row["kind"] == "Near-duplicates"] == found


def test_what_is_not_there_is_one_sentence(make_run: Any, tmp_path: Path, capsys: Any) -> None:
    run = make_run(tmp_path / "two", 20, fingerprint="1" * 64)
    assert main(["suspects", str(run.path), "--out", str(tmp_path / "a.csv")]) == 2
    said = capsys.readouterr().err
    assert "are not on this machine" in said and said.count("\n") == 1
    assert not (tmp_path / "a.csv").exists()
