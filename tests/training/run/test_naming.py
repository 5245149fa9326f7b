"""Names of new runs can be read, sort by time within a method, and never meet."""

import re
import time
from pathlib import Path

import pytest

from training.run.naming import new_run_name


@pytest.mark.parametrize(
    ("data", "word"),
    [
        ("starter", "-starter"),
        ("/home/me/My birds (2026).zip", "-my-birds-2026"),
        ("hf:owner/name", "-name"),
        ("/", ""),
        ("/tmp/鳥", ""),
        ("/tmp/" + "x" * 90, "-" + "x" * 24),
    ],
)
def test_a_name_tells_method_data_and_time(tmp_path: Path, data: str, word: str) -> None:
    name = new_run_name(tmp_path, {"method": "moco_v2", "data": data})
    assert re.fullmatch(rf"moco-v2{word}-\d{{8}}-\d{{6}}", name)


def test_a_name_that_is_taken_gets_a_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "strftime", lambda pattern: "20260304-050607")
    names = []
    for _ in range(3):
        names.append(new_run_name(tmp_path, {"method": "byol", "data": "starter"}))
        (tmp_path / names[-1]).mkdir()
    assert names == [f"byol-starter-20260304-050607{end}" for end in ("", "-1", "-2")]
