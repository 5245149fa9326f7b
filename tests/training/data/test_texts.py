"""A clip's text is its caption, or its label, and never where it comes from."""

from dataclasses import replace

import numpy as np
import pytest

from training.data.dataset import Dataset, Facet
from training.data.texts import texts_of, words_in

CLIPS = 5


@pytest.fixture
def captioned() -> Dataset:
    """Two clips with a caption, two with a label alone, one with neither."""
    facets = {
        "class": Facet(("church_bell", "rain"), np.array([0, 1, 0, 1, -1], np.int32)),
        "file": Facet(("one", "two"), np.array([0, 1, 0, 1, 0], np.int32)),
    }
    ids, every = tuple(f"clip-{i}" for i in range(CLIPS)), np.ones(CLIPS, np.int64)
    captions = ("a bell far away", None, None, "heavy rain", None)
    return Dataset(
        "made", "0" * 8, np.zeros(CLIPS, np.int16), np.arange(CLIPS), every, ids, facets, "file", ("a.wav",) * CLIPS,
        np.zeros(CLIPS), companions={"caption": captions},
    )  # fmt: skip


def test_a_clip_without_caption_is_read_as_its_label(captioned: Dataset) -> None:
    assert texts_of(captioned) == ["a bell far away", "rain", "church bell", "heavy rain", ""]


def test_the_group_is_no_text(captioned: Dataset) -> None:
    """Where a file's name is all that is known of a clip, it says nothing of what is heard."""
    bare = replace(captioned, companions={}, facets={"file": captioned.groups})
    assert texts_of(bare) == [""] * len(captioned)


def test_words_are_what_letters_and_digits_make() -> None:
    assert words_in("Rain, RAIN_2 — Bäche!") == ["rain", "rain", "2", "bäche"]
    assert words_in(" – ?!") == []
