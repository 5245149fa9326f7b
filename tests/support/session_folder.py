"""One temporary folder for all tests of a session, and for the browsers, servers and trainers that they start."""

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path

PREFIX = "hearsight-test-session-"


class SessionFolder:
    """Stands for the machine's temporary folder until it is closed, and is gone then. What sessions that were killed left goes,
    too: a living one holds a lock on its folder.
    """

    def __init__(self) -> None:
        self._before = os.environ.get("TMPDIR"), tempfile.tempdir
        machines = Path(tempfile.gettempdir())
        for left in machines.glob(f"{PREFIX}*"):
            with contextlib.suppress(OSError):
                os.close(_locked(left))
                shutil.rmtree(left, ignore_errors=True)
        self._make(machines)
        os.environ["TMPDIR"] = tempfile.tempdir = str(self.path)

    def _make(self, machines: Path) -> None:
        while True:
            self.path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=machines))
            with contextlib.suppress(OSError):  # another session's start took it for a leftover meanwhile
                self._lock = _locked(self.path)
                if self.path.is_dir():
                    return
                os.close(self._lock)

    def close(self) -> None:
        """Leave nothing."""
        os.environ.pop("TMPDIR", None)
        if self._before[0] is not None:
            os.environ["TMPDIR"] = self._before[0]
        tempfile.tempdir = self._before[1]
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)


def _locked(folder: Path) -> int:
    """A descriptor that locks a folder until it is closed, or this process ends however it ends. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise
    return descriptor
