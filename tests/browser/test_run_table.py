"""The table of runs in a real browser: sorted, filtered, starred, named, compared and deleted, by mouse, keys and on a phone."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SCRIPTS, made_up
from tests.browser.seen import Seen
from tests.browser.site import Site
from training.run import RunWriter, State, Status

pytestmark = pytest.mark.browser

RUNS: dict[str, dict[str, Any]] = {
    "old": {"method": "simclr", "created": "2025-01-01T00:00:00", "settings": {"temperature": 0.25}},
    "middle": {"method": "byol", "created": "2025-02-01T00:00:00"},
    "new": {"method": "vicreg", "created": "2025-03-01T00:00:00"},
    "wild": {"method": SCRIPTS[0], "created": "2024-01-01T00:00:00"},
}


@pytest.fixture(scope="module")
def server(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One for all of these tests, since it takes long until it has read what methods are."""
    opened = Site(tmp_path_factory.mktemp("table"))
    opened.runs.mkdir()
    opened.open()
    yield opened
    opened.close()


@pytest.fixture
def site(server: Site) -> Site:
    """The server with the runs anew, of which nobody has starred or named one."""
    for folder in server.runs.iterdir():
        if folder.is_dir():
            shutil.rmtree(folder)
    shutil.rmtree(server.environment["XDG_DATA_HOME"], ignore_errors=True)
    made = made_up()
    for name, config in RUNS.items():
        made.write_run(server.runs / name, n=30, config=config)
    knn = server.runs / "middle" / "metrics.jsonl"
    knn.write_text(knn.read_text() + json.dumps({"step": 21, "measure/cross_group_knn": 0.95}) + "\n")
    baselines = server.runs / "middle" / "baselines.json"
    baselines.write_text(baselines.read_text().replace("0.6", "0.75"))
    return server


def opened(site: Site, look: Callable[..., Seen], **size: Any) -> tuple[Seen, Any]:
    seen = look(site, **size)
    page = seen.open("tab=live&run=new")
    page.locator("#runs button").first.click()
    page.locator("#runs tr[data-name=old] .runs-changed", has_text="temperature").wait_for()
    return seen, page


def order(page: Any) -> list[str]:
    found = page.locator("#runs tbody tr").evaluate_all("all => all.map(row => row.dataset.name)")
    return [name for name in found if name != "example"]


def choose(page: Any, *names: str) -> None:
    for name in names:
        page.locator(f"#runs tr[data-name={name}]").get_by_role("checkbox").check()


def test_runs_are_sorted_filtered_starred_and_named(site: Site, look: Callable[..., Seen]) -> None:
    seen, page = opened(site, look)
    assert order(page) == ["new", "middle", "old", "wild"]
    page.get_by_role("button", name="Last kNN").click()
    assert order(page)[0] == "middle"
    assert page.locator("#runs th[aria-sort]").get_attribute("aria-sort") == "descending"
    best = page.locator("#runs tr[data-name=middle] .runs-score")
    assert best.locator("b").inner_text() == ".95"
    assert best.locator(".runs-beside").inner_text() == "random .50 · MFCC .75 · log-mel .50 · chance .20"
    name = page.locator("#runs th", has=page.get_by_role("button", name="Run", exact=True))
    name.click(position={"x": name.bounding_box()["width"] - 3, "y": 3})  # beside the word
    assert order(page)[1:] == ["middle", "old", "new"]
    page.get_by_label("Filter the runs").fill("temperature simclr")
    assert order(page) == ["old"]
    with page.expect_download() as taken:
        page.get_by_role("button", name="CSV").click()
    head, *rows = Path(taken.value.path()).read_text("utf-8-sig").splitlines()
    assert head.startswith("run,title,method,") and [row.split(",")[0] for row in rows] == ["old"]
    page.get_by_label("Filter the runs").fill("")

    page.get_by_label("Star vicreg").click()
    page.locator("#runs tr[data-name=new] [aria-pressed=true]").wait_for()
    page.locator("#runs tr[data-name=old]").hover()
    page.locator("#runs tr[data-name=old] .runs-edit").click()
    page.keyboard.type("<b>the best</b>")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="<b>the best</b>", exact=True).wait_for()
    page.locator("#runs tr[data-name=old]").hover()
    page.locator("#runs tr[data-name=old] .runs-edit").click()
    page.keyboard.press("Escape")
    assert page.locator("#runs dialog").is_visible() and page.locator(".runs-rename").count() == 0
    page.reload()
    page.locator("#runs button").first.click()
    page.locator("#runs tr[data-name=new] [aria-pressed=true]").wait_for()
    page.get_by_role("button", name="<b>the best</b>", exact=True).wait_for()
    kept = json.loads((site.folder / "own" / "hearsight" / "runs.json").read_text())["runs"]
    assert {mark["name"] for mark in kept.values()} == {"", "<b>the best</b>"}
    assert page.evaluate("window.ran") is None and seen.troubles == []


