"""What stands around the map of Live: the form in its drawer, a run's settings, curves that open large, the first minute."""

import json
import re
import shutil
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.seen import PATIENCE_SECONDS

pytestmark = [pytest.mark.browser, pytest.mark.whole]

LARGE = ".chart.large"
NOTE_CAPTIONS = """
    window.captions = [];
    new MutationObserver(() => {
        const words = document.querySelector("#first-minute .first-words")?.textContent;
        if (words && words !== captions.at(-1)) captions.push(words);
    }).observe(document, { childList: true, subtree: true, characterData: true });
"""
"""Keeps what is told on the way: the first of it may be over before a slow browser says that its page is there."""


def test_the_drawer_opens_tells_what_changed_and_takes_the_settings_of_a_run(
    finished_site: Any, look: Callable[..., Any]
) -> None:
    seen = look(finished_site)
    page = seen.open("run=example")
    line = page.locator("#form-line .form-words")
    line.filter(has_text="SimCLR on").wait_for()
    assert page.locator("#drawer").is_hidden() and page.locator("#start").is_visible()
    page.locator("#form-line button").click()
    field = page.locator("#settings .setting[data-name=temperature] input[type=text]")
    field.fill("0.5")
    field.press("Tab")
    line.filter(has_text="temperature 0.5").wait_for()
    page.locator("#method input").focus()
    page.keyboard.press("Tab")  # which Gradio hears of once the field was left
    expect(page.get_by_role("button", name="About this method")).to_be_focused()
    page.evaluate("new Promise(requestAnimationFrame)")
    expect(page.locator("#method input")).to_have_attribute("aria-expanded", "false")
    page.locator("#wrong input").click()
    page.get_by_role("option", name="Without negatives").click()
    line.filter(has_text="without negatives").wait_for()

    told = page.locator("#run-settings")
    expect(told.locator("strong")).to_have_text("SimCLR on starter")
    told.locator("summary").click()
    expect(told.locator("tr", has_text="batch size").locator("td").first).to_have_text("256")
    changed = told.locator("tr.changed th").all_inner_texts()
    assert changed == told.locator("tr th").all_inner_texts()[: len(changed)], "changed ones stand first"
    told.get_by_role("button", name="Again with").click()
    page.wait_for_function(
        "document.querySelector('#settings [data-name=temperature] input[type=text]').value === '0.1'"
    )
    page.wait_for_function("!document.querySelector('#form-line .form-words').textContent.includes('without')")
    page.locator("#form-line button").click()
    page.locator("#drawer").wait_for(state="hidden")
    assert seen.troubles == []
    assert "method=simclr" in page.url

    page.reload()  # what was filled in from the run is still there, and not what was written before
    line.filter(has_text=re.compile("^SimCLR on .*probe clips 1,?000")).wait_for()
    assert page.locator("#settings [data-name=temperature] input[type=text]").input_value() == "0.1"


def test_a_curve_opens_large_and_closes_by_escape_and_marks_the_snapshot(
    finished_site: Any, look: Callable[..., Any]
) -> None:
    seen = look(finished_site)
    page = seen.open("run=example&step=414")
    small = page.locator("#charts .chart[aria-label='Cross-group kNN']")
    small.locator(".chart-mark:not([hidden])").wait_for(state="attached")
    leading = page.locator("#charts > div .charts-grid").first.locator(".chart:not([hidden])")
    assert [leading.nth(i).get_attribute("aria-label") for i in range(leading.count())] == [
        "Loss",
        "Cross-group kNN",
        "Normalised std",
        "Effective rank",
    ]
    small.locator(".chart-open").click()
    page.locator(f"{LARGE} .annotation-text", has_text="random initialisation").wait_for()
    page.locator(f"{LARGE} .chart-meaning").first.wait_for()
    seen.rest()
    plot, labels = page.evaluate(
        f"""() => [document.querySelector('{LARGE} .nsewdrag').getBoundingClientRect().right,
        [...document.querySelectorAll('{LARGE} .annotation-text')].map(e => e.getBoundingClientRect().left)]"""
    )
    assert labels and all(left >= plot for left in labels), "labels never cover the curve"
    assert page.locator(LARGE).get_attribute("role") == "dialog"
    held = "document.activeElement.ariaLabel ?? document.activeElement.innerText"
    for key in ("Tab", "Shift+Tab"):  # what lies under it is out of reach
        passed = []
        for _ in range(3):
            page.keyboard.press(key)
            passed.append(page.evaluate(held))
        assert passed == (["SVG", "CSV"] if key == "Tab" else ["CSV", "SVG"]) + ["Close the large chart"]
    page.keyboard.press("Escape")
    page.wait_for_function("document.querySelector('.chart.large') === null && !document.querySelector('.chart-shade')")
    assert small.get_attribute("role") == "figure"
    page.wait_for_function("document.activeElement.classList.contains('chart-open')")
    assert seen.troubles == []


