"""Folders of runs to which something terrible happened. The same seed breaks the same things.

`benchmarks.looking` makes a small folder of runs with something in every file, and looks at what is left of a copy.
"""

import hashlib
import io
import json
import os
import random
import shutil
import socket
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from training.run import reading

LARGE_BYTES, HUGE_BYTES = 1 << 26, 3 << 40
NESTED = 400
ODD_VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 7, 10**18, 10**30, 10**400, -(10**400), 1e308, -1e308, float("inf"), float("nan"), "", "x",
    "\ud800", "\0", "=1+1", "a" * 100_000, "../..", "/dev/zero", [], {}, [[]], [None] * 1_000, {"": {}}, {"a": [10**400]},
)  # fmt: skip
ODD_CONTENTS = (
    b"", b"\n", b"{", b"[]", b"null", b"7", b"\xff\xfe\x00", b'{"a": ' * 3000, b"9" * 5000, b"[" * 100_000, b"\0" * 4096,
    b'{"state": [], "step": {}}', b"PK\3\4", b"PK\5\6" + b"\xff" * 18, b"\x93NUMPY\1\0", b'{"schema": 2}',
)  # fmt: skip
ODD_ARRAYS: tuple[Callable[[], np.ndarray], ...] = (
    lambda: np.full((4, 4), np.nan, np.float32),
    lambda: np.full((4, 4), 1e300),
    lambda: np.full((4, 4), 3e38, np.float32),
    lambda: np.full((4, 4), 2**63, np.uint64),
    lambda: np.zeros((0, 4), np.float16),
    lambda: np.zeros((4, 0), np.float16),
    lambda: np.zeros((), np.float32),
    lambda: np.zeros((1, 1, 1, 1, 1), np.float32),
    lambda: np.zeros((1, 7), np.float16),
    lambda: np.zeros((500, 2), np.float16),
    lambda: np.ones((4, 4), np.complex64),
    lambda: np.array(["text"] * 4),
    lambda: np.array([b"bytes"]),
    lambda: np.array(["2020-01-01"], "datetime64[D]"),
    lambda: np.zeros(4, [("a", "f4"), ("b", "i2")]),
    lambda: np.ones((4, 4), bool),
    lambda: np.asfortranarray(np.arange(12.0).reshape(3, 4)),
    lambda: np.arange(16, dtype=">f4").reshape(4, 4),
)


def mutilate(folder: Path, seed: int) -> str:
    """Break between one and five things somewhere below `folder`; says which."""
    chance = random.Random(seed)
    done = []
    for _ in range(chance.randrange(1, 6)):
        paths = sorted(path for path in folder.rglob("*"))
        if not paths:
            break
        path = chance.choice(paths)
        fitting = list(ANYTHING)
        if path.is_file() and path.stat().st_size < LARGE_BYTES:
            fitting += list(FILES)
            fitting += 3 * [how for suffix, how in BY_SUFFIX if path.name.endswith(suffix)]
        how = chance.choice(fitting)
        try:
            how(path, chance)
        except Exception:  # it was broken too badly before
            continue
        done.append(f"{how.__name__.strip('_')} {path.relative_to(folder)}")
    return "; ".join(done)


def _removed(path: Path, chance: random.Random) -> None:
    shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def _folder_in_place(path: Path, chance: random.Random) -> None:
    _removed(path, chance)
    path.mkdir()


def _file_in_place(path: Path, chance: random.Random) -> None:
    _removed(path, chance)
    path.write_bytes(chance.choice(ODD_CONTENTS))


def _pipe_in_place(path: Path, chance: random.Random) -> None:
    _removed(path, chance)
    os.mkfifo(path)


def _socket_in_place(path: Path, chance: random.Random) -> None:
    _removed(path, chance)
    before = os.open(".", os.O_RDONLY)
    try:
        os.chdir(path.parent)  # the name of a socket may have a hundred bytes
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.fchdir(before)
        os.close(before)


def _link_in_place(path: Path, chance: random.Random) -> None:
    _removed(path, chance)
    path.symlink_to(chance.choice(("nowhere", path.name, "..", "/dev/zero", "/dev/null", "/proc/self/status")))


def _renamed(path: Path, chance: random.Random) -> None:
    other = chance.choice(("~", ".npz", ".json", ".safetensors", ".tmp"))
    path.rename(path.with_name(path.name + other))


def _copied(path: Path, chance: random.Random) -> None:
    step = f"{chance.choice((1, 999_999, 10**11)):06d}"
    other = path.with_name(step + path.suffix)
    shutil.copyfile(path, other)


def _cut(path: Path, chance: random.Random) -> None:
    os.truncate(path, chance.randrange(path.stat().st_size + 1))


def _grown_without_end(path: Path, chance: random.Random) -> None:
    """A sparse file takes no room."""
    os.truncate(path, HUGE_BYTES)


def _flipped(path: Path, chance: random.Random) -> None:
    content = bytearray(path.read_bytes())
    for _ in range(chance.choice((1, 1, 8, 64)) if content else 0):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)


def _doubled(path: Path, chance: random.Random) -> None:
    content = path.read_bytes()
    path.write_bytes(content + content[: chance.randrange(len(content) + 1)])


def _odd_content(path: Path, chance: random.Random) -> None:
    path.write_bytes(chance.choice(ODD_CONTENTS))


