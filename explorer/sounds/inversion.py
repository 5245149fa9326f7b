"""A log-mel view turned back into sound, so that it can be heard.

A mel spectrogram keeps neither phase nor single frequencies. First a spectrum is found that has these mel bands, without
negative values (Lee and Seung 2001, by the divergence: in 30 rounds closer in decibels than librosa's least squares,
at a thirtieth of the time); then torchaudio finds phases that fit each other (Perraudin, Balazs and Søndergaard 2013). What
is heard is thus one of many sounds that give this view. librosa's phases fit as well (.75 dB from the view, these .80),
but on a new machine its first import compiles for half a minute.
"""

import numpy as np
import torch
import torchaudio

from training.spectrogram import FLOOR, FrontEnd

FINE_HOP_SAMPLES = 80
"""Frames are drawn closer together than this first: windows that hardly overlap sound rough."""
ITERATIONS = 24
MOMENTUM = 0.99
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
    spectrum = np.sqrt(_spectrum_of(power, front_end.bands))
    finer = max(1, front_end.hop_samples // FINE_HOP_SAMPLES)
    frames = torch.from_numpy(_between_frames(spectrum, finer).astype(np.float32))
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(0)  # of the phases that it begins with
        sound = torchaudio.functional.griffinlim(
            frames,
            window=torch.hann_window(front_end.window_samples),
            n_fft=front_end.transform_samples,
            hop_length=front_end.hop_samples // finer,
            win_length=front_end.window_samples,
            power=1.0,
            n_iter=ITERATIONS,
            momentum=MOMENTUM,
            length=None,
            rand_init=True,
        ).numpy()[:samples]
    return np.pad(sound, (0, samples - len(sound)))


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
