"""A pack is the same data set in one file: it trains the same and needs no decoder."""

import errno
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from tests.support.only_training import ALONE
from tests.training.data.pack.conftest import folder_of_sounds
from training.config import new_config
from training.data import cache, open_dataset
from training.data.dataset import Dataset
from training.data.mel_cache import mel_path
from training.data.pack import is_pack, write_pack
from training.errors import UserError
from training.run import RunFolder, create_run
from training.spectrogram import FrontEnd
from training.trainer import train

ROOT = Path(__file__).parents[4]
TINY = {"batch_size": 16, "probe_clips": 16, "crop_seconds": 0.2, "warmup_steps": 2}


def test_a_pack_opens_elsewhere_as_the_same_data(made: Dataset, elsewhere: Path) -> None:
    assert is_pack(elsewhere) and len(load_file(elsewhere)) == 10
    again = open_dataset(str(elsewhere))
    assert (again.name, again.fingerprint, again.group) == (made.name, made.fingerprint, made.group)
    assert (again.ids, again.files, again.companions) == (made.ids, made.files, made.companions)
    for name in ("samples", "starts", "lengths", "offsets_seconds"):
        np.testing.assert_array_equal(getattr(again, name), getattr(made, name))
    assert list(again.facets) == list(made.facets)
    assert [again.facets["class"].label(clip) for clip in range(4)] == ["ä", "b", "ä", None]
    found = cache.load(made.fingerprint)
    assert found is not None and found.ids == made.ids, "who looks for the clips by their fingerprint finds them"
    assert mel_path(made.fingerprint, FrontEnd()).is_file()
    assert open_dataset(str(elsewhere)).ids == made.ids


def run_on(data: Path | str, folder: Path, encoder: str = "conv2d") -> RunFolder:
    config = new_config(TINY, data=str(data), steps=3, device="cpu", encoder=encoder)
    run = create_run(folder, config.to_json())
    train(run.path)
    return run


def test_a_run_on_the_pack_is_bitwise_the_run_on_the_folder(
    own_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sounds = folder_of_sounds(tmp_path / "sounds")
    of_folder = run_on(sounds, tmp_path / "one")
    write_pack(open_dataset(str(sounds)), tmp_path / "sounds.bin")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "elsewhere"))
    of_pack = run_on(tmp_path / "sounds.bin", tmp_path / "two")
    assert of_folder.config()["data_fingerprint"] == of_pack.config()["data_fingerprint"]
    assert of_folder.weights_path(3).read_bytes() == of_pack.weights_path(3).read_bytes()


def test_a_pack_trains_where_nothing_decodes_sounds(elsewhere: Path, tmp_path: Path) -> None:
    script = f"""{ALONE}
from pathlib import Path
from training.config import new_config
from training.data import whole_reference
from training.run import create_run
from training.trainer import train
config = new_config({TINY!r}, data=whole_reference({str(elsewhere)!r}), steps=2, device="cpu")
run = create_run(Path({str(tmp_path / "run")!r}), config.to_json())
assert train(run.path) == "finished"
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert RunFolder(tmp_path / "run").config()["data_fingerprint"] == "f00d"


def test_a_link_to_ones_own_pack_is_followed(elsewhere: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(elsewhere)
    assert len(open_dataset(str(tmp_path / "link"))) == 20


def test_a_pack_is_written_over_a_pack_and_nothing_else(
    made: Dataset, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = file.read_bytes()
    assert write_pack(made, file) == len(before) == file.stat().st_size and file.read_bytes() == before
    (tmp_path / "text").write_text("mine")
    for name in ("text", ".", "no/where"):
        with pytest.raises(UserError, match=r"is there already and is no pack|there is no folder"):
            write_pack(made, tmp_path / name)
    assert (tmp_path / "text").read_text() == "mine"

    def full(descriptor: int, content: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(UserError, match="can't be written: No space left on device"):
        write_pack(made, file)
    assert file.read_bytes() == before and sorted(p.name for p in tmp_path.iterdir()) == ["mine.bin", "text"]


def test_pictures_stay_behind(made: Dataset, file: Path) -> None:
    other = replace(made, companions={**made.companions, "picture": ("a.png",) * 20})
    before = file.read_bytes()
    write_pack(other, file)
    assert file.read_bytes() == before
