"""Words spoken by espeak-ng, driven through its C interface."""

import ctypes
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import soxr

from training.data.dataset import SAMPLE_RATE
from training.errors import UserError

_SYNCHRONOUS, _DO_NOT_EXIT, _UTF8 = 2, 0x8000, 1
_RATE, _PITCH, _RANGE = 1, 3, 4
_SILENCE = 0.01
_NOISE_SEED = 1
_SpeechCallback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class Speaker:
    """A fresh copy of espeak-ng. Its state is global and what was said before changes what is said next (by a few
    samples); unloading the library is the one way to begin again, so that a source always sounds the same."""

    def __init__(self) -> None:
        """Raises UserError where the library or its data cannot be loaded."""
        try:
            import espeakng_loader

            self._library = ctypes.CDLL(espeakng_loader.get_library_path())
            data = espeakng_loader.get_data_path()
        except (ImportError, OSError, RuntimeError) as fault:
            raise _broken(str(fault)) from None
        self.rate_hz = int(self._library.espeak_Initialize(_SYNCHRONOUS, 0, data.encode(), _DO_NOT_EXIT))
        if self.rate_hz <= 0:
            raise _broken("it refuses to start")
        self._heard: list[np.ndarray] = []
        self._callback = _SpeechCallback(self._hear)
        self._library.espeak_SetSynthCallback(self._callback)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._library.espeak_Terminate()
        ctypes.CDLL(None).dlclose(ctypes.c_void_p(self._library._handle))

    def _hear(self, samples: Any, count: int, _events: Any) -> int:
        if samples and count > 0:
            self._heard.append(np.ctypeslib.as_array(samples, (count,)).copy())
        return 0

    def say(self, word: str, voice: str, *, words_per_minute: int, pitch: int, pitch_range: int) -> np.ndarray:
        """(n,) float at 16 kHz: the word without silence around it. `pitch` and `pitch_range` are 0 to 100."""
        library = self._library
        if library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise _broken(f"it has no voice {voice}")
        for parameter, value in ((_RATE, words_per_minute), (_PITCH, pitch), (_RANGE, pitch_range)):
            library.espeak_SetParameter(parameter, value, 0)
        library.espeak_ng_SetRandSeed(ctypes.c_long(_NOISE_SEED))
        self._heard.clear()
        text = word.encode()
        library.espeak_Synth(text, ctypes.c_size_t(len(text) + 1), 0, 0, 0, _UTF8, None, None)
        library.espeak_Synchronize()
        if not self._heard:
            raise _broken(f"the voice {voice} says nothing")
        speech = soxr.resample(np.concatenate(self._heard) / 32768.0, self.rate_hz, SAMPLE_RATE)
        loud = np.flatnonzero(np.abs(speech) > _SILENCE * np.abs(speech).max())
        return np.asarray(speech[loud[0] : loud[-1] + 1])


def spoken(word: str, voice: str, lengths: Sequence[int], moments: Sequence[np.random.Generator]) -> list[np.ndarray]:
    """One voice saying a word again and again, at a random time, pitch and rate: (n,) float for each length, dry.

    `voice` is espeak-ng's name of it.
    """
    clips = []
    with Speaker() as speaker:
        for n, rng in zip(lengths, moments, strict=True):
            rate, pitch, pitch_range = int(rng.integers(110, 210)), int(rng.integers(30, 75)), int(rng.integers(20, 85))
            speech = speaker.say(word, voice, words_per_minute=rate, pitch=pitch, pitch_range=pitch_range)[:n]
            start = int(rng.uniform(0.02, 1.0) * (n - len(speech)))
            clips.append(np.pad(speech, (start, n - len(speech) - start)))
    return clips


def _broken(why: str) -> UserError:
    return UserError(
        f"The package espeakng-loader, which speaks the built-in words, does not work here ({why}); "
        "install it again with: pip install -r requirements.txt."
    )
