"""Against a server on this machine: whatever breaks, what arrives at last is the whole file or nothing."""

import functools
import hashlib
from pathlib import Path

import pytest

from tests.support.breaking_server import CONTENT, Server
from training.data.download import download
from training.data.progress import quiet
from training.errors import UserError

fetch = functools.partial(download, progress=quiet, pauses=(0.0, 0.0))


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".lock")


def test_a_file_with_progress_and_checksum(tmp_path: Path, server: tuple[Server, str]) -> None:
    seen: list[float] = []
    checksum = hashlib.sha256(CONTENT).hexdigest()
    download(server[1], tmp_path / "a", lambda fraction, _: seen.append(fraction), sha256=checksum)
    assert (tmp_path / "a").read_bytes() == CONTENT and left(tmp_path) == ["a"]
    assert seen == sorted(seen) and seen[-1] == 1.0 and len(seen) > 2
    fetch(server[1], tmp_path / "a")
    assert len(server[0].asked) == 1, "what is here is not asked for again"


def test_broken_connections_go_on_where_they_were(tmp_path: Path, server: tuple[Server, str]) -> None:
    server[0].breaks_after = [300_000, 400_000]
    fetch(server[1], tmp_path / "a", sha256=hashlib.sha256(CONTENT).hexdigest())
    assert (tmp_path / "a").read_bytes() == CONTENT
    assert server[0].asked == ["", "bytes=300000-", "bytes=700000-"]


def test_an_attempt_that_got_further_has_all_the_others_before_it_again(
    tmp_path: Path, server: tuple[Server, str]
) -> None:
    server[0].breaks_after = [100_000] * 8
    fetch(server[1], tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == CONTENT and len(server[0].asked) == 9


def test_a_later_call_goes_on_too(tmp_path: Path, server: tuple[Server, str]) -> None:
    server[0].breaks_after = [300_000, 0, 0, 0]
    with pytest.raises(UserError, match=r"broke off .* 0\.3 MB have arrived and are kept"):
        fetch(server[1], tmp_path / "a")
    assert left(tmp_path) == ["a.part", "a.part.json"]
    server[0].breaks_after = []
    fetch(server[1], tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == CONTENT and server[0].asked[-1] == "bytes=300000-"


@pytest.mark.parametrize("why", ["file changed", "no ranges", "no tag", "no length"])
def test_halves_of_two_files_never_become_one(tmp_path: Path, server: tuple[Server, str], why: str) -> None:
    state = server[0]
    state.tag = "" if why == "no tag" else state.tag
    state.breaks_after = [300_000, 0, 0, 0]
    with pytest.raises(UserError):
        fetch(server[1], tmp_path / "a")
    state.breaks_after = []
    if why == "file changed":
        state.content, state.tag = CONTENT[::-1], '"v2"'
    state.ranges = why != "no ranges"
    state.length = why != "no length"
    fetch(server[1], tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == state.content


def test_a_kill_before_a_new_version_arrives_leaves_nothing_of_the_old(
    tmp_path: Path, server: tuple[Server, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    state = server[0]
    state.breaks_after = [300_000, 0, 0, 0]
    with pytest.raises(UserError):
        fetch(server[1], tmp_path / "a")
    state.content, state.tag, state.breaks_after = CONTENT[::-1], '"v2"', []
    write_text = Path.write_text

    def killed(path: Path, text: str) -> None:
        write_text(path, text)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Path, "write_text", killed)
        fetch(server[1], tmp_path / "a")
    fetch(server[1], tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == state.content


def test_a_part_longer_than_the_file_begins_anew(tmp_path: Path, server: tuple[Server, str]) -> None:
    server[0].breaks_after = [300_000, 0, 0, 0]
    with pytest.raises(UserError):
        fetch(server[1], tmp_path / "a")
    (tmp_path / "a.part").write_bytes(CONTENT + b"more")
    server[0].breaks_after = []
    fetch(server[1], tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == CONTENT


def test_a_wrong_checksum_leaves_nothing(tmp_path: Path, server: tuple[Server, str]) -> None:
    with pytest.raises(UserError, match="checksum"):
        fetch(server[1], tmp_path / "a", sha256="0" * 64)
    assert "a" not in left(tmp_path) and "a.part" not in left(tmp_path)


def test_refusals_are_not_tried_again_and_busy_servers_are(tmp_path: Path, server: tuple[Server, str]) -> None:
    server[0].statuses = [404]
    with pytest.raises(UserError, match="404 Not Found"):
        fetch(server[1], tmp_path / "a")
    assert len(server[0].asked) == 1
    server[0].statuses = [503, 429, 302]
    fetch(server[1], tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == CONTENT


def test_only_the_web_is_asked(tmp_path: Path, server: tuple[Server, str]) -> None:
    with pytest.raises(UserError, match="http or https"):
        fetch("file:///etc/passwd", tmp_path / "a")
    server[0].statuses = [302, 302]
    with pytest.raises(UserError):
        fetch(server[1], tmp_path / "a")
    assert "a" not in left(tmp_path)


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"broke off .*refused"):
        fetch("http://127.0.0.1:9/file", tmp_path / "a")
