"""Where the server works: in a folder that holds nothing, with a temporary folder of its own. Both go when it ends.

<temporary>/hearsight-server-*/    for this user alone; locked while its server lives
    working/      the working folder, always empty
    temporary/    what the server itself puts aside
    incoming/     what the page's framework keeps of what visitors send

The framework gives out files of the working and of the temporary folder where a handler's answer names them: so nothing
lies there that isn't the visitors' own.
"""

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path

from explorer.web.address import NotServed

PREFIX = "hearsight-server-"
FRAMEWORKS = "GRADIO_TEMP_DIR"


class Workplace:
    """Moves this process there. What servers that were killed left behind is removed."""

    def __init__(self) -> None:
        """Raises NotServed where no temporary folder can be made."""
        self._before = os.getcwd(), tempfile.tempdir, os.environ.get(FRAMEWORKS)
        above = Path(self._before[2] or tempfile.gettempdir()).absolute()
        try:
            above.mkdir(parents=True, exist_ok=True)
            _remove_leftovers(above)
            self.folder, self._lock = _locked_folder(above)
            for name in ("working", "temporary", "incoming"):
                (self.folder / name).mkdir()
        except OSError as error:
            raise NotServed(f"The temporary folder {above} cannot be used: {error.strerror}.") from None
        os.chdir(self.folder / "working")
        tempfile.tempdir = str(self.folder / "temporary")
        os.environ[FRAMEWORKS] = str(self.folder / "incoming")

    def close(self) -> None:
        """Go back, and leave nothing."""
        folder, tempfile.tempdir, incoming = self._before
        with contextlib.suppress(OSError):  # it may be gone by now
            os.chdir(folder)
        if incoming is None:
            os.environ.pop(FRAMEWORKS, None)
        else:
            os.environ[FRAMEWORKS] = incoming
        shutil.rmtree(self.folder, ignore_errors=True)
        os.close(self._lock)


def _locked_folder(above: Path) -> tuple[Path, int]:
    """A new folder and the descriptor that locks it: until it is closed, or this process ends however it ends."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=above))
        with contextlib.suppress(OSError):  # another server's start took it for a leftover between these two lines
            lock = _opened(folder)
            if _lock(lock) and folder.is_dir():
                return folder, lock
            os.close(lock)


def _remove_leftovers(above: Path) -> None:
    for folder in above.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            lock = _opened(folder)
            if os.fstat(lock).st_uid == os.getuid() and _lock(lock):
                shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)


def _opened(folder: Path) -> int:
    return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
