"""Whatever an archive holds, nothing is written outside its folder, and nothing at all where one entry is unsafe."""

import io
import os
import shutil
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from training.data import archives
from training.data.archives import extract_tar, extract_zip, extracted_zip, new_folder
from training.data.progress import quiet
from training.errors import UserError


def linked(name: str, kind: int = stat.S_IFLNK) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (kind | 0o777) << 16
    return entry


def with_text(archive: zipfile.ZipFile, name: str) -> None:
    archive.writestr(zipfile.ZipInfo(name), "x")


BAD: list[tuple[str, Callable[[zipfile.ZipFile], None]]] = [
    ("leads out", lambda z: with_text(z, "../evil.wav")),
    ("leads out", lambda z: with_text(z, "a/../../evil.wav")),
    ("leads out", lambda z: with_text(z, "..\\evil.wav")),
    ("absolute name", lambda z: with_text(z, "/tmp/evil.wav")),
    ("absolute name", lambda z: with_text(z, "C:\\evil.wav")),
    ("link or device", lambda z: z.writestr(linked("link.wav"), "/etc/passwd")),
    ("link or device", lambda z: z.writestr(linked("pipe", stat.S_IFIFO), "")),
    ("far more", lambda z: z.writestr("zeros.wav", bytes(10_000_000), zipfile.ZIP_DEFLATED)),
    ("unusual way", lambda z: z.writestr("a.wav", "x" * 1000, zipfile.ZIP_LZMA)),
    ("no name that a file", lambda z: with_text(z, "x" * 300)),
    ("an entry in it has no name", lambda z: with_text(z, "")),
    ("an entry in it has no name", lambda z: with_text(z, ".")),
]


@pytest.mark.parametrize(("words", "add_bad_entry"), BAD)
def test_bad_input_unsafe_zips_are_refused_before_anything_is_written(
    tmp_path: Path, own_cache: Path, words: str, add_bad_entry: Callable[[zipfile.ZipFile], None]
) -> None:
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as archive:
        archive.writestr("good.wav", "good")
        add_bad_entry(archive)
    with pytest.raises(UserError, match=words):
        extracted_zip(str(tmp_path / "bad.zip"), "abc", quiet)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["bad.zip"]
    assert [path.name for path in own_cache.rglob("*") if path.is_file()] == ["abc.lock"]


def test_bad_input_a_nul_in_a_name_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as archive:
        archive.writestr("aXb.wav", "x")
    (tmp_path / "bad.zip").write_bytes((tmp_path / "bad.zip").read_bytes().replace(b"aXb.wav", b"a\0b.wav"))
    with pytest.raises(UserError, match="no name that a file"):
        extract_zip(str(tmp_path / "bad.zip"), tmp_path, quiet)


def test_bad_input_too_many_entries_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as archive:
        for number in range(60):
            archive.writestr(str(number), "")
    monkeypatch.setattr(archives, "MOST_ZIP_ENTRIES", 50)
    with pytest.raises(UserError, match="60 entries; 50 are the most"):
        extract_zip(str(tmp_path / "bad.zip"), tmp_path / "out", quiet)
    monkeypatch.setattr(archives, "LARGEST_DIRECTORY_BYTES", 1_000)
    with pytest.raises(UserError, match="more than 50 entries"):
        extract_zip(str(tmp_path / "bad.zip"), tmp_path / "out", quiet)
    assert not (tmp_path / "out").exists()


