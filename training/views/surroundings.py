"""The room around a sound, and what else sounds in it: reverberation and background, in mel power and in samples.

Pure, batched, on the device, amounts handed in.

Shapes:  B clips, F mel bands, V frames or samples of a view, L samples of a room's answer.
"""

import math

import torch
from torch import Tensor

ROOM_SECONDS = (0.1, 0.6)
"""Reverberation times, from a furnished room's to a small hall's."""
SIXTY_DECIBEL = 6 * math.log(10)
"""In nepers of power: how far a sound falls within a room's reverberation time."""


def reverberated(waveforms: Tensor, noise: Tensor, decay_samples: Tensor, wet: Tensor) -> Tensor:
    """(B, V) convolved with a room's answer: the sound itself, then noise (B, L) that dies away.

    The noise falls by 60 dB within `decay_samples` (B,); its energy is `wet` (B,) times that of the sound itself.
    What would sound after the view's end is cut off.
    """
    at = torch.arange(noise.shape[1], device=noise.device, dtype=noise.dtype)
    tail = noise * (-SIXTY_DECIBEL / 2 * at / decay_samples[:, None]).exp()
    tail = tail * (wet[:, None] / tail.square().sum(1, keepdim=True).clamp(min=1e-12)).sqrt()
    length = math.ceil((waveforms.shape[1] + noise.shape[1]) / 1024) * 1024  # a length that transforms quickly
    echo = torch.fft.irfft(torch.fft.rfft(waveforms, length) * torch.fft.rfft(tail, length), length)
    return waveforms + echo[:, : waveforms.shape[1]]


def smeared(power: Tensor, decay_frames: Tensor, wet: Tensor) -> Tensor:
    """(B, F, V): every frame rings on in those after it, as reverberation does to mel power.

    The ringing falls by 60 dB within `decay_frames` (B,); all of it together is `wet` (B,) times the frame itself.
    """
    at = torch.arange(power.shape[2], device=power.device)
    after = (at - at[:, None] - 1).to(power.dtype)  # (V, V): frames from s to t, the first one after s being 0
    rate = SIXTY_DECIBEL / decay_frames[:, None, None]
    tail = (-rate * after.clamp(min=0)).exp() * (after >= 0) * (wet[:, None, None] * (1 - (-rate).exp()))  # (B, V, V)
    return power + power @ tail


def with_background(waveforms: Tensor, others: Tensor, offsets: Tensor, decibel: Tensor) -> Tensor:
    """(B, V) with other clips (B, V) added, so many dB (B,) relative to the clip's own RMS.

    The other one is turned round by `offsets` (B,) samples, so that any stretch of it may lie anywhere.
    """
    others = turned(others, offsets)
    own_rms, other_rms = (w.square().mean(1, keepdim=True).sqrt() for w in (waveforms, others))
    return waveforms + others * own_rms / other_rms.clamp(min=1e-6) * 10 ** (decibel[:, None] / 20)


def with_background_power(power: Tensor, others: Tensor, offsets: Tensor, decibel: Tensor) -> Tensor:
    """Levelled power (B, F, V) with other clips (B, F, V) added, turned round by `offsets` (B,) frames, so many dB (B,)."""
    return power + turned(others, offsets) * 10 ** (decibel / 10)[:, None, None]


def turned(x: Tensor, offsets: Tensor) -> Tensor:
    """(B, …, V) moved later by `offsets` (B,) along the last axis; what leaves at the end comes in at the beginning."""
    at = (torch.arange(x.shape[-1], device=x.device) - offsets[:, None]) % x.shape[-1]
    return x.gather(-1, at.view(len(x), *[1] * (x.dim() - 2), -1).expand_as(x))
