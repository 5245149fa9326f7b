import pytest

from explorer.pages.listen_views import DOMAINS, EXPLAINED, views_form
from training.views import VIEWS


def test_every_augmentation_has_a_switch_where_0_means_off() -> None:
    mel, front_end = views_form("mel")
    switched = {setting["name"] for setting in mel["settings"] if setting["switch"]}
    assert {"time_shift", "time_stretch", "mixup", "noise", "equalizer", "time_mask", "frequency_mask"} <= switched
    assert "crop_seconds" not in switched
    assert front_end["name"] == "front_end"
    assert [group["name"] for group in views_form("waveform")] == ["waveform views"]


@pytest.mark.parametrize("domain", VIEWS)
def test_each_domain_is_offered_and_explained(domain: str) -> None:
    assert domain in DOMAINS.values()
    assert EXPLAINED[domain]
    assert views_form(domain)[0]["name"] == f"{domain} views"
