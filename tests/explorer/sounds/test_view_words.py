"""Each augmentation is said in words, by the amounts that the view really drew."""

import math
from dataclasses import fields
from typing import Any

import pytest
import torch

from explorer.sounds.view_words import UNCHANGED, WORDS, Scene, line_of
from training.parts.augment import Augment
from training.spectrogram import FrontEnd
from training.views import MelViews, WaveformViews

MEL = Scene("mel", 0.02, 48, 40, lambda row: f"clip {row}")
SAMPLES = Scene("waveform", 1 / 16_000, 15_360, 0, lambda row: f"clip {row}")
LENGTH = "crop_seconds"
"""The one setting by which nothing is drawn."""


SAID: list[tuple[str, Any, Scene, str]] = [
    ("time_shift", [12.0, 1.0], MEL, "begins 0.24 s late"),
    ("time_shift", [-12.0, 2.0], MEL, "from 0.48 s on"),
    ("time_shift", [0.1, 1.0], MEL, ""),
    ("time_stretch", [1.04], MEL, "4 % faster"),
    ("time_stretch", [0.96], MEL, "4 % slower"),
    ("time_stretch", [0.96], SAMPLES, "4 % slower and lower"),
    ("time_stretch", [1.001], MEL, ""),
    ("frequency_shift", [-0.1], MEL, "+2 bands"),
    ("frequency_shift", [0.05], MEL, "−1 band"),
    ("frequency_shift", [0.01], MEL, ""),
    ("frequency_stretch", [1.25], MEL, "mel axis squeezed 20 %"),
    ("frequency_stretch", [0.8], MEL, "mel axis widened 25 %"),
    ("mixup", [0.3, 5.0], MEL, "mixed with 30 % of clip 5"),
    ("mixup", [0.001, 5.0], MEL, ""),
    ("background", [-12.4, 2.0], MEL, "clip 2 behind it, 12 dB below"),
    ("background", [-math.inf, 2.0], MEL, ""),
    ("reverb", [0.4, 15.0], MEL, "in a room that rings on for 0.3 s"),
    ("reverb", [0.0, 15.0], MEL, ""),
    ("equalizer", [[-1.4, 0.0, 0.7]], MEL, "filtered by −6 to +3 dB"),
    ("noise", [0.01], MEL, "noise 20 dB below"),
    ("noise", [0.0], MEL, ""),
    ("noise", [-20.0], SAMPLES, "noise 20 dB below"),
    ("noise", [-math.inf], SAMPLES, ""),
    ("gain_db", [-3.2], SAMPLES, "3 dB quieter"),
    ("polarity", [-1.0], SAMPLES, "upside down"),
    ("polarity", [1.0], SAMPLES, ""),
    ("resize_crop", [32.0, 60.0], MEL, "80 % of the bands and 125 % of the time fill it"),
    ("time_mask", [0.5, 0.25], MEL, "0.24 s masked"),
    ("frequency_mask", [0.5, 0.05], MEL, "2 bands masked"),
]
"""Setting, amounts, view, words."""


@pytest.mark.parametrize(("setting", "amounts", "scene", "said"), SAID)
def test_amounts_in_words(setting: str, amounts: Any, scene: Scene, said: str) -> None:
    assert line_of({setting: amounts}, scene) == (said or UNCHANGED)


def test_a_line_joins_them_in_one_order() -> None:
    drawn = {"mixup": [0.3, 1.0], "frequency_mask": [0.5, 0.05], "time_stretch": [0.96], "frequency_shift": [-0.1]}
    assert line_of(drawn, MEL) == "4 % slower, +2 bands, mixed with 30 % of clip 1, 2 bands masked"


@pytest.mark.parametrize("kind", [MelViews, WaveformViews])
def test_every_setting_has_its_words_and_tells_what_it_drew(kind: Any) -> None:
    names = {field.name for field in fields(kind)} - {LENGTH}
    assert names <= WORDS.keys(), "WORDS of explorer/sounds/view_words.py says of each augmentation what was drawn"
    told: dict[str, Any] = {}
    audio = torch.ones(4, 40, 60) if kind is MelViews else torch.ones(4, 16_000)
    everything = kind(**dict.fromkeys(names, 0.5))
    Augment(everything, FrontEnd()).pair(
        audio, torch.full((4,), audio.shape[-1]), torch.Generator(), lambda name, *amounts: told.update({name: amounts})
    )
    assert told.keys() == names, (
        f"a view calls tell(setting, *amounts) for each augmentation that is on: {names ^ told.keys()}"
    )
    assert all(len(amount) == 8 for amounts in told.values() for amount in amounts)


def test_words_are_of_settings_that_there_are_and_all_are_tested() -> None:
    assert {setting for setting, *_ in SAID} == WORDS.keys(), (
        "SAID of this file has amounts of every setting, and their words"
    )
    assert WORDS.keys() == {field.name for kind in (MelViews, WaveformViews) for field in fields(kind)} - {LENGTH}
