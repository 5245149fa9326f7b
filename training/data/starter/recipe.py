"""The table of the built-in set: every class, how it is made and by which sources."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

RECIPE_VERSION = 1
"""Raise it whenever a clip changes: ids and the fingerprint follow."""

Maker = Literal["instrument", "word", "environment"]


@dataclass(frozen=True)
class SoundClass:
    """One class of sounds. `sources` are patches, voices or instances of a model, each with `clips_each` clips."""

    name: str
    family: str
    maker: Maker
    sources: tuple[str, ...]
    clips_each: int

    def clip_file(self, source: str, number: int) -> str:
        """The file that a clip would come from."""
        return f"{self.name}/{source}/{number + 1:02d}"

    def clip_id(self, source: str, number: int) -> str:
        """Stable over machines: names the recipe, not the bytes."""
        place = self.sources.index(source)
        return f"starter-{RECIPE_VERSION}/{self.name.replace(' ', '-')}/{place:02d}/{number:03d}"


@dataclass(frozen=True)
class Patches:
    """General MIDI programs that make up an instrument class, and the notes that suit all of them."""

    family: str
    lowest: str
    highest: str
    programs: Mapping[str, int]
    strikes: tuple[int, int]
    """The fewest and most times that a clip repeats its note: some hold, some repeat, as is their use in music."""
    octaves_up: int = 0
    """How far above the sounding pitch the key lies: organ patches speak an octave below their keys."""
    pitched: bool = True
    """False where partials are so inharmonic that the patches of one key do not agree on a pitch."""


# The tables are read by their rows, so the formatter leaves them.
# fmt: off
INSTRUMENTS: Mapping[str, Patches] = {
    "piano": Patches("keys", "C3", "G4", {
        "grand piano": 0, "bright piano": 1, "electric grand": 2, "honky-tonk": 3, "tine piano": 4, "FM piano": 5},
        (1, 3)),
    "organ": Patches("keys", "C4", "C5", {
        "drawbar organ": 16, "percussive organ": 17, "rock organ": 18, "church organ": 19}, (1, 1), octaves_up=1),
    "free reed": Patches("keys", "G3", "G4", {
        "reed organ": 20, "accordion": 21, "harmonica": 22, "bandoneon": 23}, (1, 2)),
    "guitar": Patches("plucked", "E2", "G3", {
        "nylon guitar": 24, "steel guitar": 25, "jazz guitar": 26, "clean guitar": 27}, (2, 4)),
    "lute": Patches("plucked", "A4", "A5", {
        "sitar": 104, "banjo": 105, "shamisen": 106, "koto": 107}, (4, 9)),
    "bass": Patches("plucked", "A1", "A2", {
        "acoustic bass": 32, "fingered bass": 33, "picked bass": 34, "fretless bass": 35, "slap bass 1": 36,
        "slap bass 2": 37}, (3, 6)),
    "mallets": Patches("struck", "G4", "G5", {
        "vibraphone": 11, "marimba": 12, "xylophone": 13, "kalimba": 108, "steel drum": 114}, (5, 12)),
    "chime": Patches("struck", "C5", "C6", {
        "celesta": 8, "glockenspiel": 9, "music box": 10, "tubular bells": 14, "crystal": 98, "tinker bell": 112},
        (1, 3), pitched=False),
    "solo string": Patches("bowed", "G3", "G4", {
        "violin": 40, "viola": 41, "cello": 42, "contrabass": 43, "fiddle": 110}, (1, 2)),
    "string orchestra": Patches("bowed", "C5", "C6", {
        "tremolo strings": 44, "strings": 48, "slow strings": 49, "synth strings 1": 50, "synth strings 2": 51},
        (1, 1)),
    "choir": Patches("blown", "A3", "A4", {
        "choir aahs": 52, "voice oohs": 53, "synth vox": 54, "solo vox": 85, "space voice": 91}, (1, 2)),
    "brass": Patches("blown", "C3", "C4", {
        "trumpet": 56, "trombone": 57, "tuba": 58, "muted trumpet": 59, "french horn": 60, "brass section": 61},
        (2, 5)),
    "saxophone": Patches("blown", "F4", "E5", {
        "soprano sax": 64, "alto sax": 65, "tenor sax": 66, "baritone sax": 67}, (1, 3)),
    "double reed": Patches("blown", "B3", "B4", {
        "oboe": 68, "english horn": 69, "bassoon": 70, "shenai": 111}, (2, 4)),
    "flute": Patches("blown", "C5", "C6", {
        "piccolo": 72, "flute": 73, "recorder": 74, "pan flute": 75, "bottle": 76, "shakuhachi": 77, "ocarina": 79},
        (2, 6)),
    "synth lead": Patches("synthesiser", "C4", "C5", {
        "square lead": 80, "saw lead": 81, "calliope": 82, "chiffer": 83, "fifths": 86}, (6, 12)),
    "synth pad": Patches("synthesiser", "C3", "C4", {
        "fantasia": 88, "warm pad": 89, "polysynth": 90, "metal pad": 93, "halo pad": 94, "sweep pad": 95}, (1, 1)),
}
"""Melodic instruments of the soundfont: class, family, range of sounding pitch, and one source for each patch."""

DRUM_KITS: Mapping[str, int] = {
    "standard kit": 0, "room kit": 8, "power kit": 16, "electronic kit": 24, "808 kit": 25, "jazz kit": 32,
    "brush kit": 40, "orchestra kit": 48}
"""Programs of the soundfont's percussion bank; they play the class *drum beat*."""

WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
         "yes", "no", "hello", "water")
"""Every word is a class, spoken by every voice."""

VOICES: Mapping[str, str] = {
    "American man": "en-us", "American woman": "en-us+f3", "Alicia": "en-us+Alicia", "New Yorker": "en-us-nyc+m4",
    "Englishman": "gmw/en+m3", "Englishwoman": "gmw/en+f5", "Scotsman": "en-gb-scotland+m7",
    "Scotswoman": "en-gb-scotland+Andrea", "Linda": "en-gb-x-rp+linda", "Klatt": "en-gb-x-rp+klatt2",
    "Lancashireman": "en-gb-x-gbclan+m2", "Birmingham woman": "en-gb-x-gbcwmd+f1", "Caribbean man": "en-029+m8",
    "Caribbean woman": "en-029+belinda"}
"""Sources of the words: espeak-ng's accents of English, each with another variant of its speaker."""

ENVIRONMENT: Mapping[str, tuple[str, ...]] = {
    "nature": ("rain", "wind", "thunder", "fire"),
    "water": ("sea waves", "stream", "water drops", "bubbling"),
    "machines": ("engine", "helicopter", "train", "vacuum cleaner", "sawing"),
    "signals": ("siren", "alarm", "telephone", "car horn"),
    "animals": ("birds", "crickets", "frog", "dog", "bee"),
    "impacts": ("bell", "breaking glass", "knocking", "footsteps", "clock", "bouncing ball", "typing"),
    "people": ("clapping", "whistling", "door creak"),
}
# fmt: on
"""Family → classes; each is a model of that name in `environment`, one file a family."""

INSTRUMENT_CLIPS = 36
"""About how many clips an instrument class has; its patches share them evenly, at least 5 each."""
WORD_CLIPS_EACH = 4
MODEL_INSTANCES = 6
MODEL_CLIPS_EACH = 6


def _classes() -> Iterator[SoundClass]:
    for name, patches in INSTRUMENTS.items():
        clips = max(5, INSTRUMENT_CLIPS // len(patches.programs))
        yield SoundClass(name, patches.family, "instrument", tuple(patches.programs), clips)
    yield SoundClass("drum beat", "drums", "instrument", tuple(DRUM_KITS), 6)
    for word in WORDS:
        yield SoundClass(word, "words", "word", tuple(VOICES), WORD_CLIPS_EACH)
    for family, names in ENVIRONMENT.items():
        for name in names:
            instances = tuple(f"{name} {k + 1}" for k in range(MODEL_INSTANCES))
            yield SoundClass(name, family, "environment", instances, MODEL_CLIPS_EACH)


CLASSES: tuple[SoundClass, ...] = tuple(_classes())
"""The whole set, in the order in which it is made."""
JOBS = tuple((k, s) for k, sound in enumerate(CLASSES) for s in range(len(sound.sources)))
"""Places of a class in the table and of a source in the class, in that order."""


def randomness(*place: str | int) -> np.random.Generator:
    """A generator that depends on the recipe's version and on `place` alone, on any machine."""
    text = "/".join(map(str, (RECIPE_VERSION, *place)))
    return np.random.default_rng(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big"))
