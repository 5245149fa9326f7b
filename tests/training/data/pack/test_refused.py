"""What a pack claims is checked, and nobody's clips are replaced by it."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from tests.training.data.pack.conftest import folder_of_sounds
from training.data import cache, open_dataset, packed
from training.data.dataset import SAMPLE_RATE
from training.data.dropped import dropped_root
from training.data.mel_cache import mel_path
from training.data.pack import is_pack, open_pack, write_pack
from training.data.progress import quiet
from training.data.store import mel_store
from training.data.tensor_file import TensorFile, tensor_content, tensor_file
from training.errors import UserError
from training.spectrogram import FrontEnd


def changed(path: Path, change: Callable[[dict[str, Any], dict[str, str]], Any]) -> None:
    """The pack at `path` with other tensors and metadata, and a true hash, as one who means ill would write it."""
    with TensorFile(path) as file:
        metadata = {key: value for key, value in file.metadata.items() if key != "sha256"}
        tensors = {name: file.whole(name).copy() for name in file.entries}
    change(tensors, metadata)
    total = packed.hash_of(metadata)
    for part in tensor_content(tensors):
        total.update(part)
    path.write_bytes(b"".join(tensor_file(tensors, metadata | {"sha256": total.hexdigest()})))


def refused(path: Path, words: str) -> None:
    with pytest.raises(UserError, match=words) as caught:
        open_dataset(str(path))
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value)


def set_first(name: str, value: Any) -> Callable[[dict[str, Any], dict[str, str]], None]:
    return lambda tensors, _: tensors[name].reshape(-1).__setitem__(0, value)


def put(name: str, value: np.ndarray | bytes) -> Callable[[dict[str, Any], dict[str, str]], None]:
    return lambda tensors, _: tensors.__setitem__(
        name, np.frombuffer(value, np.uint8) if isinstance(value, bytes) else value
    )


def say(key: str, text: str) -> Callable[[dict[str, Any], dict[str, str]], None]:
    return lambda _, metadata: metadata.__setitem__(key, text)


WRONG: dict[str, tuple[Callable[[dict[str, Any], dict[str, str]], Any], str]] = {
    "another schema": (say("hearsight_pack", "2"), "newer version"),
    "no schema": (say("hearsight_pack", "x"), "damaged"),
    "a path as fingerprint": (say("fingerprint", "../../up"), "fingerprint"),
    "a part as fingerprint": (say("fingerprint", "a.part-b"), "fingerprint"),
    "invisible name": (say("name", "a\u202eb"), "invisible"),
    "unknown group": (say("group", "nobody"), "where each clip comes from"),
    "deep facets": (say("facets", "[" * 60_000), "damaged"),
    "facets of numbers": (say("facets", "[1, 2]"), "facets"),
    "twice the same facet": (say("facets", '["source", "source"]'), "facets"),
    "too many facets": (say("facets", json.dumps([str(i) for i in range(65)])), "facets"),
    "no name": (lambda _, metadata: metadata.pop("name"), "damaged"),
    "no ids": (lambda tensors, _: tensors.pop("ids"), "lacks ids"),
    "no clips": (put("lengths", np.zeros(0, np.int64)), "no clips"),
    "a clip without a length": (set_first("lengths", 0), "out of range"),
    "a clip of an hour": (set_first("lengths", 3600 * SAMPLE_RATE), "out of range"),
    "lengths of another sum": (set_first("lengths", 1), "samples in it has another shape"),
    "lengths of another type": (put("lengths", np.zeros(20, np.int32)), "type I32"),
    "a code without a label": (set_first("codes", 9), "no name"),
    "a code below none": (set_first("codes", -2), "no name"),
    "a clip without a group": (
        lambda tensors, _: tensors["codes"].__setitem__((1, 0), -1),
        "where each clip comes from",
    ),
    "codes of another shape": (put("codes", np.zeros((2, 19), np.int32)), "another shape"),
    "endless offset": (set_first("offsets", np.inf), "offsets"),
    "the same id twice": (put("ids", b"a\n" * 20), "same id"),
    "an id too few": (put("ids", b"a\nb\n"), "one text for each clip"),
    "half a character": (put("files", b"\xff\n" * 20), "no text"),
    "invisible file": (put("files", "\u200b\n".encode() * 20), "invisible"),
    "a long text": (put("files", b"a" * 70_000 + b"\n" * 20), "too long"),
    "a mel too loud": (set_first("mel", np.inf), "values that are none"),
    "a mel below zero": (set_first("mel", -1.0), "values that are none"),
    "a mel of other sounds": (lambda tensors, _: tensors["mel"].__imul__(np.float16(1.5)), "not that of its samples"),
    "a frame too few": (lambda tensors, _: tensors.update(mel=tensors["mel"][1:]), "mel in it has another shape"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_a_pack_says_is_checked(elsewhere: Path, wrong: str) -> None:
    change, words = WRONG[wrong]
    changed(elsewhere, change)
    refused(elsewhere, words)
    assert not list(cache.cache_root().glob("data/f00d*/*")) and not list(cache.cache_root().glob("mel/*"))


def test_mel_power_of_another_front_end_is_left_alone(elsewhere: Path) -> None:
    changed(elsewhere, say("front_end", "another"))
    assert len(open_dataset(str(elsewhere))) == 20 and not list(cache.cache_root().glob("mel/*"))


def test_a_pack_that_is_cut_short_or_flipped_is_refused(elsewhere: Path) -> None:
    whole = elsewhere.read_bytes()
    for size in (9, 100, 2000, len(whole) - 1):
        elsewhere.write_bytes(whole[:size])
        refused(elsewhere, "cannot be used as a pack|holds no sound")
    elsewhere.write_bytes(whole + b"x")
    refused(elsewhere, "bytes were found")
    header = 8 + int.from_bytes(whole[:8], "little")
    random = np.random.default_rng(0)
    for place in (*random.integers(0, header - 8, 60), *random.integers(header, len(whole), 20)):
        flipped = bytearray(whole)
        flipped[place] ^= 1 << random.integers(0, 8)
        elsewhere.write_bytes(flipped)
        refused(elsewhere, "cannot be used as a pack|holds no sound")


@pytest.mark.parametrize(
    "header",
    [
        b'{"lengths": {"dtype": "I64", "shape": [1000000000000], "data_offsets": [0, 8000000000000]}}',
        b'{"lengths": {"dtype": "I64", "shape": [1000000000000], "data_offsets": [0, 8]}}',
        b'{"lengths": {"dtype": "I64", "shape": [-1], "data_offsets": [8, 0]}}',
        b'{"lengths": {"dtype": "I64", "shape": [true], "data_offsets": [0, 8]}}',
        b'{"lengths": {"dtype": "I64", "shape": 1, "data_offsets": null}}',
        b'{"a": {"dtype": "X", "shape": [], "data_offsets": [0, 16]}, "b": {"dtype": "X", "shape": [], "data_offsets": [16, 8]}}',
        b'{"lengths": 7}',
        b'{"__metadata__": {"hearsight_pack": 1}}',
        b'{"a":' * 100_000,
        b"{" + b"9" * 10_000,
        b"{\xff}",
    ],
    ids=lambda header: header[:60].decode(errors="replace"),
)
def test_no_header_is_believed(own_cache: Path, tmp_path: Path, header: bytes) -> None:
    path = tmp_path / "x"
    path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(8))
    refused(path, "header is damaged|bytes were found")
    path.write_bytes((1 << 40).to_bytes(8, "little") + header)
    refused(path, "holds no sound")


def test_other_files_are_no_packs(own_cache: Path, tmp_path: Path) -> None:
    save_file({"weights": np.zeros(3, np.float32)}, tmp_path / "weights.safetensors")
    refused(tmp_path / "weights.safetensors", "something else")
    os.mkfifo(tmp_path / "pipe")
    refused(tmp_path / "pipe", "a pipe or device, not a file")
    refused(Path("/dev/zero"), "a pipe or device, not a file")
    with pytest.raises(UserError, match="a folder, not a file"):
        open_pack(tmp_path)
    assert not any(map(is_pack, (*tmp_path.iterdir(), tmp_path, tmp_path / "nowhere", "/dev/zero", "a\0b")))  # type: ignore[arg-type]


def test_a_visitors_pack_is_refused(file: Path) -> None:
    folder = dropped_root() / "key" / "mine"
    folder.mkdir(parents=True)
    kept = folder / "mine.bin"
    kept.write_bytes(file.read_bytes())
    refused(kept, "not taken from visitors")
    refused(folder, "What was dropped holds no sound")
    link = file.with_name("link")
    link.symlink_to(kept)
    refused(link, "not taken from visitors")


@pytest.mark.parametrize(
    ("what", "change"),
    {
        "samples": set_first("samples", 5),
        "ids": put("ids", b"".join(b"other-%d\n" % i for i in range(20))),
        "labels": put("labels.0", "b\nö\n".encode()),
        "files": put("files", b"".join(b"b/%d.wav\n" % i for i in range(20))),
        "captions": put("captions", b"\n" * 20),
        "lengths": lambda tensors, _: tensors["lengths"].__iadd__([-1, 1, *[0] * 18]),
    }.items(),
)
def test_clips_of_the_same_fingerprint_must_be_the_same(
    file: Path, what: str, change: Callable[[dict[str, Any], dict[str, str]], Any]
) -> None:
    before = cache.load("f00d")
    changed(file, change)
    changed(file, say("front_end", "another"))  # so that it is not the mel power that tells
    refused(file, f"its {what} are not those that this machine has")
    after = cache.load("f00d")
    assert before is not None and after is not None
    np.testing.assert_array_equal(after.samples, before.samples)


def test_a_pack_that_came_first_is_not_believed_once_the_sounds_are_here(
    own_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sounds = folder_of_sounds(tmp_path / "sounds")
    true = open_dataset(str(sounds))
    honest, lie = tmp_path / "honest", tmp_path / "lie"
    write_pack(true, honest)
    write_pack(true, lie)
    changed(lie, set_first("samples", 12_345))
    refused(lie, "its samples are not those that this machine has|its mel power is not that of its samples")
    changed(lie, say("front_end", "another"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "elsewhere"))
    taken = open_dataset(str(lie))
    mel_store(taken, FrontEnd(), torch.device("cpu"), quiet)
    assert taken.samples[0] == 12_345 and mel_path(true.fingerprint, FrontEnd()).exists()
    refused(honest, "its samples are not those that this machine has")
    found = open_dataset(str(sounds))
    np.testing.assert_array_equal(found.samples, true.samples)
    assert not mel_path(true.fingerprint, FrontEnd()).exists()
    refused(lie, "its samples are not those that this machine has")
    assert open_dataset(str(honest)).ids == true.ids and mel_path(true.fingerprint, FrontEnd()).exists()
