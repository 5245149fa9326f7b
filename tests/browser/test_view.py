"""What is looked at stands in the address: every tab, a run, a clip; the back button, a reload, links that say nonsense."""

import contextlib
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Error, expect

from explorer.pages import PAGES
from tests.browser.seen import Seen
from tests.browser.site import Site

pytestmark = pytest.mark.browser

CLIP = "new URLSearchParams(location.search).get('clip')"
SELECTED = "document.querySelector('#map .part-map').view.plot.selected"
PLACE = """([map, i]) => { const { view } = document.querySelector(map + ' .part-map'); const { across, down } = view.plot.scales();
  const box = view.stage.getBoundingClientRect(); return [box.left + across(view.plot.x[i]), box.top + down(view.plot.y[i])]; }"""
LONELIEST = """map => { const { x, y } = document.querySelector(map + ' .part-map').view.plot; let best = 0, far = -1;
  x.forEach((_, i) => { let near = Infinity; x.forEach((_, j) => { if (j !== i) near = Math.min(near, Math.hypot(x[i] - x[j], y[i] - y[j])); });
    if (near > far && Math.max(Math.abs(x[i]), Math.abs(y[i])) < 0.9) [best, far] = [i, near]; });
  return best; }"""
"""The point whose nearest is farthest, so that no other is meant by pointing at it."""


def shown(page: Any, part: str) -> None:
    page.locator(f"{part} .part-map[data-state=shown]").wait_for()


def in_address(page: Any, *words: str) -> None:
    """Wait until all these stand in the address."""
    page.wait_for_function("words => words.every(word => location.search.includes(word))", arg=list(words))


def tab_opened(page: Any, title: str) -> None:
    """Wait until this tab is the one that is open."""
    expect(page.locator("[role=tab][aria-selected=true]").first).to_have_text(title)


def held_back(page: Any, pattern: str) -> Callable[[], None]:
    """Answers nothing that the pattern fits, until what this gives is called."""
    held: list[Any] = []
    page.route(pattern, lambda route: held.append(route))

    def release() -> None:
        page.route(pattern, lambda route: route.continue_())  # the newest goes first
        for route in held:
            with contextlib.suppress(Error):  # of a request that the browser has given up
                route.continue_()

    return release


@pytest.mark.parametrize("tab", PAGES)
def test_every_tab_stands_in_the_address_and_is_opened_by_it(
    finished_site: Site, look: Callable[..., Seen], tab: str
) -> None:
    seen = look(finished_site)
    page = seen.open(f"tab={tab}")
    page.wait_for_function(f"document.body.dataset.tab === '{tab}'")
    tab_opened(page, PAGES[tab][0])
    other = next(word for word in PAGES if word != tab)
    page.get_by_role("tab", name=PAGES[other][0]).click()
    in_address(page, f"tab={other}")
    page.get_by_role("tab", name=PAGES[tab][0]).click()
    in_address(page, f"tab={tab}", "run=")
    assert seen.troubles == []


def test_a_tab_opened_before_the_scripts_have_come_stays_open_and_is_named(
    finished_site: Site, look: Callable[..., Seen]
) -> None:
    """Gradio's tabs can be clicked as soon as they are drawn, and ours may come later."""
    seen = look(finished_site)
    page = seen.page
    release = held_back(page, "**/js/core/view.js*")
    page.goto(f"{seen.address}/", wait_until="commit")
    page.get_by_role("tab", name=PAGES["methods"][0]).click()
    release()
    in_address(page, "tab=methods")
    page.wait_for_function("document.body.dataset.tab === 'methods'")
    tab_opened(page, PAGES["methods"][0])


def test_the_tab_of_the_address_is_opened_however_late_the_tabs_come(
    finished_site: Site, look: Callable[..., Seen]
) -> None:
    seen = look(finished_site, alone=True)
    page = seen.page
    page.clock.install()
    release = held_back(page, f"{seen.address}/assets/**/*.js")  # Gradio's
    page.goto(f"{seen.address}/?tab=find&run=made-up", wait_until="commit")
    page.wait_for_function("document.documentElement.classList.contains('arriving')")
    page.clock.fast_forward(60_000)
    page.wait_for_function("!document.documentElement.classList.contains('arriving')")
    release()
    tab_opened(page, PAGES["find"][0])
    shown(page, "#find-map")
    assert "tab=find" in page.url


