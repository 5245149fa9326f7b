"""What makes each environment sound what it is: measured on dry sounds of two seconds."""

import numpy as np
import pytest

from training.data.starter.environment import MODELS
from training.data.starter.environment.elements import bubble
from training.data.starter.recipe import ENVIRONMENT, MODEL_INSTANCES, randomness

N = 32_000


def dry(name: str, instance: int, moment: int = 0, n: int = N) -> np.ndarray:
    return MODELS[name](randomness(name, f"{name} {instance + 1}", "structure"), randomness(name, instance, moment), n)


def envelope(sound: np.ndarray, seconds: float = 0.01) -> np.ndarray:
    """RMS in steps of `seconds`."""
    step = int(seconds * 16_000)
    return np.sqrt(np.mean(sound[: len(sound) // step * step].reshape(-1, step) ** 2, axis=1))


def spectrogram(sound: np.ndarray, size: int = 1024, hop: int = 256) -> np.ndarray:
    """(frames, size/2 + 1) magnitudes."""
    frames = np.lib.stride_tricks.sliding_window_view(sound, size)[::hop]
    return np.abs(np.fft.rfft(frames * np.hanning(size), axis=1))


def centroid_hz(sound: np.ndarray) -> float:
    power = np.abs(np.fft.rfft(sound)) ** 2
    return float(power @ np.fft.rfftfreq(len(sound), 1 / 16_000) / power.sum())


def flatness(sound: np.ndarray, low_hz: float = 100, high_hz: float = 7_000) -> float:
    """1 for white noise, near 0 for a tone."""
    power = np.mean(spectrogram(sound) ** 2, axis=0)[int(low_hz / 15.625) : int(high_hz / 15.625)]
    return float(np.exp(np.mean(np.log(power + 1e-20))) / np.mean(power))


def rhythm_hz(sound: np.ndarray, low_hz: float, high_hz: float) -> float:
    """Where the envelope's spectrum is strongest."""
    shape = envelope(sound, 0.005)
    power = np.abs(np.fft.rfft((shape - shape.mean()) * np.hanning(len(shape)), 4096))
    hz = np.fft.rfftfreq(4096, 0.005)
    inside = (hz >= low_hz) & (hz <= high_hz)
    return float(hz[inside][np.argmax(power[inside])])


def crest(sound: np.ndarray) -> float:
    return float(np.abs(sound).max() / np.sqrt(np.mean(sound**2)))


@pytest.mark.parametrize("name", list(MODELS))
def test_models_are_finite_and_sound_in_every_instance(name: str) -> None:
    for instance in range(MODEL_INSTANCES):
        sound = dry(name, instance, n=16_000)
        assert sound.shape == (16_000,) and np.isfinite(sound).all() and np.abs(sound).max() > 1e-3


@pytest.mark.parametrize("name", [name for names in ENVIRONMENT.values() for name in names])
def test_clips_of_one_instance_differ(name: str) -> None:
    assert not np.array_equal(dry(name, 0, 0), dry(name, 0, 1))


def test_rain_is_broad_and_has_drops_in_it() -> None:
    for instance in range(MODEL_INSTANCES):
        sound = dry("rain", instance)
        assert flatness(sound, 500, 6_000) > 0.3
        assert crest(sound) > 4.5, "more than the crest of plain noise"


def test_wind_and_thunder_are_low_and_fire_crackles() -> None:
    for instance in range(MODEL_INSTANCES):
        assert centroid_hz(dry("wind", instance)) < 1_500
        assert centroid_hz(dry("thunder", instance)) < 1_200
        assert crest(dry("fire", instance)) > 5.0


def test_thunder_begins_suddenly_and_rolls_away() -> None:
    shape = envelope(dry("thunder", 0), 0.1)
    loudest = int(np.argmax(shape))
    assert shape[-1] < 0.5 * shape[loudest] and loudest < 12


def test_a_wave_swells_and_runs_back() -> None:
    for instance in range(MODEL_INSTANCES):
        shape = np.convolve(envelope(dry("sea waves", instance), 0.05), np.ones(5) / 5, "valid")
        assert 0 < np.argmax(shape) < len(shape) - 1
        assert shape[0] < 0.8 * shape.max() and shape[-1] < 0.95 * shape.max()


def test_bubbles_rise_in_pitch() -> None:
    sound = bubble(800.0, 0.03, 0.1)
    early, late = sound[:400], sound[600:1_000]
    assert centroid_hz(late) > 1.05 * centroid_hz(early)


def test_an_engine_fires_at_a_regular_rate_and_a_helicopter_beats_its_blades() -> None:
    for instance in range(MODEL_INSTANCES):
        assert 8.0 < rhythm_hz(dry("helicopter", instance), 5, 40) < 40
    spectrum = np.abs(np.fft.rfft(dry("engine", 0) * np.hanning(N)))
    low = spectrum[20:800]
    assert low.max() > 8 * np.median(low), "a harmonic series stands out of the noise"


def test_sirens_sweep_or_step_and_horns_hold() -> None:
    def strongest_hz(sound: np.ndarray) -> np.ndarray:
        frames = spectrogram(sound)
        loud = frames.max(axis=1) > 0.2 * frames.max()
        return np.argmax(frames[loud][:, 19:160], axis=1) * 15.625 + 19 * 15.625

    for instance in range(MODEL_INSTANCES):
        heights = strongest_hz(dry("siren", instance))
        assert np.percentile(heights, 95) / np.percentile(heights, 5) > 1.2
    horn = dry("car horn", 0)
    spectrum = np.abs(np.fft.rfft(horn * np.hanning(N)))
    assert flatness(horn) < 0.1 and spectrum.argmax() / 2 > 250


def test_beeps_have_one_pitch_and_silences() -> None:
    for instance in range(MODEL_INSTANCES):
        sound = dry("alarm", instance)
        shape = envelope(sound)
        assert np.mean(shape < 0.05 * shape.max()) > 0.15
        spectrum = np.abs(np.fft.rfft(sound)) ** 2
        peak = int(spectrum.argmax())
        assert spectrum[peak - 60 : peak + 60].sum() > 0.5 * spectrum.sum()


def test_birds_and_crickets_sing_high_and_bees_low() -> None:
    for instance in range(MODEL_INSTANCES):
        assert centroid_hz(dry("birds", instance)) > 1_800
        assert centroid_hz(dry("crickets", instance)) > 2_800
        assert centroid_hz(dry("bee", instance)) < 2_500


def test_crickets_pulse_faster_than_ten_a_second() -> None:
    for instance in range(MODEL_INSTANCES):
        shape = np.abs(dry("crickets", instance))
        shape = envelope(shape, 0.002)
        power = np.abs(np.fft.rfft(shape - shape.mean()))
        hz = np.fft.rfftfreq(len(shape), 0.002)
        assert power[(hz > 15) & (hz < 65)].max() > 0.2 * power.max()


def test_a_bell_has_inharmonic_partials_that_die_away() -> None:
    for instance in range(MODEL_INSTANCES):
        structure = randomness("bell", f"bell {instance + 1}", "structure")
        sound = MODELS["bell"](structure, randomness("one stroke", 0), 8_000)
        prime_hz = float(randomness("bell", f"bell {instance + 1}", "structure").uniform(220, 900))
        spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 64_000))
        hz = np.fft.rfftfreq(64_000, 1 / 16_000)
        around = np.lib.stride_tricks.sliding_window_view(spectrum, 41).max(axis=1)
        strong = hz[20:-20][(spectrum[20:-20] == around) & (around > 0.05 * spectrum.max())]
        ratios = strong / prime_hz
        distance = np.abs(ratios * 2 - np.round(ratios * 2)) / 2
        assert len(strong) >= 4 and distance.max() > 0.06, "not all partials belong to one harmonic series"


def test_knocks_and_steps_are_separate_impacts() -> None:
    for name in ("knocking", "footsteps", "clock", "clapping"):
        for instance in range(MODEL_INSTANCES):
            shape = envelope(dry(name, instance))
            assert np.mean(shape < 0.2 * shape.max()) > 0.4, f"{name} {instance}"
            onsets = np.flatnonzero((shape[1:] > 0.3 * shape.max()) & (shape[:-1] < 0.15 * shape.max()))
            assert len(onsets) >= 2, f"{name} {instance}"


def test_a_bouncing_ball_comes_down_sooner_each_time() -> None:
    for instance in range(MODEL_INSTANCES):
        shape = envelope(dry("bouncing ball", instance), 0.005)
        peaks = [k for k in range(12, len(shape) - 12) if shape[k] == shape[k - 12 : k + 13].max() > 0.1 * shape.max()]
        gaps = np.diff(peaks[:4])
        assert len(gaps) >= 2 and np.all(np.diff(gaps) < 0), f"instance {instance}"


def test_splinters_fall_after_the_blow() -> None:
    for instance in range(MODEL_INSTANCES):
        sound = dry("breaking glass", instance)
        assert centroid_hz(sound) > 2_000
        loudest = int(np.argmax(envelope(sound, 0.02)))
        assert loudest < 40


def test_whistling_is_nearly_one_tone_at_a_time() -> None:
    for instance in range(MODEL_INSTANCES):
        frames = spectrogram(dry("whistling", instance)) ** 2
        loud = frames[frames.sum(axis=1) > 0.2 * frames.sum(axis=1).max()]
        around = [f[max(0, f.argmax() - 3) : f.argmax() + 4].sum() / f.sum() for f in loud]
        assert np.median(around) > 0.8
