"""A write leaves the old file or the new one, whatever happens to the disk."""

import errno
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from training import checkpoint, durable, loop, trainer
from training.errors import UserError
from training.run import RunFolder, State, create_run

pytestmark = pytest.mark.whole


def full_disk(monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    """os.write takes `room` bytes and then finds the disk full, the last time with half of what was given."""
    write, left = os.write, [room]

    def limited(descriptor: int, content: bytes) -> int:
        if descriptor <= 2:
            return write(descriptor, content)
        if left[0] <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        taken = write(descriptor, bytes(content[: left[0]]))
        left[0] -= taken
        return taken

    monkeypatch.setattr(os, "write", limited)


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    durable.write_bytes(path, b"one")
    durable.write_bytes(path, b"two" * 100_000)
    assert path.read_bytes() == b"two" * 100_000 and list(tmp_path.iterdir()) == [path]
    durable.write_json(path, {"a": "é", "b": [1]})
    assert json.loads(path.read_text()) == {"a": "é", "b": [1]}
    durable.write_json(path, odd := {"data": os.fsdecode(b"/sounds/\xff"), "\udc80": "\ud800"})
    assert json.loads(path.read_text()) == odd, "a path may hold bytes that are no UTF-8"
    durable.write_bytes(path, b"")
    assert path.read_bytes() == b""


@pytest.mark.parametrize("room", [0, 1, 4999])
def test_durability_a_full_disk_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    path = tmp_path / "file"
    durable.write_bytes(path, b"old")
    full_disk(monkeypatch, room)
    with pytest.raises(OSError) as caught:
        durable.write_bytes(path, b"new" * 5000)
    assert caught.value.errno == errno.ENOSPC
    assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]


def test_two_threads_may_replace_one_file(tmp_path: Path) -> None:
    path = tmp_path / "x"

    def parts() -> Iterator[bytes]:
        yield b"first "
        other = threading.Thread(target=durable.write_bytes, args=(path, b"second"))
        other.start()
        other.join()
        assert path.read_bytes() == b"second"
        yield b"and last"

    durable.write_parts(path, parts())
    assert path.read_bytes() == b"first and last" and [found.name for found in tmp_path.iterdir()] == ["x"]


def test_a_write_that_takes_bytes_in_small_parts_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, content: write(descriptor, bytes(content[:7])))
    durable.write_bytes(tmp_path / "file", bytes(range(256)))
    assert (tmp_path / "file").read_bytes() == bytes(range(256))


def test_durability_a_line_is_appended_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "lines"
    path.write_bytes(b"one\ntorn")
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND)
    durable.append_line(descriptor, b"two\n")
    with monkeypatch.context() as patch:
        full_disk(patch, 3)
        with pytest.raises(OSError, match="No space left"):
            durable.append_line(descriptor, b"three\n")
    durable.append_line(descriptor, b"four\n")
    os.close(descriptor)
    assert path.read_bytes() == b"one\ntorn\ntwo\nfour\n"


def test_durability_a_failing_rename_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "inside").write_text("")
    with pytest.raises(OSError):
        durable.write_bytes(tmp_path / "folder", b"x")
    assert [p.name for p in tmp_path.iterdir()] == ["folder"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system with little room; only root may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = shutil.which("mount") and os.geteuid() == 0
    if not mounted or subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", folder], capture_output=True, check=False
    ).returncode:  # fmt: skip
        pytest.skip("no file system may be mounted here")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # TensorBoard's own thread falls
def test_durability_a_run_on_a_full_disk_says_so_and_goes_on_when_there_is_room(
    small_disk: Path, made_run: Callable[..., RunFolder], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "is_due", lambda step, last, seconds: step % 2 == 0)
    run = create_run(small_disk / "run", made_run("elsewhere", steps=60).config())
    (small_disk / "stuffing").write_bytes(b"\1" * 1_000_000)
    with pytest.raises(UserError, match=r"^The disk is full; make room and resume the run from its last checkpoint\.$"):
        trainer.train(run.path)
    status = run.status()
    assert status.state == State.DISK_FULL and status.message.startswith("The disk is full")
    assert not list(run.path.rglob("*.tmp"))
    step, _ = checkpoint.latest(run)
    assert checkpoint.weights(run, step) and run.metrics()
    roomy = RunFolder(shutil.move(run.path, tmp_path / "roomy"))
    (roomy.path / "config.json").write_text(json.dumps({**roomy.config(), "steps": step + 3}))
    assert trainer.train(roomy.path, resume=True) == State.FINISHED
    assert roomy.status().step == step + 3


def test_a_file_that_cannot_be_written_is_told_before_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for file, why in (
        (tmp_path / "none" / "a.parquet", f"there is no folder {tmp_path}/none."),
        (tmp_path, "Is a directory."),
    ):
        with pytest.raises(UserError, match=f"can't be written: {why}"):
            durable.check_writable(file)
    durable.check_writable(tmp_path / "a.parquet")
    (tmp_path / "there").touch()
    monkeypatch.setattr(os, "access", lambda *_: False)  # a root may write anywhere
    with pytest.raises(UserError, match=f"nothing can be written into the folder {tmp_path}"):
        durable.check_writable(tmp_path / "a.parquet")
    durable.check_writable(tmp_path / "there")
