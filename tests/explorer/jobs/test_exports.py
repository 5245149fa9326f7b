"""Exports that visitors ask for: one at a time, followed, kept for a while, and gone with the server."""

import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from explorer.background.tasks import Task
from explorer.jobs.exports import ENCODER, KEPT, KINDS, PAGE, Exports, Kind
from training.errors import UserError
from training.run import RunFolder
from training.run.example import EXAMPLE_FOLDER

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
if name == "torn":
    pathlib.Path(to + ".part").write_bytes(b"half a zip")
    sys.exit(2)
pathlib.Path(to).write_bytes(b"zip of " + name.encode())
"""


@pytest.fixture
def exports() -> Iterator[Exports]:
    made = Exports(PAGE, [sys.executable, "-c", FAKE])
    yield made
    made.close()


def followed(exports: Exports, name: str, until: Callable[[Task], bool] = lambda export: export.done) -> Task:
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
    zip = exports.made("one")
    assert zip is not None and zip.read_bytes() == b"zip of one"
    assert (done.error, done.fraction, done.text) == ("", 0.5, "Half of it")


def test_one_at_a_time(exports: Exports, tmp_path: Path) -> None:
    exports.begin("slow", RunFolder(tmp_path), "title", 10)
    with pytest.raises(UserError, match="The run slow is being exported"):
        exports.begin("one", RunFolder(tmp_path), "title", 10)
    assert exports.made("slow") is None
    (tmp_path / "go").touch()
    followed(exports, "slow")
    assert exports.made("slow") is not None


def test_a_run_is_exported_anew(exports: Exports, tmp_path: Path) -> None:
    zips = []
    for _ in range(2):
        exports.begin("one", RunFolder(tmp_path), "title", 10)
        followed(exports, "one")
        zips.append(exports.made("one"))
    assert [zip is not None and zip.exists() for zip in zips] == [False, True]


def test_only_the_newest_are_kept(exports: Exports, tmp_path: Path) -> None:
    zips = []
    for i in range(KEPT + 1):
        exports.begin(f"run-{i}", RunFolder(tmp_path), "title", 10)
        followed(exports, f"run-{i}")
        zips.append(exports.made(f"run-{i}"))
    assert exports.known("run-0") is None and exports.known(f"run-{KEPT}") is not None
    assert [zip is not None and zip.exists() for zip in zips[1:]] == [True] * KEPT


@pytest.mark.parametrize(
    ("name", "sentence"), [("refused", "This run has no snapshot yet."), ("broken", PAGE.sentences.broke_down)]
)
def test_what_fails_is_one_sentence(exports: Exports, tmp_path: Path, name: str, sentence: str) -> None:
    exports.begin(name, RunFolder(tmp_path), "title", 10)
    done = followed(exports, name)
    assert (done.error, exports.made(name)) == (sentence, None)
    exports.begin("one", RunFolder(tmp_path), "title", 10)  # and in nobody's way
    assert not followed(exports, "one").error


def test_what_broke_off_leaves_nothing(exports: Exports, tmp_path: Path) -> None:
    exports.begin("one", RunFolder(tmp_path), "title", 10)
    followed(exports, "one")
    zip = exports.made("one")
    exports.begin("torn", RunFolder(tmp_path), "title", 10)
    assert followed(exports, "torn").error
    assert zip is not None and [path for path in zip.parents[1].rglob("*") if path.is_file()] == [zip]


def test_a_huge_run_is_refused(exports: Exports, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="more than the 10,000"):
        exports.begin("one", RunFolder(tmp_path), "title", 10_001)


def test_nothing_is_left_when_the_server_ends(exports: Exports, tmp_path: Path) -> None:
    exports.begin("one", RunFolder(tmp_path), "title", 10)
    followed(exports, "one")
    zip = exports.made("one")
    exports.begin("slow", RunFolder(tmp_path), "title", 10)
    followed(exports, "slow", lambda export: export.fraction == 0.5)
    exports.close()
    assert zip is not None and not zip.exists()
    assert followed(exports, "slow").error and exports.made("slow") is None


def test_the_process_writes_a_zip(
    make_run: Callable[..., RunFolder], cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(tmp_path / "run", 12)  # too few points for UMAP: PCA is quick
    exports = Exports(PAGE)
    try:
        exports.begin("run", run, "simclr · run", 12)
        assert followed(exports, "run").error == ""
        zip = exports.made("run")
        assert zip is not None
        with zipfile.ZipFile(zip) as packed:
            assert {"hearsight/index.html", "hearsight/data/run.json"} <= set(packed.namelist())
    finally:
        exports.close()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_run_without_snapshots_is_told_so(
    kind: Kind, make_run: Callable[..., Any], cache: Path, tmp_path: Path
) -> None:
    exports = Exports(kind)
    try:
        exports.begin("run", make_run(tmp_path / "run", 12, snapshots=()), "run", 12)
        error = followed(exports, "run").error
        assert error != kind.sentences.broke_down and ("has no" in error or "keeps no" in error)
    finally:
        exports.close()


def test_the_process_writes_the_encoder_of_the_example(tmp_path: Path) -> None:
    exports = Exports(ENCODER)
    try:
        exports.begin("example", RunFolder(EXAMPLE_FOLDER), "simclr · example", 20_000)  # however many clips
        assert followed(exports, "example").error == ""
        made = exports.made("example")
        assert made is not None and zipfile.is_zipfile(made)
    finally:
        exports.close()
