"""A stream's sample is an ordinary data set, made once for what its shards are."""

import io
import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.support.breaking_server import Server
from tests.support.shards import wav, write_shards, write_tar
from training.data import open_dataset, summary
from training.data.stream import sample, sampled_of
from training.data.stream.reader_process import SAMPLED_SHARDS, sampled
from training.errors import UserError


def test_it_is_an_ordinary_data_set(own_cache: Path, tmp_path: Path) -> None:
    reference = write_shards(tmp_path / "x", [4, 3], seconds=0.75, caption="a tone")
    write_tar(tmp_path / "x" / "part-002.tar", {"a.wav": b"no sound", "b.flac": wav(9, kind="FLAC")})
    seen: list[str] = []
    dataset = open_dataset(reference, window_seconds=0.5, progress=lambda fraction, said: seen.append(said))
    found = summary(dataset)
    assert (found["name"], found["clips"], found["group"]) == ("x (stream)", 15, "speaker")
    assert found["facets"]["class"] == {"even": 8, "odd": 6}
    assert found["skipped"][0]["file"] == "part-002.tar: a" and found["skipped"][0]["reason"].startswith("it holds no")
    assert dataset.files[:2] == ("part-000.tar/u0000", "part-000.tar/u0000") and dataset.offsets_seconds[1] == 0.5
    assert dataset.companions["caption"][0] == "a tone" and dataset.groups.label(14) == "b"
    expected = (
        soundfile.read(tmp_path / "s.wav", dtype="int16")[0] if (tmp_path / "s.wav").write_bytes(wav(0, 0.75)) else None
    )
    np.testing.assert_array_equal(np.concatenate([dataset.int16(0), dataset.int16(1)]), expected)
    assert seen and not any(said.endswith(".tar") for said in seen)
    assert sampled_of(reference, 15).startswith("These 15 clips are a sample of the stream x: they are measured")


def test_it_is_made_once_until_a_shard_changes(own_cache: Path, tmp_path: Path) -> None:
    reference = write_shards(tmp_path / "x", [3, 3])
    first = open_dataset(reference)
    assert open_dataset(f"shards:{tmp_path}/x/part-{{000..001}}.tar").fingerprint == first.fingerprint
    assert open_dataset(reference, window_seconds=0.5).fingerprint != first.fingerprint
    write_tar(tmp_path / "x" / "part-001.tar", {"a.wav": wav(50)})
    assert open_dataset(reference).fingerprint != first.fingerprint


def test_a_shard_that_cannot_be_seen_now_is_taken_for_what_it_was(
    server: tuple[Server, str], own_cache: Path, tmp_path: Path
) -> None:
    server[0].content = write_tar(tmp_path / "x.tar", {"a.wav": wav(1)}).read_bytes()
    reference = f"shards:{server[1].removesuffix('file')}{{0..1}}.tar"
    first = open_dataset(reference)
    server[0].statuses = [404]
    assert open_dataset(reference).fingerprint == first.fingerprint
    server[0].statuses = [404, 404]
    assert open_dataset(reference).fingerprint == first.fingerprint


def test_a_folder_whose_name_is_no_utf8_is_read(own_cache: Path, tmp_path: Path) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff"))
    write_shards(tmp_path / "x", [2]), (tmp_path / "x").rename(folder)
    assert len(open_dataset(f"shards:{folder}")) == 2


def test_it_takes_some_of_a_few_shards(own_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample, "SAMPLE_CLIPS", 20)
    dataset = open_dataset(write_shards(tmp_path / "x", [3, 3, *[1] * 18], seconds=0.3), window_seconds=0.2)
    assert len(dataset) == 2 * SAMPLED_SHARDS  # of the first two shards two of six, of the others all
    assert len({file.partition("/")[0] for file in dataset.files}) == SAMPLED_SHARDS
    for clip, file in enumerate(dataset.files):  # though more of a shard was being decoded than was wanted
        samples, _ = soundfile.read(io.BytesIO(wav(int(file[-4:]), 0.3)), dtype="int16")
        begin = round(dataset.offsets_seconds[clip] * 16_000)
        np.testing.assert_array_equal(dataset.int16(clip), samples[begin : begin + 3_200])
    assert sampled(3) == [0, 1, 2] and sampled(32) == list(range(0, 32, 2)) and sampled(100_000)[-1] == 93_750


def test_what_can_go_wrong_is_one_sentence(own_cache: Path, tmp_path: Path) -> None:
    with pytest.raises(
        UserError, match=r"^None of the 3 shards of x-\{1\.\.3\} can be read \(x-1\.tar: it cannot be opened: No"
    ):
        open_dataset(f"shards:{tmp_path}/x-{{1..3}}.tar")
    with pytest.raises(UserError, match=r"^The shard of none cannot be read \(none\.tar: it cannot be opened"):
        open_dataset(f"shards:{tmp_path}/none.tar")
    write_tar(tmp_path / "y.tar", {"a.wav": b"no sound"})
    with pytest.raises(
        UserError, match=r"^The stream y holds no sound that can be used \(1 file looked at; y\.tar: a: it holds"
    ):
        open_dataset(f"shards:{tmp_path}/y.tar")
