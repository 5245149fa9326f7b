"""The folder that the server works in: empty, private, gone afterwards, also after a server that was killed."""

import os
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from explorer.web.address import NotServed
from explorer.web.workplace import PREFIX, Workplace

ROOT = Path(__file__).resolve().parents[3]
STAYS = "from explorer.web.workplace import Workplace; w = Workplace(); print(w.folder, flush=True); input()"


@pytest.fixture
def above(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The temporary folder of the machine, and a process that works elsewhere."""
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "above"))
    (tmp_path / "started").mkdir()
    monkeypatch.chdir(tmp_path / "started")
    return tmp_path / "above"


def test_security_the_working_folder_is_empty_and_private_and_goes(above: Path, tmp_path: Path) -> None:
    before = tempfile.gettempdir()
    place = Workplace()
    assert os.listdir() == []
    assert stat.S_IMODE(place.folder.stat().st_mode) == 0o700
    assert Path(tempfile.gettempdir()).parent == Path(os.environ["GRADIO_TEMP_DIR"]).parent == place.folder
    Path(tempfile.mkstemp()[1]).write_text("a sound")
    place.close()
    assert (Path.cwd(), tempfile.gettempdir(), os.environ["GRADIO_TEMP_DIR"]) == (
        tmp_path / "started",
        before,
        str(above),
    )
    assert list(above.iterdir()) == []


def test_security_what_a_killed_server_left_goes_and_a_living_one_stays(above: Path) -> None:
    killed, living = (
        subprocess.Popen(
            [sys.executable, "-c", STAYS], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    )
    assert killed.stdout and living.stdout and killed.stdin and living.stdin
    left, kept = (Path(process.stdout.readline().strip()) for process in (killed, living) if process.stdout)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    try:
        assert left.is_dir() and kept.is_dir()
        Workplace().close()
        assert not left.exists()
        assert kept.is_dir()
    finally:
        living.kill()
        living.wait()
        for pipe in (killed.stdout, killed.stdin, living.stdout, living.stdin):
            pipe.close()


def test_security_what_is_another_users_stays(above: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = above / f"{PREFIX}left"
    left.mkdir(parents=True)
    with monkeypatch.context() as patch:
        patch.setattr(os, "getuid", lambda: left.stat().st_uid + 1)
        Workplace().close()
        assert left.exists()
    Workplace().close()
    assert not left.exists()


def test_security_no_link_is_followed_and_no_file_removed(above: Path, tmp_path: Path) -> None:
    above.mkdir()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").touch()
    (above / f"{PREFIX}link").symlink_to(tmp_path / "mine")
    (above / f"{PREFIX}file").touch()
    Workplace().close()
    assert (tmp_path / "mine" / "file").exists()
    assert (above / f"{PREFIX}file").exists()


def test_a_temporary_folder_that_cannot_be_is_one_sentence(above: Path) -> None:
    above.touch()
    with pytest.raises(NotServed, match=r"^The temporary folder .* cannot be used: File exists\.$"):
        Workplace()
