"""The map of Live in a real browser: points that can be seen, sounds that can be heard, a map that moves."""

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image

pytestmark = pytest.mark.browser

PLACE = """i => { const { view } = document.querySelector('#map .part-map'); const { across, down } = view.plot.scales();
  const box = view.stage.getBoundingClientRect(); return [box.left + across(view.plot.x[i]), box.top + down(view.plot.y[i])]; }"""
LISTEN = """() => { window.heard = []; for (const kind of ['sound', 'neighbours'])
  document.addEventListener('hearsight:' + kind, e => heard.push({kind, ...e.detail})); }"""

LONELIEST = """() => { const { x, y } = document.querySelector('#map .part-map').view.plot; let best = 0, far = -1;
  x.forEach((_, i) => { let near = Infinity; x.forEach((_, j) => { if (j !== i) near = Math.min(near, Math.hypot(x[i] - x[j], y[i] - y[j])); });
    if (near > far && Math.max(Math.abs(x[i]), Math.abs(y[i])) < 0.9) [best, far] = [i, near]; });
  return best; }"""
"""The point whose nearest is farthest, so that no other is meant by pointing at it."""


def coloured_share(page: Any) -> float:
    """The share of the stage's pixels that have a colour: the DOM says nothing of what a canvas shows."""
    shot = Image.open(io.BytesIO(page.locator("#map .map-stage").screenshot())).convert("RGB")
    pixels = np.asarray(shot, dtype=int)
    return float(np.mean(pixels.max(axis=2) - pixels.min(axis=2) > 40))


PAINTED = """async () => { for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
  const canvas = document.querySelector('#map .map-points'); let coloured = 0;
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  for (let i = 0; i < data.length; i += 4) {
    const [red, green, blue] = data.slice(i, i + 3);
    coloured += data[i + 3] > 0 && Math.max(red, green, blue) - Math.min(red, green, blue) > 40;
  }
  return coloured / (data.length / 4); }"""
"""The share of the canvas of points that has a colour, with the next picture of the screen; whatever lies over it."""


def is_sound(reply: Any) -> bool:
    return "/clip/" in reply.url


def shown_map(seen: Any, query: str = "") -> Any:
    """The page Live with the map's points, once they can be heard and all above them is there, so that they stay in place."""
    page = seen.open(f"tab=live&{query}")
    page.locator("#map .part-map[data-state=shown]").wait_for()
    page.locator("#run-settings .set-head").wait_for()
    page.wait_for_function("document.querySelector('#map .part-map').view.clips.points.sounds")
    seen.rest()
    return page


CURSOR = """() => { window.cursor = []; const line = document.querySelector('.map-panel .player-cursor');
  new MutationObserver(() => cursor.push(line.style.opacity)).observe(line, { attributeFilter: ['style'] }); }"""


def test_a_click_is_seen_and_heard(finished_site: Any, look: Callable[..., Any]) -> None:
    seen = look(finished_site)
    page = shown_map(seen, "run=made-up")
    assert coloured_share(page) > 0.01
    page.evaluate(LISTEN)
    x, y = page.evaluate(PLACE, 7)
    with page.expect_response(is_sound) as clip:
        page.mouse.move(x, y)
        page.mouse.click(x, y)
    assert clip.value.headers["content-type"] == "audio/wav"
    assert clip.value.body()[:4] == b"RIFF"
    page.wait_for_function("new Set(heard.map(said => said.kind)).size === 2")
    assert page.locator("#map .ring.near").count() == 10
    assert page.locator(".map-panel .clip").count() == 10
    page.locator(".map-panel .player[data-state=shown]").wait_for()
    page.wait_for_function("location.search.includes('clip=') && location.search.includes('run=made-up')")
    with page.expect_response(is_sound):  # a neighbour's is fetched when it is pointed at
        page.locator(".map-panel .clip-hear").nth(3).hover()
    assert seen.troubles == [] and seen.elsewhere == []


