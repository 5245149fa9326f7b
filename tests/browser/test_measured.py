"""Spectra, similarities and the ladder of stages on Live: folded, drawn when opened, and read by pointing."""

import json
import re
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import made_up
from tests.browser.seen import Seen
from tests.browser.site import Site

pytestmark = pytest.mark.browser

FOLD = "#measured details"
OPENED = """() => { const fold = document.querySelector('#measured details'); if (!fold) return false;
  fold.open = true; fold.scrollIntoView(); return document.querySelector('#measured figure .lens-field'); }"""


@pytest.fixture
def measured_run(lent_site: Site) -> str:
    """A run that was measured thoroughly, with a histogram of similarities."""
    run = made_up().write_run(lent_site.runs / "measured", 60, fingerprint="1" * 64)
    for step in run.snapshots():
        arrays = dict(run.snapshot(step) or {})
        shares = np.full((2, 40), 1 / 40, np.float32)
        np.savez(run.snapshot_path(step), **arrays, cosine_shares=shares, projection_singular_values=np.ones(16, np.float32))  # fmt: skip
    stages = [
        {"stage": name, "width": 8, "measures": {"effective_rank": 4.0}} for name in ("<b>block 1</b>", "encoder")
    ]
    run.thorough_path(20).parent.mkdir()
    run.thorough_path(20).write_text(json.dumps({"schema": 1, "step": 20, "stages": stages}))
    return "measured"


def test_it_is_folded_and_drawn_when_opened(finished_site: Site, look: Callable[..., Seen], measured_run: str) -> None:
    page = look(finished_site).open(f"tab=live&run={measured_run}")
    page.locator(FOLD).wait_for()
    assert page.locator("#measured figure").count() == 0
    page.wait_for_function(OPENED, polling=200)
    titles = page.locator("#measured figure").evaluate_all("all => all.map(one => one.getAttribute('aria-label'))")
    assert titles == [
        "Spectrum of the projections over time", "Spectrum of the embeddings over time", "Similarities of pairs",
        "Depth: effective rank",
    ]  # fmt: skip
    spectrum, depth = page.locator("#measured figure").nth(1), page.locator("#measured figure").nth(3)
    spectrum.locator(".lens-field").focus()
    page.keyboard.press("ArrowRight")
    expect(spectrum.locator(".lens-read")).to_have_text(re.compile("^direction 1 × step 0: "))
    depth.locator(".lens-field").focus()
    page.keyboard.press("ArrowRight")
    expect(depth.locator(".lens-read")).to_have_text("<b>block 1</b>: step 20 4")  # a label is text
    assert page.locator("#measured b").count() == 0
    page.wait_for_function("document.documentElement.scrollWidth <= innerWidth + 1")


def test_a_run_of_before_says_how_to_measure(finished_site: Site, look: Callable[..., Seen]) -> None:
    page = look(finished_site).open("tab=live&run=made-up")
    page.wait_for_function(OPENED, polling=200)
    expect(page.locator("#measured figure")).to_have_count(1)
    expect(page.locator(".measured-note")).to_contain_text("python -m training measure made-up")
