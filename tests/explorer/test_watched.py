"""A training loop of somebody else, found on the page: every route and every piece of the page takes its run."""

import re
import shutil
import subprocess
import sys
import wave
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from benchmarks.mutilate import mutilate
from explorer.export.write import write_export
from explorer.jobs.launcher import Launcher
from explorer.measurer.__main__ import Serving
from explorer.projector.chain import Chain
from explorer.runs.bundle import Bundle
from explorer.runs.layouts import LayoutFolders
from explorer.runs.library import Library
from explorer.runs.marks import Marks
from explorer.runs.run_settings import WATCHED, run_settings
from explorer.runs.run_views import run_views
from explorer.runs.table import RunTable
from explorer.search.finder import Finder
from explorer.sounds.open_datasets import OpenDatasets
from explorer.sounds.pairs import Pairs
from explorer.sounds.uploads import Uploads
from explorer.tags import TagStore
from explorer.web.routes import PREFIX, byte_routes
from training.changed import changed_settings
from training.errors import UserError
from training.run import RunFolder, State
from training.watch import Watch

ROOT = Path(__file__).parents[2]
CLASSES = ("bell", "hum", "hiss")
CLIPS, STEPS = 36, 10
ONLY_WATCHED = "it can only be watched here"


def write_sounds(folder: Path) -> None:
    """Short tones of three classes, in a folder for each."""
    random = np.random.default_rng(0)
    for i in range(CLIPS):
        path = folder / CLASSES[i % 3] / f"{i:02d}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        times = np.arange(4_000 + 100 * i) / 16_000
        tone = np.sin(2 * np.pi * 300 * (1 + i % 3) * times) + 0.2 * random.standard_normal(len(times))
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, 16_000, 0, "NONE", ""))
            file.writeframes((8_000 * tone).astype("<i2").tobytes())


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `sounds`, and with `runs`, in which the loop has left its run as `mine`."""
    at = tmp_path_factory.mktemp("watched")
    write_sounds(at / "sounds")
    for file in (ROOT / "training" / "watch.py", ROOT / "tests" / "support" / "own_loop.py"):
        shutil.copy(file, at)
    command = [sys.executable, "-W", "error", "own_loop.py", "sounds", "runs/mine", str(STEPS)]
    subprocess.run(command, cwd=at, check=True, timeout=600)
    return at


@pytest.fixture
def page(trained: Path, tmp_path: Path, cache: Path) -> Iterator[SimpleNamespace]:
    """What serves it, measured and mapped as the server's processes do so."""
    root = tmp_path / "runs"
    shutil.copytree(trained / "runs", root)
    run, layouts, uploads = RunFolder(root / "mine"), LayoutFolders(), Uploads()
    Serving().look((str(run.path),))
    chain = Chain(run, layouts)
    while (task := chain.next_task(False)) is not None:
        chain.do(task, None)
    library = Library(root, open_datasets=OpenDatasets())
    finder, tags = Finder(library, layouts), TagStore()
    pairs = Pairs(library.open_datasets, uploads)
    routes = byte_routes(library, uploads, layouts, tags=tags, pairs=pairs, finder=finder)
    app = FastAPI()
    app.include_router(routes)
    yield SimpleNamespace(
        run=run, library=library, layouts=layouts, finder=finder, routes=routes, client=TestClient(app), tags=tags
    )
    finder.close()
    pairs.close()
    library.open_datasets.close()


def asked(page: SimpleNamespace, path: str, **query: Any) -> Any:
    return page.client.get(f"{PREFIX}/run/mine/{path}", params=query)


