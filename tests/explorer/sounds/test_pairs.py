import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Any

import numpy as np
import pytest

from explorer.sounds import pairs as module
from explorer.sounds.open_datasets import OpenDatasets
from explorer.sounds.pairs import Busy, Pairs, Recipe, partners
from explorer.sounds.uploads import Uploads
from training.errors import UserError
from training.parts.augment import Augment
from training.spectrogram import FrontEnd
from training.views import MelViews, WaveformViews

DATA = "0" * 64
CLIP = Recipe(None, DATA, 2, Augment(MelViews(), FrontEnd()), 5)


@pytest.fixture
def uploads() -> Iterator[Any]:
    store = Uploads()
    yield store
    store.close()


@pytest.fixture
def pairs(cache: Path, uploads: Any, make_dataset: Any) -> Iterator[Any]:
    make_dataset(20)
    opened = OpenDatasets()
    made = Pairs(opened, uploads)
    yield made
    made.close()
    opened.close()


def test_a_pair_is_drawn_once_and_heard_when_it_is_asked_for(pairs: Any) -> None:
    first, second = pairs.pair(CLIP)
    assert pairs.pair(replace(CLIP))[0] is first
    assert pairs.pair(replace(CLIP, seed=6))[0].line != first.line
    for which in (0, 1):
        heard = pairs.heard(CLIP, which)
        assert heard.dtype == np.int16 and len(heard) == pytest.approx(0.96 * 16_000, abs=400)
    assert pairs.heard(CLIP, 1) is pairs.heard(CLIP, 1)
    assert first.given.shape == second.given.shape == (40, 48)


def test_no_more_are_kept_than_so_many(pairs: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT", 3)
    first = pairs.pair(CLIP)[0]
    for seed in range(10, 14):
        pairs.pair(replace(CLIP, seed=seed))
    assert len(pairs._drawn) == 3
    again = pairs.pair(CLIP)[0]
    assert again is not first and np.array_equal(again.given, first.given)


def test_whoever_comes_while_too_many_wait_is_asked_to_come_back(pairs: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 1)
    held = threading.Event()
    pairs._draws.submit(held.wait)
    waiting = threading.Thread(target=pairs.pair, args=(CLIP,))
    waiting.start()
    while not pairs._drawn:
        pass
    with pytest.raises(Busy, match="Too many views"):
        pairs.pair(replace(CLIP, seed=1))
    held.set()
    waiting.join()
    assert pairs.pair(replace(CLIP, seed=1))


def test_views_of_a_sound_that_was_removed_are_gone_too(pairs: Any, uploads: Any) -> None:
    token = uploads.add(np.full(8_000, 8_192, np.int16)).token
    own = Recipe(token, None, None, Augment(WaveformViews(), FrontEnd()), 0)
    assert pairs.pair(own)[0].given.ndim == 1
    uploads.close()
    with pytest.raises(UserError, match="was removed"):
        pairs.pair(own)


def test_what_failed_is_tried_again(pairs: Any, make_dataset: Any) -> None:
    far = replace(CLIP, clip=99)
    with pytest.raises(UserError, match="not on this machine"):
        pairs.pair(far)
    assert far not in pairs._drawn


def test_the_clip_itself_is_not_among_its_partners(make_dataset: Any) -> None:
    dataset = make_dataset(8)
    found, names = partners(dataset, replace(CLIP, clip=3))
    assert len(found) == len(names) == 7
    assert sorted(names) == ["bell", "bell", "dog", "dog", "rain", "rain", "violin"]  # the clip is the one of seven
    assert len(partners(dataset, replace(CLIP, upload="x"))[0]) == 8
    assert len(partners(make_dataset(40, fingerprint="1" * 64), CLIP)[0]) == 15
    assert partners(None, CLIP) == ([], [])


def test_a_partner_without_a_label_is_called_by_its_file(make_dataset: Any) -> None:
    dataset = make_dataset(8)
    facet = dataset.facets[dataset.main_facet]
    bare = replace(dataset, facets={**dataset.facets, dataset.main_facet: replace(facet, codes=0 * facet.codes - 1)})
    assert set(partners(bare, CLIP)[1]) <= {PurePath(file).name for file in bare.files}
