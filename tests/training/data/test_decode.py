"""Whatever sound a file holds comes out the same, with a note where something is wrong with it."""

import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.support.sound_files import rms, tone, written
from training.data.decode import decode_upload
from training.data.decoding import SILENT
from training.errors import UserError

pytestmark = pytest.mark.whole


@pytest.mark.parametrize(
    ("kind", "subtype"),
    [
        ("WAV", "PCM_U8"),
        ("WAV", "PCM_16"),
        ("WAV", "PCM_24"),
        ("WAV", "PCM_32"),
        ("WAV", "FLOAT"),
        ("WAV", "DOUBLE"),
        ("WAV", "ALAW"),
        ("WAV", "ULAW"),
        ("WAVEX", "PCM_16"),
        ("RF64", "PCM_16"),
        ("W64", "PCM_16"),
        ("AIFF", "PCM_16"),
        ("AU", "PCM_16"),
        ("CAF", "PCM_16"),
        ("NIST", "PCM_16"),
        ("FLAC", "PCM_16"),
        ("OGG", "VORBIS"),
        ("OGG", "OPUS"),
        ("MP3", "MPEG_LAYER_III"),
    ],
)
@pytest.mark.parametrize("extension", ["wrong.txt", "none"])
def test_bad_input_every_format_by_content(tmp_path: Path, kind: str, subtype: str, extension: str) -> None:
    sound = decode_upload(written(tmp_path / extension, tone(), kind=kind, subtype=subtype))
    assert sound.samples.dtype == np.int16 and sound.notes == ()
    assert sound.seconds == pytest.approx(1.0, abs=0.08)
    assert rms(sound.samples) == pytest.approx(0.5 / np.sqrt(2), rel=0.02 if kind not in ("OGG", "MP3") else 0.05)


def test_16_bits_at_16_khz_come_through_unchanged(tmp_path: Path) -> None:
    samples = np.array([-32768, 32767, 0, 1, -1, 12345], np.int16)
    assert decode_upload(written(tmp_path / "a", samples)).samples.tolist() == samples.tolist()


@pytest.mark.parametrize("rate", [1_000, 8_000, 11_025, 44_100, 48_000, 192_000, 768_000])
def test_rates_are_changed_to_16_khz(tmp_path: Path, rate: int) -> None:
    sound = decode_upload(written(tmp_path / "a.wav", tone(0.5, rate, 200.0), rate))
    assert sound.seconds == pytest.approx(0.5, abs=0.002)
    spectrum = np.abs(np.fft.rfft(sound.samples * np.hanning(len(sound.samples))))
    assert np.argmax(spectrum) / sound.seconds == pytest.approx(200.0, abs=3)


def test_bad_input_one_sample_silence_and_dc_are_taken(tmp_path: Path) -> None:
    assert len(decode_upload(written(tmp_path / "one.wav", np.array([0.5]))).samples) == 1
    for level in (0.0, 0.25):
        assert decode_upload(written(tmp_path / "dc.wav", np.full(8000, level))).notes == (SILENT,)
    assert decode_upload(written(tmp_path / "tone.wav", tone())).notes == ()


def test_louder_than_full_scale_is_clipped_and_said(tmp_path: Path) -> None:
    sound = decode_upload(written(tmp_path / "a.wav", 8 * tone(), subtype="FLOAT"))
    assert sound.samples.max() == 32767 and "clipped" in sound.notes[0]


def test_channels_are_averaged(tmp_path: Path) -> None:
    both = decode_upload(written(tmp_path / "a.wav", np.stack([tone(), 0 * tone()], axis=1)))
    assert rms(both.samples) == pytest.approx(0.25 / np.sqrt(2), rel=0.01) and both.notes == ()
    assert len(decode_upload(written(tmp_path / "b.wav", np.stack([tone()] * 8, axis=1))).samples) == 16_000


