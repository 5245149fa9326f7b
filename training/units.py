"""Units of settings: what a value means in words that people know. `assets/js/forms/units.js` says the same on the page."""

import math
from typing import Literal

Unit = Literal["", "s", "Hz", "dB", "share", "ratio", "neper", "memory"]
"""share: 0 to 1, as a percentage. ratio: the exponent x of a random factor from e^−x to e^x.
neper: standard deviation of a random gain e^g of the power, said in dB. memory: m of a moving average, which
remembers about 1/(1 − m) steps."""
DECIBELS_PER_NEPER = 10 / math.log(10)
SMALL_RATIO = 0.5
"""Up to this part more, slower and faster by a percentage are nearly the same; beyond it the factor is said."""
_DURATIONS = (("ms", 1e-3, 0.1), ("s", 1, 120), ("min", 60, 7200), ("h", 3600, 172_800), ("days", 86_400, math.inf))
"""Word, seconds of one, and below how many seconds it is used."""


def in_words(unit: Unit, value: float) -> str:
    """`value` of a setting with this unit in words, such as "±16 %"; empty where the number says it all."""
    if unit == "s":
        return _duration(value)
    if unit in ("Hz", "dB"):
        return f"{value:g} {unit}"
    if unit == "share":
        return f"{number(100 * value)} %"
    if unit == "ratio":
        more = math.exp(value) - 1
        return f"±{number(100 * more)} %" if more <= SMALL_RATIO else f"×{number(1 + more)} or ÷{number(1 + more)}"
    if unit == "neper":
        return f"{number(DECIBELS_PER_NEPER * value)} dB"
    if unit == "memory":
        return f"about {counted(math.floor(1 / (1 - value) + 0.5), 'step') if value < 1 else 'all steps'}"
    return ""


def counted(count: float, thing: str) -> str:
    """So many of a thing whose plural ends with s: "1 step", "2,000 steps"."""
    return f"{count:,.0f} {thing}{'' if count == 1 else 's'}"


def number(value: float) -> str:
    """In about two digits, as few as are worth reading: "0.05", "1.5", "16", "10,000"."""
    digits = 0 if value >= 10 else 1 if value >= 1 else 2
    rounded = math.floor(value * 10**digits + 0.5) / 10**digits
    text = f"{rounded:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if digits else text


def _duration(seconds: float) -> str:
    word, one = next((word, one) for word, one, below in _DURATIONS if seconds < below)
    return f"{seconds:g} s" if word == "s" else f"{number(seconds / one)} {word}"
