"""The probe clips as sound files that a browser decodes.

MP3, not Opus: at the same size (7 kB for two seconds of speech at 28 kbit/s) libsndfile writes it in 12 ms instead of 70,
and every browser's WebAudio decodes it, Safari's only lately Opus. One file a clip: a click then fetches a few kilobytes,
and a list of neighbours ten of them, where a packed file would need ranges, which not every plain host answers.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import soundfile

from training.data import STARTER, open_dataset, starter
from training.data.cache import load
from training.data.dataset import SAMPLE_RATE, Dataset
from training.data.names import readable_name
from training.errors import UserError
from training.evenly import evenly_spaced

QUALITIES = (("VARIABLE", 0.5), ("VARIABLE", 0.8), ("CONSTANT", 0.95), ("CONSTANT", 0.99))
"""libsndfile's way and compression, from the best to the smallest: about 27, 21, 16 and 8 kbit/s."""
SAMPLED = 24
"""So many clips tell how large all will be."""


@dataclass(frozen=True)
class Quality:
    """How clips are compressed."""

    mode: str
    level: float
    seconds: float | None = None
    """Of longer clips only the first so many are kept."""


def dataset_of(fingerprint: str, clips: Sequence[int]) -> Dataset | None:
    """The set that a run's clips are of, where it is on this machine; the built-in one is made. Opens no path."""
    if not fingerprint:
        return None
    try:
        found = load(fingerprint)
        if found is None and fingerprint == starter.fingerprint():
            found = open_dataset(STARTER)
    except (UserError, ValueError):
        return None
    whole = found is not None and found.fingerprint == fingerprint and all(0 <= c < len(found) for c in clips)
    return found if whole else None


def fitting(dataset: Dataset, clips: Sequence[int], most_bytes: float) -> Quality:
    """The best quality at which all `clips` take at most about `most_bytes`; at least the first tenth of a second of each."""
    sampled = [clips[i] for i in evenly_spaced(len(clips), SAMPLED)]
    share = len(clips) / max(1, len(sampled))
    seconds = sum(dataset.seconds(clip) for clip in clips)
    for mode, level in QUALITIES:
        quality = Quality(mode, level)
        needed = share * sum(len(compressed(dataset, clip, quality)) for clip in sampled)
        if needed <= most_bytes:
            return quality
    return Quality(mode, level, seconds=max(0.1, seconds / len(clips) * most_bytes / needed))


def compressed(dataset: Dataset, clip: int, quality: Quality) -> bytes:
    """One clip as an MP3 file."""
    samples = dataset.int16(clip)
    if quality.seconds is not None:
        samples = samples[: int(quality.seconds * SAMPLE_RATE)]
    if not len(samples):
        samples = np.zeros(1, np.int16)
    file = io.BytesIO()
    how = {"compression_level": quality.level, "bitrate_mode": quality.mode}
    soundfile.write(file, samples, SAMPLE_RATE, format="MP3", subtype="MPEG_LAYER_III", **how)
    return file.getvalue()


def write_sounds(
    dataset: Dataset,
    clips: Sequence[int],
    quality: Quality,
    write: Callable[[int, bytes], None],
    progress: Callable[[float], None],
) -> None:
    """`write(clip, file)` of each."""
    for i, clip in enumerate(clips):
        write(clip, compressed(dataset, clip, quality))
        progress((i + 1) / len(clips))


def why_missing(data_name: str) -> str:
    """What the exported page says where there are no sounds."""
    named = f" (“{readable_name(data_name)}”)" if data_name else ""
    return f"The sounds of this run{named} were not on the machine that exported it, so its clips cannot be played."


def why_cut(seconds: float) -> str:
    """What it says where clips are kept in part."""
    return f"Of each clip only the first {seconds:.1f} s are kept here."
