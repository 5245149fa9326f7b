"""A step that two devices share is the step of one: its losses, gradients and memories."""

from typing import Any

import pytest

from tests.support.ranks import in_ranks
from tests.training.devices.in_ranks import CLIPS, NORMS, SINGLE, STEPS, name_of
from training.encoders import ENCODERS

Found = list[dict[str, dict[str, Any]]]
HALF = (CLIPS + 1) // 2 / CLIPS
WHOLE = {"embedding"}
"""Layers that each process computes of all rows where a method asks for them alone: less than it costs to tell the others."""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """What each of two processes found."""
    return in_ranks("tests.training.devices.in_ranks:everything", tmp_path_factory.mktemp("pair"))


@pytest.mark.whole
@pytest.mark.parametrize("step", STEPS, ids=name_of)
def test_two_devices_take_the_step_of_one(step: Any, found: Found) -> None:
    for rank in found:
        compared = rank["steps"][name_of(step)]
        assert compared["difference"] < 1e-9, compared["where"]
        assert compared["alike"]
        too_many = {layer for layer, part in compared["parts"].items() if part > HALF + 0.02}
        assert too_many <= WHOLE and compared["parts"]


@pytest.mark.whole
@pytest.mark.parametrize("name", SINGLE)
def test_in_single_precision_too(name: str, found: Found) -> None:
    compared = found[0]["steps"][f"single {name}"]
    assert compared["difference"] < 1e-4, compared["where"]


def test_every_encoder_was_shared() -> None:
    assert {encoder for _, encoder, _ in STEPS} == set(ENCODERS)


@pytest.mark.whole
@pytest.mark.parametrize("name", NORMS)
def test_a_norm_is_of_the_rows_of_all(name: str, found: Found) -> None:
    assert max(rank["norms"][name] for rank in found) < 1e-9
