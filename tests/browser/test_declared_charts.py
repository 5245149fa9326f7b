"""Every curve that a run declares has its chart, and so has a number that nobody declares."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SCRIPTS
from tests.browser.seen import Seen
from tests.browser.site import Site
from training.building import built_method
from training.config import new_config
from training.declarations import curves
from training.run import RunWriter, State, Status, create_run
from training.run.older import schema_of_older_run
from training.run.schema import Curve, Line, Schema

pytestmark = pytest.mark.browser

MADE_UP = Curve(
    "measure/made_up", "Made-up measure", "widgets", 1, "What a test thinks of.", lines=(Line("wanted", 40.0),)
)
UNDECLARED = "measure/of_a_later_version"
TITLE = "Of a later version"
"""What a chart that nobody declares is called."""
FACETS = ("class", "word", SCRIPTS[0])


def schema(method: str) -> Schema:
    made = built_method(new_config({}, method=method, steps=1), 8, 2)
    return Schema(curves=(*curves(made, FACETS), MADE_UP))


@pytest.fixture(scope="module")
def site(lent_site: Site) -> Site:
    """A site with three more finished runs, of which the last one says nothing of what it holds."""
    for name, method in (("first", "vicreg"), ("another", "wav2vec2"), ("older", "vicreg")):
        writer = RunWriter(create_run(lent_site.runs / name, {"method": method, "data": "starter"}).path)
        declared = schema(method)
        if name != "older":
            writer.write_schema(declared)
        writer.write_baselines({"main_facet": "class", "cross_group_knn": {f: {"random_init": 0.25} for f in FACETS}})
        for step in range(0, 60, 10):
            values = {c.key: (i + 1) * (1 + step / 10) for i, c in enumerate(declared.curves)}
            row = {"step": step, "seconds": step / 10, "attempt": 1, **values, UNDECLARED: 7.0}
            writer.append_metrics(row)
        writer.write_status(Status(State.FINISHED, attempt=1, step=50, steps=50))
        writer.close()
    return lent_site


LEADING = ["Loss", "Cross-group kNN", "Normalised std", "Effective rank"]
"""Titles of the charts that lead."""


TITLES = "[...document.querySelectorAll('.chart:not([hidden])')].map(chart => chart.getAttribute('aria-label'))"
NAMES = """title => document.querySelector(`.chart[aria-label="${title}"] .js-plotly-plot`)?.data?.map(trace => trace.name) ?? []"""


def seen_chart(page: Any, title: str) -> None:
    """Scroll to the chart of this title: it is drawn when it is seen."""
    page.locator("#charts .charts-more").first.evaluate("more => { more.open = true; }")
    page.locator(f'.chart[aria-label="{title}"]').scroll_into_view_if_needed()


def curves_drawn(page: Any, title: str, count: int) -> None:
    """Wait until so many curves are drawn in the chart of this title."""
    seen_chart(page, title)
    page.wait_for_function(f"([title, count]) => ({NAMES})(title).length === count", arg=[title, count])


def named(page: Any, title: str, *names: str) -> None:
    """Wait until the curves that are drawn in the chart of this title have these names."""
    seen_chart(page, title)
    wanted = f"([title, names]) => JSON.stringify(({NAMES})(title)) === JSON.stringify(names)"
    page.wait_for_function(wanted, arg=[title, list(names)])


@pytest.mark.parametrize(("run", "method"), [("first", "vicreg"), ("another", "wav2vec2")])
def test_every_declared_curve_is_drawn(site: Site, look: Callable[..., Seen], run: str, method: str) -> None:
    seen = look(site)
    page = seen.open(f"tab=live&run={run}")
    page.locator('.chart[aria-label="Made-up measure"]').wait_for(state="attached")
    charts = schema(method).charts()
    assert page.locator(".chart:not([hidden])").count() == len(charts) + 1
    shown = page.locator(".chart").evaluate_all("all => all.map(chart => chart.getAttribute('aria-label'))")
    assert [title for title in shown if title not in LEADING] == [t for t in [*charts, TITLE] if t not in LEADING]
    assert set(shown) == {*charts, TITLE} and shown[:4] == [title for title in LEADING if title in charts]
    for title, group in charts.items():
        told = page.locator(f'.chart[aria-label="{title}"] .chart-caption').text_content()
        assert all(curve.meaning in told for curve in group), title
        curves_drawn(page, title, len(group))
    named(page, TITLE, TITLE)
    chart = page.locator('.chart[aria-label="Made-up measure"]')
    value = len(schema(method).curves) * 6
    expect(chart.locator(".chart-value")).to_have_text(f"{value}.0")
    chart.locator(".chart-open").click()
    page.locator(".chart.large .ytitle", has_text="widgets").wait_for(state="attached")
    chart.locator(".annotation", has_text="wanted").wait_for(state="attached")
    assert not seen.troubles and page.evaluate("window.ran") is None


def test_a_run_laid_over_brings_its_own_charts(site: Site, look: Callable[..., Seen]) -> None:
    seen = look(site)
    page = seen.open("tab=live&run=first")
    page.locator('.chart[aria-label="Parts of the loss"]').wait_for(state="attached")
    assert page.locator('.chart[aria-label="Codes in use"]').count() == 0
    page.locator("#compare input").click()
    page.locator("#compare [data-name=another]").click()
    page.locator('.chart[aria-label="Codes in use"]').wait_for(state="attached")
    named(page, "Codes in use", "Codes in use · wav2vec 2.0")
    both = ("VICReg", "wav2vec 2.0")  # each by what the other hasn't
    named(page, "Effective rank", *(f"Effective rank · {name}" for name in both))
    named(page, "Loss", f"Loss · {both[0]}")  # another method's loss is another measure
    page.locator(".chart[aria-label=Loss]").get_by_text("another measure there: wav2vec 2.0.").wait_for()
    assert not seen.troubles


def test_a_large_chart_that_another_run_has_not_takes_its_shade_along(site: Site, look: Callable[..., Seen]) -> None:
    seen = look(site)
    page = seen.open("tab=live&run=first")
    page.locator('.chart[aria-label="Parts of the loss"]').wait_for(state="attached")
    page.locator("#run input").click()
    page.locator("#run [data-name=another]").click()
    page.locator('.chart[aria-label="Codes in use"]').wait_for(state="attached")
    curves_drawn(page, "Codes in use", 1)
    page.locator('.chart[aria-label="Codes in use"] .chart-open').click()
    page.locator(".chart-shade").wait_for()
    page.go_back()
    page.locator('.chart[aria-label="Parts of the loss"]').wait_for(state="attached")
    expect(page.locator(".chart-shade")).to_have_count(0)
    assert not seen.troubles


def test_an_older_run_has_the_charts_of_its_version(site: Site, look: Callable[..., Seen]) -> None:
    seen = look(site)
    page = seen.open("tab=live&run=older")
    older = schema_of_older_run("vicreg", FACETS)
    later = {curve.key for curve in schema("vicreg").curves} - {curve.key for curve in older.curves}
    later_titles = {key.partition("/")[2].replace("_", " ").capitalize() for key in later}
    wanted = sorted({*older.charts(), *later_titles, TITLE})
    page.wait_for_function(f"wanted => {TITLES}.sort().join() === wanted.sort().join()", arg=wanted)
    assert not seen.troubles
