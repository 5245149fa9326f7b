"""What is no sound is refused in a sentence."""

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.support.sound_files import refusal, tone, wav_header, written
from training.data.decode import decode_upload
from training.data.sniff import ACCEPTED
from training.errors import UserError

pytestmark = pytest.mark.whole


def test_bad_input_nothing_to_hear_is_no_audio(tmp_path: Path) -> None:
    (tmp_path / "empty.wav").write_bytes(b"")
    (tmp_path / "header.wav").write_bytes(wav_header())
    streaming = bytearray(wav_header())
    streaming[4:8] = streaming[40:44] = b"\xff\xff\xff\xff"
    (tmp_path / "streaming.wav").write_bytes(streaming)
    for name in ("empty.wav", "header.wav", "streaming.wav"):
        assert "no audio" in refusal(tmp_path / name)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e300])
def test_bad_input_values_that_are_no_sound_are_refused(tmp_path: Path, value: float) -> None:
    samples = tone(3.0)
    samples[40_000] = value
    assert "not a sound" in refusal(written(tmp_path / "a.wav", samples, subtype="DOUBLE"))


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


def test_bad_input_aac_behind_a_tag_is_said_to_be_what_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "a.aac").write_bytes(b"ID3\x04" + bytes(6) + (b"\xff\xf1\x50\x80\x02\x1f\xfc" + bytes(9)) * 40)
    assert "an encoding that is not read, such as aac" in refusal(tmp_path / "a.aac")


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
