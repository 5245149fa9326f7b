"""What a store gives for a clip is what the clip's own samples give."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from training.data import mel_cache
from training.data import store as store_module
from training.data.dataset import Dataset
from training.data.mel_cache import clip_power, mel_path, padded_waveforms
from training.data.progress import quiet
from training.data.store import ClipStore, input_statistics, made_mel_store, mel_store, waveform_store
from training.errors import UserError
from training.spectrogram import FrontEnd, levelled, log_mel

CPU = torch.device("cpu")
FRONT_END = FrontEnd(mels=16, hop_seconds=0.02, analysis_seconds=0.032, low_hz=60.0, high_hz=7800.0)


@pytest.fixture
def own(tones: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """The tiny set with a mel cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tones


def test_a_batch_of_mel_power_is_each_clips_own(own: Dataset) -> None:
    store = mel_store(own, FRONT_END, CPU, quiet)
    clips = torch.tensor([5, 0, 63, 5, 20])
    batch = store.batch(clips, {"twice": torch.arange(64) * 2})
    assert batch.audio.shape == (5, 16, store.longest) and batch.audio.dtype == torch.float32
    for row, clip in enumerate(clips.tolist()):
        waveform = torch.from_numpy(own.waveform(clip))[None]
        length = FRONT_END.frames(waveform.shape[1])
        assert batch.lengths[row] == length
        direct = levelled(FRONT_END.power(waveform), torch.tensor([length]))[0]
        torch.testing.assert_close(batch.audio[row, :, :length], direct, rtol=2e-3, atol=1e-6)  # kept in half precision
        assert batch.audio[row, :, length:].abs().sum() == 0
    assert torch.equal(batch.clips, clips) and torch.equal(batch.companions["twice"], clips * 2)
    assert batch.groups.tolist() == [int(own.groups.codes[c]) for c in clips]


def test_windows_of_one_file_are_of_one_recording(own: Dataset) -> None:
    files = tuple(f"{i // 3}.wav" for i in range(len(own)))
    batch = waveform_store(replace(own, files=files), CPU).batch(torch.tensor([0, 2, 3, 5, 63]), {})
    assert batch.recordings.tolist() == [0, 0, 1, 1, 21]


def test_a_batch_of_samples_is_each_clips_own(own: Dataset) -> None:
    store = waveform_store(own, CPU)
    clips = torch.tensor([7, 1, 63])
    batch = store.batch(clips, {})
    assert batch.audio.shape == (3, int(own.lengths.max()))
    for row, clip in enumerate(clips.tolist()):
        waveform = own.waveform(clip)
        np.testing.assert_array_equal(batch.audio[row, : len(waveform)].numpy(), waveform)
        assert batch.audio[row, len(waveform) :].abs().sum() == 0 and batch.lengths[row] == len(waveform)


def test_a_chunk_may_be_cut_at_its_own_longest(own: Dataset) -> None:
    for store in (mel_store(own, FRONT_END, CPU, quiet), waveform_store(own, CPU)):
        clips = torch.argsort(store.lengths)[:9]
        longest = int(store.lengths[clips].max())
        torch.testing.assert_close(store.audio(clips, longest), store.audio(clips)[..., :longest])


