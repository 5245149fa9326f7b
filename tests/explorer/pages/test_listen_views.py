from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.pages.listen_views import EXPLAINED, partners, views_form, views_of, whole_seed
from explorer.sounds.open_datasets import OpenDatasets
from explorer.sounds.uploads import Uploads
from training.errors import UserError


@pytest.fixture
def uploads() -> Iterator[Any]:
    store = Uploads()
    yield store
    store.close()


@pytest.fixture
def open_datasets(cache: Path) -> Iterator[Any]:
    opened = OpenDatasets()
    yield opened
    opened.close()


def form(**groups: Any) -> Any:
    return {"filled": {name.replace("_views", " views"): values for name, values in groups.items()}}


def test_every_augmentation_has_a_switch_where_0_means_off() -> None:
    mel, front_end = views_form("mel")
    switched = {setting["name"] for setting in mel["settings"] if setting["switch"]}
    assert {"time_shift", "time_stretch", "mixup", "noise", "equalizer", "time_mask", "frequency_mask"} <= switched
    assert "crop_seconds" not in switched
    assert front_end["name"] == "front_end"
    assert [group["name"] for group in views_form("waveform")] == ["waveform views"]


@pytest.mark.parametrize("domain", ["mel", "waveform"])
def test_views_are_sounds_of_their_own(domain: Any, open_datasets: Any, uploads: Any, make_dataset: Any) -> None:
    dataset = make_dataset(20)
    chosen = {"sound": {"fingerprint": dataset.fingerprint, "index": 2}}
    shown = views_of(chosen, form(), domain, 5, None, open_datasets, uploads)
    assert shown.notice["text"] == EXPLAINED[domain]
    for view in (shown.first, shown.second):
        samples = uploads.samples(view["sound"]["upload"])
        assert len(samples) == pytest.approx(0.96 * 16_000, abs=400)
        assert view["picture"]["mels"] == (40 if domain == "mel" else 64)
        assert (view["picture"]["rms_db"] is None) == (domain == "mel")


def test_settings_of_the_form_are_used(open_datasets: Any, uploads: Any) -> None:
    chosen = {"sound": {"upload": uploads.add_waveform(np.ones(8_000) / 4).token}}
    values = {"crop_seconds": 0.48}
    shown = views_of(chosen, form(mel_views=values, front_end={"mels": 20}), "mel", 0, None, open_datasets, uploads)
    assert (shown.first["picture"]["mels"], shown.first["picture"]["frames"]) == (20, 24)


@pytest.mark.parametrize(
    ("chosen", "filled", "domain", "seed", "told"),
    [
        (None, form(), "mel", 0, "No sound is chosen"),
        ({"sound": {"upload": "0" * 32}}, form(), "mel", 0, "was removed"),
        ({}, form(mel_views={"noise": 3}), "mel", 0, "The setting noise is 3"),
        ({}, form(mel_views={"loudness": 3}), "mel", 0, "no setting 'loudness'"),
        ({}, form(front_end={"low_hz": 2000, "high_hz": 2000}), "mel", 0, "below high_hz, 2000"),
        ({}, form(), "light", 0, "Choose mel views or waveform views"),
        ({}, form(), "mel", -1, "The seed is -1"),
        ({}, form(), "mel", None, "The seed is None"),
    ],
)
def test_a_mistake_is_one_sentence_and_the_old_views_stay(
    chosen: Any, filled: Any, domain: Any, seed: Any, told: Any, open_datasets: Any, uploads: Any
) -> None:
    shown = views_of(chosen, filled, domain, seed, None, open_datasets, uploads)
    assert (shown.first, shown.second) == (None, None)
    assert told in shown.notice["text"]
    assert shown.notice["tone"] == "bad"


def test_the_clip_itself_is_not_among_its_partners(make_dataset: Any) -> None:
    dataset = make_dataset(8)
    found = partners(dataset, {"fingerprint": dataset.fingerprint, "index": 3}, 0)
    assert len(found) == 7
    assert len(partners(dataset, {"upload": "x"}, 0)) == 8
    assert len(partners(make_dataset(40, fingerprint="1" * 64), None, 0)) == 15
    assert partners(None, None, 0) == []


def test_seeds_are_whole_numbers() -> None:
    assert whole_seed(12.0) == 12
    with pytest.raises(UserError):
        whole_seed(float("nan"))
