"""Tables beside sounds, whatever program wrote them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from training.data import tables
from training.data.sniff import NotRead
from training.data.tables import as_seconds, read_table, read_track


@pytest.mark.parametrize(("read", "text"), [(read_table, "file,class\na.wav,dog\n"), (read_track, "0.5\t1.5\tdog\n")])
def test_bad_input_a_table_that_is_too_large_is_not_read_in_part(
    read: Callable[[str], object], text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "labels"
    path.write_text(text)
    monkeypatch.setattr(tables, "LARGEST_TABLE_BYTES", len(text))
    assert read(str(path))
    monkeypatch.setattr(tables, "LARGEST_TABLE_BYTES", len(text) - 1)
    with pytest.raises(NotRead, match="too large"):
        read(str(path))


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [
        ("4:05.5", 245.5), ("1:04:05", 3845.0), ("90", 90.0), ("0,25", 0.25), ("1:60", None), ("1:60:00", None),
        ("-1", None), ("nan", None), ("inf", None), ("dog", None), ("", None),
    ],
)  # fmt: skip
def test_a_time_is_read_as_it_is_written(cell: str, seconds: float | None) -> None:
    assert as_seconds(cell) == seconds
