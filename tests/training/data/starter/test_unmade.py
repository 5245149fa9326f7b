"""The built-in set while it is being made is the set that it becomes, but for pitches."""

import numpy as np
import pytest

from training.data import starter
from training.data.starter import making
from training.data.starter.clips import StarterClip, clips_of
from training.data.starter.unmade import unmade
from training.errors import UserError


class AtWork(making.Making):
    """Makes nothing but what is asked for, here."""

    def clips(self, job: making.Job) -> list[StarterClip] | None:
        sound = starter.CLASSES[job[0]]
        return None if sound.name == "bell" else clips_of(sound, sound.sources[job[1]])


@pytest.fixture
def being_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "_at_work", AtWork([]))


@pytest.mark.usefixtures("being_made")
def test_each_clip_has_its_place_name_and_sound() -> None:
    found = unmade("f")
    assert found is not None and found.fingerprint == "f" and found.main_facet == "class"
    assert len(found) == sum(len(sound.sources) * sound.clips_each for sound in starter.CLASSES)
    place = next(i for i, file in enumerate(found.files) if file.startswith("rain/")) + 8  # of the second source
    rain = next(sound for sound in starter.CLASSES if sound.name == "rain")
    clip = clips_of(rain, rain.sources[8 // rain.clips_each])[8 % rain.clips_each]
    np.testing.assert_array_equal(found.int16(place), clip.samples)
    np.testing.assert_array_equal(found.waveform(place), clip.samples / np.float32(32768))
    assert (found.ids[place], found.files[place]) == (clip.id, clip.file)
    told = {name: facet.label(place) for name, facet in found.facets.items()}
    assert told == {name: clip.labels[name] for name in told}


@pytest.mark.usefixtures("being_made")
def test_a_clip_that_is_no_longer_made_is_one_sentence() -> None:
    found = unmade("f")
    assert found is not None
    with pytest.raises(UserError, match="try again in a moment"):
        found.waveform(next(i for i, file in enumerate(found.files) if file.startswith("bell/")))


def test_there_is_none_while_nothing_is_made() -> None:
    assert unmade("f") is None