def test_the_button_goes_back_to_the_tab_the_run_and_the_clip_and_forward_again(
    finished_site: Site, look: Callable[..., Seen]
) -> None:
    seen = look(finished_site)
    page = seen.open("tab=live&run=made-up&clip=12")
    shown(page, "#map")
    page.locator("#run input").click()
    page.locator("#run [data-name=scripts]").click()
    in_address(page, "run=scripts")
    assert "clip=" not in page.url, "another run's clips are others"
    page.get_by_role("tab", name="Methods").click()
    in_address(page, "tab=methods")
    page.go_back()
    page.wait_for_function("document.body.dataset.tab === 'live'")
    page.go_back()
    page.wait_for_function("document.querySelector('#map .part-map').view.run === 'made-up'")
    page.wait_for_function("document.querySelector('#map .part-map').view.chosen !== null")
    expect(page.locator("#run input")).to_have_attribute("title", "made-up")
    tab_opened(page, "Live")
    page.go_forward()
    page.wait_for_function("document.querySelector('#map .part-map').view.run === 'scripts'")
    assert seen.troubles == []
    assert len(seen.whole_pages) == 1


def test_a_reload_shows_the_same_snapshot_clip_and_comparison(finished_site: Site, look: Callable[..., Seen]) -> None:
    page = look(finished_site).open("tab=live&run=made-up&clip=12")
    shown(page, "#map")
    page.get_by_label("Snapshot", exact=True).focus()
    page.keyboard.press("Home")
    in_address(page, "step=0", "clip=12")
    page.locator("#compare input").click()
    page.locator("#compare [data-name=bare]").click()
    in_address(page, "run=made-up", "run=bare")
    page.reload()
    page.wait_for_function("document.querySelector('#compare input')?.title === 'bare'")
    page.wait_for_function("document.querySelector('#map .part-map')?.view?.shownLayout?.step === 0")
    page.locator("#clip .player-title", has_text="rain").wait_for()
    expect(page.locator("#map").get_by_label("Follow live")).not_to_be_checked()


def test_an_unknown_run_is_said_in_one_sentence(finished_site: Site, look: Callable[..., Seen]) -> None:
    seen = look(finished_site)
    page = seen.open("tab=live&run=nowhere")
    trouble = page.locator("#run .run-trouble")
    expect(trouble).to_have_text("There is no run called “nowhere” here; choose another one.")
    page.locator("#run-state .state-line", has_text="No run is chosen.").wait_for()
    expect(page.get_by_text("There is no such run.")).to_have_count(0)
    page.locator("#run input").click()
    page.locator("#run [data-name=made-up]").click()
    shown(page, "#map")
    trouble.wait_for(state="hidden")


def test_no_run_is_proposed_where_the_address_names_one_and_the_newest_where_it_names_none(
    finished_site: Site, look: Callable[..., Seen]
) -> None:
    page = look(finished_site).open("tab=live")
    page.wait_for_function("location.search.includes('run=')")
    proposed = re.search(r"run=([\w-]+)", page.url)
    assert proposed is not None and proposed[1] in ("made-up", "scripts", "bare")
    page.wait_for_function("name => document.querySelector('#run input').title === name", arg=proposed[1])
    page = look(finished_site).open("tab=live&run=example")
    shown(page, "#map")
    assert "run=example" in page.url


