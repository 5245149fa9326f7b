"""The page Methods in a real browser: every method's formula and drawing, the table, and the way to its training."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from training.methods import METHODS

pytestmark = pytest.mark.browser

SHOWN = """title => document.querySelector('#method-head h2')?.textContent === title
  && document.querySelector('#method-flow svg > title')?.textContent.startsWith(title + ':')"""

PRESS = """async names => { for (const name of names) {
  document.querySelector(`tr[data-name=${name}] button`).click();
  await new Promise(settle => setTimeout(settle, 50)); } }"""
"""As fast as a hand presses: of events within one instant, Gradio (6.31) sends all, and their answers come in any order."""


def opened(seen: Any, query: str = "") -> Any:
    page = seen.open(f"tab=methods&{query}")
    page.locator("#method-code pre").wait_for()
    return page


def test_every_method_is_shown_with_its_formula_drawing_and_source(
    finished_site: Any, look: Callable[..., Any]
) -> None:
    seen = look(finished_site)
    page = opened(seen)
    assert page.locator("#methods-table tr[data-name]").count() == len(METHODS)
    for name, method in METHODS.items():
        page.evaluate("name => document.querySelector(`tr[data-name=${name}] button`).click()", name)
        page.wait_for_function(SHOWN, arg=method.card.title)
        page.locator("#method-words .katex-display").wait_for()
        assert page.locator(".katex-error").count() == 0, name
        page.locator("#method-code").get_by_text(f"training/methods/{name}.py").wait_for()
        page.locator("#method-code pre .token.keyword").nth(3).wait_for(state="attached")
    assert seen.troubles == [] and seen.elsewhere == []


def test_of_methods_that_are_pressed_in_a_row_the_last_is_shown(finished_site: Any, look: Callable[..., Any]) -> None:
    seen = look(finished_site)
    page = opened(seen)
    page.evaluate(PRESS, ["byol", "vicreg", "npc"])
    page.wait_for_function(SHOWN, arg=METHODS["npc"].card.title)
    assert seen.troubles == []


def test_a_method_is_found_compared_and_trained(finished_site: Any, look: Callable[..., Any]) -> None:
    seen = look(finished_site)
    page = opened(seen, "method=byol")
    expect(page.locator("#method-head h2")).to_have_text(METHODS["byol"].card.title)
    expect(page.locator("#with-and-without")).to_contain_text("can collapse")

    page.get_by_label("Find a method").fill("no negatives byol")
    names = page.locator("#methods-table tr[data-name]").evaluate_all("rows => rows.map(row => row.dataset.name)")
    assert "byol" in names and "simclr" not in names
    page.get_by_label("Find a method").fill("")
    page.locator("#methods-table thead").get_by_role("button", name="Year").click()
    years = page.locator("#methods-table tr[data-name] td:nth-child(2)").all_inner_texts()
    assert years == sorted(years, reverse=True) and len(years) == len(METHODS)

    page.locator("tr[data-name=simclr] button").click()
    page.wait_for_function(SHOWN, arg="SimCLR")
    page.wait_for_function("location.search.includes('method=simclr')")
    page.locator("#train-this").click()
    page.locator("#settings .setting[data-name=temperature]").wait_for()
    expect(page.locator("#method input")).to_have_value(re.compile("^SimCLR"))
    page.wait_for_function("location.search.includes('tab=live')")

    page.get_by_role("tab", name="Methods").click()
    page.locator("tr[data-name=byol] button").click()
    page.wait_for_function(SHOWN, arg="BYOL")
    page.locator("#train-this").click()
    page.locator("#settings .setting[data-name=momentum]").wait_for()
    expect(page.locator("#method input")).to_have_value(re.compile("^BYOL"))
    assert seen.troubles == []


def test_the_address_names_the_method_to_train_which_is_explained(finished_site: Any, look: Callable[..., Any]) -> None:
    page = look(finished_site).open("tab=train&method=byol")
    page.locator("#settings .setting[data-name=momentum]").wait_for()
    expect(page.locator("#method input")).to_have_value(re.compile("BYOL"))
    page.get_by_role("button", name="About this method").click()
    symbols = page.locator("#method-card").get_by_role("listitem")
    expect(symbols.locator(".katex")).to_have_count(len(METHODS["byol"].card.symbols))


def test_words_families_and_symbols_are_explained_on_a_phone(finished_site: Any, look: Callable[..., Any]) -> None:
    page = opened(look(finished_site, width=390, height=844), "method=vicreg")
    page.locator("#method-vocabulary button").first.click()
    expect(
        page.locator("#method-vocabulary").get_by_text("learning from sounds that nobody has labelled")
    ).to_be_visible()
    box = page.locator(".methods-box").bounding_box()
    for about in page.locator(".methods-box tr.family p").all():
        place = about.bounding_box()
        assert place["x"] >= box["x"] and place["x"] + place["width"] <= box["x"] + box["width"]
    symbols = page.locator("#method-words li")
    expect(symbols).to_have_count(len(METHODS["vicreg"].card.symbols))
    expect(symbols.locator(".katex")).to_have_count(len(METHODS["vicreg"].card.symbols))