def edit(page: Any, name: str) -> None:
    page.locator(f"#runs tr[data-name={name}]").hover()
    page.locator(f"#runs tr[data-name={name}] .runs-edit").click()


def test_what_is_being_written_stays_while_others_are_chosen_and_named(site: Site, look: Callable[..., Seen]) -> None:
    seen, page = opened(site, look)
    held: list[Any] = []
    page.route("**/gradio_api/**", lambda route: held.append(route))
    edit(page, "old")
    page.keyboard.type("first")
    page.keyboard.press("Enter")
    edit(page, "new")
    page.keyboard.type("second")
    choose(page, "old", "middle")
    page.get_by_text("2 chosen").wait_for()
    with page.expect_response("**/runs?changed=1"):  # asked for once the first name is kept
        for route in held:
            route.continue_()
        page.unroute("**/gradio_api/**")
    page.evaluate("() => new Promise(done => setTimeout(done, 200))")  # what is answered has been drawn
    assert page.locator(".runs-rename").input_value() == "second"
    page.locator(".runs-rename").press("Enter")
    for name in ("first", "second"):
        page.get_by_role("button", name=name, exact=True).wait_for()
    assert seen.troubles == []


def test_space_ticks_a_run_and_enter_opens_it(site: Site, look: Callable[..., Seen]) -> None:
    seen, page = opened(site, look)
    page.get_by_text("Space ticks, Enter opens.").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    name = page.evaluate("document.activeElement.closest('tr').dataset.name")
    page.keyboard.press("Space")
    assert page.locator(f"#runs tr[data-name={name}] .runs-choose input").is_checked()
    assert page.locator("#runs dialog").is_visible()
    page.keyboard.press("Space")
    assert not page.locator(f"#runs tr[data-name={name}] .runs-choose input").is_checked()
    page.keyboard.press("Enter")
    page.locator("#runs dialog").wait_for(state="hidden")
    page.wait_for_function(f"location.search.includes('run={name}')")
    assert seen.troubles == []


def test_ages_grow_in_an_open_window(site: Site, look: Callable[..., Seen]) -> None:
    seen = look(site, alone=True)
    seen.page.clock.install()
    page = seen.open("tab=live&run=old")
    field = page.get_by_role("combobox", name="Run", exact=True)
    page.wait_for_function("field => field.value.includes(' ago')", arg=field.element_handle())
    before = field.input_value()
    page.clock.fast_forward(400 * 86_400_000)
    page.wait_for_function("([field, before]) => field.value !== before", arg=[field.element_handle(), before])
    assert seen.troubles == []


