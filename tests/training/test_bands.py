"""Where measures lie in healthy runs."""

import pytest

from training.bands import Band, bands_of, read_bands
from training.measures import MEASURES
from training.measures.measure import Measure
from training.methods import METHODS

BAND = Band((20, 40, 60), (2.0, 4.0, 4.0), (6.0, 8.0, 8.0), 3, ("digits",))
NEEDS_MORE = {"audio_text", "audio_image", "multi_format"}


def test_limits_lie_on_the_line_between_the_steps_that_are_known() -> None:
    assert [BAND.at(step) for step in (20, 30, 40, 60)] == [(2, 6), (3, 7), (4, 8), (4, 8)]
    assert BAND.at(19) is None and BAND.at(61) is None


def test_a_measure_that_begins_later_has_the_last_of_the_steps() -> None:
    found = read_bands({"steps": [20, 40], "methods": {"m": {"runs": 1, "data": ["d"], "bands": {"a": [[1], [2]]}}}})
    assert found["m"]["a"] == Band((40,), (1,), (2,), 1, ("d",))
    assert found["m"]["a"].at(40) == (1, 2)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_has_a_band_of_every_measure_without_labels(method: str) -> None:
    found = bands_of(method)
    measures = {measure.curve.key for measure in MEASURES.values() if isinstance(measure, Measure)}
    assert set(found) == measures
    for band in found.values():
        assert len(band.steps) == len(band.low) == len(band.high)
        assert list(band.steps) == sorted(band.steps) and band.runs >= 2 and band.data
        assert all(low <= high for low, high in zip(band.low, band.high, strict=True))


def test_a_method_of_somebody_elses_has_none() -> None:
    assert bands_of("mine") == {} and bands_of(None) == {}
