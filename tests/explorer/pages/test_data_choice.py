"""What is said of the data that is chosen, and what is offered."""

import json
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import soundfile

from explorer.components import summary_of
from explorer.jobs.quotas import Quotas
from explorer.pages.data_choice import OF_RUNS, DataChoice
from explorer.pages.data_words import LONG_INSTEAD
from explorer.pages.frame import Frame
from explorer.runs.library import Library
from explorer.sounds.downloads import Downloads
from explorer.visitors.limits import Limits
from tests.support.shards import write_shards
from training.data import Skipped, open_dataset, whole_reference
from training.data.dataset import Progress
from training.data.dropped import dropped_root
from training.data.files import HASH_BYTES
from training.data.public import folder_of
from training.run import RunWriter, create_run


@pytest.fixture
def choice(tmp_path: Path, cache: Path) -> Iterator[Any]:
    """`choice(data, read_only)`: the choice of data on a page."""
    made = []

    def fetched(name: str, progress: Progress) -> Path:
        write_birds(folder_of(name))
        return folder_of(name)

    def make(
        data: str = "starter", read_only: bool = False, limits: Limits | None = None, paths: bool = True
    ) -> DataChoice:
        library = Library(tmp_path / "runs")
        downloads = Downloads(fetched, library.open_datasets.forget)
        made.extend([downloads, library.open_datasets])
        launcher = SimpleNamespace(quotas=Quotas(limits or Limits(), tmp_path))
        services = SimpleNamespace(library=library, downloads=downloads, launcher=launcher)
        frame = SimpleNamespace(data=data, read_only=read_only, services=services, paths=paths)
        frame.reference = whole_reference
        frame.data_hint = ""
        shown = DataChoice(frame)  # type: ignore[arg-type]
        shown.shown_in(None, summary_of)
        return shown

    yield make
    for each in made:
        each.close()


def write_birds(folder: Path) -> None:
    """A set of two classes, one sound each."""
    for name in ("owl", "tit"):
        (folder / name).mkdir(parents=True)
        soundfile.write(folder / name / "a.wav", np.sin(np.arange(8_000) / (name == "owl" or 2)) / 2, 16_000)


def looked(choice: Any, name: str) -> tuple[bool, Any, Any]:
    """Whether a download is offered, what is said, and the summary, once nothing more is awaited."""
    until = time.monotonic() + 120
    while True:
        button, notice, summary, timer = choice.look(name)
        if not timer.active:
            return button.visible, notice, summary
        assert notice["tone"] == "busy" and time.monotonic() < until
        time.sleep(0.01)


def test_a_folder_is_opened_and_summed_up(choice: Any, tmp_path: Path) -> None:
    write_birds(tmp_path / "birds")
    (tmp_path / "birds" / "empty.wav").touch()
    button, notice, summary = looked(choice(), f" {tmp_path / 'birds'} ")
    assert (button, notice, summary["clips"]) == (False, None, 2)
    assert summary["facets"][0]["examples"] == [("owl", 1), ("tit", 1)]
    assert summary["skipped"]["rows"][0]["file"] == "empty.wav"


def test_of_a_stream_a_sample_is_summed_up_and_said_to_be_one(choice: Any, tmp_path: Path) -> None:
    button, notice, summary = looked(choice(), write_shards(tmp_path / "birds", [2, 1]))
    assert (button, summary["clips"], summary["name"]) == (False, 3, "birds (stream)")
    assert notice["text"].startswith("These 3 clips are a sample of the stream birds:") and notice["tone"] == ""


def test_a_path_where_nothing_is_says_so(choice: Any, tmp_path: Path) -> None:
    _, notice, summary = looked(choice(), str(tmp_path / "nowhere"))
    assert notice["tone"] == "bad" and "nowhere cannot be used" in notice["text"] and summary is None


def test_a_public_set_is_offered_for_download_but_not_to_those_who_may_only_look(choice: Any) -> None:
    said = "This set is not on this machine yet: about 600 MB to be downloaded, licence CC BY-NC 3.0."
    assert looked(choice(), "esc50")[:2] == (True, {"text": said, "tone": ""})
    assert looked(choice(read_only=True), "esc50")[0] is False