def test_several_runs_are_laid_over_each_other_with_their_own_baselines(site: Site, look: Callable[..., Seen]) -> None:
    seen, page = opened(site, look)
    choose(page, "old", "middle", "new")
    page.get_by_role("button", name="Lay over each other").click()
    assert page.locator("#runs dialog").is_hidden()
    page.wait_for_function("location.search.split('run=').length === 4")
    page.locator(".charts-runs li").nth(2).wait_for()
    page.locator(".charts-compared").filter(has_text="measured on other clips").wait_for()
    chart = page.locator('.chart[aria-label="Cross group knn"]')
    chart.scroll_into_view_if_needed()
    plot = chart.locator(".js-plotly-plot")
    plot.wait_for()
    page.wait_for_function(
        """() => document.querySelector('.chart[aria-label="Cross group knn"] .js-plotly-plot')?.data?.length === 3"""
    )
    assert len(set(plot.evaluate("plot => plot.data.map(trace => trace.line.color)"))) == 3
    key = chart.get_by_role("list", name="Runs of this chart")
    assert key.count() == 0, "the list above the charts says it"
    tint, whose = chart.locator(".chart-value .charts-tint"), page.locator(".charts-run").first.inner_text()
    assert tint.get_attribute("aria-label") == whose
    colour = "part => getComputedStyle(part).backgroundColor"
    assert tint.evaluate(colour) == page.locator(".charts-runs .charts-tint").first.evaluate(colour)
    chart.locator(".chart-open").click()
    assert key.get_by_role("listitem").all_inner_texts() == page.locator(".charts-run").all_inner_texts()
    page.keyboard.press("Escape")
    page.locator(".charts-runs button").first.click()
    page.wait_for_function("location.search.split('run=').length === 3")
    page.locator(".charts-runs li").nth(2).wait_for(state="detached")
    page.locator(".charts-runs button").first.click()
    page.locator(".charts-runs li").first.wait_for(state="detached")
    expect(chart.locator(".chart-value")).to_have_text(re.compile("[0-9]"))
    expect(tint).to_have_count(0)  # of one run nothing need be said
    assert seen.troubles == []


def test_one_press_chooses_all_seeds_of_a_run(site: Site, look: Callable[..., Seen]) -> None:
    for seed in (1, 2):
        made_up().write_run(site.runs / f"again-{seed}", n=10, config={**RUNS["new"], "seed": seed})
    seen, page = opened(site, look)
    seeds = page.locator("#runs tr[data-name=new]").get_by_role("button", name="Choose vicreg with its 3 seeds")
    seeds.press("Enter")
    page.get_by_text("3 chosen").wait_for()
    chosen = page.locator("#runs tr.chosen").evaluate_all("all => all.map(row => row.dataset.name).sort()")
    assert chosen == ["again-1", "again-2", "new"]
    assert page.locator("#runs tr[data-name=again-2] .runs-seed").inner_text().startswith("seed 2")
    assert "seed" not in page.locator("#runs tr[data-name=again-2] .runs-changed").inner_text(), "it is said once"
    assert page.locator(".runs-seeds").count() == 3, "runs without others of their kind have no such button"
    page.keyboard.press("Enter")  # which has the focus still
    page.locator("#runs tr.chosen").first.wait_for(state="detached")
    assert seen.troubles == []


