"""The list of suspects in a real browser: each is heard beside its neighbours, chosen, and all are selected."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import Seen, Site

pytestmark = pytest.mark.browser


def test_suspects_are_listed_heard_chosen_and_selected(finished_site: Site, look: Callable[..., Seen]) -> None:
    seen = look(finished_site)
    page: Any = seen.open("tab=live&run=example")
    page.locator("#suspects summary").click(timeout=90_000)
    first = page.locator(".suspects-rows > li").first
    first.wait_for(timeout=90_000)
    assert "of the vote of its nearest clips is for" in first.inner_text()
    assert first.locator(".suspects-beside .clip").count() == 3
    first.locator(".suspects-own .clip-hear").focus()
    page.get_by_role("button", name="Select all").click()
    page.wait_for_function("location.search.includes('selection=')")
    page.locator(".suspects-kinds button", has_text="Outliers").click()
    page.locator(".suspects-rows > li", has_text="times as far from its nearest clips").first.wait_for()
    assert seen.troubles == []


def test_labels_of_suspects_are_text_and_their_sounds_are_heard(finished_site: Site, look: Callable[..., Seen]) -> None:
    page = look(finished_site).open("tab=live&run=scripts")
    page.locator("#suspects summary").click(timeout=90_000)
    page.locator(".suspects-foot").wait_for(state="attached", timeout=90_000)
    page.locator(".suspects-kinds button").first.wait_for(timeout=90_000)
    page.locator(".suspects-kinds button", has_text="Outliers").click()
    row = page.locator(".suspects-rows > li").first
    row.locator(".suspects-own .clip-hear").click()
    page.wait_for_function("location.search.includes('clip=')")
    assert page.evaluate("window.ran") is None
