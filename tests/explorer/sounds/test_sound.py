from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.sounds.open_datasets import OpenDatasets
from explorer.sounds.sound import waveform_of
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


def test_a_clip_of_a_data_set(open_datasets: Any, uploads: Any, make_dataset: Any) -> None:
    dataset = make_dataset(5)
    address = {"fingerprint": dataset.fingerprint, "index": 3}
    assert np.array_equal(waveform_of(address, open_datasets, uploads), dataset.waveform(3))


def test_an_upload(open_datasets: Any, uploads: Any) -> None:
    token = uploads.add(np.full(100, 8_192, np.int16)).token
    assert np.array_equal(waveform_of({"upload": token}, open_datasets, uploads), np.full(100, 0.25, np.float32))


@pytest.mark.parametrize(
    ("address", "told"),
    [
        (None, "No sound is chosen"),
        ("text", "No sound is chosen"),
        ({}, "No sound is chosen"),
        ({"fingerprint": "../../etc", "index": 0}, "not on this machine"),
        ({"fingerprint": "0" * 64, "index": True}, "No sound is chosen"),
        ({"fingerprint": "0" * 64, "index": 5}, "not on this machine"),
        ({"fingerprint": "0" * 64, "index": -1}, "not on this machine"),
        ({"fingerprint": "f" * 64, "index": 0}, "not on this machine"),
        ({"upload": "f" * 32}, "was removed"),
        ({"upload": ["../x"]}, "was removed"),
    ],
)
def test_anything_else_is_one_sentence(
    address: Any, told: Any, open_datasets: Any, uploads: Any, make_dataset: Any
) -> None:
    make_dataset(5)
    with pytest.raises(UserError, match=told):
        waveform_of(address, open_datasets, uploads)
