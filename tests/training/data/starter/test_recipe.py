"""The table: enough classes, clips and sources, and names that stay."""

from collections import Counter

from training.data.starter.environment import MODELS
from training.data.starter.recipe import CLASSES, ENVIRONMENT, RECIPE_VERSION, randomness


def test_the_set_is_as_large_as_promised() -> None:
    assert len(CLASSES) >= 40
    assert sum(len(sound.sources) * sound.clips_each for sound in CLASSES) >= 2400


def test_every_class_has_at_least_four_sources_with_several_clips() -> None:
    for sound in CLASSES:
        assert len(set(sound.sources)) == len(sound.sources) >= 4, sound.name
        assert sound.clips_each >= 4, sound.name


def test_class_names_differ() -> None:
    assert not [name for name, count in Counter(sound.name for sound in CLASSES).items() if count > 1]


def test_every_environment_class_has_a_model_and_every_model_a_class() -> None:
    assert {name for names in ENVIRONMENT.values() for name in names} == set(MODELS)


def test_ids_are_those_of_the_recipe_and_unique() -> None:
    piano = next(sound for sound in CLASSES if sound.name == "piano")
    assert piano.clip_id("electric grand", 17) == f"starter-{RECIPE_VERSION}/piano/02/017"
    ids = [s.clip_id(source, k) for s in CLASSES for source in s.sources for k in range(s.clips_each)]
    assert len(set(ids)) == len(ids)


def test_randomness_depends_on_its_place_alone() -> None:
    assert randomness("rain", "rain 1", 3).integers(10**9) == randomness("rain", "rain 1", 3).integers(10**9)
    assert randomness("rain", "rain 1", 3).integers(10**9) != randomness("rain", "rain 1", 4).integers(10**9)
    assert randomness("rain", "rain 1", 3).integers(10**9) != randomness("rain", "rain 2", 3).integers(10**9)
