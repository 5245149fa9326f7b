"""The curves in a real browser: they grow, keep a zoom, and stand beside those of another run."""

import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.browser.seen import PATIENCE_SECONDS, Seen
from tests.browser.site import Site
from tests.browser.test_theme import TOGGLE
from training.run import RunWriter, State, Status, create_run

pytestmark = pytest.mark.browser

LOSS = ".chart[aria-label=Loss]:not([hidden])"
PLOT = f"document.querySelector('{LOSS} .js-plotly-plot')"
RANGE = f"{PLOT}._fullLayout.xaxis.range"
CURVES = f"{PLOT}.data.map(({{ x, y }}) => [[...x], [...y]])"
X_TITLE = f"document.querySelector('{LOSS} .xtitle')?.textContent"
DRAWN = f"{PLOT}?.data?.map(trace => trace.x.length).join()"
"""How many points of each curve Plotly has drawn."""
TAIL = f"[...document.querySelectorAll('{LOSS} .chart-tail path')].map(p => (p.getAttribute('d') ?? '').split('L').length - 1).join()"
"""How many of each were added without it."""


INSIDE = f"""[...document.querySelectorAll('{LOSS} .chart-value, {LOSS} .chart-controls, {LOSS} .main-svg')].map(part =>
  part.getBoundingClientRect().right <= document.querySelector('{LOSS}').getBoundingClientRect().right)"""
"""Whether each part of the chart lies in its box."""
HELD_DRAWING = """() => { const { react } = Plotly, held = new Promise(done => { window.draw = done; });
  Plotly.react = async (...given) => { await held; return react(...given); }; }"""
"""Plotly draws nothing until `draw` is called."""


class Growing:
    """A run that trains as far as this test says."""

    def __init__(self, site: Site, name: str):
        self.writer = RunWriter(create_run(site.runs / name, {"method": "simclr", "data": "starter"}).path)
        self.state(State.TRAINING)

    def state(self, state: State) -> None:
        self.writer.write_status(Status(state, attempt=1, steps=1000))

    def grow(self, *steps: int) -> None:
        """Rows of a loss that goes up and down between 2 and 3; the page may ask between any two of them."""
        for step in steps:
            row = {"step": step, "seconds": step / 10, "attempt": 1, "train/loss": loss_at(step)}
            self.writer.append_metrics(row)


def loss_at(step: int) -> float:
    return 3 if step == 10 else 2 if step == 20 else 2.5 + 0.4 * math.sin(step)


@pytest.fixture
def growing(lent_site: Site) -> Iterator[Callable[[str], Growing]]:
    made: list[Growing] = []

    def make(name: str) -> Growing:
        made.append(Growing(lent_site, name))
        return made[-1]

    yield make
    for run in made:
        run.writer.close()


def drawn(seen: Seen, run: str, points: int) -> Any:
    """The page Live, once Plotly has drawn so many points of the run's loss."""
    page = seen.open(f"tab=live&run={run}")
    page.locator(".charts-more").evaluate("more => { more.open = true; }")
    page.wait_for_function(f"{DRAWN} === '{points}'")
    seen.rest()
    return page


def test_points_are_added_until_one_lies_beyond_the_axes(
    lent_site: Site, growing: Callable[[str], Growing], look: Callable[..., Any]
) -> None:
    run = growing("young")
    run.grow(10, 20, 30)
    page = drawn(look(lent_site), "young", 3)
    reach = page.evaluate(RANGE)
    assert reach[1] >= 60, "a run that goes on has room ahead"
    run.grow(40, 50)
    page.wait_for_function(f"{TAIL} === '2'")
    assert page.evaluate(DRAWN) == "3" and page.evaluate(RANGE) == reach
    run.grow(200)
    page.wait_for_function(f"{DRAWN} === '6' && {TAIL} === '0'")
    assert page.evaluate(RANGE)[1] >= 400
    run.state(State.FINISHED)
    page.wait_for_function(f"{RANGE}[1] < 250")


