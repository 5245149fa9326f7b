"""Two different copies of a sound as samples, for encoders that hear the waveform itself.

Like `training.views.mel_changes`: pure, batched, on the device, amounts handed in.

Shapes:  B clips, S samples of the clips, V samples of the view.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from training.data.dataset import SAMPLE_RATE
from training.devices.rows import ALONE, Alone, Rows
from training.settings import setting
from training.views.amounts import Amounts, Draws
from training.views.drawn import Tell, nobody
from training.views.mel_changes import shown
from training.views.surroundings import ROOM_SECONDS, reverberated, with_background

EQUALIZER_KNOTS = 5
"""Bands of the random equalizer; the gain runs straight between them."""


@dataclass(frozen=True)
class WaveformViews:
    """How strongly views differ from their clip. 0 switches an augmentation off."""

    crop_seconds: float = setting(
        0.96,
        "Length of a view; longer clips are cropped, shorter ones padded with silence.",
        low=0.2,
        high=5.0,
        unit="s",
    )
    time_shift: float = setting(
        0.3,
        "Where a shorter clip may begin in its view, as a share of the room that it leaves: 0 at the start, 1 anywhere.",
        low=0.0,
        high=1.0,
        unit="share",
    )
    time_stretch: float = setting(
        0.2,
        "Slower and lower or faster and higher by a random factor, at most by this much.",
        low=0.0,
        high=1.0,
        unit="ratio",
    )
    gain_db: float = setting(6.0, "Louder or quieter at random, at most by this much.", low=0.0, high=30.0, unit="dB")
    polarity: float = setting(0.5, "Chance that the waveform is turned upside down.", low=0.0, high=1.0, unit="share")
    mixup: float = setting(0.4, "Largest share of another clip that is mixed in.", low=0.0, high=0.9, unit="share")
    background: float = setting(
        0.0,
        "Chance that a stretch of another clip sounds behind it, 0 to 20 dB below.",
        low=0.0,
        high=1.0,
        unit="share",
    )
    reverb: float = setting(
        0.0, "Chance that it sounds as in a room, which rings on for 0.1 to 0.6 s.", low=0.0, high=1.0, unit="share"
    )
    noise: float = setting(
        0.5, "Chance that white noise is added, 5 to 45 dB below the clip.", low=0.0, high=1.0, unit="share"
    )
    equalizer: float = setting(
        0.5, "A random filter: the standard deviation of its gain.", low=0.0, high=2.0, unit="neper"
    )

    @property
    def samples(self) -> int:
        """Samples of one view."""
        return round(self.crop_seconds * SAMPLE_RATE)

    def __call__(
        self, waveforms: Tensor, lengths: Tensor, draws: Draws, tell: Tell = nobody, devices: Alone = ALONE
    ) -> Tensor:
        """One random view of each clip: (B, S) with lengths (B,) in samples → (B, V). `tell` hears what was drawn.

        The `devices` of a run share the clips out; each hears of its own.
        """
        rows = devices.rows(len(waveforms))
        return rows.whole(self._made(waveforms, lengths, draws, tell, rows)[0])

    def placed(
        self, waveforms: Tensor, lengths: Tensor, draws: Draws, tell: Tell = nobody, devices: Alone = ALONE
    ) -> tuple[Tensor, Tensor]:
        """The same view (B, V), and which of its samples (B, V) show the clip itself and not what surrounds it."""
        rows = devices.rows(len(waveforms))
        view, inside = self._made(waveforms, lengths, draws, tell, rows)
        return rows.whole(view), rows.whole(inside)

    def _made(self, waveforms: Tensor, lengths: Tensor, draws: Draws, tell: Tell, rows: Rows) -> tuple[Tensor, Tensor]:
        """The same of the own rows of the batch."""
        amounts, samples = Amounts(len(waveforms), waveforms.device, draws, rows), self.samples
        waveforms, lengths = rows.own(waveforms), rows.own(lengths)
        stretch = amounts.of("time_stretch").symmetric(self.time_stretch).exp()
        room = samples - lengths / stretch
        starts = amounts.of("time_shift").uniform() * torch.where(room > 0, room * self.time_shift, room)
        view = resampled(waveforms, samples, starts, stretch)
        tell("time_shift", starts, stretch)
        tell("time_stretch", stretch)
        view = self._changed(view, amounts, tell, rows)
        return view, shown(lengths, samples, starts, stretch)

    def _changed(self, view: Tensor, amounts: Amounts, tell: Tell, rows: Rows) -> Tensor:
        """A view (B, V) with all that can be done to samples where they lie."""
        samples = view.shape[1]
        if self.mixup:
            draw = amounts.of("mixup")
            partners, share = draw.partners(), self.mixup * draw.uniform().square()
            view = torch.lerp(view, rows.whole(view)[partners], share[:, None])
            tell("mixup", share, partners)
        if self.background:
            draw = amounts.of("background")
            decibel = torch.where(draw.uniform() < self.background, -20 * draw.uniform(), -torch.inf)
            partners = draw.partners()
            offsets = (draw.uniform() * samples).long()
            view = with_background(view, rows.whole(view)[partners], offsets, decibel)
            tell("background", decibel, partners)
        if self.reverb:
            draw = amounts.of("reverb")
            low, high = (seconds * SAMPLE_RATE for seconds in ROOM_SECONDS)
            answer = draw.normal(round(high))
            wet = draw.uniform() * (draw.uniform() < self.reverb)
            decay = low + (high - low) * draw.uniform()
            view = reverberated(view, answer, decay, wet)
            tell("reverb", wet, decay)
        if self.noise:
            draw = amounts.of("noise")
            decibel = torch.where(draw.uniform() < self.noise, -5 - 40 * draw.uniform(), -torch.inf)
            view = with_noise(view, decibel, draw.normal(samples))
            tell("noise", decibel)
        if self.equalizer:
            draw = amounts.of("equalizer")
            gains = self.equalizer * draw.normal(EQUALIZER_KNOTS)
            view = filtered(view, gains)
            tell("equalizer", gains)
        gain_db = amounts.of("gain_db").symmetric(self.gain_db)
        sign = torch.where(amounts.of("polarity").uniform() < self.polarity, -1.0, 1.0)
        tell("gain_db", gain_db)
        tell("polarity", sign)
        return view * 10 ** (gain_db[:, None] / 20) * sign[:, None]

    def pair(
        self, waveforms: Tensor, lengths: Tensor, draws: Draws, tell: Tell = nobody, devices: Alone = ALONE
    ) -> tuple[Tensor, Tensor]:
        """Two views of each clip, made in one call: (B, V) twice. `tell` hears of 2 B clips, the first B first."""
        both = self(torch.cat([waveforms, waveforms]), torch.cat([lengths, lengths]), draws, tell, devices)
        first, second = both.chunk(2)
        return first, second


def resampled(waveforms: Tensor, samples: int, starts: Tensor, stretch: Tensor) -> Tensor:
    """View sample v is the clip's sample (v − start) · stretch, by linear interpolation; silence outside.

    (B, S), starts (B,), stretch (B,) → (B, V), V = `samples`.
    """
    at = (torch.arange(samples, device=waveforms.device) - starts[:, None]) * stretch[:, None]
    left = at.floor()
    part = at - left
    index = left.long()
    last = waveforms.shape[1] - 1

    def heard(i: Tensor) -> Tensor:
        return waveforms.gather(1, i.clamp(0, last)) * ((i >= 0) & (i <= last))

    return torch.lerp(heard(index), heard(index + 1), part)


def with_noise(waveforms: Tensor, decibel: Tensor, noise: Tensor) -> Tensor:
    """(B, V) with noise (B, V) added, so many dB (B,) relative to each clip's own RMS."""
    rms = waveforms.square().mean(1, keepdim=True).sqrt()
    return waveforms + noise * rms * 10 ** (decibel[:, None] / 20)


def filtered(waveforms: Tensor, gains: Tensor) -> Tensor:
    """A zero-phase filter whose power gain is e^g, g straight between knots (B, K) spread over log frequency."""
    spectrum = torch.fft.rfft(waveforms)
    frequencies = torch.linspace(0, SAMPLE_RATE / 2, spectrum.shape[1], device=waveforms.device).clamp(min=60.0)
    place = (frequencies / 60).log() / math.log(SAMPLE_RATE / 2 / 60) * (gains.shape[1] - 1)
    left = place.floor().long().clamp(max=gains.shape[1] - 2)
    curve = torch.lerp(gains[:, left], gains[:, left + 1], (place - left)[None])
    return torch.fft.irfft(spectrum * (curve / 2).exp(), n=waveforms.shape[1])
