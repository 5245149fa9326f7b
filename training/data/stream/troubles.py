"""What could not be read of a stream: counted, and told in one sentence."""

import logging
import threading
import time
from collections.abc import Sequence

from training.data.dataset import Skipped
from training.data.names import readable_name

MOST_KEPT = 1_000
QUIET_SECONDS = 10.0


class Troubles:
    """Records that gave no sound and shards that could not be read on. Several threads may tell of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._skipped: dict[str, str] = {}
        self._lost: dict[str, str] = {}
        self.count = 0
        """Of all that was told, each as often as it was."""
        self._sentence, self._said_at = "", -QUIET_SECONDS

    def skip(self, name: str, reason: str) -> None:
        """A record gave no sound."""
        self._tell(self._skipped, name, reason)

    def lose(self, shard: str, reason: str) -> None:
        """A shard could not be read, or not to its end."""
        self._tell(self._lost, shard, reason)

    @property
    def skipped(self) -> Sequence[Skipped]:
        """Both, the shards first, each once; of many the first ones."""
        with self._lock:
            return [Skipped(name, reason) for name, reason in (*self._lost.items(), *self._skipped.items())]

    @property
    def sentence(self) -> str:
        """Both in words, with one of each as an example; empty where there were none."""
        with self._lock:
            lost, skipped = dict(self._lost), dict(self._skipped)
        return " ".join(filter(None, (_sentence(lost, "shard"), _sentence(skipped, "sound"))))

    def news(self) -> str:
        """The sentence where it has changed since it was given here last, at most every QUIET_SECONDS; empty otherwise."""
        if not self.count or time.monotonic() - self._said_at < QUIET_SECONDS or self.sentence == self._sentence:
            return ""
        self._sentence, self._said_at = self.sentence, time.monotonic()
        logging.warning(self._sentence)
        return self._sentence

    def _tell(self, known: dict[str, str], name: str, reason: str) -> None:
        with self._lock:
            self.count += 1
            if len(known) < MOST_KEPT:
                known.setdefault(readable_name(name, 200), reason)


def _sentence(known: dict[str, str], what: str) -> str:
    if not known:
        return ""
    name, reason = next(iter(known.items()))
    if what == "shard":
        begin = f"The shard {name}" if len(known) == 1 else f"{_many(known)} shards, the first of them {name},"
        return f"{begin} could not be read to the end ({reason}); the others go on."
    begin = f"The sound {name} was" if len(known) == 1 else f"{_many(known)} sounds, the first of them {name}, were"
    return f"{begin} skipped ({reason})."


def _many(known: dict[str, str]) -> str:
    return f"{MOST_KEPT:,} or more" if len(known) >= MOST_KEPT else f"{len(known):,}"
