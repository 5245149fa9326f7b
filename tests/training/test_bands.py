"""Where measures lie in healthy runs."""

import re
from pathlib import Path

import pytest

from benchmarks.collapse.bands import settings
from training.bands import LEAST_STEPS, Band, bands_of, is_like_healthy, read_bands
from training.measures import MEASURES
from training.measures.measure import Measure
from training.methods import METHODS
from training.verdicts.rules import FEW_DIRECTIONS, ONE_POINT

BAND = Band((20, 40, 60), (2.0, 4.0, 4.0), (6.0, 8.0, 8.0), (0.1, 0.3, 0.2), 3, ("digits",))
PAGE = (Path(__file__).resolve().parents[2] / "docs" / "verdicts.md").read_text()
UNKNOWN = set(re.findall(r"`(\w+)`", re.findall(r"Without a band (?:is|are) ([^.]+)\.", PAGE)[0]))
"""Methods of which the document says that they have none."""


def test_the_least_lies_on_the_line_between_the_steps_that_are_known() -> None:
    assert [BAND.least(step) for step in (20, 30, 40, 60)] == [(2, 0.1), (3, 0.2), (4, 0.3), (4, 0.2)]
    assert BAND.least(19) is None and BAND.least(1000) == (4, 0.2)


def test_a_measure_that_begins_later_has_the_last_of_the_steps() -> None:
    about = {"runs": 1, "data": ["d"], "bands": {"a": [[1], [2], [0.5]]}}
    found = read_bands({"steps": [20, 40], "methods": {"m": about}})
    assert found["m"]["a"] == Band((40,), (1,), (2,), (0.5,), 1, ("d",))
    assert found["m"]["a"].least(40) == (1, 0.5)


@pytest.mark.parametrize("method", sorted(set(METHODS) - UNKNOWN))
def test_every_method_has_a_band_of_what_verdicts_read(method: str) -> None:
    found = bands_of(method)
    assert found, "make its band as docs/verdicts.md says, or name it there among those without a band"
    assert {f"measure/{bound.name}" for bound in (*ONE_POINT, *FEW_DIRECTIONS)} <= set(found)
    assert set(found) <= {measure.curve.key for measure in MEASURES.values() if isinstance(measure, Measure)}
    for band in found.values():
        assert len(band.steps) == len(band.low) == len(band.high) == len(band.share)
        assert list(band.steps) == sorted(band.steps) and band.runs and band.data
        assert all(low <= high for low, high in zip(band.low, band.high, strict=True))


def test_what_is_said_to_be_without_a_band_is_a_method_without_one() -> None:
    assert set(METHODS) >= UNKNOWN and [method for method in UNKNOWN if bands_of(method)] == []


def test_runs_that_end_early_are_not_like_the_healthy_ones() -> None:
    assert not is_like_healthy({"method": "simclr", "steps": LEAST_STEPS - 1})
    assert is_like_healthy({"method": "simclr", "steps": LEAST_STEPS}) and is_like_healthy(
        {"method": "simclr", "steps": None}
    )


@pytest.mark.parametrize("method", sorted(set(METHODS) - UNKNOWN))
def test_a_run_with_another_encoder_or_batch_is_not_like_the_healthy_ones(method: str) -> None:
    own = {"method": method, **settings(method)}
    assert is_like_healthy(own) and is_like_healthy({"method": method})
    for name in settings(method):
        assert not is_like_healthy({**own, name: "another"}), "the bands are of other settings than the method has now"


def test_a_method_of_somebody_elses_has_none() -> None:
    assert bands_of("mine") == {} and bands_of(None) == {}