def test_the_first_minute_plays_three_captions_and_offers_three_ways(empty_site: Any, look: Callable[..., Any]) -> None:
    seen = look(empty_site)
    seen.page.add_init_script(NOTE_CAPTIONS)
    page = seen.open()
    words = page.locator("#first-minute .first-words")
    page.wait_for_function("location.search.includes('clip=')")  # so that nothing beside the map is empty
    words.filter(has_text="The colours are labels").wait_for()
    first, second, third = page.evaluate("captions")
    assert first.startswith("Each point is a sound") and "altered copies" in second and "colours are labels" in third
    page.get_by_role("button", name="Hear a point").click()
    page.locator("#map .ring.chosen").wait_for(state="attached")
    page.get_by_role("button", name="Bring your sounds").click()
    page.locator("#drop").wait_for()
    assert page.locator("#first-minute .first-words").is_hidden()
    page.reload()
    page.locator("#map .part-map[data-state=shown]").wait_for()
    assert page.locator("#first-minute .first-words").is_hidden()
    back = look(empty_site).open()  # the same visitor on another day, who has no run yet
    back.locator("#drop").wait_for()
    back.locator("#form-line").get_by_role("button", name="Close").click()
    back.reload()
    back.locator("#map .part-map[data-state=shown]").wait_for()
    assert back.locator("#drop").is_hidden()
    assert seen.troubles == []


def test_a_word_of_the_field_is_explained_by_focus_and_by_a_tap(finished_site: Any, look: Callable[..., Any]) -> None:
    for touch in (False, True):
        page = look(finished_site, width=390 if touch else 1280, touch=touch).open("tab=live&run=made-up")
        term = page.locator(".part-standing .term", has_text="kNN").first
        page.locator(".part-standing", has_text="random initialisation").wait_for()  # all of the sentence
        term.wait_for()
        bubble = page.locator("#term-said")
        term.tap() if touch else term.focus()
        bubble.filter(has_text="nearest neighbours").wait_for()
        box = bubble.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= page.viewport_size["width"]
        page.keyboard.press("Escape")
        bubble.wait_for(state="hidden")


def test_the_first_tab_stop_leads_to_the_map(finished_site: Any, look: Callable[..., Any]) -> None:
    seen = look(finished_site)
    page = seen.open("tab=live&run=made-up")
    page.locator("#map .part-map[data-state=shown]").wait_for()
    link = page.get_by_role("link", name="Skip to the map")
    assert link.bounding_box()["y"] < 0, "it is seen while it has the focus"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the map"
    page.wait_for_function("document.activeElement.getBoundingClientRect().top >= 0")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.matches('#map .map-stage')") and "#" not in page.url
    page.get_by_role("tab", name="Methods").click()
    link.wait_for(state="hidden")
    assert seen.troubles == []


@pytest.mark.parametrize("width", [390, 1024])
def test_nothing_moves_when_a_run_is_paused(finished_site: Any, look: Callable[..., Any], width: int) -> None:
    seen = look(finished_site, width=width)
    told = {"state": "training", "seconds_left": 300, "clips_per_second": 1234.5, "device": "CPU, 2 threads"}

    def answer(route: Any) -> None:
        reply = route.fetch(timeout=1000 * PATIENCE_SECONDS)
        news = reply.json()
        if news.get("status"):
            news["status"] |= told
        route.fulfill(response=reply, json=news)

    seen.page.route("**/run/made-up/news*", answer)
    page = seen.open("tab=live&run=made-up")
    page.locator("#map .part-map[data-state=shown]").wait_for()
    page.locator("#run-settings .set-head").wait_for()
    page.locator("#standing", has_text="random initialisation").wait_for()
    page.locator("#form-line", has_text="SimCLR on").wait_for()
    seen.rest()
    tops = {}
    for state in ("training", "paused"):
        told["state"] = state
        page.locator(f"#run-state .part-state[data-state={state}]").wait_for()
        tops[state] = page.locator("#live").bounding_box()["y"]
    assert tops["training"] == tops["paused"]


@pytest.mark.parametrize(
    ("method", "encoder", "title", "views"),
    [
        ("mpc", "frame_transformer", "One view of it", ["The view"]),
        ("simclr", "conv2d", "Two views of it", ["View 1", "View 2"]),
    ],
)
def test_as_many_views_are_shown_as_the_method_hears(
    method: str, encoder: str, title: str, views: list[str], lent_site: Any, look: Callable[..., Any]
) -> None:
    run = lent_site.runs / f"by-{method}"
    shutil.copytree(lent_site.runs / "made-up", run)
    config = json.loads((run / "config.json").read_text())
    (run / "config.json").write_text(json.dumps({**config, "method": method, "encoder": encoder}))
    seen = look(lent_site)
    shown = seen.open(f"run={run.name}&clip=3").locator("#two-views")
    shown.scroll_into_view_if_needed()
    expect(shown.locator(".player:visible .player-title")).to_have_text(views)
    expect(shown.locator("h2")).to_have_text(title)
    expect(shown.locator(".pair-note")).to_contain_text("hears one view of a clip" if method == "mpc" else "")
    expect(shown.locator(".pair-alike")).to_be_visible(visible=method == "simclr")
    assert seen.troubles == []
