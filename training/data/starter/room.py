"""What lies between a sound and its clip: room, background, microphone, level and fades."""

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft, rfftfreq

from training.data.dataset import SAMPLE_RATE

ACTIVE_RMS = 0.1
"""Level of a clip's active part (-20 dB of full scale)."""
PEAK_LIMIT = 0.97
"""No sample is larger: peaks above KNEE are bent towards it, and a clip that would need more than that stays quieter."""
KNEE = 0.6
_MOST_BENT = 2.0
FADE_SECONDS = 0.006
_FRAME = 320
_ACTIVE_RANGE_DB = 25.0


def active_rms(sound: np.ndarray) -> float:
    """RMS over the 20 ms frames that are at most 25 dB below the loudest one; `sound` is (n,)."""
    whole = sound[: max(1, len(sound) // _FRAME) * _FRAME]
    frames = whole.reshape(-1, min(_FRAME, len(whole)))
    power = np.mean(frames.astype(np.float64) ** 2, axis=1)
    loud = power >= power.max() * 10 ** (-_ACTIVE_RANGE_DB / 10)
    return float(np.sqrt(power[loud].mean()))


def recorded(sound: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """`sound` (n,) as some microphone in some room hears it: (n,) int16, levelled and faded."""
    heard = (sound / max(active_rms(sound), 1e-9)).astype(np.float32)
    if rng.random() < 0.6:
        heard = reverberant(heard, rng)
        heard /= active_rms(heard)
    heard += background(len(heard), rng)
    return levelled(coloured_by_microphone(heard, rng))


def reverberant(sound: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """`sound` (n,) in a room: an exponentially decaying noise tail that darkens with the room's damping."""
    n = int(rng.uniform(0.12, 0.8) * SAMPLE_RATE)
    tail = rng.standard_normal(n, dtype=np.float32) * np.exp(np.linspace(0, -6.9, n, dtype=np.float32))
    tail[: int(rng.uniform(0.002, 0.02) * SAMPLE_RATE)] = 0.0
    damping = rng.uniform(0.0, 0.6)
    tail[1:] = (1 - damping) * tail[1:] + damping * tail[:-1]
    tail *= 10 ** (rng.uniform(-18, -5) / 20) / np.sqrt(np.sum(tail**2))
    size = next_fast_len(len(sound) + n, real=True)
    return np.asarray(sound + irfft(rfft(sound, size) * rfft(tail, size), size)[: len(sound)])


def background(n: int, rng: np.random.Generator) -> np.ndarray:
    """(n,) noise between white and brown, 15 to 45 dB below a sound of RMS 1."""
    hz = np.maximum(rfftfreq(n, 1 / SAMPLE_RATE), 60.0).astype(np.float32)
    noise = irfft(rfft(rng.standard_normal(n, dtype=np.float32)) * hz ** np.float32(-rng.uniform(0.0, 1.0)), n)
    return np.asarray(noise * np.float32(10 ** (-rng.uniform(15, 45) / 20) / np.sqrt(np.mean(noise**2))))


def coloured_by_microphone(sound: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """`sound` (n,) with a random smooth frequency response: a tilt, three humps and limits at both ends."""
    octaves = np.linspace(-5.0, 3.0, 129)
    gain_db = rng.uniform(-2.5, 2.5) * octaves
    for _ in range(3):
        gain_db += rng.uniform(-5, 5) * np.exp(-(((octaves - rng.uniform(-3, 3)) / rng.uniform(0.3, 1.0)) ** 2))
    gain_db -= 24.0 * np.maximum(octaves - np.log2(rng.uniform(4.5, 8.0)), 0.0)
    gain_db -= 18.0 * np.maximum(np.log2(0.06) - octaves, 0.0)
    gain = np.interp(rfftfreq(len(sound), 1 / SAMPLE_RATE), 1000 * 2**octaves, 10 ** (gain_db / 20))
    return np.asarray(irfft(rfft(sound) * gain.astype(np.float32), len(sound)))


def levelled(sound: np.ndarray) -> np.ndarray:
    """`sound` (n,) with faded ends and its active part at ACTIVE_RMS, or below for the sake of its peaks: (n,) int16."""
    fade = int(FADE_SECONDS * SAMPLE_RATE)
    ramp = 0.5 - 0.5 * np.cos(np.pi * np.arange(fade) / fade)
    sound = sound.copy()
    sound[:fade] *= ramp
    sound[-fade:] *= ramp[::-1]
    gain = min(ACTIVE_RMS / active_rms(sound), _MOST_BENT / float(np.abs(sound).max()))
    return np.round(bent(sound * gain) * 32767.0).astype(np.int16)


def bent(sound: np.ndarray) -> np.ndarray:
    """`sound` (n,) unchanged up to KNEE, and smoothly bent above so that it never passes PEAK_LIMIT."""
    room = PEAK_LIMIT - KNEE
    over = np.maximum(np.abs(sound) - KNEE, 0.0)
    return np.asarray(np.where(over > 0, np.sign(sound) * (KNEE + room * np.tanh(over / room)), sound))
