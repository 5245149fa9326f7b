"""What was done to a sound in a view, in one line: "+2 bands, 4 % slower, mixed with 30 % of dog".

The amounts are those that the view really drew: see training.views.drawn.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from training.units import DECIBELS_PER_NEPER, counted

UNCHANGED = "nothing was changed"
LEAST_SHARE = 0.005
"""What is less of anything isn't said."""
Amount = float | Sequence[float]


@dataclass(frozen=True)
class Scene:
    """What amounts have to do with: the view they made, and who else was in the batch."""

    heard_as: str
    """The encoder's domain, a key of training.views.VIEWS."""
    hop_seconds: float
    """Time from one frame of the view to the next, or from one sample."""
    frames: int
    """How many of them the view has."""
    bands: int
    """Mel bands; 0 of samples."""
    name_of: Callable[[int], str]
    """What the clip in a row of the drawn amounts is called."""


def line_of(drawn: Mapping[str, Sequence[Amount]], scene: Scene) -> str:
    """The line for one view's amounts by setting, each as training.views told it: numbers, or a row of them."""
    said = [words(scene, *drawn[setting]) for setting, words in WORDS.items() if setting in drawn]
    return ", ".join(filter(None, said)) or UNCHANGED


def _placed(scene: Scene, start: float, stretch: float) -> str:
    seconds = start * scene.hop_seconds
    if abs(seconds) < 0.01:
        return ""
    return f"begins {seconds:.2f} s late" if seconds > 0 else f"from {-seconds * stretch:.2f} s on"


def _stretched(scene: Scene, factor: float) -> str:
    percent = _percent(factor - 1)
    pitch = (" and higher" if factor > 1 else " and lower") if scene.heard_as == "waveform" else ""
    return percent and f"{percent} {'faster' if factor > 1 else 'slower'}{pitch}"


def _shifted(scene: Scene, shift: float) -> str:
    """A view's band shows what lies `shift` above it in the clip, in halves of the mel axis."""
    bands = round(-shift * scene.bands / 2)
    return _signed(bands, counted(abs(bands), "band")) if bands else ""


def _widened(scene: Scene, scale: float) -> str:
    percent = _percent(1 / scale - 1)
    return percent and f"mel axis {'squeezed' if scale > 1 else 'widened'} {percent}"


def _mixed(scene: Scene, share: float, partner: float) -> str:
    percent = _percent(share)
    return percent and f"mixed with {percent} of {scene.name_of(int(partner))}"


def _behind(scene: Scene, decibel: float, partner: float) -> str:
    return f"{scene.name_of(int(partner))} behind it, {-decibel:.0f} dB below" if math.isfinite(decibel) else ""


def _ringing(scene: Scene, wet: float, decay: float) -> str:
    return f"in a room that rings on for {decay * scene.hop_seconds:.1f} s" if wet > LEAST_SHARE else ""


def _filtered(scene: Scene, gains: Sequence[float]) -> str:
    low, high = (round(g * DECIBELS_PER_NEPER) for g in (min(gains), max(gains)))
    return f"filtered by {_signed(low)} to {_signed(high)} dB" if low or high else ""


def _noisy(scene: Scene, level: float) -> str:
    """Mel views tell the noise's power in parts of the clip's, samples how many dB it has relative to the clip."""
    decibel = level if scene.heard_as == "waveform" else 10 * math.log10(level) if level > 0 else -math.inf
    return f"noise {-decibel:.0f} dB below" if math.isfinite(decibel) else ""


def _louder(scene: Scene, decibel: float) -> str:
    return f"{abs(decibel):.0f} dB {'louder' if decibel > 0 else 'quieter'}" if round(decibel) else ""


def _turned(scene: Scene, sign: float) -> str:
    return "upside down" if sign < 0 else ""


def _recropped(scene: Scene, height: float, width: float) -> str:
    high, wide = round(100 * height / scene.bands), round(100 * width / scene.frames)
    return f"{high} % of the bands and {wide} % of the time fill it" if (high, wide) != (100, 100) else ""


def _hidden_time(scene: Scene, place: float, width: float) -> str:
    frames = _hidden(place, width, scene.frames)
    return f"{frames * scene.hop_seconds:.2f} s masked" if frames else ""


def _hidden_bands(scene: Scene, place: float, width: float) -> str:
    bands = _hidden(place, width, scene.bands)
    return f"{counted(bands, 'band')} masked" if bands else ""


def _hidden(place: float, width: float, size: int) -> int:
    """How many frames or bands `masked` of training.views.mel_changes hides."""
    first = place * (1 - width) * size
    return sum(first <= at < first + width * size for at in range(size))


def _percent(part: float) -> str:
    return f"{abs(part) * 100:.0f} %" if abs(part) >= LEAST_SHARE else ""


def _signed(number: int, words: str = "") -> str:
    return ("+" if number > 0 else "−" if number < 0 else "") + (words or str(abs(number)))


WORDS: dict[str, Callable[..., str]] = {
    "time_shift": _placed,
    "time_stretch": _stretched,
    "frequency_shift": _shifted,
    "frequency_stretch": _widened,
    "mixup": _mixed,
    "background": _behind,
    "reverb": _ringing,
    "equalizer": _filtered,
    "noise": _noisy,
    "gain_db": _louder,
    "polarity": _turned,
    "resize_crop": _recropped,
    "time_mask": _hidden_time,
    "frequency_mask": _hidden_bands,
}
"""By setting, in the order of the line: a scene and a setting's amounts in words, "" where they come to nothing."""
