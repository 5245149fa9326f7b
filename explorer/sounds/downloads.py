"""Public data sets fetched in the background, one at a time, while the page says how far they are."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from explorer.sounds.open_datasets import Closed
from training.data.dataset import Progress
from training.errors import UserError

log = logging.getLogger(__name__)

Fetch = Callable[[str, Progress], Path]


@dataclass(frozen=True)
class Download:
    """Where the fetching of one set stands."""

    name: str
    fraction: float = 0.0
    text: str = "Waiting for another download."
    done: bool = False
    failed: bool = False


class Downloads:
    """All methods may be called from any thread."""

    def __init__(self, fetch: Fetch | None = None, arrived: Callable[[str], None] = lambda name: None):
        """`fetch`: what brings a set here, for tests; `arrived` is called with the name of each set that is here now."""
        self._fetch = fetch or _fetch_public
        self._arrived = arrived
        self._lock = threading.Lock()
        self._known: dict[str, Download] = {}
        self._worker = ThreadPoolExecutor(1, "download")
        self._closed = False

    def begin(self, name: str) -> Download:
        """Fetch this set, unless it is being fetched; one that failed goes on where it broke off."""
        with self._lock:
            known = self._known.get(name)
            if known is None or known.done:
                known = self._known[name] = Download(name)
                self._worker.submit(self._work, name)
            return known

    def known(self, name: str) -> Download | None:
        """Where the fetching of this set stands, if it was begun."""
        with self._lock:
            return self._known.get(name)

    def close(self) -> None:
        """Begin nothing new, and have what is being fetched given up: a process waits for its threads before it ends. The next
        call goes on where it broke off.
        """
        self._closed = True
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _work(self, name: str) -> None:
        def note(fraction: float, sentence: str) -> None:
            if self._closed:
                raise Closed
            self._change(name, fraction=fraction, text=f"{sentence.rstrip('.')} ({100 * fraction:.0f} %)")

        try:
            self._fetch(name, note)
            self._arrived(name)
        except Closed:
            return
        except UserError as error:
            self._change(name, text=str(error), done=True, failed=True)
        except Exception:
            log.exception("A download failed.")
            sentence = "The download failed because of a fault in Hearsight; its log says more."
            self._change(name, text=sentence, done=True, failed=True)
        else:
            self._change(name, fraction=1.0, text="Downloaded; it can be trained on.", done=True)

    def _change(self, name: str, **changes: object) -> None:
        with self._lock:
            self._known[name] = replace(self._known[name], **changes)  # type: ignore[arg-type]  # checked by the tests


def _fetch_public(name: str, progress: Progress) -> Path:
    from training.data.public import fetch

    return fetch(name, progress)