def test_seeds_are_one_curve_until_they_are_told_apart(site: Site, look: Callable[..., Seen]) -> None:
    for seed in range(1, 8):
        made_up().write_run(site.runs / f"again-{seed}", n=10, config={**RUNS["new"], "seed": seed})
    seen, page = opened(site, look)
    choose(page, "middle", "new", "again-1")
    page.get_by_role("button", name="Lay over each other").click()
    page.locator(".charts-run", has_text="2 seeds").wait_for()
    assert page.locator(".charts-runs li").count() == 2
    traces = """() => document.querySelector('.chart[aria-label="Cross group knn"] .js-plotly-plot')?.data
        ?.map(({ fill, meta }) => [fill ?? "", meta])"""
    page.wait_for_function(f"() => ({traces})()?.length === 3")
    assert page.evaluate(traces) == [["", 0], ["toself", 1], ["", 1]]
    page.get_by_label("Seeds as one").uncheck()
    page.wait_for_function(f"() => ({traces})()?.every(([fill]) => !fill)")
    assert page.locator(".charts-runs li").count() == 3
    page.get_by_label("Seeds as one").check()
    page.get_by_role("button", name="2 seeds").click()
    page.locator(".charts-runs li").nth(1).wait_for(state="detached")
    assert page.url.count("run=") == 1, "all of them are taken away"
    page.goto(f"{site.address}/?tab=live&run=middle&run=new&{'&'.join(f'run=again-{seed}' for seed in range(1, 8))}")
    page.locator(".charts-run", has_text="8 seeds").wait_for()
    assert page.get_by_label("Seeds as one").is_disabled(), "there are more runs than colours"
    assert seen.troubles == []


def test_several_runs_are_deleted_after_one_question_that_names_them(site: Site, look: Callable[..., Seen]) -> None:
    writer = RunWriter(site.runs / "middle")
    writer.write_status(Status(State.TRAINING, process=None))
    seen, page = opened(site, look)
    choose(page, "old", "new", "example")
    page.get_by_role("button", name="Delete …").click()
    question = page.locator(".runs-confirm").inner_text()
    assert question.startswith("Delete these 2 runs with all snapshots and weights, for good?")
    assert "SimCLR" in question and "VICReg" in question
    assert "(old)" in question and "(new)" in question, "their folders tell apart runs that read the same"
    assert "can only be looked at or are being trained: SimCLR · starter" in page.locator(".runs-trouble").inner_text()
    page.get_by_role("button", name="Keep").click()
    assert (site.runs / "old").exists() and (site.runs / "new").exists()
    page.get_by_role("button", name="Delete …").click()
    writer.write_status(Status(State.TRAINING, process=None, seconds=5000.0))
    # The question stays meanwhile.
    page.locator("#runs tr[data-name=middle] .runs-seconds", has_text="83 min").wait_for()
    page.get_by_role("button", name="Delete for good").click()
    page.locator("#runs tr[data-name=old]").wait_for(state="detached")
    assert not (site.runs / "old").exists() and not (site.runs / "new").exists()
    assert (site.runs / "middle").exists()
    page.wait_for_function("!location.search.includes('run=new')")  # what was looked at is gone, another is shown
    writer.close()
    assert [trouble for trouble in seen.troubles if "404" not in trouble] == [], "its curves were asked for once more"


def test_the_table_is_used_by_the_keyboard_alone(site: Site, look: Callable[..., Seen]) -> None:
    seen = look(site)
    page = seen.open("tab=live&run=new")
    page.locator("#runs button").first.focus()
    page.keyboard.press("Enter")
    page.locator("#runs tr[data-name=old]").wait_for()
    for _ in range(3):  # past the example, which was begun last
        page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.closest('tr').dataset.name") == "middle"
    page.keyboard.press("Enter")
    page.wait_for_function("location.search.includes('run=middle')")
    assert page.locator("#runs dialog").is_hidden()
    page.locator("#runs button").first.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.locator("#runs dialog").wait_for(state="hidden")
    page.wait_for_function("document.activeElement.textContent === 'All runs'")


def test_on_a_phone_every_run_is_a_card_within_the_screen(site: Site, look: Callable[..., Seen]) -> None:
    _, page = opened(site, look, width=390, height=844, touch=True)
    widths = page.locator("#runs tbody tr").evaluate_all("all => all.map(row => row.getBoundingClientRect().right)")
    assert max(widths) <= 390
    assert page.locator("#runs .runs-box").evaluate("box => box.scrollWidth <= box.clientWidth")
    assert page.locator(".runs-keys").is_hidden(), "there is no keyboard"
    page.get_by_label("Sort by").select_option(label="Last kNN")
    assert order(page)[0] == "middle"
