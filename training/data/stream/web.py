"""A file of the web read from its begin to its end, going on where the connection broke off."""

import http.client
import io
import time
import urllib.error
from urllib.parse import urlsplit

from training.data.download import asked, is_passing, range_begin, reason_of, strong
from training.data.names import readable_name
from training.data.sniff import NotRead

PAUSES_SECONDS = (0.5, 2.0, 8.0)
"""Before each new attempt; one that got further begins them anew."""


class WebFile(io.RawIOBase):
    """The bytes at an address. Raises NotRead with the reason where they can't be had, also after some of them."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self._at, self._total = 0, -1
        self._version = ""
        self._response: http.client.HTTPResponse | None = None
        self._pauses = list(PAUSES_SECONDS)

    def readable(self) -> bool:
        """Always."""
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes, at most `size`; none at the end."""
        while True:
            try:
                if self._response is None:
                    self._response = self._continued()
                content = self._response.read(size)
                if content or self._total in (-1, self._at):
                    self._at += len(content)
                    self._pauses = list(PAUSES_SECONDS) if content else self._pauses
                    return content
                reason = "the connection was closed"
            except (http.client.HTTPException, OSError) as error:
                reason = reason_of(error)
            self._close()
            if not self._pauses:
                raise NotRead(f"{_where(self._url)}: {reason}") from None
            time.sleep(self._pauses.pop(0))

    def close(self) -> None:
        """Ends the connection."""
        self._close()
        super().close()

    def _close(self) -> None:
        if self._response is not None:
            self._response.close()
            self._response = None

    def _continued(self) -> http.client.HTTPResponse:
        headers = {"Range": f"bytes={self._at}-", "If-Range": self._version} if self._at else {}
        response = _asked(self._url, headers)
        if self._at and (response.status != 206 or range_begin(response) != self._at):
            response.close()
            raise NotRead(f"{_where(self._url)}: it can't be gone on with where it broke off")
        if not self._at:
            self._version = strong(response.headers.get("ETag") or response.headers.get("Last-Modified") or "")
            length = response.headers.get("Content-Length")
            self._total = int(length) if length and length.isdigit() else -1
        return response


def first_bytes(url: str, count: int) -> tuple[bytes, int]:
    """How the file at `url` begins, and its size, -1 where the server doesn't tell. Raises NotRead."""
    try:
        with _asked(url, {"Range": f"bytes=0-{count - 1}"}) as response:
            whole = response.headers.get("Content-Range", "").rpartition("/")[2]
            if response.status != 206:
                whole = response.headers.get("Content-Length", "")
            begin, size = response.read(count), int(whole) if whole.isdigit() else -1
            if len(begin) < min(count, size):
                raise ConnectionError("the connection was closed")
            return begin, size
    except (http.client.HTTPException, OSError) as error:
        raise NotRead(f"{_where(url)}: {reason_of(error)}") from None


def _asked(url: str, headers: dict[str, str]) -> http.client.HTTPResponse:
    """Raises NotRead where trying again is of no use, and OSError or HTTPException where it may be."""
    try:
        return asked(url, headers)
    except urllib.error.HTTPError as error:
        error.close()
        if is_passing(error.code):
            raise ConnectionError(f"it said {error.code} {error.reason}") from None
        raise NotRead(f"{_where(url)}: it said {error.code} {error.reason}") from None
    except ValueError as error:  # of a name that no host can have
        raise NotRead(f"{readable_name(url, 100)} is no address of the web ({reason_of(error)})") from None


def _where(url: str) -> str:
    return f"it cannot be had from {readable_name(urlsplit(url).netloc.rpartition('@')[2], 100)}"
