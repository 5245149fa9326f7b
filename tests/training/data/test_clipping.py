"""What was cut off is found whatever came of it afterwards, and nothing else is."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.support.sound_files import tone, written
from training.data import cache, open_dataset
from training.data.clipping import Clipping, clipped_share

RATE = 44_100


def rustle(seconds: float = 2.0, rate: int = RATE, seed: int = 0) -> np.ndarray:
    """(S,) noise without high frequencies, of about .2 in the mean; nothing of it is cut off."""
    random = np.random.default_rng(seed)
    smooth = np.convolve(random.normal(size=round(seconds * rate)), np.hanning(9), "same")
    return 0.2 * smooth / smooth.std()


def cut_off(share: float = 0.01, rate: int = RATE, seed: int = 0) -> np.ndarray:
    """(S,) the same, so loud that this share of it is beyond full scale, and cut off there."""
    sound = rustle(rate=rate, seed=seed)
    return np.clip(sound / np.quantile(np.abs(sound), 1 - share), -1, 1)


def heard(sound: np.ndarray, rate: int = RATE, block: int = 4096) -> float:
    """The clipped share of a whole recording of (S,) or (S, C)."""
    sound = sound.astype(np.float32).reshape(len(sound), -1)
    clipping = Clipping(rate, sound.shape[1])
    for start in range(0, len(sound), block):
        clipping.add(sound[start : start + block])
    return clipped_share(clipping.seconds(), 0.0, len(sound) / rate)


def as_16_bit(sound: np.ndarray) -> np.ndarray:
    return np.rint(sound * 32_767) / 32_768


@pytest.mark.parametrize("rate", [8_000, 16_000, 48_000, 96_000])
@pytest.mark.parametrize("level", [1.0, 0.9, 0.25, 0.1])
def test_what_was_cut_off_is_found_at_any_rate_and_level(rate: int, level: float) -> None:
    assert heard(as_16_bit(level * cut_off(rate=rate)), rate) == pytest.approx(0.01, rel=0.1)


@pytest.mark.parametrize("block", [1, 999, 88_200])
def test_blocks_of_any_size_say_the_same(block: int) -> None:
    sound = as_16_bit(0.5 * cut_off())[:20_000]
    assert heard(sound, block=block) == pytest.approx(heard(sound)) and heard(sound) > 0.005


def test_one_channel_of_two_and_one_sign_alone_are_found() -> None:
    one_sided = np.minimum(rustle(), np.quantile(rustle(), 0.99))
    assert heard(as_16_bit(one_sided)) == pytest.approx(0.01, rel=0.1)
    assert heard(np.stack([rustle(), as_16_bit(0.4 * cut_off())], axis=1)) == pytest.approx(0.01, rel=0.1)


def test_dithered_after_it_was_made_softer_it_is_found() -> None:
    random = np.random.default_rng(0)
    dither = (random.uniform(size=(2, 2 * RATE)) - 0.5).sum(axis=0) / 32_768
    assert heard(np.rint((0.3 * cut_off() + dither) * 32_768) / 32_768) == pytest.approx(0.01, rel=0.1)


def test_what_stands_at_full_scale_is_found_though_no_value_comes_twice() -> None:
    blurred = 1.05 * cut_off() + np.random.default_rng(0).normal(0, 0.01, 2 * RATE)
    assert 0.005 < heard(blurred) < 0.02


def square() -> np.ndarray:
    return np.sign(tone(2, RATE, 441.0))


def quiet_hum() -> np.ndarray:
    """Its tops are flat for many samples."""
    return np.rint(60 * tone(2, RATE, 50.0))


def of_8_bits() -> np.ndarray:
    return np.rint(rustle() * 64) / 128


def mostly_silent() -> np.ndarray:
    return np.concatenate([rustle(), np.zeros(8 * RATE)])


@pytest.mark.parametrize(
    "sound",
    [rustle(), tone(2, RATE), tone(2, RATE, RATE / 4), 0.5 * square(), quiet_hum() / 32_768, of_8_bits(), mostly_silent(),
     np.zeros(RATE), np.full(RATE, 0.25), np.concatenate([np.zeros(RATE), -np.abs(rustle())])],
    ids=["noise", "tone", "tone of 4 samples", "square", "quiet hum", "8 bits", "mostly silent", "silence", "constant", "one sign"],
)  # fmt: skip
def test_nothing_else_is(sound: np.ndarray) -> None:
    assert heard(as_16_bit(sound)) == 0


def test_a_value_that_a_louder_one_follows_was_not_cut_off() -> None:
    assert heard(as_16_bit(np.concatenate([0.5 * cut_off(), 0.9 * rustle(seed=1) / np.abs(rustle(seed=1)).max()]))) == 0


def test_each_clip_of_a_file_has_its_share_and_sets_of_before_have_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    loud, soft = as_16_bit(0.5 * cut_off(0.02, 48_000)), 0.1 * rustle(2.0, 48_000)
    (tmp_path / "sounds").mkdir()
    sound = np.stack([np.concatenate([soft, loud, soft]), np.zeros(6 * 48_000)], axis=1)
    written(tmp_path / "sounds" / "a.flac", sound, 48_000, kind="FLAC")
    written(tmp_path / "sounds" / "b.wav", 0.1 * rustle(), RATE)
    for _ in range(2):  # made, and read from the cache
        found = open_dataset(str(tmp_path / "sounds"))
        assert found.clipped is not None and found.clipped.tolist() == pytest.approx([0, 0.02, 0, 0], abs=0.002)
    about = cache.sets_folder() / found.fingerprint / "clips.json"
    before = {key: value for key, value in json.loads(about.read_text()).items() if key != "clipped"}
    about.write_text(json.dumps(before))
    old = open_dataset(str(tmp_path / "sounds"))
    assert old.clipped is None and old.ids == found.ids
    about.write_text(json.dumps({**before, "clipped": [0.0]}))
    again = open_dataset(str(tmp_path / "sounds")).clipped
    assert again is not None and len(again) == 4, "what is damaged is made anew"
