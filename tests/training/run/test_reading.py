"""Whatever lies where a file is expected, reading it gives a value or None: at once, and in little memory."""

import json
import os
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from training.run import reading

WAYS: tuple[Callable[[Path], object], ...] = (
    lambda path: reading.read_bytes(path, 100),
    lambda path: reading.sha256(path, 100),
    lambda path: reading.read_end(path, 100) or None,
    lambda path: reading.read_object(path) or None,
    reading.read_arrays,
    reading.read_array,
)


def written(path: Path, **arrays: np.ndarray) -> Path:
    np.savez(path, **arrays)  # type: ignore[arg-type]
    return path


def claiming(path: Path, header: str, held: bytes = b"\0" * 64) -> Path:
    """An .npz whose only array says of itself what `header` says."""
    text = header.encode() + b"\n"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.npy", b"\x93NUMPY\1\0" + len(text).to_bytes(2, "little") + text + held)
    return path


def pipe(path: Path) -> None:
    os.mkfifo(path)


def folder(path: Path) -> None:
    path.mkdir()


def link_to_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def link_to_itself(path: Path) -> None:
    path.symlink_to(path.name)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("make", [pipe, folder, link_to_device, link_to_itself, lambda path: None])
def test_bad_input_only_regular_files_are_opened(
    tmp_path: Path, way: Callable[[Path], object], make: Callable[[Path], None]
) -> None:
    make(tmp_path / "x.npz")
    assert way(tmp_path / "x.npz") is None


@pytest.mark.parametrize("mode", ["ab", "wb"])
def test_nothing_but_a_regular_file_is_written_to(tmp_path: Path, mode: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="Not a regular file"):
        reading.RegularFile(tmp_path / "pipe", mode)
    with reading.RegularFile(tmp_path / "new", mode) as file:
        file.write(b"x")
    assert (tmp_path / "new").read_bytes() == b"x"


def test_a_name_that_holds_nul_is_no_file() -> None:
    assert reading.read_bytes("a\0b", 10) is None


def test_bad_input_a_file_of_three_tebibytes_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    path.touch()
    os.truncate(path, 3 << 40)
    tracemalloc.start()
    assert [way(path) for way in WAYS if way is not WAYS[2]] == [None] * 5
    assert reading.read_end(path, 5) == bytes(5)
    assert tracemalloc.get_traced_memory()[1] < 150e6
    tracemalloc.stop()


def test_a_link_to_a_regular_file_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").write_text('{"a": 1}')
    (tmp_path / "link").symlink_to("real")
    assert reading.read_object(tmp_path / "link") == {"a": 1}


NO_NUMBERS = ("1" * 400, "-" + "9" * 5_000, "1e400", "NaN", "-Infinity", str(2**63), str(-(2**70)))


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_bad_input_numbers_are_bounded(tmp_path: Path, text: str) -> None:
    (tmp_path / "x").write_text(f'{{"a": {text}, "b": [{text}, 1]}}')
    assert reading.read_object(tmp_path / "x") == {"a": None, "b": [None, 1]}


def test_usual_numbers_stay(tmp_path: Path) -> None:
    value = {"a": [0, -1, 2**62, 1.5, -1e300, 1e-300, True, None, "ü"]}
    (tmp_path / "x").write_text(json.dumps(value))
    assert reading.read_object(tmp_path / "x") == value


@pytest.mark.parametrize("levels", [reading.DEEPEST + 1, 400, 100_000])
def test_bad_input_what_is_nested_deep_is_nothing(levels: int) -> None:
    assert reading.parsed_json(b"[" * levels + b"]" * levels) is None
    assert reading.parsed_json(b"[" * 5 + b"]" * 5) == [[[[[]]]]]


def test_arrays_come_as_they_were_written(tmp_path: Path) -> None:
    arrays = {
        "a": np.arange(6, dtype=np.float16).reshape(2, 3),
        "b": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        "lens/c": np.array(3),
        "d": np.arange(3, dtype=">i4"),
        "e": np.zeros((0, 4), bool),
    }
    found = reading.read_arrays(written(tmp_path / "x.npz", **arrays))
    assert found is not None and found.keys() == arrays.keys()
    for name, array in arrays.items():
        assert found[name].dtype == array.dtype and found[name].shape == array.shape
        assert (found[name] == array).all() and found[name].flags.writeable
    chosen = reading.read_arrays(tmp_path / "x.npz", lambda name: name.startswith("lens/"))
    assert chosen is not None and list(chosen) == ["lens/c"]
    np.save(tmp_path / "x.npy", arrays["b"])
    alone = reading.read_array(tmp_path / "x.npy")
    assert alone is not None and (alone == arrays["b"]).all()


CLAIMS = (
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2147483648, 2147483648, 4), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (-4, -4), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (15,), }",
    "{'descr': '|O', 'fortran_order': False, 'shape': (8,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': " + "(" * 3_000 + ")" * 3_000 + ", }",
    "__import__('os').abort()",
)


@pytest.mark.parametrize("header", CLAIMS)
def test_bad_input_an_array_that_claims_more_than_it_holds_is_not_read(tmp_path: Path, header: str) -> None:
    path = claiming(tmp_path / "x.npz", header)
    tracemalloc.start()
    assert not reading.read_arrays(path)
    assert tracemalloc.get_traced_memory()[1] < 50e6
    tracemalloc.stop()


def test_bad_input_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_ARRAY_BYTES", 1_000)
    with zipfile.ZipFile(tmp_path / "x.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", bytes(1_001))
    assert reading.read_arrays(tmp_path / "x.npz") is None


def test_bad_input_an_entry_that_holds_more_than_it_claims_is_not_unpacked(tmp_path: Path) -> None:
    path, held = tmp_path / "x.npz", 50_000_000
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", bytes(held))
    path.write_bytes(path.read_bytes().replace(held.to_bytes(4, "little"), (1_000).to_bytes(4, "little")))
    with zipfile.ZipFile(path) as archive:
        assert archive.getinfo("a.npy").file_size == 1_000
    tracemalloc.start()
    assert reading.read_arrays(path) is None
    assert tracemalloc.get_traced_memory()[1] < 5e6
    tracemalloc.stop()


def test_what_holds_no_numbers_is_left_out(tmp_path: Path) -> None:
    path = written(tmp_path / "x.npz", text=np.array(["a"]), many=np.ones(2, np.complex64), good=np.ones(2))
    found = reading.read_arrays(path)
    assert found is not None and list(found) == ["good"]


def test_a_file_that_is_cut_while_it_is_read_is_nothing(tmp_path: Path) -> None:
    path = written(tmp_path / "x.npz", a=np.ones(10_000))
    os.truncate(path, path.stat().st_size - 8)
    assert reading.read_arrays(path) is None


def test_nobody_waits_for_what_comes_through_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    writer = os.open(tmp_path / "pipe", os.O_RDWR)
    os.write(writer, b'{"a": 1}')
    assert reading.read_object(tmp_path / "pipe") == {}
    os.close(writer)
