"""Every kind of bad file is a value or one plain sentence, and the next file is decoded as if nothing had been."""

import multiprocessing
import os
import signal
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from training.data.decode import Decoder, Decoders, decode_upload
from training.data.sniff import ACCEPTED, NotRead
from training.errors import UserError

pytestmark = pytest.mark.whole


def tone(seconds: float = 1.0, rate: int = 16_000, hz: float = 440.0) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)


def rms(samples: np.ndarray) -> float:
    return float(np.sqrt(np.mean((samples.astype(np.float64) / 32768) ** 2)))


def written(path: Path, samples: np.ndarray, rate: int = 16_000, kind: str = "WAV", subtype: str | None = None) -> Path:
    soundfile.write(path, samples, rate, format=kind, subtype=subtype)
    return path


def refusal(path: str | Path) -> str:
    with pytest.raises(UserError) as error:
        decode_upload(path)
    assert str(error.value).endswith(".") and "\n" not in str(error.value)
    return str(error.value)


@pytest.fixture
def decoder() -> Iterator[Decoder]:
    one = Decoder()
    yield one
    one.close()


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


def wav_header(rate: int = 16_000, channels: int = 1, data_bytes: int = 0) -> bytes:
    form = struct.pack("<HHIIHH", 1, channels, rate, (rate * 2 * channels) & 0xFFFFFFFF, (2 * channels) & 0xFFFF, 16)
    chunks = b"WAVEfmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", data_bytes)
    return b"RIFF" + struct.pack("<I", 36 + data_bytes) + chunks


def test_bad_input_nothing_to_hear_is_no_audio(tmp_path: Path) -> None:
    (tmp_path / "empty.wav").write_bytes(b"")
    (tmp_path / "header.wav").write_bytes(wav_header())
    streaming = bytearray(wav_header())
    streaming[4:8] = streaming[40:44] = b"\xff\xff\xff\xff"
    (tmp_path / "streaming.wav").write_bytes(streaming)
    for name in ("empty.wav", "header.wav", "streaming.wav"):
        assert "no audio" in refusal(tmp_path / name)


def test_bad_input_one_sample_silence_and_dc_are_taken(tmp_path: Path) -> None:
    assert len(decode_upload(written(tmp_path / "one.wav", np.array([0.5]))).samples) == 1
    for level in (0.0, 0.25):
        assert decode_upload(written(tmp_path / "dc.wav", np.full(8000, level))).notes == ("silent",)
    assert decode_upload(written(tmp_path / "tone.wav", tone())).notes == ()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e300])
def test_bad_input_values_that_are_no_sound_are_refused(tmp_path: Path, value: float) -> None:
    samples = tone(3.0)
    samples[40_000] = value
    assert "not a sound" in refusal(written(tmp_path / "a.wav", samples, subtype="DOUBLE"))


def test_louder_than_full_scale_is_clipped_and_said(tmp_path: Path) -> None:
    sound = decode_upload(written(tmp_path / "a.wav", 8 * tone(), subtype="FLOAT"))
    assert sound.samples.max() == 32767 and "clipped" in sound.notes[0]


def huge_flac(path: Path) -> Path:
    """A second of sound whose header claims 2^36 - 1 frames."""
    content = bytearray(written(path, tone(), kind="FLAC").read_bytes())
    content[21] |= 0x0F
    content[22:26] = b"\xff\xff\xff\xff"
    path.write_bytes(content)
    return path


def test_bad_input_a_flac_that_claims_too_much_takes_little_memory(tmp_path: Path, decoder: Decoder) -> None:
    path = huge_flac(tmp_path / "a.flac")
    assert soundfile.info(path).frames > 6.8e10
    assert "longer than 60 seconds" in refusal(path)
    decoder.request(str(path), follow_links=True, max_seconds=None)
    sound = decoder.answer()
    samples = np.concatenate(list(sound))
    assert 8_000 < len(samples) <= 16_000 and "damaged" in sound.notes[0]
    assert decoder._process is not None
    status = Path(f"/proc/{decoder._process.pid}/status").read_text()
    peak_kilobytes = int(status.split("VmHWM:")[1].split()[0])
    assert peak_kilobytes < 200_000


def test_bad_input_a_ten_hour_file_is_refused_by_its_header(tmp_path: Path) -> None:
    with soundfile.SoundFile(tmp_path / "long.flac", "w", 1_000, 1, format="FLAC") as file:
        for _ in range(36):
            file.write(np.zeros(1_000_000, np.int16))
    assert "longer than 60 seconds" in refusal(tmp_path / "long.flac")


@pytest.mark.parametrize("rate", [0, 1, 999, 768_001, 2**31, 2**32 - 5])
def test_bad_input_senseless_rates_are_refused(tmp_path: Path, rate: int) -> None:
    (tmp_path / "a.wav").write_bytes(wav_header(rate, data_bytes=2000) + bytes(2000))
    refused = refusal(tmp_path / "a.wav")
    assert ("sampling rate" if 0 < rate < 2**31 else "header makes no sense") in refused


@pytest.mark.parametrize("channels", [0, 9, 64])
def test_bad_input_too_many_or_no_channels_are_refused(tmp_path: Path, channels: int) -> None:
    (tmp_path / "a.wav").write_bytes(wav_header(channels=channels, data_bytes=2304) + bytes(2304))
    assert ("channels" if channels else "header makes no sense") in refusal(tmp_path / "a.wav")