@pytest.mark.parametrize("name", ["esc50", "hf:owner/birds"])
def test_what_could_not_be_opened_can_once_it_was_downloaded(choice: Any, name: Any) -> None:
    here = choice()
    here._frame.services.library.open_datasets.open(name)
    while not here._frame.services.library.open_datasets.known(name).done:
        time.sleep(0.01)
    assert looked(here, name)[0] is True
    here._begin(f" {name}")
    assert looked(here, name)[2]["clips"] == 2


def test_visitors_download_nothing_where_the_disk_is_nearly_full(choice: Any) -> None:
    here = choice(limits=Limits(free_percent=101))
    assert here._begin("esc50")[1]["text"].startswith("Only ")
    assert here._frame.services.downloads.known("esc50") is None


def test_what_is_no_name_of_a_public_set_is_not_offered_for_download(choice: Any) -> None:
    button, notice, _ = looked(choice(), "hf:birds")
    assert button is False and "owner/name was expected" in notice["text"]
    assert looked(choice(), f"hf:{'x' * 400}/birds")[0] is True, "no name is too long to be looked for"


def test_security_no_path_is_opened_for_those_who_may_only_look(choice: Any, tmp_path: Path) -> None:
    watched = choice(read_only=True)
    assert looked(watched, str(tmp_path)) == (False, None, None)
    assert watched.choice.allow_custom_value is False


def test_a_path_that_nobody_may_name_here_is_refused_in_a_sentence(choice: Any, tmp_path: Path) -> None:
    write_birds(tmp_path)
    hosted = choice(paths=False)
    page: Any = SimpleNamespace(paths=False, started_in="", data="starter")
    hosted._frame.reference = partial(Frame.reference, page)
    stream, folder = "stream", "folder of this machine"
    for typed, found in (
        (str(tmp_path), folder),
        ("shards:/sounds/x-{000..127}.tar", stream),
        ("shards:https://sounds.org/x.tar", stream),
        ("stream:owner/name", stream),
    ):
        _, notice, summary = looked(hosted, typed)
        assert notice["tone"] == "bad" and notice["text"].startswith(f"{typed[:20]}") and summary is None
        assert notice["text"].endswith(f"were expected; no {found} may be named.")
    assert len(looked(hosted, "/" + "a" * 5_000)[1]["text"]) < 250
    assert looked(hosted, "") == (False, None, None)


def test_the_data_given_at_the_start_is_offered_first(choice: Any, tmp_path: Path) -> None:
    offered = choice(str(tmp_path)).offered(str(tmp_path))
    assert offered.choices[0][1] == str(tmp_path) == offered.value
    assert "starter" in [name for _, name in offered.choices]


