import numpy as np
import pytest

from training.anomaly.recording import unlike_lengths


@pytest.mark.parametrize(
    ("new", "told"), [(10.0, False), (6.0, False), (19.0, False), (5.0, True), (20.0, True), (2.0, True)]
)
def test_recordings_of_other_lengths_than_the_run_s_own_are_told(new: float, told: bool) -> None:
    own = np.array([1.0, 10.0, 10.0, 10.0, 60.0])
    said = unlike_lengths(own, np.array([new, new, 100 * new]))
    assert bool(said) == told
    if told:
        assert said.startswith(f"These recordings last {new:g} s and the run's own 10 s, at the median:")
