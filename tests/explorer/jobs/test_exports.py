"""Exports that visitors ask for: one at a time, followed, kept for a while, and gone with the server."""

import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from explorer.jobs.exports import BROKE_DOWN, KEPT, MOST_CLIPS, Export, Exports
from training.errors import UserError
from training.run import RunFolder

FAKE = """
import json, pathlib, sys, time
run, name, title, to = sys.argv[1:]
print(json.dumps({"fraction": 0.5, "text": "Half of it"}), flush=True)
until = time.monotonic() + 240
while name == "slow" and not pathlib.Path(run, "go").exists() and time.monotonic() < until:
    time.sleep(0.01)
if name == "refused":
    print(json.dumps({"error": "This run has no snapshot yet."}), flush=True)
if name in ("refused", "broken"):
    sys.exit(2)
pathlib.Path(to).parent.mkdir(parents=True)
pathlib.Path(to).write_bytes(b"zip of " + name.encode())
"""


@pytest.fixture
def exports() -> Iterator[Exports]:
    made = Exports([sys.executable, "-c", FAKE])
    yield made
    made.close()


def followed(exports: Exports, name: str, until: Callable[[Export], bool] = lambda export: export.done) -> Export:
    end = time.monotonic() + 240
    while True:
        export = exports.known(name)
        assert export is not None and time.monotonic() < end, export
        if until(export):
            return export
        time.sleep(0.01)


def test_a_run_is_exported_and_its_zip_kept(exports: Exports, tmp_path: Path) -> None:
    exports.begin("one", RunFolder(tmp_path), "title", 10)
    done = followed(exports, "one")
    assert done.zip is not None and done.zip.read_bytes() == b"zip of one"
    assert (done.error, done.fraction, done.text) == (None, 0.5, "Half of it")


def test_one_at_a_time(exports: Exports, tmp_path: Path) -> None:
    exports.begin("slow", RunFolder(tmp_path), "title", 10)
    followed(exports, "slow", lambda export: export.fraction == 0.5)
    assert exports.begin("slow", RunFolder(tmp_path), "title", 10).fraction == 0.5  # the one that is being made
    with pytest.raises(UserError, match="The run slow is being exported"):
        exports.begin("one", RunFolder(tmp_path), "title", 10)
    (tmp_path / "go").touch()
    assert followed(exports, "slow").zip is not None
    exports.begin("one", RunFolder(tmp_path), "title", 10)
    assert followed(exports, "one").zip is not None


def test_only_the_newest_are_kept(exports: Exports, tmp_path: Path) -> None:
    zips = []
    for i in range(KEPT + 1):
        exports.begin(f"run-{i}", RunFolder(tmp_path), "title", 10)
        zips.append(followed(exports, f"run-{i}").zip)
    end = time.monotonic() + 30
    while exports.known("run-0") is not None:
        assert time.monotonic() < end
        time.sleep(0.01)
    assert [zip is not None and zip.exists() for zip in zips[1:]] == [True] * KEPT


@pytest.mark.parametrize(("name", "sentence"), [("refused", "This run has no snapshot yet."), ("broken", BROKE_DOWN)])
def test_what_fails_is_one_sentence(exports: Exports, tmp_path: Path, name: str, sentence: str) -> None:
    exports.begin(name, RunFolder(tmp_path), "title", 10)
    done = followed(exports, name)
    assert (done.error, done.zip) == (sentence, None)
    exports.begin("one", RunFolder(tmp_path), "title", 10)  # and in nobody's way
    assert followed(exports, "one").zip is not None


def test_a_huge_run_is_refused(exports: Exports, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="more than the 10,000"):
        exports.begin("one", RunFolder(tmp_path), "title", MOST_CLIPS + 1)


def test_nothing_is_left_when_the_server_ends(exports: Exports, tmp_path: Path) -> None:
    exports.begin("one", RunFolder(tmp_path), "title", 10)
    done = followed(exports, "one")
    exports.begin("slow", RunFolder(tmp_path), "title", 10)
    followed(exports, "slow", lambda export: export.fraction == 0.5)
    process = exports._process
    exports.close()
    assert done.zip is not None and not done.zip.exists()
    assert process is not None and process.poll() is not None
    assert exports.known("slow") is None


def test_the_process_writes_a_zip(
    make_run: Callable[..., RunFolder], cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(tmp_path / "run", 12)  # too few points for UMAP: PCA is quick
    exports = Exports()
    try:
        exports.begin("run", run, "simclr · run", 12)
        done = followed(exports, "run")
        assert done.error is None and done.zip is not None
        with zipfile.ZipFile(done.zip) as packed:
            assert {"hearsight/index.html", "hearsight/data/run.json"} <= set(packed.namelist())
    finally:
        exports.close()


def test_a_run_without_snapshots_is_told_so(make_run: Callable[..., Any], cache: Path, tmp_path: Path) -> None:
    exports = Exports()
    try:
        exports.begin("run", make_run(tmp_path / "run", 12, snapshots=()), "run", 12)
        assert (followed(exports, "run").error or "").startswith("The run run has no snapshot yet")
    finally:
        exports.close()
