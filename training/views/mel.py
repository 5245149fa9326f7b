"""Two different copies of a sound, made where sound is cheapest to change: in its mel power.

`MelViews` draws the amounts of every change from what is handed in; training.views.mel_changes makes them.

Shapes:  B clips, F mel bands, T frames of the clips, V frames of the view.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from training.devices.rows import ALONE, Alone, Rows
from training.settings import setting
from training.spectrogram import FLOOR, log_mel
from training.views.amounts import Amounts, Draws
from training.views.drawn import Tell, nobody
from training.views.mel_changes import (
    coloured_noise,
    equalised,
    masked,
    mixed,
    placement,
    pool_of,
    shown,
    warped,
)
from training.views.resize_crop import crop_of, resized_crop
from training.views.surroundings import ROOM_SECONDS, smeared, with_background_power

FRAMES_TOGETHER = 8
"""The frames of a view are a multiple of so many, which encoders halve up to three times."""
EQUALIZER_KNOTS = 5
"""Bands of the random equalizer; the gain runs straight between them."""


@dataclass(frozen=True)
class MelViews:
    """How strongly views differ from their clip. 0 switches an augmentation off."""

    crop_seconds: float = setting(
        0.96,
        "Length of a view; longer clips are cropped, shorter ones padded with silence.",
        low=0.2,
        high=5.0,
        unit="s",
    )
    time_shift: float = setting(
        1.0,
        "Where a shorter clip may begin in its view, as a share of the room that it leaves: 0 at the start, 1 anywhere.",
        low=0.0,
        high=1.0,
        unit="share",
    )
    time_stretch: float = setting(
        0.15,
        "Slower or faster by a random factor, at most by this much; the pitch stays.",
        low=0.0,
        high=1.0,
        unit="ratio",
    )
    frequency_shift: float = setting(
        0.1,
        "Moved up or down the mel axis at random, at most by this share of half the axis.",
        low=0.0,
        high=0.5,
        unit="share",
    )
    frequency_stretch: float = setting(
        0.1,
        "The mel axis squeezed or widened by a random factor, at most by this much, as if by another voice.",
        low=0.0,
        high=0.5,
        unit="ratio",
    )
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
        1.0, "Chance that steady coloured noise is added, 5 to 45 dB below the clip.", low=0.0, high=1.0, unit="share"
    )
    equalizer: float = setting(
        1.5,
        "A random filter, as if by another microphone: the standard deviation of its gain.",
        low=0.0,
        high=2.0,
        unit="neper",
    )
    resize_crop: float = setting(
        0.0,
        "A random rectangle fills the view; its sides are the view's times a random factor, at most by this much.",
        low=0.0,
        high=0.7,
        unit="ratio",
    )
    time_mask: float = setting(
        0.0, "Longest stretch of time that is hidden, as a share of the view.", low=0.0, high=0.5, unit="share"
    )
    frequency_mask: float = setting(
        0.0, "Widest band that is hidden, as a share of the mel axis.", low=0.0, high=0.5, unit="share"
    )

    def frames(self, hop_seconds: float) -> int:
        """Frames of one view, a multiple of 8 so that encoders lose none."""
        eighths = round(self.crop_seconds / hop_seconds / FRAMES_TOGETHER)
        return max(1, eighths) * FRAMES_TOGETHER

    def __call__(
        self,
        power: Tensor,
        lengths: Tensor,
        frames: int,
        draws: Draws,
        hop_seconds: float,
        tell: Tell = nobody,
        devices: Alone = ALONE,
    ) -> Tensor:
        """One random view of each clip: levelled power (B, F, T), lengths (B,) in frames → log-mel (B, F, V).

        A frame is `hop_seconds` long; the view is V = `frames` long, whatever `crop_seconds` says. `tell` hears what was drawn.
        The `devices` of a run share the clips out; each hears of its own.
        """
        rows = devices.rows(len(power))
        return rows.whole(self._made(power, lengths, frames, draws, hop_seconds, tell, rows)[0])

    def placed(
        self,
        power: Tensor,
        lengths: Tensor,
        frames: int,
        draws: Draws,
        hop_seconds: float,
        tell: Tell = nobody,
        devices: Alone = ALONE,
    ) -> tuple[Tensor, Tensor]:
        """The same view (B, F, V), and which of its frames (B, V) show the clip itself and not what surrounds it."""
        rows = devices.rows(len(power))
        x, inside = self._made(power, lengths, frames, draws, hop_seconds, tell, rows)
        return rows.whole(x), rows.whole(inside)

    def _made(
        self,
        power: Tensor,
        lengths: Tensor,
        frames: int,
        draws: Draws,
        hop_seconds: float,
        tell: Tell,
        rows: Rows,
    ) -> tuple[Tensor, Tensor]:
        """The same of the own rows of the batch."""
        amounts = Amounts(len(power), power.device, draws, rows)
        power, lengths = rows.own(power), rows.own(lengths)
        stretch = amounts.of("time_stretch").symmetric(self.time_stretch).exp()
        starts = placement(lengths / stretch, frames, amounts.of("time_shift").uniform(), self.time_shift)
        if not self.time_stretch:
            # Between two frames each frame of the view would hold a part of both, and give away a neighbour that is hidden.
            starts = starts.round()
        scale = amounts.of("frequency_stretch").symmetric(self.frequency_stretch).exp()
        shift = amounts.of("frequency_shift").symmetric(self.frequency_shift)
        view = warped(power, frames, starts=starts, stretch=stretch, frequency_scale=scale, frequency_shift=shift)
        tell("time_shift", starts, stretch)
        tell("time_stretch", stretch)
        tell("frequency_shift", shift)
        tell("frequency_stretch", scale)
        x = log_mel(self._changed(view, amounts, hop_seconds, tell, rows))
        inside = shown(lengths, frames, starts, stretch)
        if self.resize_crop:
            x, inside = _recropped(x, inside, amounts.of("resize_crop"), self.resize_crop, tell)
        if self.time_mask:
            draw = amounts.of("time_mask")
            place, width = draw.uniform(), self.time_mask * draw.uniform()
            x = masked(x, place, width, axis=2)
            tell("time_mask", place, width)
        if self.frequency_mask:
            draw = amounts.of("frequency_mask")
            place, width = draw.uniform(), self.frequency_mask * draw.uniform()
            x = masked(x, place, width, axis=1)
            tell("frequency_mask", place, width)
        return x, inside

    def _changed(self, view: Tensor, amounts: Amounts, hop_seconds: float, tell: Tell, rows: Rows) -> Tensor:
        """Power (B, F, V) with all that can be done to power."""
        _, bands, frames = view.shape
        if self.mixup:
            draw = amounts.of("mixup")
            partners, share = draw.partners(), self.mixup * draw.uniform().square()
            view = mixed(view, rows.whole(view)[partners], share)
            tell("mixup", share, partners)
        if self.background:
            draw = amounts.of("background")
            decibel = torch.where(draw.uniform() < self.background, -20 * draw.uniform(), -torch.inf)
            partners = draw.partners()
            view = with_background_power(view, rows.whole(view)[partners], draw.integers(frames), decibel)
            tell("background", decibel, partners)
        if self.reverb:
            draw = amounts.of("reverb")
            low, high = (seconds / hop_seconds for seconds in ROOM_SECONDS)
            wet = draw.uniform() * (draw.uniform() < self.reverb)
            decay = low + (high - low) * draw.uniform()
            view = smeared(view, decay, wet)
            tell("reverb", wet, decay)
        if self.equalizer:
            draw = amounts.of("equalizer")
            gains = self.equalizer * draw.normal(EQUALIZER_KNOTS)
            view = equalised(view, gains)
            tell("equalizer", gains)
        if self.noise:
            draw = amounts.of("noise")
            decibel = -5 - 40 * draw.uniform()
            level = 10 ** (decibel / 10) * (draw.uniform() < self.noise)
            tilt, offsets = draw.normal(1), draw.integers(pool_of(bands, frames) - bands * frames)
            view = view + coloured_noise(level, tilt, offsets, bands, frames)
            tell("noise", level)
        return view

    def pair(
        self,
        power: Tensor,
        lengths: Tensor,
        frames: int,
        draws: Draws,
        hop_seconds: float,
        tell: Tell = nobody,
        devices: Alone = ALONE,
    ) -> tuple[Tensor, Tensor]:
        """Two views of each clip, made in one call: log-mel (B, F, V) twice. `tell` hears of 2 B clips, the first B first."""
        both = self(torch.cat([power, power]), torch.cat([lengths, lengths]), frames, draws, hop_seconds, tell, devices)
        first, second = both.chunk(2)
        return first, second


def _recropped(x: Tensor, inside: Tensor, amounts: Amounts, strength: float, tell: Tell) -> tuple[Tensor, Tensor]:
    """A random rectangle of log-mel (B, F, V) in place of it, and which frames (B, V) then show the clip."""
    _, bands, frames = x.shape
    height, width = amounts.symmetric(strength).exp(), amounts.symmetric(strength).exp()
    bottom, left, height, width = crop_of(bands, frames, height, width, amounts.uniform(), amounts.uniform())
    tell("resize_crop", height, width)
    silence = math.log(FLOOR)
    x = (resized_crop(x - silence, bottom, left, height, width) + silence).clamp(min=silence)
    one = torch.ones_like(left)
    row = resized_crop(inside[:, None].to(x.dtype), one - 1, left, one, width)[:, 0]
    return x, row > 0.5
