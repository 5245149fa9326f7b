"""Every regular file is found and known by its content; an unchanged folder is not read twice."""

import os
from pathlib import Path

import pytest

from training.data import files
from training.data.files import bytes_in, content_hash, contents, file_at, files_below, opened
from training.data.progress import quiet
from training.data.sniff import NotRead

SOUND = b"RIFF\0\0\0\0WAVEfmt "


def test_a_folder_has_the_bytes_of_its_files_and_not_of_what_they_link_to(tmp_path: Path) -> None:
    for name in ("a.wav", "below/b.wav"):
        (tmp_path / "one" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "one" / name).write_bytes(SOUND)
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "c").symlink_to(tmp_path / "one" / "a.wav")
    assert bytes_in(tmp_path / "one") == 2 * len(SOUND) and bytes_in(tmp_path / "nowhere") == 0
    assert bytes_in(tmp_path / "two") == os.lstat(tmp_path / "two" / "c").st_size


def test_names_are_relative_ordered_and_hidden_files_are_passed_over(tmp_path: Path) -> None:
    for name in ("b.wav", "a/c.wav", "a/.hidden", ".git/x.wav", "__MACOSX/y.wav", "a-b/z.wav"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(SOUND)
    found, skipped = files_below(tmp_path)
    assert [file.name for file in found] == ["a/c.wav", "a-b/z.wav", "b.wav"] and skipped == []


def test_bad_input_links_to_files_are_followed_and_all_else_is_reported(tmp_path: Path) -> None:
    (tmp_path / "real.wav").write_bytes(SOUND)
    (tmp_path / "link.wav").symlink_to("real.wav")
    (tmp_path / "circle").symlink_to(".")
    (tmp_path / "dead.wav").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe.wav")
    found, skipped = files_below(tmp_path)
    assert [file.name for file in found] == ["link.wav", "real.wav"]
    reasons = {entry.file: entry.reason for entry in skipped}
    assert reasons["circle"] == "it is a link to a folder" and "pipe" in reasons["pipe.wav"]
    assert "No such file" in reasons["dead.wav"]


def test_bad_input_opening_never_waits_and_takes_regular_files_alone(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    for path, words in [("pipe", "pipe"), ("link", "pipe"), (".", "folder"), ("no", "No such file"), ("a\0b", "NUL")]:
        with pytest.raises(NotRead, match=words):
            opened(str(tmp_path / path), follow_links=True)
    with pytest.raises(NotRead, match="a link"):
        opened(str(tmp_path / "link"), follow_links=False)


def test_contents(tmp_path: Path) -> None:
    for name, data in [("a", SOUND + b"1"), ("b", SOUND + b"1"), ("c", SOUND + b"2"), ("d", b"text"), ("e", b"")]:
        (tmp_path / name).write_bytes(data)
    a, b, c, d, e = contents(files_below(tmp_path)[0], quiet, follow_links=True)
    assert a.hash == b.hash == content_hash(str(tmp_path / "a"), True) != c.hash
    assert d.hash == "" and "no sound" in d.reason and "no audio" in e.reason


def age(folder: Path) -> None:
    """Makes the files old enough to be trusted by their times; changing an entry's time itself needs the clock."""
    for path in folder.iterdir():
        os.utime(path, ns=(10**18, 10**18))


def test_unchanged_files_are_not_read_again(tmp_path: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_bytes(SOUND + b"1")
    (tmp_path / "b").write_bytes(b"no")
    age(tmp_path)
    monkeypatch.setattr(files, "RACY_NANOSECONDS", -(10**10))
    first = contents(files_below(tmp_path)[0], quiet, follow_links=True, memory=tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(files, "_content", lambda *_: pytest.fail("read again"))
        assert contents(files_below(tmp_path)[0], quiet, follow_links=True, memory=tmp_path) == first
    (tmp_path / "a").write_bytes(SOUND + b"2")
    changed = contents(files_below(tmp_path)[0], quiet, follow_links=True, memory=tmp_path)
    assert changed[0].hash != first[0].hash and changed[1] == first[1]
    for memory in (own_cache / "hashes").iterdir():
        memory.write_text('{"schema": 1, "files": [3]}')
    assert contents(files_below(tmp_path)[0], quiet, follow_links=True, memory=tmp_path) == changed


def test_a_memory_that_cannot_be_written_leaves_nothing(
    tmp_path: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").write_bytes(SOUND)
    in_the_way = files._memory_file(tmp_path)
    in_the_way.mkdir(parents=True)
    monkeypatch.setattr(files, "RACY_NANOSECONDS", -(10**10))
    assert contents(files_below(tmp_path)[0], quiet, follow_links=True, memory=tmp_path)[0].hash
    assert list(in_the_way.parent.iterdir()) == [in_the_way] and not any(in_the_way.iterdir())


def test_files_changed_a_moment_ago_are_not_trusted(
    tmp_path: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "RACY_NANOSECONDS", 600 * 10**9)  # a moment, however slow the machine
    (tmp_path / "a").write_bytes(SOUND + b"1")
    before = file_at(tmp_path / "a", "a")
    first = contents([before], quiet, follow_links=True, memory=tmp_path)
    (tmp_path / "a").write_bytes(SOUND + b"2")
    assert contents([before], quiet, follow_links=True, memory=tmp_path) != first
