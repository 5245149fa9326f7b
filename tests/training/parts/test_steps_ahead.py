"""A method that looks further ahead than its views reach is refused, and told what fits."""

import re
from typing import Any

import pytest

from training.building import built_method
from training.config import new_config
from training.errors import UserError
from training.methods.method import Method


def made(name: str, **settings: Any) -> Method:
    return built_method(new_config(settings, method=name, steps=5), 8, 2)


AHEAD = [("apc", "frames_ahead"), ("cpc", "steps_ahead"), ("cpc_v2", "steps_ahead")]


@pytest.mark.parametrize(("name", "setting"), AHEAD)
@pytest.mark.parametrize("crop", [0.32, 0.64])
@pytest.mark.parametrize("hop", [0.01, 0.02])
def test_what_leaves_nothing_to_predict_is_refused_with_what_fits(
    name: str, setting: str, crop: float, hop: float
) -> None:
    """A step is two frames; the answer fits, and one step less than it or a shorter view would not."""
    steps = round(crop / hop) // 2
    here: dict[str, Any] = {"crop_seconds": crop, "hop_seconds": hop}
    most = min(20, steps - 1)
    made(name, **{setting: most}, **here)
    if steps > 20:
        return
    with pytest.raises(UserError) as caught:
        made(name, **{setting: steps}, **here)
    said = str(caught.value)
    assert caught.value.in_words == said.replace(setting, setting.replace("_", " ")).replace("crop_", "crop ")
    assert f"{setting} is {steps}, but a view of {crop:g} s has {steps} steps of {2000 * hop:g} ms" in said
    assert f"at most {steps - 1} was expected" in said and "\n" not in said
    longer = float(re.findall(r"crop_seconds at least ([\d.]+\d)", said)[0])
    made(name, **{setting: steps}, **{**here, "crop_seconds": longer})
    with pytest.raises(UserError):
        made(name, **{setting: steps}, **{**here, "crop_seconds": longer - 5 * hop})


@pytest.mark.parametrize(("name", "setting"), AHEAD)
def test_twenty_steps_say_so_at_the_default_view(name: str, setting: str) -> None:
    with pytest.raises(UserError, match=f"The setting {setting} is 20, but a view of 0.64 s has 16 steps of 40 ms"):
        made(name, **{setting: 20})
