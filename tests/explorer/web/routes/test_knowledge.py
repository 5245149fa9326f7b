"""What is kept of what a run knows is told; having it computed is refused where visitors may only look."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from training.knowledge.kept import PARTS
from training.run.example import EXAMPLE_FOLDER

SHIPPED = EXAMPLE_FOLDER / "knowledge"


def test_what_is_kept_is_told_part_by_part(page: Any) -> None:
    found = page.get("run/first/knowledge").json()
    assert {part: found[part] for part in PARTS} == dict.fromkeys(PARTS)
    assert (found["newest"], found["asked"], found["offered"], found["heard"]["sounds"]) == (20, None, True, True)
    run = page.library.run("first")
    shutil.copytree(SHIPPED, run.path / "knowledge")
    found = page.get("run/first/knowledge").json()
    for part in PARTS:
        assert found[part] == {
            k: v for k, v in json.loads((SHIPPED / f"{part}.json").read_text()).items() if k != "schema"
        }
    run.knowledge_path("facets").write_text('{"facets": [1]}')
    assert page.get("run/first/knowledge").json()["facets"] is None


def test_it_is_computed_once_at_a_time_when_asked(page: Any, make_run: Any, tmp_path: Path) -> None:
    make_run(tmp_path / "runs" / "second")
    make_run(tmp_path / "runs" / "young", snapshots=())
    asked = page.post("run/first/knowledge", {}).json()["asked"]
    assert asked == {"name": "first", "fraction": 0.0, "text": "Getting ready", "error": "", "done": False}
    assert page.post("run/first/knowledge", {}).json()["asked"]["name"] == "first"
    assert page.get("run/first/knowledge").json()["asked"]["done"] is False
    refused = page.post("run/second/knowledge", {})
    assert (refused.status_code, refused.json()["detail"]) == (
        409, "This is being computed for the run first; try again when that is done.",
    )  # fmt: skip
    assert page.post("run/young/knowledge", {}).status_code == 409
    assert page.post("run/none/knowledge", {}).status_code == 404


@pytest.mark.parametrize("newer", [False, True], ids=["a page for looking only", "a run that may only be looked at"])
def test_nothing_is_computed_where_visitors_may_only_look(page: Any, newer: bool) -> None:
    if newer:
        path = page.library.run("first").path / "config.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), "schema": 99}))
    refused = page.post("run/first/knowledge", {}, read_only=not newer)
    assert refused.status_code == 403 and refused.json()["detail"].endswith("here.")
    assert page.knowing.known("first") is None
    assert newer or page.get("run/first/knowledge").json()["offered"] is True
