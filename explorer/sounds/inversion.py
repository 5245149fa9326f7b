"""A log-mel view turned back into sound, so that it can be heard.

A mel spectrogram keeps neither phase nor single frequencies. First a spectrum is found that has these mel bands, without
negative values (Lee and Seung 2001, by the divergence: in 30 rounds closer in decibels than librosa's least squares,
at a thirtieth of the time); then librosa finds phases that fit each other (Griffin and Lim 1984). What is heard is
thus one of many sounds that give this view. Importing librosa takes seconds, so this module is imported when it is needed.
"""

import librosa
import numpy as np
import torch

from training.data.dataset import SAMPLE_RATE
from training.spectrogram import FLOOR, FrontEnd

FINE_HOP_SAMPLES = 80
"""Frames are drawn closer together than this first: windows that hardly overlap sound rough."""
ITERATIONS = 24
ROUNDS = 30
LEAST = 1e-4
"""With how much of a frame's strongest frequency the search begins at the others."""
TINY = 1e-12
ROUNDING = 1e-3
"""What float32 leaves of silence, in parts of the floor."""


def sound_of_log_mel(view: np.ndarray, front_end: FrontEnd) -> np.ndarray:
    """(S,) float32 at 16 kHz, of any level: a sound whose log-mel is `view` (F, V), S = V hops."""
    samples = view.shape[1] * front_end.hop_samples
    power = (np.exp(view.astype(np.float64)) - FLOOR).astype(np.float32)
    power[power < FLOOR * ROUNDING] = 0.0
    if not power.any():
        return np.zeros(samples, np.float32)
    window_samples = front_end.window_samples
    transform_samples = front_end.transform_samples
    bands = librosa.filters.mel(
        sr=SAMPLE_RATE,
        n_fft=transform_samples,
        n_mels=len(power),
        fmin=front_end.low_hz,
        fmax=front_end.high_hz,
        htk=True,
        norm=None,
    )
    spectrum = np.sqrt(_spectrum_of(power, bands))
    finer = max(1, front_end.hop_samples // FINE_HOP_SAMPLES)
    sound: np.ndarray = librosa.griffinlim(
        _between_frames(spectrum, finer),
        n_iter=ITERATIONS,
        hop_length=front_end.hop_samples // finer,
        win_length=window_samples,
        n_fft=transform_samples,
        random_state=0,
    )
    return np.pad(sound.astype(np.float32), (0, samples - len(sound)))


def _spectrum_of(power: np.ndarray, bands: np.ndarray) -> np.ndarray:
    """(K, V) of values that aren't negative, whose sums by `bands` (F, K) are nearly `power` (F, V)."""
    spectrum: np.ndarray = np.maximum(np.linalg.pinv(bands) @ power, 0)
    spectrum = np.maximum(spectrum, LEAST * spectrum.max(0, keepdims=True) + TINY)  # what is 0 once stays so
    weights = bands.sum(0)[:, None] + TINY
    for _ in range(ROUNDS):
        spectrum *= (bands.T @ (power / np.maximum(bands @ spectrum, TINY))) / weights
    return spectrum


def _between_frames(spectrum: np.ndarray, finer: int) -> np.ndarray:
    """(K, V · finer): straight lines between the frames of `spectrum` (K, V); frame v goes to v · finer."""
    frames = np.arange(spectrum.shape[1] * finer) / finer
    left = np.minimum(frames.astype(int), spectrum.shape[1] - 1)
    right = np.minimum(left + 1, spectrum.shape[1] - 1)
    part = (frames - left).astype(np.float32)
    between: np.ndarray = spectrum[:, left] * (1 - part) + spectrum[:, right] * part
    return between


def warm_up() -> None:
    """Have all that librosa compiles and imports on first use done."""
    noise = torch.randn(1, SAMPLE_RATE // 2, generator=torch.Generator().manual_seed(0)) / 10
    front_end = FrontEnd()
    sound_of_log_mel((front_end.power(noise)[0] + FLOOR).log().numpy(), front_end)