def test_a_folder_that_is_named_in_two_ways_is_opened_once(
    choice: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_birds(tmp_path / "birds")
    monkeypatch.setenv("HOME", str(tmp_path))
    here = choice()
    opened = here._frame.services.library.open_datasets._openings
    for name in ("~/birds", str(tmp_path / "birds"), f" {tmp_path}/birds/"):
        assert looked(here, name)[2]["clips"] == 2
    assert len(opened) == 1


def test_paths_that_were_chosen_before_are_offered_again(choice: Any, tmp_path: Path) -> None:
    made = choice("starter")
    made._frame.reference = lambda name: "" if name == "/secret" else whole_reference(name)
    offered = made.offered("starter", f'["{tmp_path}", "/secret", "starter", 3, "{tmp_path}"]')
    references = [name for _, name in offered.choices]
    assert references.count(str(tmp_path)) == 1 == references.count("starter")
    assert "/secret" not in references
    for wrong in ("", "{", "[" * 9_000, '{"a": 1}', "3"):
        assert [name for _, name in made.offered("starter", wrong).choices] == [
            n for n in references if n != str(tmp_path)
        ]
    assert str(tmp_path) not in [
        name for _, name in choice("starter", True).offered("starter", f'["{tmp_path}"]').choices
    ]


def test_what_the_newest_runs_were_trained_on_is_offered_as_long_as_it_is_there(choice: Any, tmp_path: Path) -> None:
    folders = [str(tmp_path / f"sounds {number}") for number in range(OF_RUNS + 2)]
    for folder in folders[:-1]:
        Path(folder).mkdir()
    for day, data in enumerate([*folders, folders[-2], "starter", "", "a loop of my own", "esc50"]):
        create_run(tmp_path / "runs" / f"run {day}", {"data": data, "created": f"2026-01-{day + 1:02d}T00:00:00"})
    offered = [name for _, name in choice("starter").offered("starter").choices]
    assert offered[:OF_RUNS] == folders[-2:0:-1], "the newest first, and each once"
    assert offered.count("starter") == 1 and folders[0] not in offered and folders[-1] not in offered


def test_security_data_of_runs_is_told_to_nobody_who_may_name_no_folder(choice: Any, tmp_path: Path) -> None:
    dropped = dropped_root() / ("0" * 2 * HASH_BYTES) / "sounds"
    dropped.mkdir(parents=True)
    for name, data in (("a", dropped), ("b", tmp_path)):
        create_run(tmp_path / "runs" / name, {"data": str(data)})
    told = [[name for _, name in made.offered("starter").choices] for made in (
        choice(), choice(paths=False), choice(read_only=True)
    )]  # fmt: skip
    assert {str(dropped), str(tmp_path)} <= set(told[0])
    assert not {str(dropped), str(tmp_path)} & {*told[1], *told[2]}


def test_what_was_dropped_before_is_offered_as_long_as_it_is_there_and_told_apart(choice: Any) -> None:
    folders = [dropped_root() / (digit * 2 * HASH_BYTES) / name for digit, name in (("0", "a"), ("1", "a"), ("2", "b"))]
    for day, folder in enumerate(folders):
        folder.mkdir(parents=True)
        os.utime(folder, (86_400 * day, 86_400 * day))
    gone = dropped_root() / ("3" * 2 * HASH_BYTES) / "a"
    titles = {
        name: title for title, name in choice().offered("starter", json.dumps([*map(str, folders), str(gone)])).choices
    }
    one, two, other = (titles[str(folder)] for folder in folders)
    assert one.startswith("a (dropped here, ") and two.startswith("a (dropped here, ") and one != two
    assert other == "b (dropped here)" and str(gone) not in titles


def test_a_page_begins_with_the_sounds_of_a_run_where_they_are_open_and_may_be_named(
    choice: Any, tmp_path: Path
) -> None:
    write_birds(tmp_path / "birds")
    birds = str(tmp_path / "birds")
    made, refusing, watched = choice(), choice(paths=False), choice(read_only=True)
    refusing._frame.reference = lambda name: "" if "/" in name else name
    for name, data, fingerprint in (("here", birds, open_dataset(birds).fingerprint), ("away", birds, "0" * 64)):
        create_run(tmp_path / "runs" / name, {"data": data})
        writer = RunWriter(tmp_path / "runs" / name)
        writer.write_probe({"fingerprint": fingerprint, "data": data, "ids": ["a"], "clips": [0], "facets": {}})
        writer.close()
    assert [made.of_run(name) for name in ("here", "away", "none", None)] == [birds, "starter", "starter", "starter"]
    assert refusing.of_run("here") == watched.of_run("here") == "starter"


def test_of_dropped_files_that_were_too_long_it_is_said_how_they_are_read(choice: Any, make_dataset: Any) -> None:
    long = replace(make_dataset(4), skipped=(Skipped("a.wav", "it is longer than 600 seconds"),))
    short = replace(long, skipped=(Skipped("a.wav", "it is empty: no audio"),))
    dropped, named = str(dropped_root() / ("0" * 2 * HASH_BYTES) / "a"), "/home/me/a"
    remarks = [choice()._remark(*given) for given in ((dropped, long), (dropped, short), (named, long))]
    assert remarks == [{"text": LONG_INSTEAD, "tone": ""}, None, None]
    assert choice(paths=False)._remark(dropped, long) is choice(read_only=True)._remark(dropped, long) is None


def test_a_field_that_was_only_passed_through_changes_nothing(choice: Any, tmp_path: Path) -> None:
    made = choice("starter")
    made.shown_in(SimpleNamespace(), summary_of)
    made._timer = SimpleNamespace()
    answers = made._look_anew("starter", True)
    assert len(answers) == 4 and all(answer == made._look_anew("starter", True)[0] for answer in answers)
    assert made._frame.services.library.open_datasets.known("starter") is None
