"""The page Live in a real browser: an empty site, a training from the form, its trainer killed and resumed."""

import os
import re
import shlex
import signal
import time
import wave
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.seen import PATIENCE_SECONDS
from training.run import create_run, find_runs

pytestmark = [pytest.mark.browser, pytest.mark.whole]


def write_folder(path: Path) -> None:
    """Sixty tones in three classes, each class in a folder of its own."""
    random = np.random.default_rng(0)
    for i in range(60):
        file = path / f"class{i % 3}" / f"{i}.wav"
        file.parent.mkdir(parents=True, exist_ok=True)
        tone = np.sin(2 * np.pi * 200 * (1 + i % 3) * np.arange(8000) / 16_000) + random.normal(0, 0.05, 8000)
        with wave.open(str(file), "wb") as out:
            out.setparams((1, 2, 16_000, 8000, "NONE", ""))
            out.writeframes((tone * 8000).astype("<i2").tobytes())


def fill(page: Any, name: str, value: str) -> None:
    """Type a value into one setting of the form."""
    field = page.locator(f"#settings .setting[data-name={name}] input[type=text]")
    field.fill(value)
    field.press("Tab")


def state_line(page: Any, words: str) -> Any:
    """The state line of the run, once it says `words`."""
    line = page.locator("#run-state .state-line").filter(has_text=words)
    line.wait_for()
    return line


LOSS = ".chart[aria-label=Loss]:not([hidden])"
TAIL = f"(document.querySelector('{LOSS} .chart-tail path')?.getAttribute('d') ?? '').split('L').length - 1"
"""Points of the loss that were drawn without Plotly."""
POINTS_OF_LOSS = f"(document.querySelector('{LOSS} .js-plotly-plot')?.data?.[0].x.length ?? 0) + {TAIL}"


def test_a_training_from_the_form_to_the_map_and_back_from_a_crash(
    empty_site: Any, look: Callable[..., Any], tmp_path: Path
) -> None:
    write_folder(tmp_path / "sounds")
    seen = look(empty_site)
    page = seen.open("tab=train")
    state_line(page, "Finished")  # of the run that comes with the project
    page.locator("#settings .setting[data-name=batch_size]").wait_for()

    page.locator("#data input").fill(str(tmp_path / "sounds"))
    page.locator("#data input").press("Enter")
    fill(page, "batch_size", "1")
    wrong = page.locator("#settings .setting.wrong .setting-trouble")
    wrong.filter(has_text="batch size is 1, but a whole number from 8 to").wait_for()
    page.locator("#start").click()
    refused = page.get_by_test_id("toast-text").filter(has_text="The setting batch size is 1")
    refused.wait_for()
    refused.evaluate("line => { line.dataset.first = ''; }")
    page.locator("#start").click()
    page.locator("[data-testid=toast-text]:not([data-first])").wait_for()
    expect(refused).to_have_count(1)  # said once more in the place of the first, not beside it
    assert find_runs(empty_site.runs) == []
    fill(page, "batch_size", "16")
    fill(page, "steps", "100000")
    fill(page, "seconds", "600")
    page.locator("#start").click()

    state_line(page, "Training")
    page.wait_for_function(f"{POINTS_OF_LOSS} > 0")
    page.wait_for_function(f"{POINTS_OF_LOSS} > {page.evaluate(POINTS_OF_LOSS)}")
    page.wait_for_function(f"{TAIL} > 0")
    page.locator(f"{LOSS} .chart-plot").hover()  # then Plotly must know every point, to tell its value
    page.wait_for_function(f"{TAIL} === 0")
    told = page.locator(f"{LOSS} .hovertext").first
    until = time.monotonic() + PATIENCE_SECONDS
    # Again and again: a chart that is drawn at the same moment takes no notice.
    while not told.is_visible() and time.monotonic() < until:
        for x in (40, 60):
            page.locator(f"{LOSS} .chart-plot").hover(position={"x": x, "y": 40})
    told.wait_for()

    page.locator("#map .part-map[data-state=shown]").wait_for()
    expect(page.locator("#map .badge")).to_have_text(re.compile("^(PCA|UMAP)$"))

    (run,) = find_runs(empty_site.runs)
    page.get_by_role("button", name="Pause").click()
    state_line(page, "Paused")
    page.get_by_role("button", name="Resume").click()
    state_line(page, "Training")
    process = run.status().process
    assert process is not None
    os.kill(int(process["pid"]), signal.SIGKILL)
    state_line(page, "Crashed")
    page.get_by_role("button", name="Resume").click()
    state_line(page, "Training")
    page.get_by_role("button", name="Stop").click()
    state_line(page, "Stopped at step")
    assert run.status().attempt == 2
    assert seen.elsewhere == []
    assert len(seen.whole_pages) == 1  # the curves' clip paths don't name an address that has changed meanwhile


