"""What a pack says, each part of it checked as it is read: a pack may come from anybody, and be damaged on its way."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import numpy as np
import torch

from training.data import cache
from training.data.dataset import Facet, Progress
from training.data.mel_cache import LOUDEST, MEL_VERSION, clip_power
from training.data.names import readable_name
from training.data.sniff import NotRead
from training.data.tensor_file import TensorFile
from training.data.windows import LONGEST_WINDOW_SECONDS, window_samples
from training.spectrogram import FLOOR, FrontEnd

SCHEMA = 1
MARK = "hearsight_pack"
"""The entry of the metadata that tells a pack from other safetensors files; its text is the schema."""
MOST_FACETS = 64
MOST_CLIPS = 4_000_000
LONGEST_TEXT = 1 << 16
LARGEST_TEXTS = 1 << 29
"""Bytes of one column of texts, which is held in memory."""
UNEXPECTED = "has another shape than was expected"
CHECKED_CLIPS = 24
"""So many clips' mel power is made anew and compared."""
CHECKED_TOLERANCE = 0.01
"""Half precision keeps .0005; the rest is for other processors and versions of torch."""


class Packed:
    """An open pack of n clips. Each part is checked where it is read, and raises NotRead with the reason."""

    def __init__(self, file: TensorFile) -> None:
        self._file = file
        self._metadata = file.metadata
        if MARK not in file.metadata:
            raise NotRead("it is a safetensors file of something else")
        schema = file.metadata[MARK]
        if schema.isdecimal() and schema != str(SCHEMA):
            raise NotRead("it was written by a newer version of Hearsight")
        if schema != str(SCHEMA):
            raise NotRead("its header is damaged")

    def check(self, progress: Progress) -> None:
        """All that can be wrong with it."""
        self._check_hash(progress)
        clips = len(self.lengths)
        _must(clips > 0, "it holds no clips")
        longest = window_samples(LONGEST_WINDOW_SECONDS)
        _must(self.lengths.min() >= 1 and self.lengths.max() <= longest, "the lengths of its clips are out of range")
        self._must_have("samples", "I16", (int(self.lengths.sum()),))
        _must(len(set(self.ids)) == clips and "" not in self.ids, "two clips in it have the same id")
        _must(bool(np.isfinite(self.offsets).all() and (self.offsets >= 0).all()), "its offsets are out of range")
        grouped = self.group in self.facets and bool((self.facets[self.group].codes >= 0).all())
        _must(grouped, "it does not say where each clip comes from")
        _must(len(self.files) == len(self.captions) == clips and bool(self.name), "it has no name")
        _must(bool(self.fingerprint), "its fingerprint is none")
        self._check_mel()

    @cached_property
    def name(self) -> str:
        """What the data set is called."""
        return self._metadata_text("name")

    @cached_property
    def group(self) -> str:
        """The facet that says where each clip comes from."""
        return self._metadata_text("group")

    @cached_property
    def fingerprint(self) -> str:
        """That of the data set; nothing but the cache can tell whether it is true."""
        try:
            return cache.checked(self._metadata_text("fingerprint"))
        except ValueError:
            raise NotRead("its fingerprint is none") from None

    @cached_property
    def lengths(self) -> np.ndarray:
        """(n,) int64, in samples."""
        shape = self._file.shape("lengths", "I64")
        _must(len(shape) == 1, f"lengths in it {UNEXPECTED}")
        _must(shape[0] <= MOST_CLIPS, f"it holds more than {MOST_CLIPS:,} clips")
        return self._file.whole("lengths")

    @cached_property
    def starts(self) -> np.ndarray:
        """(n,) int64, in samples."""
        return np.cumsum(self.lengths) - self.lengths

    @cached_property
    def offsets(self) -> np.ndarray:
        """(n,) float64, in seconds."""
        self._must_have("offsets", "F64", (len(self.lengths),))
        return self._file.whole("offsets")

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """n of them."""
        return self._texts("ids", len(self.lengths))

    @cached_property
    def files(self) -> tuple[str, ...]:
        """n of them."""
        return self._texts("files", len(self.lengths))

    @cached_property
    def captions(self) -> tuple[str | None, ...]:
        """n of them, None where a clip has none."""
        return tuple(caption or None for caption in self._texts("captions", len(self.lengths)))

    @cached_property
    def facets(self) -> dict[str, Facet]:
        """In order, as in a Dataset."""
        names = _list(self._metadata_text("facets"))
        good = 1 <= len(names) <= MOST_FACETS and all(isinstance(name, str) for name in names)
        _must(good and len(set(names)) == len(names), "its facets are damaged")
        self._must_have("codes", "I32", (len(names), len(self.lengths)))
        facets = {}
        for number, (name, codes) in enumerate(zip(names, self._file.whole("codes"), strict=True)):
            labels = self._texts(f"labels.{number}", None)
            _must(bool(((codes >= -1) & (codes < len(labels))).all()), "a label in it has no name")
            facets[_safe(name)] = Facet(labels, codes)
        return facets

    def clip(self, clip: int) -> np.ndarray:
        """(S,) int16: a clip's samples."""
        start = int(self.starts[clip])
        return self._file.rows("samples", start, start + int(self.lengths[clip]))

    def samples(self) -> Iterator[np.ndarray]:
        """(S,) int16: those of all clips, some at a time."""
        return self._file.parts("samples")

    @property
    def has_mel(self) -> bool:
        """Whether its mel power is what this version would make."""
        return self._metadata_text("front_end") == front_end_key()

    @property
    def frames(self) -> np.ndarray:
        """(n,) of each clip, in the default front end."""
        return FrontEnd().frames(self.lengths)

    def mel(self) -> Iterator[np.ndarray]:
        """(rows, F) float16 of its mel power, some rows at a time, the clips one after the other."""
        return self._file.parts("mel")

    def _check_hash(self, progress: Progress) -> None:
        said = {key: value for key, value in self._metadata.items() if key != "sha256"}
        total, done = hash_of(said), 0
        for part in self._file.content():
            total.update(part)
            done += len(part)
            progress(done / self._file.size, "Checking the pack.")
        _must(total.hexdigest() == self._metadata_text("sha256"), "it is damaged: its content is not what was written")

    def _check_mel(self) -> None:
        if not self.has_mel:
            return
        frames, front_end = self.frames, FrontEnd()
        self._must_have("mel", "F16", (int(frames.sum()), front_end.mels))
        for part in self.mel():
            _must(bool(np.isfinite(part).all() and (part >= 0).all()), "its mel power holds values that are none")
        starts = np.cumsum(frames) - frames
        for clip in np.unique(np.linspace(0, len(frames) - 1, CHECKED_CLIPS).astype(int)):
            made, _ = clip_power([self.clip(clip).astype(np.float32) / 32768.0], front_end, torch.device("cpu"))
            kept = self._file.rows("mel", starts[clip], starts[clip] + frames[clip]).astype(np.float32)
            alike = np.allclose(made[0].T.clamp(max=LOUDEST), kept, rtol=CHECKED_TOLERANCE, atol=FLOOR)
            _must(alike, "its mel power is not that of its samples")

    def _metadata_text(self, key: str) -> str:
        _must(key in self._metadata, "its header is damaged")
        return _safe(self._metadata[key])

    def _must_have(self, name: str, dtype: str, shape: tuple[int, ...]) -> None:
        _must(self._file.shape(name, dtype) == shape, f"{name} in it {UNEXPECTED}")

    def _texts(self, name: str, count: int | None) -> tuple[str, ...]:
        """The lines of a tensor of texts: `count` of them, or as many as there are, at most one for each clip."""
        shape = self._file.shape(name, "U8")
        _must(len(shape) == 1 and shape[0] <= LARGEST_TEXTS, f"{name} in it {UNEXPECTED}")
        content = self._file.whole(name).tobytes()
        lines = content.count(b"\n")
        good = lines == count if count is not None else lines <= len(self.lengths)
        _must(good and content.endswith(b"\n" if content else b""), f"{name} in it has not one text for each clip")
        try:
            return tuple(map(_safe, content.decode().split("\n")[:-1]))
        except UnicodeDecodeError:
            raise NotRead(f"{name} in it is no text") from None


def front_end_key() -> str:
    """All that the mel power in a pack depends on, beside the samples."""
    return json.dumps([MEL_VERSION, FrontEnd().key])


def hash_of(metadata: Mapping[str, str]) -> Any:
    """The SHA-256 of the metadata, to be updated with the content."""
    return hashlib.sha256(json.dumps(dict(metadata), sort_keys=True).encode())


def _must(good: bool, reason: str) -> None:
    if not good:
        raise NotRead(reason)


def _safe(text: str) -> str:
    """`text`, which is shown later. Raises NotRead where it is too long or holds what cannot be seen."""
    _must(len(text) <= LONGEST_TEXT, "a text in it is too long")
    _must(text.isprintable() or readable_name(text) == text, "a text in it holds invisible characters")
    return text


def _list(text: str) -> list[Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    _must(isinstance(found, list), "its header is damaged")
    return list(found)
