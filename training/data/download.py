"""One file from the web: with progress, going on where it broke off, and checked by its checksum.

What has arrived lies in `<target>.part`; `<target>.part.json` says of which version of which address it is the
beginning, so that halves of two different files never become one.
"""

import hashlib
import http.client
import json
import os
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from training.data import cache
from training.data.dataset import Progress
from training.data.names import readable_name
from training.errors import UserError

CHUNK_BYTES = 1 << 18
WAIT_SECONDS = 30.0
"""For the server's next byte."""
PAUSES_SECONDS = (1.0, 3.0, 9.0, 27.0)
"""Before each new attempt; an attempt that got further begins them anew."""
AGENT = "hearsight"


class _Broken(Exception):
    """The connection ended early; going on may help. Its text is the reason."""


@dataclass(frozen=True)
class _Beginning:
    """The version of a file that a part is the beginning of."""

    url: str
    version: str
    """The server's ETag or date; empty where it gives none, and then nothing can be continued."""


def download(
    url: str, target: Path, progress: Progress, *, sha256: str | None = None, pauses: tuple[float, ...] = PAUSES_SECONDS
) -> None:
    """Puts the file at `url` (http or https) at `target`, whole and checked, or raises UserError with one sentence.

    What arrived before an error stays, and the next call goes on from there. `pauses`: seconds before new attempts.
    """
    if urlsplit(url).scheme not in ("http", "https"):
        raise UserError(f"{readable_name(url, 200)} is not an address of the web; http or https was expected.")
    part = target.with_name(target.name + ".part")
    with cache.locked(target.with_name(target.name + ".lock"), progress):
        if target.exists():
            return
        try:
            _fetch_with_patience(url, part, progress, pauses)
            _check(url, part, sha256)
            part.replace(target)
        except OSError as error:
            raise UserError(f"The download could not be written to {part.parent}: {error.strerror}.") from None
        _beginning_file(part).unlink(missing_ok=True)


def _fetch_with_patience(url: str, part: Path, progress: Progress, pauses: tuple[float, ...]) -> None:
    left = list(pauses)
    while True:
        before = _size(part)
        try:
            return _fetch(url, part, progress)
        except _Broken as reason:
            if _size(part) > before:
                left = list(pauses)
            if not left:
                host = urlsplit(url).hostname
                arrived = f"; {_size(part) / 1e6:,.1f} MB have arrived and are kept" if _size(part) else ""
                raise UserError(f"The download from {host} broke off ({reason}){arrived}: try again later.") from None
            time.sleep(left.pop(0))


def _fetch(url: str, part: Path, progress: Progress) -> None:
    """Appends what is missing of `part`. Raises _Broken where it may be tried again."""
    known = _known_beginning(part)
    begin = _size(part) if known is not None and known.url == url and known.version else 0
    rest = {"Range": f"bytes={begin}-", "If-Range": known.version} if begin and known is not None else {}
    try:
        with asked(url, rest) as response:
            continued = response.status == 206 and range_begin(response) == begin
            version = response.headers.get("ETag") or response.headers.get("Last-Modified") or ""
            if not continued:
                begin = 0
                part.unlink(missing_ok=True)  # before the note: else a kill in between would leave it the old bytes
                _beginning_file(part).write_text(json.dumps({"url": url, "version": strong(version)}))
            expected = response.headers.get("Content-Length")
            total = None if expected is None else begin + int(expected)
            with open(part, "ab") as file:
                _copy(response, file, begin, total, progress)
                file.flush()
                os.fsync(file.fileno())
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == 416:  # the part is not the beginning of what the server has now
            part.unlink(missing_ok=True)
            raise _Broken("the file has changed") from None
        if is_passing(error.code):
            raise _Broken(f"the server said {error.code} {error.reason}") from None
        raise UserError(f"The server of {url} said {error.code} {error.reason}; a file was expected.") from None
    except (urllib.error.URLError, http.client.HTTPException, ConnectionError, TimeoutError) as error:
        raise _Broken(reason_of(error)) from None


def _copy(
    response: http.client.HTTPResponse, file: IO[bytes], done: int, total: int | None, progress: Progress
) -> None:
    while chunk := response.read(CHUNK_BYTES):
        file.write(chunk)
        done += len(chunk)
        if total:
            progress(min(done / total, 1.0), f"Downloading: {done / 1e6:,.0f} of {total / 1e6:,.0f} MB.")
        else:
            progress(0.0, f"Downloading: {done / 1e6:,.0f} MB so far.")
    if total is not None and done < total:
        raise _Broken("the connection was closed")


def _check(url: str, part: Path, sha256: str | None) -> None:
    if sha256 is None:
        return
    with open(part, "rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != sha256:
        part.unlink()
        raise UserError(f"What {url} gave has the checksum {found[:12]}…, but {sha256[:12]}… was expected.")


def asked(url: str, headers: dict[str, str]) -> http.client.HTTPResponse:
    """What the server of `url` answers. Raises HTTPError for a status of 400 or more, else OSError or HTTPException; ValueError
    for a name that no host can have.
    """
    everywhere = {"User-Agent": AGENT, "Accept-Encoding": "identity"}
    request = urllib.request.Request(url, headers={**everywhere, **headers})
    response: http.client.HTTPResponse = _web_opener().open(request, timeout=WAIT_SECONDS)
    return response


def is_passing(status: int) -> bool:
    """Whether to ask again may help after such an answer."""
    return status in (408, 425, 429) or status >= 500


def reason_of(error: Exception) -> str:
    """What went wrong with a connection, in one line."""
    inner = getattr(error, "reason", error)
    text = str(getattr(inner, "strerror", None) or inner).strip() or type(error).__name__
    return readable_name(text.splitlines()[0], 200)


def _web_opener() -> urllib.request.OpenerDirector:
    """For the web alone: the standard one would also follow a redirection to ftp."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler,
        urllib.request.HTTPHandler,
        urllib.request.HTTPSHandler,
        urllib.request.HTTPDefaultErrorHandler,
        urllib.request.HTTPRedirectHandler,
        urllib.request.HTTPErrorProcessor,
        urllib.request.UnknownHandler,
    ):
        opener.add_handler(handler())
    return opener


def strong(version: str) -> str:
    """Weak tags promise the same meaning, not the same bytes."""
    return "" if version.startswith("W/") else version


def range_begin(response: http.client.HTTPResponse) -> int:
    """Where the bytes begin that the server sends, from "bytes 5-9/10"."""
    found = (response.headers.get("Content-Range") or "").removeprefix("bytes ").partition("-")[0]
    return int(found) if found.isdigit() else -1


def _known_beginning(part: Path) -> _Beginning | None:
    try:
        about = json.loads(_beginning_file(part).read_bytes())
        return _Beginning(str(about["url"]), str(about["version"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _beginning_file(part: Path) -> Path:
    return part.with_name(part.name + ".json")


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0