def test_bad_input_damaged_encrypted_and_doubled(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.wav", os.urandom(5_000))
    whole = bytearray(path.read_bytes())
    for damaged in (whole[: len(whole) // 2], whole[:1000] + bytes(50) + whole[1050:], b"PK\3\4"):
        path.write_bytes(damaged)
        with pytest.raises(UserError, match="damaged"), new_folder(tmp_path / "out") as folder:
            extract_zip(str(path), folder, quiet)
    encrypted = bytearray(whole)
    encrypted[encrypted.rindex(b"PK\1\2") + 8] |= 1
    path.write_bytes(encrypted)
    with pytest.raises(UserError, match="it has a password; pack it again without one"):
        extract_zip(str(path), tmp_path, quiet)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.wav", "1")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.wav", "2")
    with pytest.raises(UserError, match="twice"):
        extract_zip(str(path), tmp_path, quiet)
    assert not (tmp_path / "out").exists()


def test_a_full_disk_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.wav", "x")
    disk = shutil.disk_usage(tmp_path)._replace(total=500_000_000_000, free=1_999_000_000)
    monkeypatch.setattr(archives.shutil, "disk_usage", lambda _: disk)
    with pytest.raises(
        UserError, match=r"it needs 0 MB, and the disk has 1,999 MB left, of which 2,000 MB are kept free\."
    ):
        extract_zip(str(tmp_path / "a.zip"), tmp_path / "out", quiet)
    disk = disk._replace(free=20_000_000_000)  # a twenty-fifth of a large disk is enough
    extract_zip(str(tmp_path / "a.zip"), tmp_path / "out", quiet)


def test_a_good_zip_is_unpacked_once(tmp_path: Path, own_cache: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("sub\\b.wav", "b")
        archive.mkdir("empty")
        archive.writestr("a.wav", "a")
    left = own_cache / "zips" / "abc.part-dead"
    left.mkdir(parents=True)
    folder = extracted_zip(str(path), "abc", quiet)
    assert not left.exists(), "the rest of a process that died"
    assert folder == own_cache / "zips" / "abc"
    assert {p.relative_to(folder).as_posix(): p.read_text() for p in folder.rglob("*") if p.is_file()} == {
        "sub/b.wav": "b",
        "a.wav": "a",
    }
    path.unlink()
    assert extracted_zip(str(path), "abc", quiet) == folder


def tar_with(path: Path, *entries: tarfile.TarInfo) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for entry in entries:
            entry.size = 1 if entry.isfile() else 0
            archive.addfile(entry, io.BytesIO(b"x"))
    return path


def special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = kind, target
    return entry


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (tarfile.TarInfo("../evil"), "leads out"),
        (tarfile.TarInfo("/tmp/evil"), "absolute"),
        (special("link", tarfile.SYMTYPE, "/etc/passwd"), "link or device"),
        (special("hard", tarfile.LNKTYPE, "/etc/passwd"), "link or device"),
        (special("pipe", tarfile.FIFOTYPE), "link or device"),
    ],
)
def test_bad_input_unsafe_tars_leave_nothing(tmp_path: Path, entry: tarfile.TarInfo, words: str) -> None:
    path = tar_with(tmp_path / "bad.tgz", tarfile.TarInfo("good"), entry)
    with pytest.raises(UserError, match=words), new_folder(tmp_path / "out") as folder:
        extract_tar(path, folder, quiet)
    assert [found.name for found in tmp_path.iterdir()] == ["bad.tgz"]


def test_tars_are_unpacked_and_damaged_ones_told(tmp_path: Path) -> None:
    path = tar_with(tmp_path / "a.tgz", special("a", tarfile.DIRTYPE), tarfile.TarInfo("a/b.wav"))
    with new_folder(tmp_path / "out") as folder:
        extract_tar(path, folder, quiet)
    assert (tmp_path / "out/a/b.wav").read_text() == "x"
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(UserError, match="damaged"), new_folder(tmp_path / "out2") as folder:
        extract_tar(path, folder, quiet)


def test_bad_input_one_entry_that_unpacks_to_far_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "RATIO_COUNTS_FROM_BYTES", 1_000)
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("noise.wav", np.random.default_rng(0).bytes(2_000))  # all together is no such thing
        archive.writestr("zeros.wav", bytes(20_000), zipfile.ZIP_DEFLATED)
    with new_folder(tmp_path / "out") as folder:
        extract_zip(str(path), folder, quiet)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("more.wav", bytes(20_001), zipfile.ZIP_DEFLATED)
    with pytest.raises(UserError, match=r"more\.wav in it unpacks to far more than a sound would"):
        extract_zip(str(path), tmp_path / "other", quiet)


def test_bad_input_a_tar_that_unpacks_to_far_too_much_is_refused(tmp_path: Path) -> None:
    path, entry = tmp_path / "a.tgz", tarfile.TarInfo("zeros.wav")
    entry.size = 4_000_000
    with tarfile.open(path, "w:gz") as archive:
        archive.addfile(entry, io.BytesIO(bytes(entry.size)))
    with pytest.raises(UserError, match="far more than a set of sounds"), new_folder(tmp_path / "out") as folder:
        extract_tar(path, folder, quiet)


def test_a_tar_is_not_unpacked_onto_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tar_with(tmp_path / "a.tgz", tarfile.TarInfo("a.wav"))
    disk = shutil.disk_usage(tmp_path)._replace(total=500_000_000_000, free=2_000_500_000)
    monkeypatch.setattr(archives.shutil, "disk_usage", lambda _: disk)
    with pytest.raises(UserError, match="it needs 1 MB, and the disk has 2,000 MB left"):
        extract_tar(path, tmp_path / "out", quiet)