def test_points_that_come_while_the_curve_is_drawn_anew_are_seen(
    lent_site: Site, growing: Callable[[str], Growing], look: Callable[..., Any]
) -> None:
    run = growing("hurried")
    run.grow(10, 20, 30)
    seen = look(lent_site)
    page = drawn(seen, "hurried", 3)
    page.evaluate(HELD_DRAWING)
    page.evaluate(TOGGLE, True)  # in other colours all is drawn anew
    run.grow(40, 50)
    page.wait_for_function(f"{TAIL} === '2'")
    page.evaluate("draw()")
    seen.rest()
    assert page.evaluate(DRAWN) == "3" and page.evaluate(TAIL) == "2"


def test_a_large_chart_is_taken_away_as_a_drawing_and_as_a_table(
    lent_site: Site, growing: Callable[[str], Growing], look: Callable[..., Any]
) -> None:
    growing("taken").grow(10, 20, 30)
    seen = look(lent_site)
    page = drawn(seen, "taken", 3)
    page.locator(f"{LOSS} .chart-open").click()
    page.wait_for_function(f"{X_TITLE} === 'step'")
    kept = {}
    for kind in ("SVG", "CSV"):
        with page.expect_download() as taken:
            page.locator(LOSS).get_by_role("button", name=kind, exact=True).click()
        assert taken.value.suggested_filename == f"loss-of-taken.{kind.lower()}"
        kept[kind] = Path(taken.value.path()).read_text(encoding="utf-8-sig")
    drawing = ElementTree.fromstring(kept["SVG"])
    assert drawing.attrib["width"] == "760", "the window is wider"
    assert {"Loss", "step"} <= {text.strip() for text in drawing.itertext()}
    rows = [line.split(",") for line in kept["CSV"].splitlines()]
    assert rows[0] == ["curve", "step", "value", "lowest", "highest"]
    assert [(row[0], int(row[1]), float(row[2])) for row in rows[1:]] == [
        ("Loss", step, loss_at(step)) for step in (10, 20, 30)
    ]
    page.set_viewport_size({"width": 390, "height": 800})
    page.wait_for_function(f"{INSIDE}.every(inside => inside)")
    assert seen.troubles == []