def test_bad_input_antiphase_gives_one_channel_and_a_warning(tmp_path: Path) -> None:
    sound = decode_upload(written(tmp_path / "a.wav", np.stack([tone(2), -tone(2)], axis=1)))
    assert rms(sound.samples) == pytest.approx(0.5 / np.sqrt(2), rel=0.01)
    assert "cancel" in sound.notes[0]
    faint = written(tmp_path / "a.wav", np.stack([tone(2), -tone(2)], axis=1) * 1e-6, subtype="FLOAT")
    assert decode_upload(faint).notes == (SILENT,)


def test_an_mp3_in_blocks_equals_the_same_read_whole(tmp_path: Path) -> None:
    path = written(tmp_path / "a.mp3", tone(3), kind="MP3", subtype="MPEG_LAYER_III")
    whole = soundfile.read(path)[0]
    assert np.abs(decode_upload(path).samples / 32768 - whole).max() < 1e-3


def test_bad_input_a_broken_mp3_gives_a_warning(tmp_path: Path) -> None:
    whole = written(tmp_path / "a.mp3", tone(4), kind="MP3", subtype="MPEG_LAYER_III").read_bytes()
    (tmp_path / "half.mp3").write_bytes(whole[: len(whole) // 2])
    sound = decode_upload(tmp_path / "half.mp3")
    assert sound.seconds < 3 and "damaged" in sound.notes[0]


def test_bad_input_half_a_flac_and_half_an_ogg_are_told(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 64_000)
    for kind in ("FLAC", "OGG"):
        whole = written(tmp_path / "whole", noise, kind=kind).read_bytes()
        (tmp_path / "half").write_bytes(whole[: len(whole) // 2])
        sound = decode_upload(tmp_path / "half")
        assert 0.5 < sound.seconds < 3.5 and "could be decoded" in sound.notes[0]


@pytest.mark.parametrize(
    ("kind", "subtype"),
    [("WAV", "PCM_16"), ("WAV", "FLOAT"), ("WAVEX", "PCM_16"), ("RF64", "PCM_16"), ("AIFF", "PCM_16")],
)
def test_bad_input_a_truncated_wav_is_told(tmp_path: Path, kind: str, subtype: str) -> None:
    path = written(tmp_path / "x.wav", tone(), kind=kind, subtype=subtype)
    assert decode_upload(path).notes == ()
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    assert decode_upload(path).notes == ("it breaks off before its end: 0.5 s could be decoded",)


def test_bad_input_a_truncated_wav_is_told_behind_a_chunk_of_odd_length(tmp_path: Path) -> None:
    content = written(tmp_path / "x.wav", tone()).read_bytes()
    odd = b"junk" + struct.pack("<I", 3) + b"abc\0"
    (tmp_path / "x.wav").write_bytes(content[:36] + odd + content[36 : len(content) // 2])
    assert decode_upload(tmp_path / "x.wav").notes[0].startswith("it breaks off before its end: 0.5 s")


def test_a_wav_whose_writer_did_not_know_its_length_is_whole(tmp_path: Path) -> None:
    content = bytearray(written(tmp_path / "x.wav", tone()).read_bytes())
    for unknown in (0xFFFFFFFF, 0x7FFFFFFF, 0x7FFF0000):
        content[40:44] = struct.pack("<I", unknown)
        (tmp_path / "x.wav").write_bytes(content)
        assert decode_upload(tmp_path / "x.wav").notes == ()


def test_bad_input_a_flac_with_a_flipped_bit_is_told_or_refused(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 64_000)
    content = bytearray(written(tmp_path / "a", noise, kind="FLAC").read_bytes())
    content[len(content) // 2] ^= 0x10
    (tmp_path / "a").write_bytes(content)
    try:
        assert decode_upload(tmp_path / "a").notes
    except UserError as error:
        assert "damaged" in str(error)


def test_a_path_is_meant_from_where_it_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("one", "other"):
        (tmp_path / folder).mkdir()
        written(tmp_path / folder / f"{folder}.wav", tone(0.1))
        monkeypatch.chdir(tmp_path / folder)
        assert decode_upload(f"{folder}.wav").seconds == 0.1
