"""How the page begins: what it will need is named at once, and what a visitor waits for is asked for before all else."""

import re
import time
from typing import Any

import pytest

from tests.browser.seen import PATIENCE_SECONDS

pytestmark = pytest.mark.browser

ENDLESS = """
    const native = setTimeout;
    window.setTimeout = (call, wait, ...more) => (wait === 5000 ? 0 : native(call, wait, ...more));
"""
"""The page waits for what comes first as long as it takes: see LONGEST_MS in assets/js/core/first.js."""
WORDS_OF_THE_FORM = """
    window.words = [];
    new MutationObserver(() => {
      const said = document.querySelector(".form-words")?.textContent;
      if (said && said !== words.at(-1)) words.push(said);
    }).observe(document, { childList: true, characterData: true, subtree: true });
"""
"""What the line of the form has said, one after the other: a server that has torch at hand fills it at once."""
AFTERWARDS = ("/plotly", "/run/made-up/settings", "/x/views?")
"""What holds the browser's thread or makes the server import torch."""


def test_every_module_that_the_page_loads_is_named_in_it_and_fetched_once(finished_site: Any, look: Any) -> None:
    seen = look(finished_site, alone=True)
    asked: list[str] = []
    seen.page.on("request", lambda request: asked.append(request.url))
    reply = seen.page.goto(f"{seen.address}/?run=made-up")
    named = re.findall(r'rel="modulepreload" href="([^"]+)"', reply.text())
    seen.page.locator("#map .part-map[data-state=shown]").wait_for()
    modules = [url.removeprefix(f"{seen.address}/") for url in asked if "/x/assets/" in url and url.endswith(".js")]
    modules = [name for name in modules if not name.endswith("/quiet_clocks.js")]
    assert len(named) > 80
    assert sorted(modules) == sorted(named)
    assert seen.troubles == []


def test_the_map_is_asked_for_before_what_takes_long(finished_site: Any, look: Any) -> None:
    seen = look(finished_site, alone=True)
    asked: list[str] = []
    seen.page.on("request", lambda request: asked.append(request.url))
    seen.page.add_init_script(ENDLESS)
    page = seen.open("run=made-up&clip=3")
    page.locator("#settings .setting").first.wait_for(state="attached")
    page.locator("#charts .js-plotly-plot").first.wait_for()
    until = time.monotonic() + PATIENCE_SECONDS
    while not any("/x/views?" in url for url in asked) and time.monotonic() < until:
        page.wait_for_timeout(100)  # a page lists no more than 250 of what it fetched

    def first(part: str) -> int:
        return next(i for i, url in enumerate(asked) if part in url)

    waited_for = max(first("/layout/"), first("/neighbours/"), first("/pictures/"))
    for part in AFTERWARDS:
        assert first(part) > waited_for, part
    assert seen.troubles == []


def test_a_page_that_opens_with_another_tab_waits_for_no_map(finished_site: Any, look: Any) -> None:
    seen = look(finished_site, alone=True)
    seen.page.route("**/layout/**", lambda route: None)  # no place of the map ever comes
    page = seen.open("tab=listen&run=made-up")
    page.locator("#views-form .setting").first.wait_for()
    assert page.locator("#map .part-map[data-state=shown]").count() == 0
    assert seen.troubles == []


def test_a_training_asked_for_before_its_form_is_filled_begins_once_it_is(finished_site: Any, look: Any) -> None:
    seen = look(finished_site, alone=True)
    started: list[Any] = []

    def kept(route: Any) -> None:
        started.append(route.request.post_data_json)
        route.fulfill(json={"event_id": "kept from the server"})

    seen.page.route("**/queue/join**", kept)
    seen.page.route("**/queue/data**", lambda route: None)  # of what the server knows nothing
    seen.page.route("**/layout/**", lambda route: None)  # the form waits for the map, which never comes
    seen.page.add_init_script(ENDLESS + WORDS_OF_THE_FORM)
    page = seen.open("run=made-up")
    page.locator("#start").click()
    until = time.monotonic() + PATIENCE_SECONDS
    while not started and time.monotonic() < until:
        page.wait_for_timeout(100)
    assert len(started) == 1
    said = page.evaluate("words")
    assert "The training begins as soon as the form is filled …" in said and "SimCLR on" in said[-1]
    assert "run" in started[0]["data"][-1]["filled"]
    assert seen.troubles == []