def test_it_has_what_every_run_has(page: SimpleNamespace) -> None:
    """Curves, map, neighbours, sounds and measures, through the page's own routes."""
    news = asked(page, "news").json()
    assert news["status"]["state"] == "finished" and news["status"]["watched"]
    assert news["layouts"]["steps"] == [0, 5, 10]
    rows = {key for row in news["metrics"]["rows"] for key in row}
    assert rows >= {"train/loss", "train/lr", "measure/cross_group_knn", "measure/effective_rank", "measure/alignment"}
    lines = asked(page, "baselines").json()["cross_group_knn"]["class"]
    assert all(lines[name] is not None for name in ("random_init", "mfcc", "log_mel", "chance"))
    points = asked(page, "points").json()
    assert points["sounds"] and points["n"] == CLIPS and points["main_facet"] == "class"
    assert [file.rpartition("/")[2] for file in points["files"]] == [
        Path(name).name for name in page.run.probe()["files"]
    ]
    near = asked(page, "neighbours/10/0").json()["neighbours"]
    assert len(near) == 10 and near[0]["score"] > 0.5
    sound = page.client.get(f"{PREFIX}/clip/{points['fingerprint']}/{points['clips'][0]}")
    assert sound.status_code == 200 and len(sound.content) > 4_000
    right = asked(page, "column", name="knn_right", step=10).json()["values"]
    assert len(right) == CLIPS and set(right) <= {0, 1}


def test_a_reader_hears_of_the_measures_when_they_come(page: SimpleNamespace) -> None:
    """Who knew the loop's rows alone forgets them, since with the measures come curves that nobody knew of."""
    shutil.move(page.run.added_path, page.run.added_path.with_name("later"))
    first = asked(page, "news", parts="metrics").json()["metrics"]
    assert first["rows"] and not any(key.startswith("measure/") for row in first["rows"] for key in row)
    shutil.move(page.run.added_path.with_name("later"), page.run.added_path)
    then = asked(page, "news", parts="metrics", since=first["cursor"]).json()["metrics"]
    assert then["void"] and any("measure/cross_group_knn" in row for row in then["rows"])
    again = asked(page, "news", parts="metrics", since=then["cursor"]).json()["metrics"]
    assert again == {"cursor": then["cursor"], "void": False, "rows": []}


def test_a_column_that_nobody_measured_yet_is_asked_for_again(page: SimpleNamespace) -> None:
    measured = page.run.added_snapshot_path(10)
    kept = measured.read_bytes()
    measured.unlink()
    reply = asked(page, "column", name="knn_right", step=10)
    assert reply.status_code == 200 and reply.json()["awaited"] and reply.json()["values"] == [-1] * CLIPS
    assert asked(page, "column", name="knn_right", step=11).status_code == 404
    measured.write_bytes(kept)
    assert "awaited" not in asked(page, "column", name="knn_right", step=10).json()


def test_no_route_stumbles_over_it(page: SimpleNamespace) -> None:
    """Each answers, or says in one sentence why it can't."""
    points = page.run.probe()
    given = {
        "name": "mine", "run": "mine", "step": "10", "before": "0", "after": "10", "point": "3", "index": "2", "which": "0",
        "fingerprint": points["fingerprint"], "token": "none", "kind": "table",
    }  # fmt: skip
    about = {"fingerprint": points["fingerprint"], "seed": "0", "domain": "mel", "name": "class", "changed": "1"}
    clip = str(points["clips"][2])
    refused = {}
    for route in page.routes.routes:
        assert isinstance(route, APIRoute)
        for verb in route.methods:
            address = route.path.format(**given)
            reply = page.client.request(verb, address, params={**about, "clip": clip, "clips": clip})
            assert reply.status_code < 500, f"{address}: {reply.text}"
            if reply.status_code != 200:
                refused[route.path.removeprefix(PREFIX)] = str(reply.json()["detail"])
    assert [sentence for sentence in refused.values() if not re.fullmatch(r"[A-Z“][^\n]*\.", sentence)] == []
    alike = page.client.get(f"{PREFIX}/views/alike/mine", params={**about, "clip": clip})
    assert ONLY_WATCHED in alike.json()["why"]
    looked_at = {path for path in refused if path.startswith("/run/{name}/")}
    assert looked_at & {f"/run/{{name}}/{part}" for part in ANSWERED} == set()


ANSWERED = (
    *("schema", "settings", "news", "baselines", "points", "column", "layout/{step}", "neighbours/{step}/{point}"),
    *("moved/{before}/{after}", "lens", "lens/{step}", "suspects"),
)
"""Parts of a run that any run has."""


