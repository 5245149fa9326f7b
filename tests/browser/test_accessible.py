"""What axe finds of each page that keeps somebody out: contrast, names, headings, order, in the light and in the dark."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from explorer.pages import PAGES
from tests.browser.seen import Seen
from tests.browser.site import ROOT, Site

pytestmark = pytest.mark.browser

AXE = Path(ROOT, "node_modules", "axe-core", "axe.min.js")
NOT_ASKED = {
    "label-content-name-mismatch": "a row's button is called by its label alone, not by its rank and its notes; others are Gradio's",
    "scrollable-region-focusable": "browsers let the keyboard into what scrolls, where nothing within takes the focus",
}
DRAWN = {
    "live": "#map .part-map[data-state=shown]",
    "listen": "#listen canvas",
    "find": "#find-audio",
    "methods": "#method-code pre",
}
"""What is there of each page once it is drawn."""
THEME = "dark => document.body.classList.toggle('dark', dark)"


@pytest.mark.parametrize("tab", PAGES)
def test_nothing_keeps_anybody_out(tab: str, finished_site: Site, look: Callable[..., Seen]) -> None:
    seen = look(finished_site)
    page = seen.open(f"tab={tab}&run=made-up&clip=3&selection=1-2-5")
    page.locator(DRAWN[tab]).first.wait_for()
    seen.rest()
    page.evaluate(AXE.read_text())
    page.add_style_tag(content="* { transition: none !important; }")  # colours are asked for when they have changed
    for dark in (False, True):
        page.evaluate(THEME, dark)
        seen.rest()
        assert found(page) == []


def test_nor_does_a_chart_that_lies_open_large(finished_site: Site, look: Callable[..., Seen]) -> None:
    seen = look(finished_site)
    page = seen.open("tab=live&run=made-up")
    page.locator(DRAWN["live"]).first.wait_for()
    page.locator("#charts .chart-open").first.click()
    page.locator(".chart.large .chart-close").wait_for()
    seen.rest()
    page.evaluate(AXE.read_text())
    assert found(page) == []


def found(page: Any) -> list[str]:
    """Each rule that is broken, and the first element that breaks it."""
    rules = {name: {"enabled": False} for name in NOT_ASKED}
    broken = page.evaluate(f"() => axe.run(document, {{resultTypes: ['violations'], rules: {json.dumps(rules)}}})")
    return [
        f"{rule['id']}: {rule['help']}: {rule['nodes'][0]['html'][:200]} {rule['nodes'][0]['any'][:1]}"
        for rule in broken["violations"]
    ]
