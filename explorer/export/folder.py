"""A folder or a zip that comes into being whole, or not at all."""

import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from training.errors import UserError

ZIP = ".zip"
PACKED = (".mp3",)
"""Gains nothing from being packed once more."""


def checked(to: Path) -> Path:
    """`to`, where an export may be written: a new or empty folder, or a new file that ends in .zip. Raises UserError."""
    to = to.expanduser().absolute()
    if to.suffix == ZIP and (to.exists() or to.is_symlink()):
        raise UserError(f"There is something at {to} already; a new zip file was expected.")
    if to.is_symlink() or (to.exists() and not to.is_dir()):
        raise UserError(f"{to} is no folder; a new or an empty one was expected.")
    if to.is_dir() and any(to.iterdir()):
        raise UserError(f"The folder {to} is not empty; a new or an empty one was expected.")
    return to


@contextmanager
def made_whole(to: Path) -> Iterator[Path]:
    """A folder to write into, beside `to`, which takes its place at the end and is removed where anything fails.

    Raises UserError.
    """
    to = checked(to)
    to.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(dir=to.parent, prefix=f".{to.name}.part-"))
    try:
        inner = part / (to.stem if to.suffix == ZIP else to.name)
        inner.mkdir()
        yield inner
        if to.suffix == ZIP:
            packed = part / "packed"
            _pack(inner, packed)
            os.link(packed, to)  # as a rename, but never in the place of what came meanwhile
        else:
            os.replace(inner, checked(to))
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _pack(folder: Path, to: Path) -> None:
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            kind = zipfile.ZIP_STORED if path.suffix in PACKED else None
            if path.is_file():
                archive.write(path, path.relative_to(folder.parent), kind)
