"""Where a recording is clipped: its level was cut off before it was written. Looked at while it is decoded.

What was cut off has one value, the largest, again and again, whereas of an uncut recording each large value is rare. So a
recording counts as clipped where its largest value comes far more often than the next one below it, whatever its rate and level:
it may have been made softer afterwards. Coders of MP3 and Vorbis leave no value as it was; what stands at full scale counts in any case.
"""

from collections import Counter
from collections.abc import Mapping

import numpy as np

FULL_SCALE = 32_700 / 32_768
LEVELS = 32_768
"""Of a sign: values are told apart as 16 bits do."""
SAME = 3
"""So many levels are one value, since what is made softer is dithered."""
NEAR = 1 / 16
"""Within this part of the largest value the next one is looked for: that of 8 bits, or of telephones, lies far away. A tone or a
square wave without any there has one value by itself."""
FAINTEST = 33
"""A largest value of less than this (-60 dB) is silence."""
FEWEST, TIMES = 16, 8
"""The largest value comes so often, and so many times as often as the next one."""
SLICE_SECONDS = 0.1


class Clipping:
    """One recording: give it all blocks in turn, then ask for `seconds`."""

    def __init__(self, rate: int, channels: int) -> None:
        self._rate, self._done = rate, 0
        self._full = [Counter[int]() for _ in range(channels)]
        self._tops = [(_Top(), _Top()) for _ in range(channels)]

    def add(self, block: np.ndarray) -> None:
        """`block` (frames, C): the next samples at the recording's own rate; full scale is 1."""
        for channel, full, tops in zip(np.ascontiguousarray(block.T), self._full, self._tops, strict=True):
            for top, values in zip(tops, (channel, -channel), strict=True):
                loudest = float(values.max(initial=0))
                if loudest >= FULL_SCALE:
                    full.update(self._slices(np.flatnonzero(values >= FULL_SCALE)))
                if loudest >= top.lowest:
                    top.slices.update(self._slices(top.add(values, loudest)))
        self._done += len(block)

    def seconds(self) -> dict[int, float]:
        """Slice of SLICE_SECONDS, from the beginning → how much of it is clipped, in the channel in which it is most."""
        most = Counter[int]()
        for full, tops in zip(self._full, self._tops, strict=True):
            cut_off = sum((top.slices for top in tops if top.is_cut_off), Counter())
            most |= full | cut_off
        return {number: samples / self._rate for number, samples in sorted(most.items())}

    def _slices(self, places: np.ndarray) -> dict[int, int]:
        """Slice → how many of these samples, by their `places` in the block, lie in it."""
        return Counter(((self._done + places) / (SLICE_SECONDS * self._rate)).astype(np.int64).tolist())


class _Top:
    """The largest values of one sign of a channel."""

    def __init__(self) -> None:
        self._level = 0
        self._counts = np.zeros(round(NEAR * LEVELS), np.int64)
        """How often each level was there, from the largest downwards."""
        self.slices = Counter[int]()
        """How often the largest value was, by slice."""

    @property
    def lowest(self) -> float:
        """Values below this say nothing, as there were such that are far larger."""
        return (1 - NEAR) * self._level / LEVELS

    def add(self, values: np.ndarray, loudest: float) -> np.ndarray:
        """Places of those of the `values` (frames,), whose `loudest` is given, that are the largest so far."""
        if (rise := round(loudest * LEVELS) - self._level) > 0:
            self._level += rise
            kept = self._counts[: max(len(self._counts) - rise, 0)]
            self._counts = np.concatenate([np.zeros(len(self._counts) - len(kept), np.int64), kept])
            if rise >= SAME:
                self.slices.clear()
        places = np.flatnonzero(values >= self.lowest)
        below = self._level - np.rint(values[places] * LEVELS).astype(np.int64)
        found = np.bincount(below[below < len(self._counts)])
        self._counts[: len(found)] += found
        return places[below < SAME]

    @property
    def is_cut_off(self) -> bool:
        """Whether the largest value comes as often as one at which all beyond was cut off."""
        near = self._counts[: int(NEAR * self._level) + 1]
        others = np.flatnonzero(near[SAME:])
        if self._level < FAINTEST or not len(others):
            return False
        often, next_one = near[:SAME].sum(), near[SAME + others[0] :][:SAME].sum()
        return bool(often >= FEWEST and often >= TIMES * next_one)


def clipped_share(seconds: Mapping[int, float], start: float, end: float) -> float:
    """Which share of a clip from `start` to `end`, in seconds, is clipped, by what `Clipping.seconds` says of its recording."""
    first, last = round(start / SLICE_SECONDS), max(round(end / SLICE_SECONDS), round(start / SLICE_SECONDS) + 1)
    return min(1.0, sum(seconds.get(number, 0.0) for number in range(first, last)) / (end - start))