def _odd_value(path: Path, chance: random.Random) -> None:
    """Somewhere in a JSON file."""
    value = json.loads(path.read_bytes())
    path.write_text(json.dumps(_with_odd(value, chance)))


def _odd_heartbeat(path: Path, chance: random.Random) -> None:
    """Of a trainer on another machine."""
    value = json.loads(path.read_bytes())
    elsewhere = {"pid": 77, "start": "1", "boot": "another machine"}
    changes = {"state": "training", "process": elsewhere, "updated": chance.choice(ODD_VALUES)}
    _regular(path.with_name("status.json")).write_text(json.dumps({**value, **changes}))


def _nested(path: Path, chance: random.Random) -> None:
    value = json.loads(path.read_bytes())
    value[chance.choice([*value, "more"])] = json.loads("[" * NESTED + "]" * NESTED)
    path.write_text(json.dumps(value))


def _odd_row(path: Path, chance: random.Random) -> None:
    """Among those of a metrics file."""
    lines = path.read_bytes().splitlines()
    rows = [
        json.dumps(
            {chance.choice(("step", "resumed_from", "train/loss", "measure/x")): chance.choice(ODD_VALUES)}
        ).encode(),
        b'{"step": 3, "train/loss": ' + b"[" * NESTED + b"]" * NESTED + b"}",
        b'{"step": ' + b"9" * 5_000 + b"}",
        b"x" * 1_000_000,
    ]
    lines.insert(chance.randrange(len(lines) + 1), chance.choice(rows))
    path.write_bytes(b"\n".join(lines) + b"\n")


def _claiming(path: Path, chance: random.Random) -> None:
    """One array of an .npz says that it is another than it is, such as one of 3.6 TiB."""
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    name = chance.choice(sorted(entries))
    shape = chance.choice(((10**12,), (2**31, 2**31), (-1,), (0, 2**62), (True,), (1, 1), ()))
    dtype = chance.choice(("<f4", "<f8", "|O", "<c16", "|V8", "<U9", "<M8[ns]", "|b1", "<f2"))
    header = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape!r}, }}".encode()
    header = b"\x93NUMPY\1\0" + (len(header) + 1).to_bytes(2, "little") + header + b"\n"
    entries[name] = header + entries[name][128:]
    _repacked(path, entries, chance)


def _odd_array(path: Path, chance: random.Random) -> None:
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    held = io.BytesIO()
    np.save(held, chance.choice(ODD_ARRAYS)())
    entries[chance.choice(sorted(entries))] = held.getvalue()
    _repacked(path, entries, chance)


def _bomb(path: Path, chance: random.Random) -> None:
    """Small on the disk, large in memory."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("embeddings", "places", "lens/similarity"):
            archive.writestr(f"{name}.npy", bytes(5_000_000))


def _many_entries(path: Path, chance: random.Random) -> None:
    with zipfile.ZipFile(path, "a") as archive:
        for number in range(3_000):
            archive.writestr(f"lens/{number}.npy", b"")


def _odd_npy(path: Path, chance: random.Random) -> None:
    np.save(path, chance.choice(ODD_ARRAYS)())


def _whole_but_foreign(path: Path, chance: random.Random) -> None:
    """A checkpoint's file is another one, and its manifest says that this is right."""
    content = chance.choice((b"", b"weights", path.read_bytes()[:-7], bytes(1000), b"\xff" * 8, b"\x80\4."))
    manifest = _regular(path.with_suffix(".json"))
    if not manifest.is_file():
        return
    path.write_bytes(content)
    named = "weights" if path.suffix == ".safetensors" else "state"
    value = reading.read_object(manifest)  # which may be a pipe by now
    manifest.write_text(json.dumps({**value, named: hashlib.sha256(content).hexdigest()}))


def _regular(path: Path) -> Path:
    """`path`, unless something was put in its place at which a writer would wait. Raises OSError."""
    if not path.is_file():
        raise OSError(f"{path} is no regular file")
    return path


def _repacked(path: Path, entries: dict[str, bytes], chance: random.Random) -> None:
    with zipfile.ZipFile(path, "w", chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)


def _with_odd(value: Any, chance: random.Random) -> Any:
    """The same value with something else somewhere in it."""
    if value and isinstance(value, dict) and chance.random() < 0.8:
        key = chance.choice(sorted(value))
        return {**value, key: _with_odd(value[key], chance)}
    if value and isinstance(value, list) and chance.random() < 0.8:
        place = chance.randrange(len(value))
        return [*value[:place], _with_odd(value[place], chance), *value[place + 1 :]]
    return chance.choice(ODD_VALUES)


Break = Callable[[Path, random.Random], None]
ANYTHING: tuple[Break, ...] = (
    _removed, _folder_in_place, _file_in_place, _pipe_in_place, _socket_in_place, _link_in_place, _renamed,
)  # fmt: skip
FILES: tuple[Break, ...] = (_copied, _cut, _flipped, _doubled, _odd_content, _grown_without_end)
BY_SUFFIX: tuple[tuple[str, Break], ...] = (
    (".json", _odd_value), (".json", _nested), ("status.json", _odd_heartbeat), (".jsonl", _odd_row), (".npz", _claiming),
    (".npz", _odd_array), (".npz", _bomb), (".npz", _many_entries), (".npy", _odd_npy), (".state", _whole_but_foreign),
    (".safetensors", _whole_but_foreign),
)  # fmt: skip
