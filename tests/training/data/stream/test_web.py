"""A shard on the web: read as it arrives, gone on with where the connection broke off, given up with its reason."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.breaking_server import CONTENT, Server
from tests.support.shards import wav, write_tar
from training.data.sniff import NotRead
from training.data.stream import web
from training.data.stream.references import places_of
from training.data.stream.tar_shard import TarShard
from training.data.stream.web import WebFile, first_bytes


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "PAUSES_SECONDS", (0.0, 0.0))


def whole(url: str) -> bytes:
    with WebFile(url) as file:
        return b"".join(iter(lambda: file.read(100_000), b""))


def test_it_goes_on_where_it_broke_off(server: tuple[Server, str]) -> None:
    server[0].breaks_after, server[0].statuses = [300_000, 0, 400_000], []
    assert whole(server[1]) == CONTENT
    assert server[0].asked == ["", "bytes=300000-", "bytes=300000-", "bytes=700000-"]


def test_a_busy_server_is_asked_again(server: tuple[Server, str]) -> None:
    server[0].statuses = [503, 429]
    assert whole(server[1]) == CONTENT


Case = tuple[Callable[[Server], None], str]
WRONG: dict[str, Case] = {
    "missing": (lambda server: server.statuses.extend([404]), "it said 404 Not Found"),
    "busy": (lambda server: server.statuses.extend([503] * 3), "it said 503 Service Unavailable"),
    "elsewhere": (lambda server: server.statuses.extend([301, 302]), "unknown url type: file|it said"),
    "breaking": (lambda server: server.breaks_after.extend([9, 0, 0, 0]), "the connection was closed|IncompleteRead"),
    "changed": (
        lambda server: (server.breaks_after.extend([9]), vars(server).update(ranges=False)),
        "can't be gone on",
    ),  # type: ignore[dict-item]
}


@pytest.mark.parametrize("case", WRONG)
def test_what_can_go_wrong_is_its_reason(server: tuple[Server, str], case: str) -> None:
    act, reason = WRONG[case]
    act(server[0])
    with pytest.raises(NotRead, match=f"^it cannot be had from 127.0.0.1:\\d+: (.*)({reason})"):
        whole(server[1])


def test_how_a_file_begins_and_its_size(server: tuple[Server, str]) -> None:
    assert first_bytes(server[1], 100) == (CONTENT[:100], len(CONTENT))
    server[0].statuses = [404]
    with pytest.raises(NotRead, match="404"):
        first_bytes(server[1], 100)
    server[0].breaks_after = [10]
    with pytest.raises(NotRead, match="the connection was closed"):  # ten bytes would tell another file
        first_bytes(server[1], 100)
    assert first_bytes(server[1], 2 * len(CONTENT)) == (CONTENT, len(CONTENT))


def test_nobody_there_is_a_reason() -> None:
    for ask in (whole, lambda url: first_bytes(url, 1)):
        with pytest.raises(NotRead, match="Connection refused"):
            ask("http://127.0.0.1:9/x.tar")


@pytest.mark.parametrize("url", ["http://a..b/x.tar", "http://[::1/x.tar"])
def test_what_can_be_no_address_is_a_reason(url: str) -> None:
    assert places_of(f"shards:{url}") == [url]
    with pytest.raises(NotRead, match="is no address of the web"):
        first_bytes(url, 10)


def test_a_shard_of_the_web(server: tuple[Server, str], tmp_path: Path) -> None:
    path = write_tar(tmp_path / "x.tar", {f"{i}.wav": wav(i, 1.0) for i in range(9)})
    server[0].content = path.read_bytes()
    server[0].breaks_after = [100_000]
    found = [name for name, _ in TarShard(server[1]).records(lambda number: True)]
    assert found == list(range(9))
    assert TarShard(server[1]).identity() == TarShard(str(path)).identity()
