"""A page of Live with some clips of the made-up run selected, for tests of the selection and of tags."""

from typing import Any

from playwright.sync_api import expect

from tests.browser.seen import Seen


def opened(seen: Seen, selection: str = "0-5-10-15") -> Any:
    page = seen.open(f"tab=live&run=made-up&selection={selection}")
    page.locator("#selection .clip").first.wait_for()
    page.locator("#map .part-map[data-state=shown]").wait_for()
    expect(page.locator("#selection .selection-acts button").first).to_be_enabled()  # its clips can be heard
    page.locator("#map .map-stage").focus()
    return page


def count(page: Any) -> str:
    return str(page.locator("#selection .selection-count").inner_text())


def tag(page: Any, name: str) -> None:
    page.keyboard.press("t")
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.locator(".tag-chip", has_text=name).wait_for()
