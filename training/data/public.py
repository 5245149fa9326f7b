"""Public sets of sounds, fetched by name: where they are, what they weigh, whose they are.

<cache>/public/<name>/       a set, unpacked
<cache>/downloads/           archives while they arrive
"""

import contextlib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from training.data import cache
from training.data.archives import DamagedArchive, extract_tar, extract_zip, new_folder
from training.data.dataset import Progress
from training.data.download import PAUSES_SECONDS, download
from training.data.hugging_face import fetch_hugging_face, hugging_face_folder
from training.data.names import readable_name
from training.data.progress import part_of, quiet
from training.errors import UserError

HUGGING_FACE = "hf:"
DOWNLOADING = 0.8
"""Its part of the progress; the rest is unpacking."""


@dataclass(frozen=True)
class Archive:
    """One file to download."""

    url: str
    sha256: str | None = None
    """Only where one is published and known for sure."""


@dataclass(frozen=True)
class PublicSet:
    """A set of sounds that anybody may fetch. How its files are named is known to `layouts.py`."""

    name: str
    title: str
    archives: tuple[Archive, ...]
    size: str
    """Of the download, in words."""
    licence: str
    page: str


PUBLIC_SETS = {
    known.name: known
    for known in (
        PublicSet(
            "fsdd",
            "Free Spoken Digit Dataset: 2,500 spoken digits, 5 speakers",
            (
                Archive(
                    "https://github.com/Jakobovski/free-spoken-digit-dataset/archive/v1.0.9.tar.gz",
                    "8bc44cde129d505cbbb6b365c09f80c663f2aa77578afc634e6141a2f87100c0",
                ),
            ),
            "12 MB",
            "CC BY-SA 4.0",
            "https://github.com/Jakobovski/free-spoken-digit-dataset",
        ),
        PublicSet(
            "esc50",
            "ESC-50: 2,000 environment sounds of 5 s, 50 classes",
            (Archive("https://github.com/karolpiczak/ESC-50/archive/refs/heads/master.zip"),),
            "about 600 MB",
            "CC BY-NC 3.0",
            "https://github.com/karolpiczak/ESC-50",
        ),
        PublicSet(
            "speech_commands",
            "Speech Commands v2: 105,829 spoken words, 35 classes",
            (
                Archive(
                    "http://download.tensorflow.org/data/speech_commands_v0.02.tar.gz",
                    "af14739ee7dc311471de98f5f9d2c9191b18aedfe957f4a6ff791c709868ff58",
                ),
            ),
            "2.4 GB",
            "CC BY 4.0",
            "https://arxiv.org/abs/1804.03209",
        ),
        PublicSet(
            "nsynth",
            "NSynth, validation and test parts: 16,774 notes of 4 s, 10 families",
            (
                Archive("http://download.magenta.tensorflow.org/datasets/nsynth/nsynth-valid.jsonwav.tar.gz"),
                Archive("http://download.magenta.tensorflow.org/datasets/nsynth/nsynth-test.jsonwav.tar.gz"),
            ),
            "over 1 GB",
            "CC BY 4.0",
            "https://magenta.tensorflow.org/datasets/nsynth",
        ),
        PublicSet(
            "gtzan",
            "GTZAN: 1,000 pieces of music of 30 s, 10 genres",
            (Archive("https://huggingface.co/datasets/marsyas/gtzan/resolve/main/data/genres.tar.gz"),),
            "1.2 GB",
            "not stated by its authors",
            "https://huggingface.co/datasets/marsyas/gtzan",
        ),
    )
}


def fetch(
    name: str,
    progress: Progress = quiet,
    *,
    base_url: str | None = None,
    pauses: tuple[float, ...] = PAUSES_SECONDS,
) -> Path:
    """The folder of a public set, downloaded and unpacked unless it is here. `name`: in the table, or "hf:owner/name".

    `base_url` is where else the archives lie, under the last parts of their addresses (their checksums stay). Raises
    UserError with one sentence; a download that broke off goes on at the next call.
    """
    if name.startswith(HUGGING_FACE):
        return fetch_hugging_face(name.removeprefix(HUGGING_FACE), progress)
    known = PUBLIC_SETS.get(name)
    if known is None:
        offered = ", ".join(PUBLIC_SETS)
        raise UserError(f"There is no public set {readable_name(name, 80)!r}; there are {offered} and hf:owner/name.")
    target = folder_of(name)
    with cache.locked(target.with_name(f"{name}.lock"), progress):
        if not target.is_dir():
            _fetch_into(target, known, progress, base_url, pauses)
    progress(1.0, f"{known.title.partition(':')[0]} is here.")
    return target


def is_public(reference: str) -> bool:
    """Whether `reference` names a public set; a folder of the same name is meant by "./name"."""
    return reference in PUBLIC_SETS or reference.startswith(HUGGING_FACE)


def public_folder(reference: str) -> Path:
    """The folder of a public set that was fetched. Raises UserError where it was not."""
    folder = folder_of(reference)
    if not os.path.isdir(folder):
        raise UserError(f"{reference} is not here yet; fetch it first: python -m training data fetch {reference}.")
    return folder


def folder_of(name: str) -> Path:
    """Where a public set lies once it was fetched. Raises UserError for what cannot be the name of one at Hugging Face."""
    if name.startswith(HUGGING_FACE):
        return hugging_face_folder(name.removeprefix(HUGGING_FACE))
    return cache.cache_root() / "public" / name


def remember_clips(name: str, fingerprint: str) -> None:
    """Notes which clips were last made of a public set, so that a list can say so without looking at every file."""
    with contextlib.suppress(OSError):  # the list would say less, and nothing else happens
        _note(name).write_text(fingerprint)


def remembered_clips(name: str) -> str | None:
    """The fingerprint noted last, or None."""
    try:
        noted = _note(name).read_text()
    except (OSError, ValueError):
        return None
    return noted if re.fullmatch("[0-9a-f]+", noted) else None


def _note(name: str) -> Path:
    return folder_of(re.sub(r"[^\w-]", "-", name) + ".clips")


def _fetch_into(
    target: Path, known: PublicSet, progress: Progress, base_url: str | None, pauses: tuple[float, ...]
) -> None:
    downloads = cache.writable(cache.cache_root() / "downloads")
    files = []
    share = 1 / len(known.archives)
    for number, archive in enumerate(known.archives):
        last = urlsplit(archive.url).path.rpartition("/")[2]
        url = archive.url if base_url is None else f"{base_url.rstrip('/')}/{last}"
        files.append(downloads / f"{known.name}-{last}")
        part = part_of(progress, DOWNLOADING * number * share, DOWNLOADING * (number + 1) * share)
        download(url, files[-1], part, sha256=archive.sha256, pauses=pauses)
    try:
        with new_folder(target) as folder:
            for number, file in enumerate(files):
                begin = DOWNLOADING + (1 - DOWNLOADING) * number * share
                unpack = extract_zip if file.suffix == ".zip" else extract_tar
                unpack(file, folder, part_of(progress, begin, begin + (1 - DOWNLOADING) * share))
    except DamagedArchive:
        _remove(files)
        raise
    _remove(files)


def _remove(files: Iterable[Path]) -> None:
    for file in files:
        file.unlink(missing_ok=True)
