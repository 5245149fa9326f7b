"""Notes of the General MIDI soundfont that pretty_midi carries, rendered by midirenderer."""

import importlib.util
import io
import wave
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import soxr

from training.data.dataset import SAMPLE_RATE
from training.data.starter.recipe import DRUM_KITS, INSTRUMENTS, SoundClass
from training.errors import UserError

_NATURALS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_PAUSE_SECONDS = 0.2
"""Between two clips of the rendered piece; all sound is cut at its beginning, but for the soundfont's own echo."""
_VIBRATO, _REVERB, _CHORUS, _SOUND_OFF = 1, 91, 93, 120
_KICK, _SNARE, _CLOSED_HAT, _OPEN_HAT, _LOW_TOM, _CRASH = 36, 38, 42, 46, 45, 49


def note_number(name: str) -> int:
    """The MIDI number of a natural note such as "C4" (60)."""
    return 12 * (int(name[1:]) + 1) + _NATURALS[name[0]]


def naturals(lowest: str, highest: str) -> list[str]:
    """The names of the natural notes from `lowest` to `highest`, inclusive."""
    low, high = note_number(lowest), note_number(highest)
    names = [f"{letter}{octave}" for octave in range(9) for letter in _NATURALS]
    return [name for name in names if low <= note_number(name) <= high]


def played(
    sound: SoundClass, source: str, lengths: Sequence[int], moments: Sequence[np.random.Generator]
) -> list[tuple[np.ndarray, str | None]]:
    """Notes of one patch, rendered as one piece: (n,) float for each length, dry, and its pitch or None."""
    midi = _midi_package()
    piece = midi.PrettyMIDI()
    drums = sound.name == "drum beat"
    program = DRUM_KITS[source] if drums else INSTRUMENTS[sound.name].programs[source]
    part = midi.Instrument(program, is_drum=drums)
    part.control_changes += [midi.ControlChange(_REVERB, 0, 0.0), midi.ControlChange(_CHORUS, 0, 0.0)]
    piece.instruments.append(part)
    pitches: list[str | None] = []
    starts: list[float] = []
    start = 0.0
    for n, rng in zip(lengths, moments, strict=True):
        seconds = n / SAMPLE_RATE
        starts.append(start)
        if drums:
            part.notes += _beat(midi, rng, start, seconds)
            pitches.append(None)
        else:
            pitches.append(_add_notes(midi, part, sound, rng, start, seconds))
        start += seconds + _PAUSE_SECONDS
        part.control_changes.append(midi.ControlChange(_SOUND_OFF, 0, start - _PAUSE_SECONDS))
    part.notes.append(midi.Note(1, 36, start, start + 0.1))
    music = _rendered(piece)
    first_notes = [min(note.start for note in part.notes if note.start >= start) for start in starts]
    clips = []
    for start, first_note, n, pitch in zip(starts, first_notes, lengths, pitches, strict=True):
        clip = music[round(start * SAMPLE_RATE) :][:n].copy()
        clip[: int((first_note - start) * SAMPLE_RATE)] = 0.0  # the echo of the clip before
        clips.append((clip, pitch))
    return clips


def _add_notes(
    midi: Any, part: Any, sound: SoundClass, rng: np.random.Generator, start: float, seconds: float
) -> str | None:
    """One note, held or repeated; returns its pitch where the patch has one."""
    patches = INSTRUMENTS[sound.name]
    pitch = str(rng.choice(naturals(patches.lowest, patches.highest)))
    strikes = int(rng.integers(patches.strikes[0], patches.strikes[1] + 1))
    key = note_number(pitch) + 12 * patches.octaves_up
    onset = rng.uniform(0.01, 0.25)
    step = (seconds - onset) / strikes
    held = rng.uniform(0.5, 0.95)
    part.control_changes.append(midi.ControlChange(_VIBRATO, int(rng.choice([0, 0, 40, 90])), start))
    for k in range(strikes):
        begin = start + onset + k * step
        hold = step * held * rng.uniform(0.9, 1.0)
        part.notes.append(midi.Note(int(rng.integers(55, 125)), key, begin, begin + hold))
    return pitch if patches.pitched else None


def _beat(midi: Any, rng: np.random.Generator, start: float, seconds: float) -> list[Any]:
    """A bar of drums: hats on every eighth, kick and snare in turn, sometimes a tom or a crash."""
    eighth = rng.uniform(0.13, 0.24)
    hat = int(rng.choice([_CLOSED_HAT, _CLOSED_HAT, _OPEN_HAT]))
    offset = rng.uniform(0.0, 0.1)
    notes = []
    for k, time in enumerate(np.arange(offset, seconds - 0.05, eighth)):
        struck = [(hat, 60)] if rng.random() < 0.85 else []
        if k % 4 == 0 or rng.random() < 0.15:
            struck.append((_KICK, 110))
        if k % 4 == 2:
            struck.append((int(rng.choice([_SNARE, _SNARE, _LOW_TOM])), 100))
        if k == 0 and rng.random() < 0.25:
            struck.append((_CRASH, 90))
        for key, loudness in struck:
            strength = int(np.clip(loudness + rng.normal(0, 10), 30, 127))
            notes.append(midi.Note(strength, key, start + time, start + time + 0.1))
    return notes


def _rendered(piece: Any) -> np.ndarray:
    """(n,) float at 16 kHz: the piece, both channels mixed."""
    score = io.BytesIO()
    piece.write(score)
    try:
        import midirenderer

        recording = midirenderer.render_wave_from(_soundfont(), score.getvalue())
        with wave.open(io.BytesIO(recording)) as file:
            rate = file.getframerate()
            stereo = np.frombuffer(file.readframes(file.getnframes()), np.int16).reshape(-1, file.getnchannels())
    except (ImportError, OSError, ValueError, RuntimeError, wave.Error) as fault:
        raise UserError(
            f"The package midirenderer cannot render the built-in instruments ({fault}); "
            "install it again with: pip install -r requirements.txt."
        ) from None
    return np.asarray(soxr.resample(stereo.mean(axis=1) / 32768.0, rate, SAMPLE_RATE))


def _midi_package() -> Any:
    try:
        import pretty_midi
    except ImportError as fault:
        raise UserError(
            f"The package pretty_midi, which writes the notes of the built-in instruments, cannot be loaded ({fault}); "
            "install it again with: pip install -r requirements.txt."
        ) from None
    return pretty_midi


@cache
def _soundfont() -> bytes:
    """The bytes of TimGM6mb.sf2. Raises OSError where pretty_midi comes without it."""
    spec = importlib.util.find_spec("pretty_midi")
    folders = spec.submodule_search_locations if spec else None
    if not folders:
        raise OSError("pretty_midi, which carries the soundfont, is not installed")
    return (Path(folders[0]) / "TimGM6mb.sf2").read_bytes()
