"""Which runs somebody looks at, as the server's `Worker` tells its process: one JSON list of folders a line."""

import json
import logging
import os
import sys
import threading
import time

from explorer.background.worker import LOOKED_SECONDS

log = logging.getLogger(__name__)


class Wanted:
    """What stdin asked for, until it was last heard too long ago; the process ends when nobody can ask any more."""

    def __init__(self) -> None:
        self.changed = threading.Event()
        self._folders: tuple[str, ...] = ()
        self._heard = 0.0
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def folders(self) -> tuple[str, ...]:
        """Those of runs that somebody looks at, first the one that was asked for last."""
        return self._folders if time.monotonic() - self._heard < LOOKED_SECONDS else ()

    def _listen(self) -> None:
        for line in sys.stdin:
            try:
                self._folders, self._heard = tuple(str(folder) for folder in json.loads(line)), time.monotonic()
            except (ValueError, TypeError):
                log.warning("A line that is no list of folders was passed over.")
            self.changed.set()
        os._exit(0)