def test_the_cache_gives_what_was_made(own: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    made = mel_store(own, FRONT_END, CPU, quiet)
    assert mel_path(own.fingerprint, FRONT_END).is_file()
    monkeypatch.setattr(store_module, "made_mel", lambda *_: pytest.fail("made a second time"))
    read = mel_store(own, FRONT_END, CPU, quiet)
    for name in ("rows", "starts", "lengths", "groups"):
        assert torch.equal(getattr(made, name), getattr(read, name))


def maps(store: ClipStore) -> bool:
    """Whether its rows lie in a file that the process maps."""
    address = store.rows.data_ptr()
    for line in Path("/proc/self/maps").read_text().splitlines():
        begin, end = (int(place, 16) for place in line.split()[0].split("-"))
        if begin <= address < end:
            return line.rstrip().endswith((".npy", ".i16"))
    return False


def test_on_disk_lies_what_would_be_in_memory(own: Dataset) -> None:
    clips = torch.tensor([5, 0, 63, 5, 20])
    for on_disk, in_memory in (
        (waveform_store(own, CPU, on_disk=True), waveform_store(own, CPU)),
        (mel_store(own, FRONT_END, CPU, quiet, on_disk=True), mel_store(own, FRONT_END, CPU, quiet)),
    ):
        assert on_disk.on_disk and not in_memory.on_disk
        assert maps(on_disk) and not maps(in_memory)
        read, kept = (store.batch(clips, {"twice": torch.arange(64) * 2}) for store in (on_disk, in_memory))
        for name in ("clips", "audio", "lengths", "groups", "recordings"):
            assert torch.equal(getattr(read, name), getattr(kept, name)), name
        assert input_statistics(on_disk) == input_statistics(in_memory)


def test_mel_power_is_made_of_each_batch(own: Dataset) -> None:
    """As it would be kept, but for the last bit of half precision: sums of other numbers of clips are not bitwise equal."""
    made, kept = made_mel_store(own, FRONT_END, CPU), mel_store(own, FRONT_END, CPU, quiet)
    clips = torch.tensor([5, 0, 63, 5, 20])
    assert made.longest == kept.longest and torch.equal(made.lengths, kept.lengths)
    torch.testing.assert_close(made.batch(clips, {}).audio, kept.batch(clips, {}).audio, rtol=2e-3, atol=1e-6)
    torch.testing.assert_close(made.audio(clips, 7), kept.audio(clips, 7), rtol=2e-3, atol=1e-6)
    for a, b in zip(input_statistics(made), input_statistics(kept), strict=True):
        assert a == pytest.approx(b, rel=2e-3)


def test_what_must_lie_on_a_disk_that_is_full_is_one_sentence(own: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(mel_cache.os, "replace", full)
    with pytest.raises(
        UserError, match=r"The spectrograms of .*, 0\.0 GB, .* could not be written to .*: No space left"
    ):
        mel_store(own, FRONT_END, CPU, quiet, on_disk=True)
    assert not list(mel_path(own.fingerprint, FRONT_END).parent.iterdir())
    assert len(mel_store(own, FRONT_END, CPU, quiet)) == 64


def test_half_a_file_of_the_dead_is_removed_and_of_the_living_kept(own: Dataset) -> None:
    path = mel_path(own.fingerprint, FRONT_END)
    path.parent.mkdir(parents=True)
    dead, living = (path.with_name(f".{path.name}.{pid}") for pid in (1, 2))
    dead.write_bytes(b"half")
    with mel_cache._held(living):
        mel_store(own, FRONT_END, CPU, quiet)
        assert living.exists() and not dead.exists() and path.exists()


def test_two_threads_may_write_one_file(own: Dataset) -> None:
    path, rows = mel_path(own.fingerprint, FRONT_END), np.ones((4, 16), np.float16)

    def parts() -> Iterator[np.ndarray]:
        yield rows[:2]
        other.start()
        time.sleep(0.2)  # time to do harm in
        yield rows[2:]

    other = threading.Thread(target=mel_cache.write_mel, args=(path, rows.shape, [rows]))
    mel_cache.write_mel(path, rows.shape, parts())
    assert np.array_equal(np.load(path), rows)
    other.join()
    assert np.array_equal(np.load(path), rows) and [found.name for found in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("damage", ["cut", "other shape", "nothing", "text", "object"])
def test_a_damaged_cache_is_made_anew(own: Dataset, damage: str) -> None:
    made, path = mel_store(own, FRONT_END, CPU, quiet), mel_path(own.fingerprint, FRONT_END)
    content = path.read_bytes()
    if damage == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif damage == "other shape":
        np.save(path, np.zeros((3, 16), np.float16))
    elif damage == "object":
        np.save(path, np.array([{}, {}]))
    else:
        path.write_bytes(b"" if damage == "nothing" else b"hello")
    assert torch.equal(mel_store(own, FRONT_END, CPU, quiet).rows, made.rows)
    assert path.read_bytes() == content


def test_every_setting_of_the_front_end_has_its_own_cache(own: Dataset) -> None:
    others = [
        replace(FRONT_END, mels=17), replace(FRONT_END, hop_seconds=0.021), replace(FRONT_END, analysis_seconds=0.03),
        replace(FRONT_END, low_hz=61.0), replace(FRONT_END, high_hz=7801.0), FRONT_END,
    ]  # fmt: skip
    assert len({mel_path(own.fingerprint, other) for other in others} | {mel_path("other", FRONT_END)}) == 7


def test_an_unwritable_cache_is_no_fault(own: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert len(mel_store(own, FRONT_END, CPU, quiet)) == 64


def test_power_beyond_half_precision_stays_finite(own: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    """A short loud tone in a long quiet clip has more than 65,504 times the clip's mean power."""
    clip_power = mel_cache.clip_power

    def louder(*arguments: Any) -> tuple[torch.Tensor, torch.Tensor]:
        power, lengths = clip_power(*arguments)
        return power * 1e6, lengths

    monkeypatch.setattr(mel_cache, "clip_power", louder)
    rows = mel_store(own, FRONT_END, CPU, quiet).rows
    assert torch.isfinite(rows.float()).all() and rows.max() == 65504


def test_input_statistics_are_of_all_frames_of_all_clips(own: Dataset) -> None:
    store = mel_store(own, FRONT_END, CPU, quiet)
    values = np.concatenate(
        [log_mel(store.audio(torch.tensor([c]))[0, :, : int(store.lengths[c])]).numpy().ravel() for c in range(64)]
    )
    mean, std = input_statistics(store)
    assert mean == pytest.approx(float(values.mean()), abs=1e-4) and std == pytest.approx(float(values.std()), rel=1e-3)
    assert input_statistics(waveform_store(own, CPU)) == (0.0, 1.0)


def test_waveforms_of_any_length_are_padded() -> None:
    padded, lengths = padded_waveforms([np.ones(3, np.float32), np.ones(0, np.float32), np.ones(5, np.float32)])
    assert padded.tolist() == [[1, 1, 1, 0, 0], [0] * 5, [1] * 5] and lengths.tolist() == [3, 1, 5]


def test_company_changes_no_clips_power() -> None:
    random = np.random.default_rng(0)
    waveforms = [random.uniform(-0.5, 0.5, n).astype(np.float32) for n in (1, 500, 4000, 3999)]
    together, lengths = clip_power(waveforms, FRONT_END, CPU)
    for i, waveform in enumerate(waveforms):
        alone, length = clip_power([waveform], FRONT_END, CPU)
        assert lengths[i] == length[0] == alone.shape[2]
        torch.testing.assert_close(together[i, :, : alone.shape[2]], alone[0], rtol=1e-4, atol=1e-5)
