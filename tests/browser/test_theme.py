"""Light and dark: the page as it is opened, and everything drawn on it when the theme changes under it."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.seen import Seen
from tests.browser.site import Site
from tests.browser.test_map_colours import COLOURS
from tests.browser.test_map_page import LONELIEST, PLACE, shown_map

pytestmark = pytest.mark.browser

TOGGLE = "dark => document.body.classList.toggle('dark', dark)"
TOKEN = "name => getComputedStyle(document.body).getPropertyValue('--h-' + name).trim()"
POINT = """([x, y]) => { const canvas = document.querySelector('#map .map-points'), box = canvas.getBoundingClientRect();
  const scale = canvas.width / box.width;
  return [...canvas.getContext('2d').getImageData((x - box.left) * scale, (y - box.top) * scale, 1, 1).data].join(); }"""
"""What the canvas of the map shows at a place of the page."""
PICTURE = "document.querySelector('.map-panel .player canvas').toDataURL()"
CHART = ".chart[aria-label='Loss']"
PLOT = f'document.querySelector("{CHART} .js-plotly-plot")'
TINTS = f"(({{ data, _fullLayout: all }}) => [data[0].line.color, all.font.color, all.xaxis.gridcolor])({PLOT})"
TEXT_LIGHT, TEXT_DARK = "#1b2430", "#e8ebef"


def brightness(page: Any, selector: str) -> float:
    """Of an element's ground, from 0 to 255."""
    ground = page.locator(selector).first.evaluate("element => getComputedStyle(element).backgroundColor")
    red, green, blue = (float(part) for part in ground.removeprefix("rgb(").removesuffix(")").split(","))
    return (red + green + blue) / 3


def test_the_theme_of_the_address_is_that_of_every_part(finished_site: Site, look: Callable[..., Seen]) -> None:
    drawn = {}
    for theme in ("light", "dark"):
        seen = look(finished_site)
        page = shown_map(seen, f"run=made-up&clip=12&__theme={theme}")
        page.locator(".map-panel .player[data-state=shown]").wait_for()
        seen.rest()  # nothing gets another size from now on
        drawn[theme] = page.evaluate(COLOURS), page.evaluate(PICTURE)
        bright = brightness(page, "#map .map-stage") > 128, brightness(page, "body") > 128
        assert bright == ((theme == "light"),) * 2
        assert page.evaluate(TOKEN, "text") == {"light": TEXT_LIGHT, "dark": TEXT_DARK}[theme]
        page.evaluate(TOGGLE, theme == "light")  # and now the other one
        drawn[f"{theme} no more"] = page.evaluate(COLOURS), page.evaluate(PICTURE)
        assert seen.troubles == []
    for part in (0, 1):
        assert drawn["light"][part] != drawn["dark"][part]
        assert drawn["light no more"][part] == drawn["dark"][part]
        assert drawn["dark no more"][part] == drawn["light"][part]


def test_the_points_of_the_map_take_the_colours_of_the_theme(finished_site: Site, look: Callable[..., Seen]) -> None:
    page = shown_map(look(finished_site), "run=made-up&__theme=light")
    place = page.evaluate(PLACE, page.evaluate(LONELIEST))
    light, swatch = (
        page.evaluate(POINT, place),
        "getComputedStyle(document.querySelector('#map .swatch')).backgroundColor",
    )
    legend = page.evaluate(swatch)
    page.evaluate(TOGGLE, True)
    page.wait_for_function(f"([place, light]) => ({POINT})(place) !== light", arg=[place, light])
    assert page.evaluate(swatch) != legend
    page.evaluate(TOGGLE, False)
    page.wait_for_function(f"([place, light]) => ({POINT})(place) === light", arg=[place, light])
    assert page.evaluate(swatch) == legend


def test_the_grey_of_clips_without_a_value_is_that_of_the_theme(finished_site: Site, look: Callable[..., Seen]) -> None:
    page = shown_map(look(finished_site), "run=made-up&__theme=light")
    page.get_by_label("Colour by").select_option(label="Loudness")
    missing = page.locator("#map .number-missing")
    expect(missing).to_have_text("no value: 1")
    swatch = missing.locator(".swatch")
    expect(swatch).to_have_css("background-color", "rgb(154, 161, 171)")
    page.evaluate(TOGGLE, True)
    expect(swatch).to_have_css("background-color", "rgb(107, 114, 128)")


def test_the_charts_take_the_colours_of_the_theme(finished_site: Site, look: Callable[..., Seen]) -> None:
    seen = look(finished_site)
    page = seen.open("tab=live&run=made-up&__theme=light")
    page.wait_for_function(f"{PLOT}?._fullLayout?.font.color === '{TEXT_LIGHT}'")
    for dark, text in ((True, TEXT_DARK), (False, TEXT_LIGHT)):
        page.evaluate(TOGGLE, dark)
        page.wait_for_function(f"{PLOT}._fullLayout.font.color === '{text}'")
        tokens = [page.evaluate(TOKEN, name) for name in ("curve-0", "text", "grid")]
        assert page.evaluate(TINTS) == tokens
        drawn = page.locator(f"{CHART} .scatterlayer .js-line").first
        stroke = drawn.evaluate("line => line.style.stroke")
        assert stroke == "rgb({}, {}, {})".format(*(int(tokens[0][i : i + 2], 16) for i in (1, 3, 5)))
    assert seen.troubles == []