@pytest.mark.parametrize("count", [50, 51])
def test_fifty_selected_clips_travel_in_a_link_and_of_more_it_says_so(
    finished_site: Site, look: Callable[..., Seen], count: int
) -> None:
    page = look(finished_site).open("tab=live&run=made-up")
    shown(page, "#map")
    view = page.evaluate(
        "[...document.scripts].find(s => s.src.endsWith('core/page.js')).src.replace('page.js', 'view.js')"
    )
    page.evaluate(
        "async ([view, n]) => (await import(view)).view.set({ selection: [...Array(n).keys()] })", [view, count]
    )
    in_address(page, "selection=")
    linked = page.url.partition("?")[2]
    page = look(finished_site).open(linked)
    shown(page, "#map")
    told = page.locator("#map .map-selection")
    if count == 50:
        assert page.evaluate(SELECTED) == list(range(50))
        assert told.inner_text().startswith("50 clips are selected.")
    else:
        assert page.evaluate(SELECTED) == []
        assert told.inner_text().startswith("The selection is not included in this link")


def test_a_clip_chosen_on_the_map_is_chosen_on_find_and_the_other_way_round(
    finished_site: Site, look: Callable[..., Seen]
) -> None:
    seen = look(finished_site)
    page = seen.open("tab=live&run=made-up")
    shown(page, "#map")
    page.locator("#run-settings .set-head").wait_for()  # above the map, which stays in place from now on
    seen.rest()
    page.mouse.click(*page.evaluate(PLACE, ["#map", page.evaluate(LONELIEST, "#map")]))
    page.locator("#clip .map-panel .player[data-state=shown]").wait_for()
    title = page.locator("#clip .player-title").inner_text()
    page.get_by_role("tab", name="Find").click()
    shown(page, "#find-map")
    page.locator("#find-map .ring.chosen").wait_for(state="attached")
    page.wait_for_function(
        "title => document.querySelector('#find-player .player-title').textContent === title", arg=title
    )

    in_address(page, "clip=")
    before = page.evaluate(CLIP)
    page.locator("#find-picker").get_by_role("button", name="The next clip").click()
    page.wait_for_function(f"before => {CLIP} !== before", arg=before)
    clip = page.evaluate(CLIP)
    page.locator("#other-picker").get_by_role("button", name="The chosen clip").click()
    page.wait_for_function(
        "document.querySelector('#other-player .player-title').textContent === document.querySelector('#find-player .player-title').textContent"
    )
    page.get_by_role("tab", name="Live").click()
    page.wait_for_function(
        "clip => { const { view } = document.querySelector('#map .part-map'); return view.clips.clipOf(view.chosen) === clip; }",
        arg=int(clip),
    )
    assert seen.troubles == []


def test_a_clip_heard_in_the_lens_is_chosen_on_the_map(finished_site: Site, look: Callable[..., Seen]) -> None:
    page = look(finished_site).open("tab=live&run=made-up")
    page.wait_for_function(
        """() => { document.querySelector('#lens .part-lens')?.scrollIntoView();
          return document.querySelector("#lens .part-lens[data-step='20'] .lens-field"); }""",
        polling=200,
    )
    page.locator(".lens-field").first.press("ArrowRight")
    page.locator(".lens-field").first.press("Enter")
    in_address(page, "clip=")
    page.locator("#map .ring.chosen").wait_for(state="attached")


def test_nothing_that_a_visitor_sent_or_typed_enters_the_address(
    finished_site: Site, look: Callable[..., Seen], tmp_path: Any
) -> None:
    import numpy as np
    import soundfile

    page = look(finished_site).open("tab=find&run=made-up")
    shown(page, "#find-map")
    soundfile.write(tmp_path / "private name.wav", 0.3 * np.sin(np.arange(8_000) / 9), 16_000)
    page.locator("#find-audio input[type=file]").set_input_files(tmp_path / "private name.wav")
    page.locator("#find-player .player-title", has_text="private name").wait_for()
    page.get_by_role("tab", name="Live").click()
    page.locator("#form-line button").click()
    page.locator("#data input").fill(str(tmp_path))
    page.locator("#data input").press("Enter")
    in_address(page, "tab=live")
    assert dict(pair.split("=") for pair in page.url.partition("?")[2].split("&")) == {"tab": "live", "run": "made-up"}
