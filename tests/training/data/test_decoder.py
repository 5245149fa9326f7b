"""The process that decodes: what it may take, how it ends, and files in their order."""

import multiprocessing
import os
import queue
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.support.sound_files import huge_flac, refusal, tone, written
from training.data import decode
from training.data.decode import Decoders, decode_upload
from training.data.decoder import Decoder
from training.data.decoding import SILENT
from training.data.sniff import NotRead

pytestmark = pytest.mark.whole


@pytest.fixture
def decoder() -> Iterator[Decoder]:
    one = Decoder()
    yield one
    one.close()


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
        list(decoder.answer(0.2 if stopped_by == signal.SIGSTOP else 120.0))
    for _ in range(2):
        assert sum(map(len, decoder.answer())) == 16_000


def test_a_decoder_that_had_nothing_to_do_is_started_again(tmp_path: Path, decoder: Decoder) -> None:
    path = str(written(tmp_path / "a.wav", tone()))
    decoder.request(path, follow_links=True, max_seconds=None)
    assert sum(map(len, decoder.answer())) == 16_000
    assert decoder._process is not None
    decoder._connection.close()  # as seen from there: nobody to serve, so it ends by itself
    assert decoder._process.wait(120) == 0
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
    assert sum(lengths) == pytest.approx(4_000_000, abs=2) and max(lengths) < 50_000 and sound.notes == [SILENT]


def test_a_decoder_that_was_left_in_the_middle_is_not_used_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decode, "_idle", queue.Queue(1))  # no other one is at hand
    paths = [str(written(tmp_path / f"{number}.wav", np.full(100 + number, 0.5))) for number in range(3)]
    with Decoders(1) as decoders:
        sounds = decoders.sounds(paths[:2], follow_links=True)
        assert sum(map(len, next(sounds))) == 100
        next(sounds)
    assert len(decode_upload(paths[2]).samples) == 102
    decode._end_idle_decoders()


def test_a_decoder_that_ends_again_and_again_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ends = tmp_path / "python"
    ready = "import sys\nfrom multiprocessing.connection import Connection\nConnection(int(sys.argv[-1])).send_bytes(b'R')\n"
    ends.write_text(f"#!{sys.executable}\n{ready}")
    ends.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(ends))
    decoder = Decoder()
    decoder.request(str(written(tmp_path / "a.wav", tone())), follow_links=True, max_seconds=None)
    with pytest.raises(NotRead, match="broke down"):
        list(decoder.answer())
    decoder.close()
