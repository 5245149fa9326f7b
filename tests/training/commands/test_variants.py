"""What several values of a flag ask for: every combination, seed by seed, and each mistake in one sentence."""

import argparse
from typing import Any

import pytest

from training.commands.variants import asks_for_several, variants
from training.errors import UserError


def flags(**given: Any) -> argparse.Namespace:
    return argparse.Namespace(
        **{"method": None, "encoder": None, "set": [], "seed": None, "seeds": None, "steps": 3, **given}
    )


def asked(**given: Any) -> list[tuple[Any, ...]]:
    return [
        (one.options.seed, one.options.method, one.options.encoder, one.options.set, one.differs)
        for one in variants(flags(**given))
    ]


@pytest.mark.parametrize(
    ("given", "several"),
    [
        ({}, False),
        ({"method": "simclr", "encoder": "conv2d", "set": ["temperature=0.1"]}, False),
        ({"seeds": 1}, True),
        ({"method": "simclr,byol"}, True),
        ({"encoder": "conv2d,resnet"}, True),
        ({"set": ["batch_size=64", "temperature=0.1,0.2"]}, True),
    ],
)
def test_several_are_asked_for_by_seeds_or_a_list(given: dict[str, Any], several: bool) -> None:
    assert asks_for_several(flags(**given)) is several


def test_all_combinations_have_their_turn_with_one_seed_before_the_next() -> None:
    pairs = ["batch_size=64", "temperature=0.1, 0.5"]
    assert asked(method="simclr,moco_v1", set=pairs, seed=4, seeds=2) == [
        (seed, method, None, ["batch_size=64", f"temperature={value}"], (method, f"temperature={value}"))
        for seed in (4, 5)
        for method in ("simclr", "moco_v1")
        for value in ("0.1", "0.5")
    ]


def test_what_is_the_same_in_all_tells_none_from_the_others() -> None:
    assert asked(method="simclr", encoder="conv2d,resnet") == [
        (0, "simclr", "conv2d", [], ("conv2d",)),
        (0, "simclr", "resnet", [], ("resnet",)),
    ]
    assert asked(seeds=1) == [(0, None, None, [], ())]


def test_what_is_named_twice_is_trained_once() -> None:
    assert [one[3] for one in asked(set=["temperature=0.1,0.1,"])] == [["temperature=0.1"]]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"seeds": 0}, "--seeds 0 was given, but a whole number of at least 1 was expected."),
        ({"method": " ,"}, "--method  , was given, but the names of methods were expected, see `methods`."),
        ({"encoder": ","}, "--encoder , was given, but the names of encoders were expected, see `methods`."),
        ({"set": ["temperature=,"]}, "--set temperature=, was given, but values were expected, see `methods`."),
    ],
)
def test_a_list_of_nothing_is_refused(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UserError) as refused:
        asked(**given)
    assert str(refused.value) == sentence


def test_what_is_no_pair_is_left_to_whoever_reads_the_settings() -> None:
    assert [one[3] for one in asked(set=["temperature,0.1"])] == [["temperature,0.1"]]