def test_a_listed_neighbour_is_gone_to_on_the_map(finished_site: Any, look: Callable[..., Any]) -> None:
    seen = look(finished_site)
    page = shown_map(seen, "run=made-up&clip=12")
    page.wait_for_function("document.querySelector('#map .part-map').view.near.length === 10")
    nearest = page.evaluate("document.querySelector('#map .part-map').view.near[0].point")
    page.get_by_role("button", name="Go to this clip on the map").first.click()
    page.wait_for_function("point => document.querySelector('#map .part-map').view.chosen === point", arg=nearest)
    assert seen.troubles == []


def test_a_sound_that_was_heard_to_its_end_begins_anew(finished_site: Any, look: Callable[..., Any]) -> None:
    seen = look(finished_site)
    page = shown_map(seen, "run=made-up&clip=12")
    page.locator(".map-panel .player[data-state=shown]").wait_for()
    picture = page.locator(".map-panel .player-picture").bounding_box()
    page.evaluate(CURSOR)
    page.mouse.click(picture["x"] + picture["width"] / 2, picture["y"] + picture["height"] / 2)
    # It would stay where playing was begun. The sound is short: whoever looks now and then may miss that it plays.
    page.wait_for_function("cursor.includes('1') && cursor.at(-1) === '0'")
    assert seen.troubles == []


def test_the_map_moves_to_another_snapshot_and_keeps_the_zoom(finished_site: Any, look: Callable[..., Any]) -> None:
    seen = look(finished_site)
    page = shown_map(seen, "run=made-up")
    box = page.locator("#map .map-stage").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.wheel(0, -300)
    page.wait_for_function("document.querySelector('#map .part-map').view.plot.camera.zoom > 1.2")
    zoom = "() => { const { zoom, panX, panY } = document.querySelector('#map .part-map').view.plot.camera; return [zoom, panX, panY]; }"
    before, zoomed = page.evaluate(PLACE, 3), page.evaluate(zoom)
    page.get_by_label("Snapshot", exact=True).focus()
    page.keyboard.press("Home")
    page.wait_for_function("document.querySelector('#map .part-map').view.shownLayout.step === 0")
    page.wait_for_function("!document.querySelector('#map .part-map').view.plot.moving")
    assert page.evaluate(PLACE, 3) != before
    assert page.evaluate(zoom) == zoomed
    assert not page.get_by_label("Follow live").is_checked()
    assert coloured_share(page) > 0.005
    assert "step 0" in page.locator("#map .timeline-words").inner_text()
    assert seen.troubles == []


def test_a_point_that_has_moved_is_found_where_it_is(finished_site: Any, look: Callable[..., Any]) -> None:
    seen = look(finished_site)
    page = shown_map(seen, "run=made-up")
    page.get_by_label("Snapshot", exact=True).focus()
    page.keyboard.press("Home")
    page.wait_for_function("document.querySelector('#map .part-map').view.shownLayout.step === 0")
    page.wait_for_function("!document.querySelector('#map .part-map').view.plot.moving")
    loneliest = page.evaluate(LONELIEST)
    page.mouse.move(*page.evaluate(PLACE, loneliest))
    page.locator("#map .map-tip.shown").wait_for()
    page.mouse.click(*page.evaluate(PLACE, loneliest))
    assert page.evaluate("document.querySelector('#map .part-map').view.chosen") == loneliest
    assert seen.troubles == []


def test_the_map_is_dragged_without_choosing_a_point_and_kept_as_a_picture(
    finished_site: Any, look: Callable[..., Any]
) -> None:
    seen = look(finished_site)
    page = shown_map(seen, "run=made-up")
    before = page.evaluate(PLACE, page.evaluate(LONELIEST))
    page.mouse.move(*before)
    page.locator("#map .map-tip.shown").wait_for()
    page.mouse.down()
    page.mouse.move(before[0] - 60, before[1] - 40, steps=6)
    page.mouse.up()
    page.wait_for_timeout(300)
    after = page.evaluate(PLACE, page.evaluate(LONELIEST))
    assert np.allclose(after, np.subtract(before, (60, 40)), atol=1.5)
    assert page.evaluate("document.querySelector('#map .part-map').view.chosen") is None
    with page.expect_download() as kept:
        page.get_by_role("button", name="Download the map as a picture").click()
    assert kept.value.suggested_filename == "made-up.png"
    picture = np.asarray(Image.open(kept.value.path()).convert("RGB"), dtype=int)
    assert np.mean(picture.max(axis=2) - picture.min(axis=2) > 40) > 0.005
    assert page.evaluate("document.querySelector('#map .part-map').view.chosen") is None
    assert seen.troubles == []


