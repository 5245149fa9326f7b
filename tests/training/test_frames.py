"""Frames are what an encoder pools, stand where the sound is, and come from the command line however long the sound is."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
import soundfile
import torch

from tests.support.command_line import sentence
from training import frames_file
from training.__main__ import main
from training.building import built_method
from training.config import new_config
from training.data.mel_cache import clip_power, padded_waveforms
from training.embedder import Embedder, embed_audio
from training.encoders import ENCODERS
from training.frames import embed_frames, frame_times
from training.methods.method import Method
from training.methods.simclr import SimCLR
from training.run import RunFolder
from training.trainer import train

RATE = 16_000
VIEW_SECONDS = 0.64
OWN_WAYS = [("apc", "conv_gru", {"direction": "backward"}), ("npc", "masked_conv", {}), ("byol_a", "conv2d", {})]
"""Methods that hear with their encoder in a way of their own."""
LATE = {"wave_gru": 1.1}
"""Hops by which a click is heard later than in the frame of its time: kernels that reach back as far as two frames hear it again."""
CASES: list[tuple[str, str, dict[str, Any]]] = [*[("simclr", encoder, {}) for encoder in ENCODERS], *OWN_WAYS]


@pytest.fixture
def method_on(narrow: None, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Method]:
    def make(name: str, encoder: str, settings: dict[str, Any]) -> Method:
        monkeypatch.setattr(SimCLR, "encoders", tuple(ENCODERS))
        own = {"crop_seconds": VIEW_SECONDS, **({"mels": 16} if ENCODERS[encoder].domain == "mel" else {})}
        config = new_config({**own, **settings}, method=name, encoder=encoder, steps=1)
        return built_method(config, 10, 2, (-2.0, 3.0)).eval()

    return make


def heard_of(method: Method, waveform: np.ndarray) -> tuple[torch.Tensor, int]:
    if method.encoder.domain == "waveform":
        return padded_waveforms([waveform])[0], len(waveform)
    audio, lengths = clip_power([waveform], method.augment.front_end, torch.device("cpu"))
    return audio, int(lengths[0])


@pytest.mark.parametrize(("name", "encoder", "settings"), CASES, ids=lambda value: str(value) if value else "")
def test_pooled_frames_are_the_embedding(
    name: str, encoder: str, settings: dict[str, Any], method_on: Callable[..., Method]
) -> None:
    method = method_on(name, encoder, settings)
    waveform = np.random.default_rng(0).standard_normal(RATE).astype(np.float32) * 0.1
    audio, length = heard_of(method, waveform)
    stride = method.encoder.stride
    if settings:  # heard from the end: steps are counted from the start, so that the last of an odd number is left out
        length -= length % stride
        audio = audio[..., :length]
    all_own = length // stride * frame_times(method).hop_samples
    frames = embed_frames(method, audio, length, all_own)
    h = embed_audio(method, audio, torch.tensor([length]))
    torch.testing.assert_close(method.encoder.pooled(frames), h, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(
    ("name", "encoder", "settings"),
    [case for case in CASES if case[:2] != ("simclr", "masked_conv")],  # which describes a moment by what surrounds it
    ids=lambda value: str(value) if value else "",
)
def test_a_click_is_in_the_frame_of_its_time(
    name: str, encoder: str, settings: dict[str, Any], method_on: Callable[..., Method]
) -> None:
    method = method_on(name, encoder, settings)
    times = frame_times(method)
    off = []
    for seed, at in enumerate(np.linspace(0.7, 1.3, 13)):
        noise = np.random.default_rng(seed).standard_normal(2 * RATE).astype(np.float32) * 0.1
        clicked = noise.copy()
        clicked[round(at * RATE) - 8 : round(at * RATE) + 8] += 0.5
        found = [embed_frames(method, *heard_of(method, sound), len(sound))[0].numpy() for sound in (noise, clicked)]
        changed = np.linalg.norm(found[1] - found[0], axis=1)
        off.append(times.seconds(len(changed))[changed.argmax()] - at)
    late, told = LATE.get(encoder, 0.0), np.divide(off, times.hop_seconds).round(2)
    why = f"clicks are heard {told} hops late: give an encoder that looks away from the middle of its frames a line in LATE"
    assert abs(np.mean(off)) <= max(0.5, late) * times.hop_seconds, why
    assert np.abs(off).max() <= (1.01 + late) * times.hop_seconds, why


def test_frames_of_a_longer_sound_are_those_of_its_windows(made_run: Callable[..., RunFolder]) -> None:
    run = made_run(steps=1, encoder="resnet", window_seconds=0.7)  # 4.375 frames of .16 s
    train(run.path)
    embedder = Embedder(run)
    waveform = np.random.default_rng(0).standard_normal(40_000).astype(np.float32) * 0.1
    hop, window = embedder.frame_times.hop_samples, 11_200
    frames = embedder.frames(waveform)
    assert len(frames) == 40_000 // hop == 15
    for first in (0, 4, 8):
        alone = embedder.frames(waveform[first * hop :][:window])
        np.testing.assert_allclose(frames[first : first + 4], alone, atol=1e-5)
    np.testing.assert_allclose(frames[12:], embedder.frames(waveform[11 * hop :][:window])[1:], atol=1e-5)
    assert len(embedder.frames(waveform[:1])) == 1


def test_embed_writes_a_row_for_each_frame_piece_by_piece(
    made_run: Callable[..., RunFolder],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    run = made_run(steps=1)
    train(run.path)
    sounds = {"=b/c.wav": (61.0, 375), "=b/d.wav": (0.1, 1), "a.wav": (2.4, 15)}  # a second behind a minute is no clip
    (tmp_path / "sounds" / "=b").mkdir(parents=True)
    for name, (seconds, _) in sounds.items():
        noise = np.random.default_rng(0).uniform(-0.1, 0.1, round(seconds * RATE))
        soundfile.write(tmp_path / "sounds" / name, noise, RATE)
    monkeypatch.setattr(frames_file, "FRAMES_TOGETHER", 16)
    given = ["embed", str(run.path), str(tmp_path / "sounds"), "--frames", "--out"]
    assert main([*given, str(tmp_path / "x.parquet")]) == 0
    assert "Wrote 391 embeddings of frames to" in capsys.readouterr().err
    written, embedder = pq.ParquetFile(tmp_path / "x.parquet"), Embedder(run)
    assert [written.metadata.row_group(i).num_rows for i in range(written.num_row_groups)] == [375, 16]
    table = written.read()
    assert table.column_names == ["file", "time_seconds", "hop_seconds", "vector"]
    assert table.schema.metadata[b"hearsight_run"] == run.name.encode()
    names = [name for name, (_, frames) in sounds.items() for _ in range(frames)]
    assert table["file"].to_pylist() == names
    assert set(table["hop_seconds"].to_pylist()) == {0.16}
    times = np.concatenate([0.07 + 0.16 * np.arange(frames) for _, frames in sounds.values()])
    np.testing.assert_allclose(table["time_seconds"], times)
    waveform = soundfile.read(tmp_path / "sounds" / "a.wav", dtype="float32")[0]
    np.testing.assert_allclose(np.array(table["vector"].to_pylist())[-15:], embedder.frames(waveform), atol=1e-3)
    assert main([*given, str(tmp_path / "x.csv")]) == 0
    read = pyarrow.csv.read_csv(tmp_path / "x.csv")
    assert read.column_names == ["file", "time_seconds", "hop_seconds", *(f"d{i}" for i in range(embedder.width))]
    assert read["file"].to_pylist() == ["'" + name if name[0] == "=" else name for name in names]
    np.testing.assert_allclose(read["d1"], [vector[1] for vector in table["vector"].to_pylist()], rtol=1e-5)
    assert "ends in .parquet or .csv was expected" in sentence(capsys, *given, str(tmp_path / "x.npz"))


def test_the_encoder_file_with_frames_says_when_they_are(made_run: Callable[..., RunFolder], tmp_path: Path) -> None:
    run = made_run(steps=1)
    train(run.path)
    assert main(["encoder", str(run.path), "--frames", "--out", str(tmp_path / "x.pt2")]) == 0
    inside = {"hearsight.json": ""}
    encoder = torch.export.load(str(tmp_path / "x.pt2"), extra_files=inside).module()
    assert json.loads(inside["hearsight.json"])["frames"] == {"hop_seconds": 0.16, "first_seconds": 0.07}
    waveform = np.random.default_rng(0).standard_normal(20_000).astype(np.float32) * 0.1
    frames = encoder(torch.from_numpy(waveform)[None])[0].numpy()
    np.testing.assert_allclose(frames, Embedder(run).frames(waveform), atol=1e-5)
