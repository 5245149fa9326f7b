"""One file to mono 16 kHz int16, block by block in constant memory. Runs in the decoder process alone.

A decoder is the part of a program most easily broken by a crafted file, so `decode.py` runs this module in a process
with limits; nothing here may be imported by the page or the trainer for its side effects.
"""

import os
from collections.abc import Iterator
from typing import Literal

import numpy as np
import soundfile
import soxr

from training.data.clipping import Clipping
from training.data.dataset import SAMPLE_RATE
from training.data.files import opened
from training.data.sniff import HEAD_BYTES, NotRead, longer_than, sound_format

BLOCK_FRAMES = 4_096
"""Small, because a damaged file loses the whole block that the damage lies in."""
LOWEST_HZ, HIGHEST_HZ = 1_000, 768_000
MOST_CHANNELS = 8
LOUDEST = 65_536.0
"""Floating-point files may exceed full scale (1.0) and are clipped; beyond this they hold no sound."""
CLIPPED = 2.0
"""From here on the user is told; decoders of lossy formats overshoot full scale a little, and that is no news."""
ANTIPHASE = 1e-3
"""Where the mean of the channels has less than this part of their power, they cancel (-30 dB)."""
FAINTEST_POWER = 1e-10
COMPLETE = 0.95
"""The part of the promised frames below which the user is told."""
UNKNOWN_FRAMES = 2**40
"""From here on the library means that the header promises no length; FLAC cannot promise more than 2^36."""
UNKNOWN_BYTES = 0x7FFF_0000
"""From here on the header of a WAV means that its writer didn't know."""
MOST_CHUNKS = 1_000

METADATA = ("genre", "artist", "album", "date")
"""What is read of that which a file says of itself."""
LONGEST_METADATA = 500
"""Characters of each: more than a label keeps."""
LIBRARY_FORMATS = ("WAV", "WAVEX", "RF64", "W64", "AIFF", "AU", "CAF", "NIST", "FLAC", "OGG", "MP3", "MPEG")


SILENT = "it is silent: there is nothing to hear in it, and the clips nearest to it say nothing"


class Decoding:
    """An opened sound. Iterate for blocks, (S,) int16 at 16 kHz; afterwards `notes` says what the user should know, `clipping`
    where it is clipped.

    `follow_links`: whether a symbolic link to a regular file is taken. `max_seconds`: longer files are refused, before
    anything is decoded where their header is honest. Raises NotRead with the reason.
    """

    def __init__(self, path: str, *, follow_links: bool, max_seconds: float | None) -> None:
        self.notes: list[str] = []
        self._max_seconds = max_seconds
        descriptor = opened(path, follow_links)
        try:
            self._format = sound_format(os.pread(descriptor, HEAD_BYTES, 0))
            self._ends_early = not _is_whole(descriptor, self._format)
        except BaseException:
            os.close(descriptor)
            raise
        self._file = _sound_file(descriptor)
        self.rate: int = self._file.samplerate
        self.frames: int = self._file.frames if self._file.frames < UNKNOWN_FRAMES else -1
        """As the header promises; -1 where it promises nothing."""
        self.clipping = Clipping(self.rate, self._file.channels)
        try:
            self._check_header()
        except NotRead:
            self._file.close()
            raise

    def __iter__(self) -> Iterator[np.ndarray]:
        resampler = (
            soxr.ResampleStream(self.rate, SAMPLE_RATE, 1, dtype="float32") if self.rate != SAMPLE_RATE else None
        )
        low, high, given = 32767, -32768, 0
        for block in self._mono_blocks():
            resampled = block if resampler is None else resampler.resample_chunk(block)
            if len(resampled):
                integers = _int16(resampled)
                low, high, given = min(low, int(integers.min())), max(high, int(integers.max())), given + len(integers)
                yield integers
        rest = np.zeros(0, np.float32)
        if resampler is not None:
            rest = resampler.resample_chunk(rest, last=True)
        if given + len(rest) == 0:
            raise NotRead("it holds no audio")
        if len(rest):
            integers = _int16(rest)
            low, high = min(low, int(integers.min())), max(high, int(integers.max()))
            yield integers
        if high - low <= 1:
            self.notes.append(SILENT)

    def _mono_blocks(self) -> Iterator[np.ndarray]:
        """(frames,) float32 at the file's own rate."""
        decoded, one_channel, clipped, damaged = 0, -1, False, False
        weights = np.full(self._file.channels, 1 / self._file.channels, np.float32)
        with self._file:
            while True:
                try:
                    block = self._file.read(BLOCK_FRAMES, dtype="float32", always_2d=True)
                except (soundfile.LibsndfileError, RuntimeError):
                    damaged = True
                    break
                if not len(block):
                    break
                decoded += len(block)
                if self._max_seconds is not None and decoded > self._max_seconds * self.rate:
                    raise NotRead(longer_than(self._max_seconds))
                clipped |= _is_clipped(block)
                self.clipping.add(block)
                mono = block @ weights  # the mean, by the fastest way there is
                if one_channel < 0 and _cancels(block, mono):
                    one_channel = int((block**2).sum(axis=0).argmax())
                yield mono if one_channel < 0 else np.ascontiguousarray(block[:, one_channel])
        if damaged and not decoded:
            raise NotRead("it is damaged: nothing could be decoded")
        self._note(decoded, one_channel, clipped, damaged)

    def _note(self, decoded: int, one_channel: int, clipped: bool, damaged: bool) -> None:
        seconds = decoded / self.rate
        if one_channel >= 0:
            self.notes.append(f"its channels cancel each other: only channel {one_channel + 1} is used")
        if clipped:
            self.notes.append("it is louder than full scale: clipped")
        if self._ends_early and not damaged:
            self.notes.append(f"it breaks off before its end: {seconds:.1f} s could be decoded")
        elif damaged or decoded < COMPLETE * self.frames:
            promised = f" of {self.frames / self.rate:.1f} s" if self.frames > 0 else ""
            self.notes.append(f"it is damaged: {seconds:.1f} s{promised} could be decoded")

    def _check_header(self) -> None:
        if not LOWEST_HZ <= self.rate <= HIGHEST_HZ:
            raise NotRead(f"its sampling rate is {self.rate} Hz; {LOWEST_HZ} to {HIGHEST_HZ} Hz are read")
        if not 1 <= self._file.channels <= MOST_CHANNELS:
            raise NotRead(f"it has {self._file.channels} channels; 1 to {MOST_CHANNELS} are read")
        if self.frames == 0 and self._format != "mp3":
            raise NotRead("it holds no audio")
        if self._max_seconds is not None and self.frames > self._max_seconds * self.rate:
            raise NotRead(longer_than(self._max_seconds))