def test_a_dropped_folder_becomes_the_data_with_its_sub_folders_as_labels(
    empty_site: Any, look: Callable[..., Any], tmp_path: Path
) -> None:
    """Dropped as the browser itself does it: no script can make a folder."""
    write_folder(tmp_path / "field days")
    page = look(empty_site).open("tab=train")
    page.locator("#settings .setting[data-name=batch_size]").wait_for()
    place = page.locator("#drop").bounding_box()
    assert place is not None
    dragged = {"items": [], "files": [str(tmp_path / "field days")], "dragOperationsMask": 1}
    browser = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        where = {"x": place["x"] + 60, "y": place["y"] + 60}
        browser.send("Input.dispatchDragEvent", {"type": kind, **where, "data": dragged})
    page.locator("#data-summary .data-line").filter(has_text="field days 60 clips, 30 s of sound").wait_for()
    expect(page.locator("#data input")).to_have_value("field days (dropped here)")
    expect(page.locator("#data-summary dl")).to_contain_text("3: class0 (20), class1 (20), class2 (20)")
    expect(page.locator(".drop-line")).to_have_count(0)


def test_every_drop_stays_in_the_list_of_data(empty_site: Any, look: Callable[..., Any], tmp_path: Path) -> None:
    for number in (1, 2):
        write_folder(tmp_path / str(number))
    page = look(empty_site).open("tab=train")
    page.locator("#settings .setting[data-name=batch_size]").wait_for()
    titles = []
    for name in ("1/class0/0.wav", "2/class1/1.wav", "1/class2/2.wav"):
        (path := tmp_path / name).rename(path.with_name("call.wav"))
        page.locator("#drop input[type=file]").set_input_files(str(path.with_name("call.wav")))
        page.wait_for_function(
            "before => { const now = document.querySelector('#data input').value; return now.startsWith('call') && now !== before; }",
            arg=titles[-1] if titles else "",
        )
        titles.append(page.locator("#data input").input_value())
    page.locator("#data input").click()
    offered = [text.strip("✓\n") for text in page.locator("#data [role=option]").all_inner_texts()]
    dropped = [title for title in offered if title.startswith("call (dropped here")]
    assert len(dropped) == 3 == len(set(dropped))


