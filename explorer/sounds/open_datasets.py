"""The data sets that are open, and the ones being opened: never in the thread that answers a request."""

import logging
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from training.data import open_dataset, starter
from training.data.cache import load
from training.data.dataset import Dataset, Progress
from training.data.starter.unmade import unmade
from training.errors import UserError
from training.units import counted

OPEN_AT_MOST = 4
WAIT_SECONDS = 2.0
"""For so long whoever asks for a cached set waits before it is told that the set is still being opened."""
ASK_SECONDS = 0.02
MISSING_SECONDS = 3.0
"""For so long a set that wasn't found isn't looked for again, nor one opened anew that could not be opened."""
FAULT = "The sounds could not be opened because of a fault in Hearsight; its log says more."

log = logging.getLogger(__name__)


class StillOpening(UserError):
    """The data set is being opened; ask again in a moment."""

    def __init__(self) -> None:
        super().__init__("These sounds are being opened; try again in a moment.")


@dataclass(frozen=True)
class Opening:
    """Where the opening or making of one data set stands."""

    reference: str
    fraction: float = 0.0
    text: str = "Waiting for other sounds to be opened."
    dataset: Dataset | None = None
    error: str | None = None
    """One plain sentence where it failed."""
    failed_at: float | None = None
    """When it failed, on the monotonic clock."""

    @property
    def done(self) -> bool:
        """Whether nothing more will change."""
        return self.dataset is not None or self.error is not None

    @property
    def stale(self) -> bool:
        """Whether it failed so long ago that whoever asked has read why, and another try may do better."""
        return self.failed_at is not None and time.monotonic() - self.failed_at >= MISSING_SECONDS


@cache
def built_in() -> str | None:
    """The fingerprint of the built-in set; None where what makes it is not installed."""
    try:
        return starter.fingerprint()
    except UserError:
        return None


class Closed(Exception):
    """Nobody waits any more for what is being made."""


