"""What a model knows, on Live: folded, computed when asked for, drawn, and heard."""

import json
import shutil
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import made_up
from tests.browser.seen import Seen
from tests.browser.site import Site
from training.run.example import EXAMPLE_FOLDER

pytestmark = pytest.mark.browser

FOLD = "#knowledge details"
OPENED = """() => { const fold = document.querySelector('#knowledge details'); if (!fold) return false;
  fold.open = true; fold.scrollIntoView(); return document.querySelector('#knowledge .known-status').textContent; }"""
INSIDE = "() => document.documentElement.scrollWidth <= innerWidth + 1"


def opened(look: Callable[..., Seen], site: Site, run: str) -> Any:
    page = look(site).open(f"tab=live&run={run}")
    page.locator(FOLD).wait_for()
    page.wait_for_function(OPENED, polling=200)
    return page


def test_the_example_is_shown_with_all_parts_and_without_a_button(lent_site: Site, look: Callable[..., Seen]) -> None:
    page = opened(look, lent_site, "example")
    page.locator(".known-figure").first.wait_for()
    expect(page.locator(".known-facets tbody tr")).to_have_count(4)
    expect(page.locator(".known-figure")).to_have_count(13)
    assert page.locator(".known-sentence").inner_text().startswith("No shortcut was found: neighbours agree in class")
    values = [float(text) for text in page.locator(".known-ranked .known-value").all_inner_texts()]
    assert values == sorted(values, reverse=True) and page.locator("[data-judged=label]").count() == 1
    assert not page.locator(".known-head button").is_visible()
    mixup = page.locator(".known-figure", has=page.locator(".known-title", has_text="mixup"))
    mixup.locator(".known-strength").last.focus()
    assert mixup.locator(".known-read").inner_text().startswith("90 %: similarity ")
    assert mixup.locator("[data-own=true], [data-own='']").inner_text() == "40 %"
    whole = "() => [...document.querySelectorAll('.known-wide')].every(one => one.scrollWidth <= one.clientWidth)"
    page.set_viewport_size({"width": 1180, "height": 900})
    page.wait_for_function(whole)  # no column is cut off
    page.set_viewport_size({"width": 390, "height": 800})
    page.wait_for_function(INSIDE)


def test_a_strength_is_heard_where_the_sounds_are_at_hand(lent_site: Site, look: Callable[..., Seen]) -> None:
    run = made_up().write_run(lent_site.runs / "heard", 60, fingerprint="1" * 64)
    shutil.copytree(EXAMPLE_FOLDER / "knowledge", run.path / "knowledge")
    kept = json.loads(run.knowledge_path("facets").read_text())
    kept["facets"][0]["facet"] = "<b>bold</b>"
    run.knowledge_path("facets").write_text(json.dumps(kept))
    page = opened(look, lent_site, "heard")
    strength = page.locator(".known-figure").nth(5).locator(".known-strength").last
    strength.wait_for()
    assert page.locator(".known-facets th").filter(has_text="<b>bold</b>").count() == 1  # a label is text
    assert page.locator("#knowledge b").count() == 0
    answer = page.evaluate("() => document.querySelectorAll('.known-strength').length")
    assert answer > 60


def test_it_is_computed_when_asked_for_and_comes_part_by_part(lent_site: Site, look: Callable[..., Seen]) -> None:
    made_up().write_run(lent_site.runs / "asked", 60, fingerprint="2" * 64, config={"data": "/no/such/folder"})
    page = opened(look, lent_site, "asked")
    page.locator(".known-head button", has_text="Work it out").click()
    page.locator(".known-facets td.probe").first.wait_for()
    page.wait_for_function("document.querySelector('.known-status').textContent === 'As of step 20.'")
    page.locator(".known-ranked tbody tr").nth(2).wait_for()
    page.locator(".known-note").first.wait_for()  # neither sounds nor weights are at hand, and it is said
    assert (lent_site.runs / "asked" / "knowledge" / "invariance.json").is_file()
