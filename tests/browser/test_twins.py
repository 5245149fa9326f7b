"""A visitor foretells what a broken run will do, starts it beside its healthy twin, and is told what came of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.test_live_page import fill, write_folder
from training.run import State, find_runs
from training.run.twins import Prediction, Role, twin_of

pytestmark = pytest.mark.browser

FORETOLD = {"loss": "higher", "spread": "same", "rank": "lower", "knn": "lower", "collapses": "yes"}
PICTURES = """() => [...document.querySelectorAll('.twins-side')].every(side => {
    const canvas = side.querySelector('canvas');
    if (!canvas?.width) return false;
    const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    return pixels.every((value, i) => i % 4 < 3 || value === 255);
})"""
"""Whether what the loss sees is drawn, of both: after so few steps it may be of one colour."""


def test_what_a_broken_run_does_is_foretold_seen_and_told(
    empty_site: Any, look: Callable[..., Any], tmp_path: Path
) -> None:
    write_folder(tmp_path / "sounds")
    seen = look(empty_site)
    page = seen.open("tab=train")
    page.locator("#settings .setting[data-name=batch_size]").wait_for()
    assert page.locator("#twins .part").is_hidden()
    page.locator("#data input").fill(str(tmp_path / "sounds"))
    page.locator("#data input").press("Enter")
    fill(page, "batch_size", "16")

    page.get_by_role("button", name="Make it collapse").click()
    dialog = page.locator("dialog[open]")
    begin = dialog.get_by_role("button", name="Start both")
    dialog.get_by_role("button", name="SimCLR with temperature 10").click()
    assert dialog.locator(".collapse-wrong :checked").input_value() == "mistake:high_temperature"
    assert begin.is_disabled() and "Say first what will happen" in dialog.inner_text()
    for name, value in FORETOLD.items():
        dialog.locator(f"input[name=collapse-{name}][value={value}]").check()
    dialog.locator(".collapse-steps input").fill("0")
    assert begin.is_disabled()
    dialog.locator(".collapse-steps input").fill("8")
    begin.click()
    dialog.wait_for(state="hidden")

    told = page.locator("#twins")
    told.get_by_text("SimCLR with temperature 10, beside its healthy twin").wait_for()
    told.get_by_text("At the end, step 8.").wait_for()
    rows = [row.inner_text().split("\t") for row in told.locator("tbody tr").all()]
    assert [row[0] for row in rows] == ["Loss", "Spread", "Rank", "kNN", "Collapse"]
    assert [row[4] for row in rows] == ["higher", "about the same", "lower", "lower", "yes"]
    assert all(row[5] in ("✓ right", "✗ wrong") for row in rows[:4])
    assert (rows[4][3], rows[4][5]) == ("open: a judgement needs 200 steps", "")
    told.get_by_text("What is known of it: Near and far wrong answers weigh the same").wait_for()
    expect(told.locator(".twins-why strong", has_text="Verdict on")).to_have_text(["Verdict on the healthy run: "])
    page.wait_for_function(PICTURES)
    expect(page.locator("#charts .charts-runs li")).to_have_count(2)
    page.locator("#lens").wait_for(state="hidden")

    runs = find_runs(empty_site.runs)
    twins = {twin.role: run for run in runs if (twin := twin_of(run)) is not None}
    assert set(twins) == set(Role) and {run.status().state for run in runs} == {State.FINISHED}
    found = twin_of(twins[Role.BROKEN])
    assert found is not None
    assert found.prediction == Prediction("higher", "same", "lower", "lower", collapses=True)
    assert page.evaluate("new URL(location).searchParams.getAll('run')") == [
        twins[Role.BROKEN].name, twins[Role.HEALTHY].name,
    ]  # fmt: skip
    # One of them alone brings the other along.
    page.goto(f"{empty_site.address}/?tab=live&run={twins[Role.HEALTHY].name}")
    page.wait_for_function("new URL(location).searchParams.getAll('run').length === 2")
    page.goto(f"{empty_site.address}/?tab=live&run={twins[Role.HEALTHY].name}&step=0")  # the timeline moves both
    page.wait_for_function("document.querySelectorAll('.twins-side .part-lens[data-step=\"0\"]').length === 2")
    verdicts = page.locator(".twins-why strong", has_text="Verdict on")
    expect(verdicts).to_have_text(["Verdict on the broken run: "])  # that on the healthy one stands above
    assert seen.troubles == []


def test_what_cannot_be_started_is_told_in_the_dialog(finished_site: Any, look: Callable[..., Any]) -> None:
    page = look(finished_site).open("tab=live&run=made-up")
    page.locator("#settings .setting[data-name=batch_size]").wait_for(state="attached")
    page.get_by_role("button", name="Make it collapse").click()
    dialog = page.locator("dialog[open]")
    dialog.get_by_role("button", name="BYOL without EMA").click()
    dialog.locator(".collapse-takes").filter(has_text="took about").wait_for()
    for name, value in FORETOLD.items():
        dialog.locator(f"input[name=collapse-{name}][value={value}]").check()
    dialog.locator(".collapse-steps input").fill("99999999999")
    dialog.get_by_role("button", name="Start both").click()
    dialog.locator(".collapse-trouble").filter(has_text="The setting steps is 99999999999").wait_for()
    assert dialog.get_by_role("button", name="Start both").is_enabled()
    dialog.get_by_role("combobox").select_option("npc")
    assert dialog.locator(".collapse-wrong strong").first.inner_text() == "Without mask growth"
    assert dialog.get_by_role("button", name="Start both").is_disabled()
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
