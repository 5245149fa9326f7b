"""Pairs of views that visitors ask for: drawn one after the other off the event loop, and the last few kept.

Views bring torch with them, so they are imported when the first is asked for, or ahead of it by `warm_up`.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass
from functools import cache
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.sounds.open_datasets import OpenDatasets
from explorer.sounds.sound import waveform_of
from explorer.sounds.uploads import Uploads
from training.data.dataset import Dataset

if TYPE_CHECKING:
    from explorer.sounds.views import View
    from training.parts.augment import Augment

PARTNERS = 15
"""Other clips in the batch, of which mixup takes one."""
KEPT = 48
"""Pairs in memory, each of at most 5 s: less than 40 MB together."""
MOST_WAITING = 12
LONGEST_SECONDS = 30.0
"""The first pair waits until torch is imported."""
BUSY = "Too many views are being drawn just now; try again in a moment."


class Busy(Exception):
    """Others are being drawn; ask again in a moment."""


@dataclass(frozen=True)
class Recipe:
    """All that a pair of views depends on. Equal recipes give equal pairs."""

    upload: str | None
    """The token of a visitor's sound; None for a clip."""
    fingerprint: str | None
    """The data of the clip; for a visitor's own sound that of its partners, if any."""
    clip: int | None
    augment: "Augment"
    seed: int

    @property
    def sound(self) -> dict[str, Any]:
        """As explorer.sounds.sound takes it."""
        return {"upload": self.upload} if self.upload is not None else self.clip_sound

    @property
    def clip_sound(self) -> dict[str, Any]:
        """The address of the clip."""
        return {"fingerprint": self.fingerprint, "index": self.clip}


class Pairs:
    """Draws pairs. All methods may be called from any thread that can wait."""

    def __init__(self, open_datasets: OpenDatasets, uploads: Uploads):
        self._open_datasets = open_datasets
        self._uploads = uploads
        self._lock = threading.Lock()
        self._draws = ThreadPoolExecutor(1, "draw views")
        self._inverts = ThreadPoolExecutor(1, "hear views")  # of its own, so that pictures don't wait for sounds
        self._drawn: OrderedDict[Any, Future[Any]] = OrderedDict()

    def pair(self, recipe: Recipe) -> "tuple[View, View]":
        """The two views. Raises UserError, and Busy where too many others wait."""
        if recipe.upload is not None:
            waveform_of(recipe.sound, self._open_datasets, self._uploads)  # views don't outlive the sound
        found: tuple[View, View] = self._done(recipe, self._draws, lambda: self._draw(recipe))
        return found

    def heard(self, recipe: Recipe, which: int) -> np.ndarray:
        """(S,) int16 at 16 kHz: the first (0) or second (1) view as sound. Raises as `pair` does."""
        view = self.pair(recipe)[which]
        found: np.ndarray = self._done((recipe, which), self._inverts, lambda: _whole_samples(view.heard()))
        return found

    def warm_up(self) -> None:
        """Import in the background what the first pair needs, before it is asked for. Once is enough."""
        self._draws.submit(_ready_to_draw)

    def close(self) -> None:
        """Draw nothing more."""
        for hand in (self._draws, self._inverts):
            hand.shutdown(wait=False, cancel_futures=True)

    def _done(self, key: Any, hand: ThreadPoolExecutor, work: Callable[[], Any]) -> Any:
        """What `work` gives, done once for a key; what failed is forgotten."""
        with self._lock:
            if key not in self._drawn:
                if sum(not future.done() for future in self._drawn.values()) >= MOST_WAITING:
                    raise Busy(BUSY)
                self._drawn[key] = hand.submit(work)
            future = self._drawn[key]
            self._drawn.move_to_end(key)
            while len(self._drawn) > KEPT:
                self._drawn.popitem(last=False)
        try:
            return future.result(LONGEST_SECONDS)
        except NotYet:
            raise Busy(BUSY) from None
        except Exception:
            with self._lock:
                self._drawn.pop(key, None)
            raise

    def _draw(self, recipe: Recipe) -> "tuple[View, View]":
        from explorer.sounds.views import two_views

        waveform = waveform_of(recipe.sound, self._open_datasets, self._uploads)
        data = None if recipe.fingerprint is None else self._open_datasets.dataset(recipe.fingerprint)
        others, names = partners(data, recipe)
        return two_views(waveform, others, names, recipe.augment, recipe.seed)


def partners(dataset: Dataset | None, recipe: Recipe) -> tuple[Sequence[np.ndarray], Sequence[str]]:
    """The rest of the batch, and what each is called: random clips of `dataset` but the sound itself; none without data."""
    if dataset is None:
        return [], []
    drawn = np.random.default_rng(recipe.seed).permutation(len(dataset))[: PARTNERS + 1]
    clips = [int(clip) for clip in drawn if recipe.upload is not None or clip != recipe.clip][:PARTNERS]
    facet = dataset.facets.get(dataset.main_facet)
    names = [(facet and facet.label(clip)) or PurePath(dataset.files[clip]).name for clip in clips]
    return [dataset.waveform(clip) for clip in clips], names


def _whole_samples(waveform: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(waveform * 32768), -32768, 32767).astype(np.int16)


@cache
def _ready_to_draw() -> None:
    import explorer.sounds.views

    assert explorer.sounds.views