def test_channels_are_averaged(tmp_path: Path) -> None:
    both = decode_upload(written(tmp_path / "a.wav", np.stack([tone(), 0 * tone()], axis=1)))
    assert rms(both.samples) == pytest.approx(0.25 / np.sqrt(2), rel=0.01) and both.notes == ()
    assert len(decode_upload(written(tmp_path / "b.wav", np.stack([tone()] * 8, axis=1))).samples) == 16_000


def test_bad_input_antiphase_gives_one_channel_and_a_warning(tmp_path: Path) -> None:
    sound = decode_upload(written(tmp_path / "a.wav", np.stack([tone(2), -tone(2)], axis=1)))
    assert rms(sound.samples) == pytest.approx(0.5 / np.sqrt(2), rel=0.01)
    assert "cancel" in sound.notes[0]


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


@pytest.mark.parametrize("name", ["a.mp3", "a.wav", "a.flac"])
def test_bad_input_playlists_are_refused_and_not_followed(tmp_path: Path, name: str) -> None:
    secret = written(tmp_path / "secret.wav", tone())
    for text in (f"#EXTM3U\n#EXTINF:1,\n{secret}\n", f"ffconcat version 1.0\nfile '{secret}'\n"):
        (tmp_path / name).write_text(text)
        assert "playlist" in refusal(tmp_path / name)


def test_bad_input_other_formats_are_refused_naming_those_that_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"\0\0\0\x20ftypM4A " + bytes(100))
    assert ACCEPTED in refusal(tmp_path / "a.wav") and "m4a" in refusal(tmp_path / "a.wav")


def test_bad_input_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    assert "pipe" in refusal(tmp_path / "pipe.wav")
    assert "folder" in refusal(tmp_path)
    assert "device" in refusal("/dev/zero")
    assert "No such file" in refusal(tmp_path / "nothing.wav")


def test_bad_input_links_are_refused_in_uploads_and_followed_in_own_folders(tmp_path: Path) -> None:
    written(tmp_path / "a.wav", tone())
    (tmp_path / "link.wav").symlink_to("a.wav")
    assert "link" in refusal(tmp_path / "link.wav")
    assert decode_upload(tmp_path / "link.wav", follow_links=True).seconds == 1.0
    (tmp_path / "dead.wav").symlink_to("nowhere.wav")
    with pytest.raises(UserError, match="No such file"):
        decode_upload(tmp_path / "dead.wav", follow_links=True)


def test_bad_input_strange_names_are_shown_safely(tmp_path: Path) -> None:
    assert "\\x00" in refusal("a\0b.wav")
    assert len(refusal("x" * 400 + ".wav")) < 160
    name = "\u202evaw.gpj"
    (tmp_path / name).write_bytes(b"")
    assert "\u202e" not in refusal(tmp_path / name)
    assert decode_upload(written(tmp_path / "Größe 音 ' \" <b>", tone())).seconds == 1.0


@pytest.mark.parametrize(
    ("stopped_by", "words"),
    [(signal.SIGKILL, "broke down"), (signal.SIGSTOP, "too long"), (signal.SIGXCPU, "too long")],
)
def test_bad_input_a_dead_or_hung_decoder_costs_one_file(
    tmp_path: Path, decoder: Decoder, stopped_by: signal.Signals, words: str
) -> None:
    path = str(written(tmp_path / "a.wav", tone()))
    decoder.request(path, follow_links=True, max_seconds=None)
    list(decoder.answer())
    assert decoder._process is not None
    os.kill(decoder._process.pid, stopped_by)
    if stopped_by != signal.SIGSTOP:
        decoder._process.wait()
    for _ in range(3):
        decoder.request(path, follow_links=True, max_seconds=None)
    with pytest.raises(NotRead, match=words):
        list(decoder.answer(0.2 if stopped_by == signal.SIGSTOP else 20.0))
    for _ in range(2):
        assert sum(map(len, decoder.answer())) == 16_000


def test_a_decoder_that_had_nothing_to_do_is_started_again(tmp_path: Path, decoder: Decoder) -> None:
    path = str(written(tmp_path / "a.wav", tone()))
    decoder.request(path, follow_links=True, max_seconds=None)
    assert sum(map(len, decoder.answer())) == 16_000
    assert decoder._process is not None
    decoder._connection.close()  # as seen from there: nobody to serve, so it ends by itself
    assert decoder._process.wait(20) == 0
    decoder._connection = multiprocessing.Pipe()[0]
    decoder.request(path, follow_links=True, max_seconds=None)
    assert sum(map(len, decoder.answer())) == 16_000 and decoder.is_free


def test_many_files_come_in_order_with_the_bad_among_them(tmp_path: Path) -> None:
    paths = []
    for number in range(40):
        paths.append(str(written(tmp_path / f"{number}.wav", np.full(100 + number, number / 100))))
    Path(paths[7]).write_text("no sound")
    lengths: list[int | str] = []
    with Decoders(2) as decoders:
        for sound in decoders.sounds(paths, follow_links=True):
            try:
                lengths.append(sum(map(len, sound)))
            except NotRead as reason:
                lengths.append(str(reason))
    assert "no sound" in str(lengths[7])
    assert lengths[:7] + lengths[8:] == [100 + number for number in range(40) if number != 7]


def test_bad_input_a_long_file_arrives_in_blocks(tmp_path: Path) -> None:
    path = str(written(tmp_path / "a.flac", np.zeros(2_000_000, np.int16), 8_000, "FLAC"))
    with Decoders(1) as decoders:
        (sound,) = decoders.sounds([path], follow_links=True)
        lengths = [len(block) for block in sound]
    assert sum(lengths) == pytest.approx(4_000_000, abs=2) and max(lengths) < 50_000 and sound.notes == ["silent"]
