"""Writing so that a crash or a full disk leaves either the old file or the new one, never half of it."""

import errno
import json
import os
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from training.errors import UserError


def check_writable(file: Path) -> None:
    """Before the work whose outcome will be written to `file`. Raises UserError where it surely can't be."""
    folder = file.parent
    if not os.path.isdir(folder):
        why = f"there is no folder {folder}"
    elif os.path.isdir(file):
        why = os.strerror(errno.EISDIR)
    elif not os.path.exists(file) and not os.access(folder, os.W_OK | os.X_OK):
        why = f"nothing can be written into the folder {folder}"
    else:
        return
    raise UserError(f"The file {file} can't be written: {why}.")


def write_bytes(path: Path, content: bytes) -> None:
    """Replace `path` by `content`; see `write_parts`."""
    write_parts(path, (content,))


def write_parts(path: Path, parts: Iterable[bytes | memoryview]) -> None:
    """Replace `path` by all `parts`, one after the other: temporary file beside it, fsync, rename, fsync of the folder.

    Raises OSError (with errno ENOSPC on a full disk); the old file is then untouched and nothing is left over.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.tmp")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        try:
            for part in parts:
                view = memoryview(part)
                while view:
                    view = view[os.write(descriptor, view) :]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_json(path: Path, value: Any) -> None:
    """Replace `path` by `value` as JSON; see `write_bytes`."""
    text = json.dumps(value, ensure_ascii=False, indent=1) + "\n"
    # What is no UTF-8, as in a path, is written as JSON has it.
    write_bytes(path, text.encode(errors="backslashreplace"))


def append_line(descriptor: int, line: bytes) -> None:
    """Append a whole line to an opened file that nobody else writes meanwhile, fsync; ends one that a crash left torn.

    Raises OSError (with errno ENOSPC on a full disk); the file is then as it was.
    """
    size = os.fstat(descriptor).st_size
    torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
    view = memoryview(b"\n" + line if torn else line)
    try:
        while view:
            view = view[os.write(descriptor, view) :]
        os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, size)
        raise


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` survive a power cut, where the file system allows it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)