class OpenDatasets:
    """Keeps a few data sets open by fingerprint, and makes new ones in the background, two at a time.

    Two, so that a small folder need not wait until the built-in sounds are made.
    """

    def __init__(self, root: Path | None = None, make: Callable[..., Dataset] = open_dataset):
        """`root`: where the cache lies, for tests; `make`: what opens a reference."""
        self._root = root
        self._make = make
        self._lock = threading.Lock()
        self._open: OrderedDict[str, Dataset] = OrderedDict()
        self._missing: dict[str, float] = {}
        self._loading: dict[str, Future[Dataset | None]] = {}
        self._openings: dict[tuple[str, float], Opening] = {}
        self._loaders = ThreadPoolExecutor(2, "open data")
        self._makers = ThreadPoolExecutor(2, "make data")
        self._closed = False

    def dataset(self, fingerprint: str, wait_seconds: float | None = None) -> Dataset | None:
        """The cached set of this fingerprint, or None where it isn't on this machine.

        Raises StillOpening when it is not open after `wait_seconds`: at most for the first click on a huge set, or on a
        busy machine.
        """
        with self._lock:
            if fingerprint in self._open:
                self._open.move_to_end(fingerprint)
                return self._open[fingerprint]
            if time.monotonic() - self._missing.get(fingerprint, -MISSING_SECONDS) < MISSING_SECONDS:
                return None
            if not re.fullmatch(r"[A-Za-z0-9_-]{1,128}", fingerprint):
                return None
            if fingerprint not in self._loading:
                self._loading[fingerprint] = self._loaders.submit(self._load, fingerprint)
            future = self._loading[fingerprint]
        try:
            return future.result(WAIT_SECONDS if wait_seconds is None else wait_seconds)
        except NotYet:
            raise StillOpening from None

    def one_by_one(self, fingerprint: str, wait_seconds: float | None = None) -> Dataset | None:
        """As `dataset`, but the built-in set's clips can be had while it is being made, each as soon as it is asked for."""
        found = self.dataset(fingerprint, wait_seconds)
        return unmade(fingerprint) if found is None and fingerprint == built_in() else found

    def open(self, reference: str, window_seconds: float = 2.0, anew: bool = False) -> Opening:
        """Where the opening of "starter", a public set or a path stands; begins it where nobody did, never waits.

        What failed is begun again after a few seconds. `anew` begins again whatever was done, for a folder whose files
        may have changed.
        """
        key = (reference, window_seconds)
        with self._lock:
            known = self._openings.get(key)
            if known is not None and not known.stale and not (known.done and anew):
                if known.dataset is not None:
                    self._keep(known.dataset)
                return known
            self._openings[key] = Opening(reference)
            self._makers.submit(self._make_in_background, key)
            return self._openings[key]

    def reopened(self, reference: str) -> Opening:
        """Where the opening of `reference` stands after it was begun anew and WAIT_SECONDS at most have passed."""
        until = time.monotonic() + WAIT_SECONDS
        opening = self.open(reference, anew=True)
        while not opening.done and time.monotonic() < until:
            time.sleep(ASK_SECONDS)
            opening = self.open(reference)
        return opening

    def known(self, reference: str, window_seconds: float | None = None) -> Opening | None:
        """Where the opening of `reference` stands, if it was begun at all, with whatever window where none is named."""
        with self._lock:
            return next(
                (
                    opening
                    for (name, window), opening in reversed(self._openings.items())
                    if name == reference and window_seconds in (None, window)
                ),
                None,
            )

    def forget(self, reference: str) -> None:
        """Begin anew when `reference` is opened next, since it was downloaded meanwhile."""
        with self._lock:
            self._drop(lambda opening: opening.done and opening.reference == reference)

    def close(self) -> None:
        """Begin nothing new, and have what is being made given up: a process waits for its threads before it ends."""
        self._closed = True
        self._loaders.shutdown(wait=False, cancel_futures=True)
        self._makers.shutdown(wait=False, cancel_futures=True)

    def _load(self, fingerprint: str) -> Dataset | None:
        found = None
        try:
            found = load(fingerprint, self._root)
        except Exception:
            log.exception("A cached data set could not be opened.")
        finally:
            with self._lock:
                del self._loading[fingerprint]
                if found is None:
                    now = time.monotonic()
                    fresh = {name: at for name, at in self._missing.items() if now - at < MISSING_SECONDS}
                    self._missing = {**fresh, fingerprint: now}  # anybody may ask for any name
                else:
                    self._keep(found)
        return found

    def _make_in_background(self, key: tuple[str, float]) -> None:
        try:
            dataset = self._make(key[0], window_seconds=key[1], progress=self._progress_of(key))
            done = Opening(key[0], 1.0, f"{counted(len(dataset), 'clip')} ready.", dataset)
        except Closed:
            return
        except UserError as error:
            done = Opening(key[0], 0.0, str(error), None, str(error), time.monotonic())
        except Exception:
            log.exception("A data set could not be opened.")
            done = Opening(key[0], 0.0, FAULT, None, FAULT, time.monotonic())
        with self._lock:
            self._openings[key] = done
            if done.dataset is not None:
                self._keep(done.dataset)

    def _progress_of(self, key: tuple[str, float]) -> Progress:
        def note(fraction: float, sentence: str) -> None:
            if self._closed:
                raise Closed
            percent = f"{sentence.rstrip(' .:')}: {100 * fraction:.0f} %"
            with self._lock:
                self._openings[key] = replace(self._openings[key], fraction=fraction, text=percent)

        return note

    def _keep(self, dataset: Dataset) -> None:
        self._missing.pop(dataset.fingerprint, None)
        self._open[dataset.fingerprint] = dataset
        self._open.move_to_end(dataset.fingerprint)
        while len(self._open) > OPEN_AT_MOST:
            self._open.popitem(last=False)
        self._drop(lambda opening: opening.dataset is not None and opening.dataset.fingerprint not in self._open)

    def _drop(self, unwanted: Callable[[Opening], bool]) -> None:
        self._openings = {key: opening for key, opening in self._openings.items() if not unwanted(opening)}