PIECES = {
    "list": lambda page: page.library.summaries()[0].title == "my SimCLR",
    "latest": lambda page: page.library.latest() == "mine",
    "table": lambda page: RunTable(page.library, Marks()).rows(changed=True)[0]["score"]["facet"] == "class",
    "settings": lambda page: [(row["name"], row["value"]) for row in run_settings(page.run)["settings"]] == [("temperature", 0.2), ("data", "made sounds")],
    "settings line": lambda page: run_settings(page.run)["note"] == WATCHED,
    "changed settings": lambda page: changed_settings(page.run.config()) is None,
    "method": lambda page: Bundle(page.run).method() is None,
    "lens": lambda page: Bundle(page.run).lens(10)["pictures"] == [],
    "moved": lambda page: len(Bundle(page.run, page.layouts).moved(0, 10)["moved"]) > 0,
    "untrained weights": lambda page: page.finder.untrained("mine") is None,
}  # fmt: skip


@pytest.mark.parametrize("piece", PIECES)
def test_each_piece_of_the_page_takes_it(page: SimpleNamespace, piece: str) -> None:
    assert PIECES[piece](page)


SOUND = np.zeros(8_000, np.float32)
REFUSED = {
    "find": lambda page: page.finder.find("mine", SOUND),
    "prepare": lambda page: page.finder.prepare("mine"),
    "compare": lambda page: page.finder.compare("mine", SOUND, SOUND),
    "views": lambda page: run_views(page.run),
    "resume": lambda page: launcher(page).resume("mine"),
    "pause": lambda page: launcher(page).pause("mine"),
    "stop": lambda page: launcher(page).stop("mine"),
}


def launcher(page: SimpleNamespace) -> Launcher:
    found = Launcher(page.library.root, command=lambda verb, folder: ["false"])
    found.close()
    return found


@pytest.mark.parametrize("piece", REFUSED)
def test_what_needs_its_model_is_refused_in_one_sentence(page: SimpleNamespace, piece: str) -> None:
    before = {path: path.read_bytes() for path in page.run.path.rglob("*") if path.is_file()}
    with pytest.raises(UserError, match=ONLY_WATCHED):
        REFUSED[piece](page)
    assert {path: path.read_bytes() for path in page.run.path.rglob("*") if path.is_file()} == before


def test_a_damaged_run_is_taken_all_the_same(page: SimpleNamespace, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever happened to the loop's files or to those that were added: nothing is raised, and the rest is shown."""
    for seed in range(30):
        name = f"damaged-{seed}"
        folder = page.library.root / name
        shutil.copytree(page.run.path, folder)
        mutilate(folder / "measured" if seed % 2 else folder, seed)
        if not RunFolder(folder).exists():
            continue
        page.library.summaries()
        for path in ("news", "points", "settings", "schema", "baselines", "lens/10", "column?name=knn_right&step=10"):
            reply = page.client.get(f"{PREFIX}/run/{name}/{path}")
            assert reply.status_code in (200, 404), f"{seed} {path}: {reply.text}"
        Serving().look((str(folder),))
    assert [record.getMessage() for record in caplog.records if record.exc_info] == []


def test_it_can_be_exported_and_deleted(page: SimpleNamespace, tmp_path: Path) -> None:
    write_export(page.run, "mine", "My run", tmp_path / "out.zip", lambda fraction, text: None)
    assert (tmp_path / "out.zip").stat().st_size > 100_000
    launcher(page).delete("mine")
    assert page.library.summaries() == []


def test_a_loop_at_work_does_not_hold_up_the_queue(page: SimpleNamespace) -> None:
    """It is none of the page's trainers: others are started beside it, and no signal is ever sent to it."""
    with Watch(page.library.root / "at work") as run:
        assert RunFolder(run.path).status().state == State.TRAINING
        assert launcher(page).ahead("mine") == {"behind": None, "paused": False, "wait": None}
        with pytest.raises(UserError, match="is being trained; stop it before you delete it"):
            launcher(page).delete("at work")