def test_a_tap_of_a_finger_chooses_the_point_under_it(finished_site: Any, look: Callable[..., Any]) -> None:
    seen = look(finished_site, width=390, height=844, touch=True)
    page = shown_map(seen, "run=made-up")
    page.evaluate("document.querySelector('#map .map-stage').scrollIntoView({block: 'center'})")
    page.evaluate(LISTEN)
    loneliest = page.evaluate(LONELIEST)
    page.touchscreen.tap(*page.evaluate(PLACE, loneliest))
    dock = page.get_by_role("group", name="Player of the chosen clip")
    dock.wait_for()
    assert page.evaluate("document.querySelector('#map .part-map').view.chosen") == loneliest
    box = dock.bounding_box()
    assert box["x"] == 0 and box["width"] == 390 and box["y"] + box["height"] == 844  # at the screen's edge
    page.wait_for_function("new Set(heard.map(said => said.kind)).size === 2")
    page.evaluate("heard.length = 0")
    dock.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("heard.length === 1")
    dock.get_by_role("button", name="Nearest").click()
    page.wait_for_function("document.querySelector('.map-panel').getBoundingClientRect().top < innerHeight / 2")
    dock.get_by_role("button", name="Close the player").click()
    assert dock.is_hidden()
    assert seen.troubles == []


def test_a_wide_screen_has_one_player_out_of_which_a_long_title_pushes_nothing(
    finished_site: Any, look: Callable[..., Any]
) -> None:
    page = shown_map(look(finished_site), "run=made-up&clip=12")
    page.locator(".map-panel .player[data-state=shown]").wait_for()
    assert page.get_by_role("group", name="Player of the chosen clip").is_hidden()
    title = page.locator(".map-panel .player[data-state=shown] .player-title")
    title.evaluate("title => { title.textContent = 'a long name '.repeat(30); }")
    panel = page.locator(".map-panel")
    assert panel.evaluate("panel => panel.scrollWidth <= panel.clientWidth")


def test_a_link_brings_back_run_page_and_clip(finished_site: Any, look: Callable[..., Any]) -> None:
    seen = look(finished_site, width=390, height=844)
    page = shown_map(seen, "run=made-up&clip=12")
    page.locator(".map-panel .player[data-state=shown]").wait_for()
    assert page.locator(".map-panel .player-title").inner_text() == "rain"
    assert "tab=live" in page.url  # Gradio tells of its first tab too, sometimes last
    page.wait_for_function("document.documentElement.scrollWidth <= 390")
    assert seen.troubles == []


def test_a_link_of_nonsense_shows_the_page_all_the_same(finished_site: Any, look: Callable[..., Any]) -> None:
    seen = look(finished_site)
    page = seen.open("tab=nonsense&run=../../etc&clip=-1")
    page.wait_for_function("document.body.dataset.tab")  # a click before that may be lost
    page.get_by_role("tab", name="Live").click()
    page.locator("#map .part-map[data-state=shown]").wait_for()
    assert page.locator(".map-panel .player[data-state=empty]").count() == 1
    assert seen.troubles == []


def test_security_labels_that_hold_scripts_are_only_text(finished_site: Any, look: Callable[..., Any]) -> None:
    seen = look(finished_site)
    page = shown_map(seen, "run=scripts&clip=0")
    page.locator(".map-panel .clip").first.wait_for()
    page.mouse.move(*page.evaluate(PLACE, 2))
    page.locator("#map .map-tip.shown").wait_for()
    assert page.evaluate("window.ran") is None
    assert "<img src=x onerror='window.ran=1'>" in page.locator("#map .legend").inner_text()
    assert seen.troubles == []