def metadata_of(path: str, *, follow_links: bool) -> dict[str, str]:
    """What the file says of itself, by those of METADATA that it tells; nothing is decoded. Raises NotRead with the reason."""
    descriptor = opened(path, follow_links)
    try:
        sound_format(os.pread(descriptor, HEAD_BYTES, 0))
    except BaseException:
        os.close(descriptor)
        raise
    with _sound_file(descriptor) as file:
        said = {name: str(getattr(file, name))[:LONGEST_METADATA] for name in METADATA}
    return {name: text for name, text in said.items() if text}


class _ForwardOnly(soundfile.SoundFile):
    """Read from begin to end. The library seeks after each block of a seekable file, which garbles MP3."""

    def seekable(self) -> bool:
        return False


def _sound_file(descriptor: int) -> soundfile.SoundFile:
    """Takes the descriptor, so that the file checked is the file read."""
    try:
        file = _ForwardOnly(descriptor, closefd=True)
    except (soundfile.LibsndfileError, RuntimeError, TypeError, ValueError):
        raise NotRead(
            "it is damaged, or in an encoding that is not read, such as aac: its header makes no sense"
        ) from None
    if file.format not in LIBRARY_FORMATS:
        file.close()
        raise NotRead(f"it holds {file.format}, which is not read")
    return file


def _is_clipped(block: np.ndarray) -> bool:
    """Whether something exceeds full scale by far. Raises NotRead for what is no sound at all."""
    peak = max(float(block.max()), -float(block.min()))
    if not peak <= LOUDEST:  # also true of NaN
        raise NotRead("it holds values that are not a sound (not a number, infinite or huge)")
    return peak > CLIPPED


def _cancels(block: np.ndarray, mono: np.ndarray) -> bool:
    """Whether the channels (frames, C) that can be heard vanish in their mean (frames,)."""
    if block.shape[1] == 1:
        return False
    power = float(np.vdot(block, block)) / block.size
    return power > FAINTEST_POWER and float(np.vdot(mono, mono)) / mono.size < ANTIPHASE * power


def _int16(block: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(block * 32768.0), -32768, 32767).astype(np.int16)


def _is_whole(descriptor: int, kind: str) -> bool:
    """Whether the file goes on to the end that it promises. The library takes what there is for all there was."""
    if kind == "ogg":
        return _ogg_is_whole(descriptor)
    if kind in ("wav", "rf64", "aiff"):
        return _chunks_are_whole(descriptor)
    return True


def _chunks_are_whole(descriptor: int) -> bool:
    """Whether the samples of a RIFF or AIFF file reach as far as their chunk's header says.

    Where its writer could not go back to fill in the length, it is near the largest one and says nothing.
    """
    size = os.fstat(descriptor).st_size
    order: Literal["big", "little"] = "big" if os.pread(descriptor, 4, 0) in (b"FORM", b"RIFX") else "little"
    at, wide = 12, 0
    for _ in range(MOST_CHUNKS):
        head = os.pread(descriptor, 24, at)
        if len(head) < 8:
            return True  # no samples at all, which is told elsewhere
        name, length = head[:4], int.from_bytes(head[4:8], order)
        if name == b"ds64":  # of RF64: the length of the chunk of samples, which has no room for it
            wide = int.from_bytes(head[16:24], order)
        if name in (b"data", b"SSND"):
            length = wide if wide and length == 0xFFFFFFFF else length
            return (length >= UNKNOWN_BYTES and not wide) or at + 8 + length <= size
        at += 8 + length + length % 2
    return True


def _ogg_is_whole(descriptor: int) -> bool:
    """Whether the last Ogg page (RFC 3533) is complete and marked as the end of its stream."""
    size = os.fstat(descriptor).st_size
    begin = max(0, size - 70_000)  # a page has at most 65,307 bytes
    tail = os.pread(descriptor, size - begin, begin)
    page = tail.rfind(b"OggS")
    if page < 0 or page + 27 > len(tail):
        return False
    segments = tail[page + 26]
    table = tail[page + 27 : page + 27 + segments]
    return bool(tail[page + 5] & 4) and len(table) == segments and page + 27 + segments + sum(table) <= len(tail)