def test_a_zoom_is_kept_while_the_curve_grows(
    lent_site: Site, growing: Callable[[str], Growing], look: Callable[..., Any]
) -> None:
    run = growing("zoomed")
    run.grow(10, 20, 30)
    seen = look(lent_site)
    page = drawn(seen, "zoomed", 3)
    page.locator(f"{LOSS} .chart-open").click()
    page.wait_for_function(f"{X_TITLE} === 'step'")
    seen.rest()
    box = page.locator(f"{LOSS} .nsewdrag").bounding_box()
    page.mouse.move(box["x"] + 0.1 * box["width"], box["y"] + 0.5 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.52 * box["height"], steps=5)
    page.mouse.up()
    page.mouse.move(2, 2)
    page.wait_for_function(f"{RANGE}[0] > 1")
    seen.rest()
    zoomed = page.evaluate(RANGE)
    run.grow(40, 900)
    page.wait_for_function(f"{TAIL} === '2'")
    assert page.evaluate(RANGE) == pytest.approx(zoomed)
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
    page.wait_for_function(f"{DRAWN} === '5'")  # as it must tell the values under the pointer
    until = time.monotonic() + PATIENCE_SECONDS
    while page.evaluate(RANGE)[0] > 0 and time.monotonic() < until:  # a slow browser takes two presses for two clicks
        page.mouse.dblclick(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
        page.wait_for_timeout(500)
    page.wait_for_function(f"{DRAWN} === '5' && {RANGE}[0] <= 0 && {RANGE}[1] > 900")


def test_a_finished_run_that_is_laid_over_needs_no_room_ahead(
    lent_site: Site, growing: Callable[[str], Growing], look: Callable[..., Any]
) -> None:
    old, run = growing("old"), growing("third")
    old.grow(*range(10, 1000, 10))
    old.state(State.FINISHED)
    run.grow(10, 20, 30)
    seen = look(lent_site)
    page = drawn(seen, "third", 3)
    page.locator("#compare input").click()
    page.locator("#compare [data-name=old]").click()
    page.wait_for_function(f"{DRAWN} === '3,99'")
    page.wait_for_function(f"{PLOT}.data.every(trace => trace.name.startsWith('Loss · SimCLR · '))")
    seen.rest()
    assert 990 <= page.evaluate(RANGE)[1] < 1100
    assert len(set(page.evaluate(f"{PLOT}.data.map(trace => trace.name)"))) == 2
    assert page.locator(".charts-runs li").evaluate_all("all => all.map(one => one.title)") == ["third", "old"]
    run.grow(40)
    page.wait_for_function(f"{TAIL} === '1,0'")


def test_the_curve_of_another_run_is_never_seen_again(
    lent_site: Site, growing: Callable[[str], Growing], look: Callable[..., Any]
) -> None:
    old, run = growing("long"), growing("fresh")
    old.grow(*range(10, 1000, 10))
    old.state(State.FINISHED)
    page = drawn(look(lent_site), "long", 99)
    page.locator("#run input").click()
    page.locator("#run [data-name=fresh]").click()
    page.wait_for_function("document.querySelector('.part-charts').dataset.run === 'fresh'")
    page.evaluate(
        f"""() => {{ window.seen = []; const look = () => {{ seen.push({DRAWN} ?? ''); requestAnimationFrame(look); }}; look(); }}"""
    )
    run.grow(10, 20, 30)
    page.wait_for_function(f"Number({DRAWN}) + Number({TAIL}) === 3")
    assert set(page.evaluate("seen")) <= {"", "1", "2", "3"}


def test_smoothed_curves_are_moving_averages_and_stay_so(
    lent_site: Site, growing: Callable[[str], Growing], look: Callable[..., Any]
) -> None:
    run = growing("rough")
    run.grow(10, 20, 30)
    seen = look(lent_site)
    page = drawn(seen, "rough", 3)
    page.get_by_label("Smooth the curves").check()
    page.wait_for_function(f"{DRAWN} === '3,3'")
    seen.rest()
    run.grow(40, 50)
    page.wait_for_function(f"{TAIL} === '2,2'")
    run.grow(200)  # beyond the axes: drawn anew
    page.wait_for_function(f"{DRAWN} === '6,6'")
    (_, raw), (_, smooth) = page.evaluate(CURVES)
    averages = [losses := loss_at(10)]
    for step in (20, 30, 40, 50, 200):
        averages.append(losses := 0.85 * losses + 0.15 * loss_at(step))
    assert raw == pytest.approx([loss_at(step) for step in (10, 20, 30, 40, 50, 200)])
    assert smooth == pytest.approx(averages)
    assert page.evaluate(f"{PLOT}.data[0].opacity") < 0.5  # the raw curve is seen, behind it
    page.get_by_label("Smooth the curves").uncheck()
    page.wait_for_function(f"{DRAWN} === '6'")
    assert page.evaluate(CURVES)[0][1] == pytest.approx(raw)


def test_curves_against_seconds_have_their_own_axis_and_keep_it(
    lent_site: Site, growing: Callable[[str], Growing], look: Callable[..., Any]
) -> None:
    run = growing("timed")
    run.grow(10, 20, 30)
    seen = look(lent_site)
    page = drawn(seen, "timed", 3)
    assert page.evaluate(CURVES)[0][0] == [10, 20, 30]
    page.get_by_label("Against").select_option(label="seconds trained")
    page.wait_for_function(f"{PLOT}.data[0].x[0] === 1")
    seen.rest()
    assert page.evaluate(CURVES)[0][0] == [1, 2, 3] and page.evaluate(RANGE)[1] < 30
    run.grow(40)
    page.wait_for_function(f"{TAIL} === '1'")  # 4 lies on this axis; 40 would lie beyond it
    run.grow(300)
    page.wait_for_function(f"{DRAWN} === '5'")
    assert page.evaluate(CURVES)[0][0] == [1, 2, 3, 4, 30]
    page.locator(f"{LOSS} .chart-open").click()
    page.wait_for_function(f"{X_TITLE} === 'seconds trained'")
    page.keyboard.press("Escape")
    page.get_by_label("Against").select_option(label="steps")
    page.wait_for_function(f"{PLOT}.data[0].x[0] === 10")
    assert page.evaluate(CURVES)[0][0] == [10, 20, 30, 40, 300]