def test_dropped_sounds_become_the_data_and_what_was_skipped_is_listed(
    empty_site: Any, look: Callable[..., Any], tmp_path: Path
) -> None:
    write_folder(tmp_path / "sounds")
    (tmp_path / "sounds" / "class0" / "torn <img src=x>.wav").write_bytes(b"RIFF----WAVE")
    with zipfile.ZipFile(tmp_path / "three tones.zip", "w") as archive:
        for path in sorted((tmp_path / "sounds").rglob("*.wav")):
            archive.write(path, path.relative_to(tmp_path))
    (tmp_path / "no sound.wav").write_text("#EXTM3U\n/etc/passwd")
    page = look(empty_site).open("tab=train")
    page.locator("#settings .setting[data-name=batch_size]").wait_for()

    page.locator("#drop input[type=file]").set_input_files(str(tmp_path / "no sound.wav"))
    page.locator("#drop-notice[data-tone=bad], #drop-notice [data-tone=bad]").get_by_text("playlist").wait_for()
    expect(page.locator("#data input")).not_to_have_value("no sound (dropped here)")

    page.locator("#drop input[type=file]").set_input_files(str(tmp_path / "three tones.zip"))
    page.locator("#data-summary .data-line").filter(has_text="three tones 60 clips, 30 s of sound").wait_for()
    expect(page.locator("#data input")).to_have_value("three tones (dropped here)")
    expect(page.locator("#data-summary dl")).to_contain_text("3: class0 (20), class1 (20), class2 (20)")
    page.locator("#data-summary summary").filter(has_text="1 file skipped").click()
    listed = re.compile(r"^sounds/class0/torn <img src=x>\.wav it ")
    expect(page.locator("#data-summary li")).to_have_text(listed)
    expect(page.locator("#drop-notice .notice-line")).to_have_text("")

    fill(page, "steps", "20")
    page.locator("#start").click()  # a step takes as many of the sixty as it can, where nobody says how many
    state_line(page, "Finished after 20 steps")
    page.locator("#run-settings .set-chip").filter(has_text="batch size 32").wait_for()
    (run,) = find_runs(empty_site.runs)
    dropped = empty_site.folder / "cache" / "hearsight" / "dropped"
    assert Path(run.config()["data"]).is_relative_to(dropped)
    page.locator("#run-settings summary").filter(has_text="settings of this run").click()
    again = shlex.split(page.locator("#run-settings .set-command code").inner_text())
    assert again[again.index("--data") + 1] == run.config()["data"] and "--steps" in again
    page.get_by_role("button", name="Copy the command").click()
    expect(page.locator("#run-settings .set-command [role=status]")).to_have_text(re.compile(r"Copied\.|Marked: "))

    page.locator("#drawer").wait_for(state="hidden")  # a training was started by it
    page.locator("#form-line button").click()
    page.locator("#data input").click()  # what is typed takes the place of what is chosen
    page.keyboard.type(str(tmp_path / "nowhere"))
    expect(page.locator("#data input")).to_have_value(str(tmp_path / "nowhere"))
    page.keyboard.press("Enter")
    page.locator("#data-notice").get_by_text("nowhere cannot be used").wait_for()
    expect(page.locator("#data-summary .data-line")).to_have_count(0)
    page.locator("#start").click()
    expect(page.get_by_test_id("toast-text")).to_contain_text("nowhere cannot be used")
    assert len(find_runs(empty_site.runs)) == 1


def test_a_run_that_waits_in_no_queue_is_resumed_and_what_is_told_is_text(
    empty_site: Any, look: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "bare").mkdir()
    create_run(empty_site.runs / "left", {"data": str(tmp_path / "bare")})
    page = look(empty_site).open("tab=train&run=left")
    state_line(page, "Waiting, but in no queue")
    page.get_by_role("button", name="Resume").click()
    state_line(page, "Failed: The folder")
    (tmp_path / "bare").rmdir()
    page.get_by_role("button", name="Resume").click()
    refused = page.get_by_test_id("toast-text").filter(has_text="The run left needs its sounds to go on, but")
    refused.wait_for()
    refused.evaluate("line => { line.dataset.first = ''; }")
    page.get_by_role("button", name="Resume").click()
    page.locator("[data-testid=toast-text]:not([data-first])").wait_for()
    expect(refused).to_have_count(1)
    state_line(page, "Failed: The folder")

    page.locator("#settings .setting[data-name=batch_size]").wait_for()
    fill(page, "batch_size", "<img src=x>")
    page.locator("#start").click()
    told = page.get_by_test_id("toast-text").filter(has_text="The setting")
    told.wait_for()
    expect(told).to_have_text(re.compile("^The setting batch size is '<img src=x>', but a whole number"))
    assert told.locator("img").count() == 0
