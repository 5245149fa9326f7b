"""A run that collapses says so on the page: in its state, above every tab, and on the chart from which it was read."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from playwright.sync_api import expect

from tests.browser.seen import Seen
from tests.browser.site import Site
from training.config import new_config
from training.run import create_run
from training.trainer import train

pytestmark = pytest.mark.browser

SMALL = {"batch_size": 16, "probe_clips": 48, "mels": 16, "crop_seconds": 0.32, "warmup_steps": 2, "averaging": 0.5}


@pytest.fixture(scope="module")
def site(lent_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site with two more runs, of VICReg on the same tones, one of them without what keeps it from collapsing."""
    tones = _tones(tmp_path_factory.mktemp("tones"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", lent_site.environment["XDG_CACHE_HOME"])
        patch.setattr("training.loop.is_due", lambda step, last, seconds: step - last >= 20)
        for name, settings in (("collapsed", {"variance_weight": 0.0}), ("sound", {})):
            config = new_config({**SMALL, **settings}, method="vicreg", data=str(tones), steps=60, device="cpu")
            train(create_run(lent_site.runs / name, config.to_json()).path)
    return lent_site


def test_a_collapsed_run_is_told_on_its_state_above_each_tab_and_on_its_chart(
    site: Site, look: Callable[..., Seen]
) -> None:
    seen = look(site)
    page = seen.open("tab=live&run=collapsed")
    sentence = page.locator("#standing", has_text="Complete collapse")
    sentence.wait_for()
    expect(sentence).to_contain_text("since step")
    expect(sentence).to_contain_text("centred std")
    advice = sentence.locator("details[open]", has_text="variance weight is 0")  # with nothing pressed: the run is over
    expect(advice).to_contain_text("What to change: Set variance weight")
    page.locator("#run-state .state-line", has_text="Finished").wait_for()
    expect(page.locator("#run-state").get_by_role("button")).to_have_count(0)  # more of the same
    page.locator("#charts summary", has_text="More curves").click()
    chart = page.locator('.chart[aria-label="Centred std"]')
    chart.locator(".chart-warning").wait_for()
    expect(page.locator(".chart-warning:visible")).to_have_count(1)
    page.get_by_role("tab", name="Find").click()
    warning = page.locator("#run-line .state-warning", has_text="Collapse")
    warning.wait_for()
    assert "All clips" in warning.get_attribute("title")
    assert not seen.troubles


def test_a_sound_run_has_no_alarm(site: Site, look: Callable[..., Seen]) -> None:
    page = look(site).open("tab=live&run=sound")
    page.locator('.chart[aria-label="Normalised std"] .js-plotly-plot').wait_for()
    page.locator("#about-run .state-line", has_text="Finished").wait_for()
    page.locator("#run-state").get_by_role("button", name="Train longer").wait_for()
    assert page.locator(".state-warning:visible, .chart-warning:visible").count() == 0


def _tones(folder: Path) -> Path:
    """64 tones of four classes, in a folder for each."""
    random = np.random.default_rng(0)
    time = np.arange(9_600) / 16_000
    for clip in range(64):
        wave = np.sin(2 * np.pi * 200 * 2 ** (clip % 4) * (1 + 0.05 * (clip // 4 % 4)) * time) * np.exp(-3 * time)
        path = folder / f"class {clip % 4}" / f"{clip}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, 0.5 * wave + 0.02 * random.standard_normal(len(time)), 16_000)
    return folder
