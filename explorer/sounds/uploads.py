"""Sounds that visitors bring, record or derive: private by an unguessable token, gone within the hour, under a quota.

<temporary>/hearsight-uploads-*/<token>.i16    mono int16 at 16 kHz, as decoded; the visitor's own file is not kept
<temporary>/hearsight-uploads-*/server         locked while the server lives; what a killed one left goes at the next start
"""

import contextlib
import fcntl
import logging
import os
import re
import secrets
import shutil
import stat
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from explorer.visitors.arrivals import SWEEP_SECONDS, remove_old
from explorer.visitors.identity import NOBODY, asking
from training.data.dataset import SAMPLE_RATE
from training.data.decode import Decoded, decode_upload
from training.errors import UserError

PREFIX = "hearsight-uploads-"
SERVER = "server"
LONGEST_SECONDS = 30.0
LIFETIME_SECONDS = 3_000.0
"""Well below an hour, so that with the sweeps between it is never more."""
QUOTA_BYTES = 200 << 20

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Upload:
    """One sound in the store."""

    token: str
    """128 random bits: whoever knows it may hear the sound, and nobody can list them."""
    seconds: float
    notes: tuple[str, ...] = ()
    """What the visitor should know about the file, such as that it is silent."""


class Uploads:
    """The store. All methods may be called from any thread."""

    def __init__(
        self,
        incoming: Path | None = None,
        *,
        quota_bytes: int = QUOTA_BYTES,
    ):
        """`incoming`: the folder in which the page's framework puts what visitors send; no other file is opened."""
        self._incoming = incoming or default_incoming()
        self._quota_bytes = quota_bytes
        self._lock = threading.Lock()
        self._owners: dict[str, str] = {}
        remove_left()
        self._folder = Path(tempfile.mkdtemp(prefix=PREFIX))  # readable by this user alone
        # Its name comes once it is locked, so that no other server finds it free.
        beginning = self._folder / f".{SERVER}"
        self._alive = os.open(beginning, os.O_CREAT | os.O_RDONLY)
        fcntl.flock(self._alive, fcntl.LOCK_EX)
        beginning.rename(self._folder / SERVER)
        self._closed = threading.Event()
        threading.Thread(target=self._sweep_for_ever, name="uploads", daemon=True).start()

    def add_file(self, path: str | Path) -> Upload:
        """Decode what a visitor sent. Raises UserError where it is no sound, too long, or was not sent to the page."""
        decoded = self._decoded(path)
        return self.add(decoded.samples, decoded.notes)

    def add(self, samples: np.ndarray, notes: tuple[str, ...] = ()) -> Upload:
        """Keep a sound, (S,) int16 at 16 kHz, for whoever asks now. Raises UserError where it cannot be written."""
        token = secrets.token_hex(16)
        content = samples.astype("<i2").tobytes()
        try:
            with self._lock:
                self._make_room(len(content))
                self._folder.mkdir(mode=0o700, exist_ok=True)
                self._owners[token] = asking()
                (self._folder / f"{token}.i16").write_bytes(content)
        except OSError as error:
            raise UserError(f"The sound could not be kept: {error.strerror}.") from None
        return Upload(token, len(samples) / SAMPLE_RATE, notes)

    def heard(self, path: str | Path) -> np.ndarray:
        """(S,) float32 in [-1, 1): what a visitor sent and nobody will ask for again, so it is not kept. Raises as `add_file`."""
        return floats(self._decoded(path).samples)

    def samples(self, token: str) -> np.ndarray | None:
        """(S,) int16 at 16 kHz, or None where there is no such sound, or no longer."""
        path = self._path(token)
        try:
            if path is None or self._expired(path):
                return None
            return np.fromfile(path, dtype="<i2")
        except OSError:
            return None

    def waveform(self, token: str) -> np.ndarray | None:
        """(S,) float32 in [-1, 1): as `samples`."""
        samples = self.samples(token)
        return None if samples is None else floats(samples)

    def sweep(self) -> None:
        """Remove what is too old, here and where files come in, and the oldest where all together is over the quota."""
        remove_old(self._incoming)
        with self._lock:
            self._make_room(0)

    def close(self) -> None:
        """Remove everything."""
        if not self._closed.is_set():
            self._closed.set()
            shutil.rmtree(self._folder, ignore_errors=True)
            os.close(self._alive)

    def _decoded(self, path: str | Path) -> Decoded:
        return decode_upload(received(path, self._incoming), max_seconds=LONGEST_SECONDS)

    def _path(self, token: str) -> Path | None:
        return self._folder / f"{token}.i16" if re.fullmatch(r"[0-9a-f]{32}", token) else None

    def _expired(self, path: Path) -> bool:
        return time.time() - path.stat().st_mtime > LIFETIME_SECONDS

    def _make_room(self, needed_bytes: int) -> None:
        """Beyond the quota, the oldest sounds go of whoever has the most here, so that nobody drives out the others."""
        kept: list[tuple[float, int, Path]] = []
        for path in self._folder.glob("*.i16"):
            with contextlib.suppress(OSError):
                if self._expired(path):
                    path.unlink()
                else:
                    kept.append((path.stat().st_mtime, path.stat().st_size, path))
        self._owners = {path.stem: self._owners.get(path.stem, NOBODY) for _, _, path in kept}
        held = Counter({asking(): needed_bytes})
        for _, size, path in kept:
            held[self._owners[path.stem]] += size
        of_owner: dict[str, list[tuple[float, int, Path]]] = {}
        for one in sorted(kept, reverse=True):
            of_owner.setdefault(self._owners[one[2].stem], []).append(one)
        over = held.total() - self._quota_bytes
        while of_owner and over > 0:
            most = max(of_owner, key=lambda owner: (held[owner], -of_owner[owner][-1][0]))  # of equals, whose is oldest
            _, size, path = of_owner[most].pop()
            path.unlink(missing_ok=True)
            held[most] -= size
            over -= size
            if not of_owner[most]:
                del of_owner[most]

    def _sweep_for_ever(self) -> None:
        while not self._closed.wait(SWEEP_SECONDS):
            try:
                self.sweep()
            except OSError:
                log.exception("The uploads could not be swept.")


def floats(samples: np.ndarray) -> np.ndarray:
    """(S,) float32 in [-1, 1) of int16."""
    return samples.astype(np.float32) / 32768.0


def remove_left() -> None:
    """Remove what servers left that were killed. Whose file is locked lives; one without the file has just begun."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError), open(folder / SERVER, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)


def received(path: str | Path, incoming: Path | None = None) -> Path:
    """`path`, if it is a plain file in the folder that the page's framework fills. Raises UserError otherwise."""
    refusal = UserError("This is not a sound that was sent to this page.")
    try:
        sent = Path(os.path.realpath(path))
        plain = stat.S_ISREG(os.lstat(path).st_mode)
    except (OSError, ValueError):
        raise refusal from None
    if not plain or not sent.is_relative_to(os.path.realpath(incoming or default_incoming())):
        raise refusal
    return sent


def default_incoming() -> Path:
    """Where Gradio puts what visitors send."""
    return Path(os.environ.get("GRADIO_TEMP_DIR") or Path(tempfile.gettempdir()) / "gradio")
