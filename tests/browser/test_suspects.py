"""The list of suspects in a real browser: each is heard beside its neighbours, chosen, and all are selected."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import made_up
from tests.browser.seen import Seen
from tests.browser.site import Site

pytestmark = pytest.mark.browser


def test_suspects_are_listed_heard_chosen_and_selected(finished_site: Site, look: Callable[..., Seen]) -> None:
    seen = look(finished_site)
    page: Any = seen.open("tab=live&run=example")
    page.locator("#suspects summary").click()
    rows = page.locator(".suspects-rows > .clips > .clip")
    rows.first.wait_for()
    expect(rows.first).to_contain_text(re.compile(r"·\s+\d+% of the vote of its nearest clips is for"))
    expect(page.locator(".suspects-status")).to_have_text(re.compile("As of step.*by the labels of “class”\\."))
    assert max(row["height"] for row in (rows.nth(i).bounding_box() for i in range(rows.count()))) < 80
    beside, show = page.locator(".suspects-beside .clip"), rows.first.locator(".clip-act")
    assert (rows.count(), beside.count(), show.get_attribute("aria-expanded")) == (10, 0, "false")
    show.press("Enter")
    assert (beside.count(), show.get_attribute("aria-expanded")) == (3, "true")
    beside.first.locator(".clip-hear").press("ArrowDown")  # within the clips beside it
    assert page.evaluate("document.activeElement.closest('.suspects-beside') !== null")
    show.press("Enter")
    assert (beside.count(), show.get_attribute("aria-expanded")) == (0, "false")
    page.get_by_role("button", name="Select all").click()
    page.wait_for_function("location.search.includes('selection=')")
    expect(page.get_by_role("button", name=re.compile(r"All \d+ are selected"))).to_be_visible()
    kind = page.locator(".suspects-kinds button", has_text="Outliers")
    kind.press("Enter")
    rows.filter(has_text="times as far from its nearest clips").first.wait_for()
    assert page.evaluate("document.activeElement.dataset.kind") == "outlier"  # the focus stays where it was
    assert seen.troubles == []


def test_before_the_first_snapshot_it_is_said_that_there_is_no_list_yet(
    lent_site: Site, look: Callable[..., Seen]
) -> None:
    run = made_up().write_run(lent_site.runs / "young", snapshots=(), state="running")
    seen = look(lent_site)
    page = seen.open(f"tab=live&run={run.path.name}")
    page.locator("#suspects summary").click()
    expect(page.locator(".suspects-status")).to_have_text("This run has no snapshot yet.")
    assert seen.troubles == []


def test_a_list_of_an_older_step_says_so_and_is_asked_for_anew(lent_site: Site, look: Callable[..., Seen]) -> None:
    page: Any = look(lent_site).open("tab=live&run=example")

    def older(route: Any) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "step": 7})

    page.route("**/run/example/suspects", older)
    page.locator("#suspects summary").click()
    status = page.locator(".suspects-status")
    expect(status).to_contain_text("As of step 7,")
    page.unroute("**/run/example/suspects")
    page.get_by_role("button", name=re.compile(r"Look again, at step \d,\d+")).click()
    expect(status).to_contain_text(re.compile(r"As of step \d,\d+,"))
    expect(page.locator(".suspects-newer")).to_be_hidden()


def test_labels_of_suspects_are_text_and_their_sounds_are_heard(finished_site: Site, look: Callable[..., Seen]) -> None:
    page = look(finished_site).open("tab=live&run=scripts")
    page.locator("#suspects summary").click()
    page.locator(".suspects-kinds button").first.wait_for()
    page.locator(".suspects-kinds button", has_text="Outliers").click()
    page.locator(".suspects-rows .clip-hear").first.click()
    page.wait_for_function("location.search.includes('clip=')")
    assert page.evaluate("window.ran") is None


def test_a_list_that_comes_soon_is_awaited_once_however_often_it_is_opened(
    finished_site: Site, look: Callable[..., Seen]
) -> None:
    page: Any = look(finished_site).open("tab=live&run=example")
    page.route("**/suspects", lambda route: route.fulfill(json={"note": "Being made.", "soon": True}))
    page.evaluate(
        """() => { window.waits = new Set(); window.begun = 0;
        const [later, never] = [setTimeout, clearTimeout];
        window.setTimeout = (call, ...more) => /this\\.look\\(\\)/.test(String(call))
          ? (waits.add(`wait ${++begun}`), `wait ${begun}`) : later(call, ...more);
        window.clearTimeout = (timer) => waits.delete(timer) || never(timer); }"""
    )
    fold = page.locator("#suspects summary")
    fold.click()
    page.wait_for_function("begun === 1")
    fold.click()
    fold.click()
    page.wait_for_function("begun === 2")
    assert page.evaluate("waits.size") == 1


def test_all_clips_of_a_file_that_is_a_copy_are_selected(lent_site: Site, look: Callable[..., Seen]) -> None:
    page: Any = look(lent_site).open("tab=live&run=example")

    def copied(route: Any) -> None:
        answer = route.fetch()
        row = {"kind": "copy", "clip": 3, "label": "a", "reason": "A copy.", "beside": [], "also": [4, 5]}
        route.fulfill(response=answer, json={**answer.json(), "rows": [row]})

    page.route("**/run/example/suspects", copied)
    page.locator("#suspects summary").click()
    page.locator(".suspects-kinds button", has_text="Near-duplicates 1").click()
    page.get_by_role("button", name="Select all 3 clips").click()
    page.wait_for_function("new URL(location.href).searchParams.get('selection') === '3-4-5'")
    expect(page.get_by_role("button", name="All 3 clips are selected")).to_be_visible()


def test_a_list_that_was_cut_says_so_and_what_writes_all_copies(lent_site: Site, look: Callable[..., Seen]) -> None:
    page: Any = look(lent_site).open("tab=live&run=example")

    def cut(route: Any) -> None:
        answer = route.fetch()
        row = {"clip": 3, "label": "a", "reason": "So it is.", "beside": [], "also": []}
        kinds = ["copy", "copy", "outlier", "outlier", "silent"]
        rows = [{**row, "kind": kind} for kind in kinds]
        route.fulfill(response=answer, json={**answer.json(), "rows": rows, "most": 2})

    page.route("**/run/example/suspects", cut)
    page.locator("#suspects summary").click()
    command = "python -m explorer suspects RUN --kind copy --out copies.csv"
    for kind, said in (("Near-duplicates 2", f"Only the first 2 are listed; {command} writes all of them."),
                       ("Outliers 2", "Only the first 2 are listed.")):  # fmt: skip
        page.locator(".suspects-kinds button", has_text=kind).click()
        expect(page.locator(".suspects-status")).to_contain_text(said)
    page.locator(".suspects-kinds button", has_text="Silent 1").click()
    expect(page.locator(".suspects-status")).not_to_contain_text("Only the first")
