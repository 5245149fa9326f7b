"""What can be done wrong on purpose: each thing is told in words, and changes what it says and nothing else."""

import pytest

from training.breaks import BREAKS
from training.breaks.mistakes import mistakes_of
from training.breaks.table import DOES
from training.breaks.wrong import FAMOUS, MISTAKE, PART, Wrong, broken, wrongs_of
from training.config import new_config
from training.errors import UserError
from training.methods import METHODS

ALL = [
    (method, name)
    for method in METHODS
    for name in (*(PART + part for part in BREAKS.get(method, {})), *(MISTAKE + kind for kind in mistakes_of(method)))
]


def keys_changed(wrong: Wrong) -> set[str]:
    """Keys of a run's config.json that are others than of a healthy one's."""
    owners = {name.partition(".")[0] for name in wrong.overrides}
    return {"settings" if owner == "method" else owner for owner in owners} | ({"breaks"} if wrong.breaks else set())


def test_no_sentence_is_of_a_part_that_there_is_not() -> None:
    assert set(DOES) <= {part for parts in BREAKS.values() for part in parts}


@pytest.mark.parametrize(("method", "name"), ALL)
def test_each_thing_can_be_done_and_is_told(method: str, name: str) -> None:
    part = name.removeprefix(PART)
    assert MISTAKE in name or part in DOES, f"write into DOES of training/breaks/table.py what is done without {part!r}"
    assert list(wrongs_of(method)) == [each for of, each in ALL if of == method]
    wrong, healthy = wrongs_of(method)[name], new_config({}, method=method, steps=4)
    assert wrong.title.split()[0] in ("with", "without")
    assert all(text.endswith(".") and len(text) < 200 for text in (wrong.does, wrong.expected))
    assert wrong.does != wrong.expected
    found = broken(healthy, name)
    differing = {key for key, value in found.to_json().items() if healthy.to_json()[key] != value}
    assert differing == keys_changed(wrong) and differing
    if name.startswith(PART):
        assert differing == {"breaks"} and found.breaks == (name.removeprefix(PART),)


def test_what_is_famous_is_there_and_one_of_it_does_no_harm() -> None:
    expected = [wrongs_of(method)[name].expected for method, name in FAMOUS]
    assert len(set(FAMOUS)) == len(FAMOUS) and any("Nothing collapses" in text for text in expected)


def test_what_a_method_has_not_cannot_be_done_wrong() -> None:
    with pytest.raises(UserError, match="With the method vicreg 'part:ema' can't be done wrong"):
        broken(new_config({}, method="vicreg"), "part:ema")
