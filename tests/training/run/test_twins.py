"""What a run's folder says of its twin, whatever it says."""

from typing import Any

import pytest

from tests.training.twins.conftest import PREDICTION
from training.run.twins import Role, Twin

ODD = [{}, {"role": "ill"}, {"twin": "../x"}, {"twin": ".queue"}, {"twin": "a" * 201}, {"twin": ""}, {"twin": "a\nb"},
       {"wrong": "part:"}, {"wrong": "x"}, {"wrong": "part:A/b"}, {"role": None}, {"twin": 3}, {"wrong": ["part:a"]}, {"role": []}]  # fmt: skip


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_bad_input_what_is_no_twin_is_none(odd: dict[str, Any]) -> None:
    sound = {"role": "broken", "twin": "other", "wrong": "part:ema"}
    assert Twin.from_json(sound) is not None
    assert Twin.from_json({**sound, **odd} if odd else {}) is None


@pytest.mark.parametrize(
    "odd", [None, 3, {}, {"loss": "down"}, {"collapses": 1}, {"knn": ["lower"]}, {"rank": None}], ids=str
)
def test_bad_input_what_is_no_prediction_is_left_out(odd: Any) -> None:
    given = {**vars(PREDICTION), **odd} if isinstance(odd, dict) and odd else odd
    found = Twin.from_json({"role": "broken", "twin": "other", "wrong": "part:ema", "prediction": given})
    assert found == Twin(Role.BROKEN, "other", "part:ema")
