"""What is dropped is kept, opened in the background and then chosen; what is refused is said and forgotten."""

import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import numpy as np
import pytest
import soundfile

from explorer.jobs.quotas import Quotas
from explorer.pages.data_words import LONG_INSTEAD
from explorer.pages.drop_zone import DropZone
from explorer.runs.library import Library
from explorer.visitors.limits import Limits
from training.data.dropped import dropped_root, is_dropped


@pytest.fixture
def incoming(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: Path) -> Any:
    """Where Gradio puts what visitors send."""
    folder = tmp_path / "gradio"
    folder.mkdir()
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(folder))
    return folder


def zone(tmp_path: Path, read_only: bool = False, limits: Limits | None = None, paths: bool = True) -> Any:
    launcher = SimpleNamespace(quotas=Quotas(limits or Limits(), tmp_path))
    services = SimpleNamespace(library=Library(tmp_path / "runs"), launcher=launcher)
    frame = SimpleNamespace(services=services, read_only=read_only, paths=paths)
    return DropZone(frame)  # type: ignore[arg-type]


def followed(drop: Any, notice: Any) -> tuple[Any, Any]:
    until = time.monotonic() + 120
    going_on = True
    while going_on:
        assert time.monotonic() < until, "waited in vain"
        notice, reference, going_on = drop._follow(notice)
        time.sleep(0.01)
    return notice, reference


def tone(path: Any) -> str:
    soundfile.write(path, np.sin(np.arange(8_000) / 5) / 2, 16_000)
    return str(path)


def test_dropped_files_are_opened_and_chosen(incoming: Any, tmp_path: Path) -> None:
    drop = zone(tmp_path)
    _, notice, _ = drop._keep([tone(incoming / "a.wav"), tone(incoming / "b.wav")])
    assert notice["tone"] == "busy"
    said, reference = followed(drop, notice)
    assert said is None and is_dropped(reference) and reference.endswith("/2 dropped files")


def test_what_holds_no_sound_is_said_and_forgotten(incoming: Any, tmp_path: Path) -> None:
    (incoming / "a.wav").write_text("nothing")
    drop = zone(tmp_path)
    said, reference = followed(drop, drop._keep([str(incoming / "a.wav")])[1])
    assert said["tone"] == "bad" and "no sound" in said["text"] and reference is None
    assert not [path for path in dropped_root().iterdir() if path.is_dir()]


@pytest.mark.parametrize("paths", [True, False])
def test_of_a_file_that_is_too_long_it_is_said_that_its_folder_can_be_named_where_that_is_so(
    incoming: Any, tmp_path: Path, paths: bool
) -> None:
    soundfile.write(incoming / "long.flac", np.random.default_rng(0).uniform(-1, 1, 8_000 * 601), 8_000)
    drop = zone(tmp_path, paths=paths)
    said, _ = followed(drop, drop._keep([str(incoming / "long.flac")])[1])
    assert "long.flac: it is longer than 600 seconds" in said["text"]
    assert said["text"].endswith(LONG_INSTEAD) is paths


def test_security_a_path_that_nobody_sent_is_never_opened(incoming: Any, tmp_path: Path) -> None:
    said = zone(tmp_path)._keep([tone(tmp_path / "own.wav")])[1]
    assert said["text"] == "This is not a sound that was sent to this page."
    assert not dropped_root().exists()


def test_a_page_for_looking_only_takes_nothing(incoming: Any, tmp_path: Path) -> None:
    drop = zone(tmp_path, read_only=True)
    assert drop._keep([tone(incoming / "a.wav")])[1]["tone"] == "bad"
    assert not dropped_root().exists()


@pytest.mark.parametrize("notice", [None, {}, {"reference": "/etc"}, {"reference": 3}, "x"])
def test_a_made_up_value_opens_nothing(incoming: Any, tmp_path: Path, notice: Any) -> None:
    assert zone(tmp_path)._follow(notice) == (None, None, False)


def test_visitors_drop_nothing_where_the_disk_is_nearly_full_nor_more_than_may_be_kept(
    incoming: Any, tmp_path: Path
) -> None:
    full = zone(tmp_path, limits=Limits(free_percent=101))
    assert full._keep([tone(incoming / "a.wav")])[1]["text"].startswith("Only ")
    with (incoming / "b.wav").open("wb") as file:
        file.write(b"x" * 1_500_000)
    small = zone(tmp_path, limits=Limits(dropped_mb=1))
    assert "more than there is room for" in small._keep([str(incoming / "b.wav")])[1]["text"]
    assert not dropped_root().exists() or not [path for path in dropped_root().iterdir() if path.is_dir()]


def test_a_look_that_comes_late_changes_nothing(incoming: Any, tmp_path: Path) -> None:
    drop = zone(tmp_path)
    refused = drop._keep([str(tmp_path / "elsewhere.wav")])[1]
    for notice in (None, refused):
        assert drop._looked(notice, "[]", pytest.fail) == (gr.skip(),) * 3
