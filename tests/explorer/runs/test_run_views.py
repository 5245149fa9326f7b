"""A run's views are those that its own method draws."""

from pathlib import Path
from typing import Any

import pytest

from explorer.runs.run_views import run_views
from training.errors import UserError
from training.run import RunFolder


def test_they_have_the_runs_own_settings(make_run: Any, tmp_path: Path) -> None:
    given = {"encoder": "conv2d", "views": {"crop_seconds": 0.4}, "front_end": {"mels": 20}}
    found = run_views(make_run(tmp_path / "run", n=5, config=given))
    assert (found.augment.settings.crop_seconds, found.augment.front_end.mels, found.pairs, found.one) == (
        0.4,
        20,
        True,
        False,
    )
    samples = run_views(make_run(tmp_path / "samples", n=5, config={"encoder": "conv1d"}))
    assert type(samples.augment.settings).__name__ == "WaveformViews"


def test_they_are_as_long_as_the_method_says(make_run: Any, tmp_path: Path) -> None:
    method = {"method": "audio2vec_cbow", "encoder": "conv2d"}
    given = {**method, "settings": {"slice_seconds": 0.16, "gap_seconds": 0.04, "neighbours": 1}}
    found = run_views(make_run(tmp_path / "run", n=5, config=given))
    assert found.augment.view_frames == found.augment.own_frames != 48
    assert not found.pairs and found.one


def test_a_run_that_says_nothing_usable_is_a_sentence(make_run: Any, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="does not say"):
        run_views(RunFolder(tmp_path / "none"))
    with pytest.raises(UserError, match="no method 'mystery'"):
        run_views(make_run(tmp_path / "run", n=5, config={"method": "mystery"}))
