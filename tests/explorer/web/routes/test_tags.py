"""Tags are given, taken back and read by routes; a read-only page keeps none, and still suggests."""

import json
from pathlib import Path
from typing import Any

import pytest

from explorer.web.routes import PREFIX


def test_clips_are_tagged_and_the_tags_are_columns(page: Any) -> None:
    assert page.get("run/first/tags").json() == {"kept": "server", "version": "", "tags": {}, "noes": {}, "known": []}
    said = page.post("run/first/tags", {"tag": " dry  kick", "clips": [3, 8, 13]}).json()
    assert said["tags"] == {"dry kick": [3, 8, 13]}
    page.post("run/first/tags", {"tag": "loud", "clips": [8]})
    page.tags.add("elsewhere", ["another-clip"])
    found = page.get("run/first/tags").json()
    assert (found["tags"], found["known"]) == ({"dry kick": [3, 8, 13], "loud": [8]}, ["dry kick", "elsewhere", "loud"])
    columns = {c["name"]: c for c in page.get("run/first/points").json()["columns"]}
    tags = columns["tags"]
    assert (tags["writer"], tags["per"], tags["names"]) == ("page", "clip", ["dry kick", "dry kick  +  loud"])
    assert [tags["values"][i] for i in (3, 8, 13, 0)] == [0, 1, 0, -1]
    agreement = page.get("run/first/column?name=tag_agreement&step=20").json()["values"]
    assert agreement[0] is None and 0 <= agreement[3] <= 0.2


def test_agreement_is_the_share_of_the_ten_nearest_with_the_tag(page: Any) -> None:
    near = [n["clip"] for n in page.get("run/first/neighbours/20/3").json()["neighbours"]]
    page.post("run/first/tags", {"tag": "kick", "clips": [3, *near[:7]]})
    page.post("run/first/tags", {"tag": "other", "clips": near[7:]})
    assert page.get("run/first/column?name=tag_agreement&step=20").json()["values"][3] == pytest.approx(0.7)


def test_a_tag_is_renamed_and_has_its_name_back_by_the_row(page: Any) -> None:
    page.post("run/first/tags", {"tag": "kcik", "clips": [3, 8]})
    said = page.post("run/first/tags/rename", {"tag": "kcik", "to": "kick"}).json()
    assert (said["tags"], said["known"]) == ({"kick": [3, 8]}, ["kick"])
    assert page.post("run/first/tags/undo", {"row": said["row"]}).json()["tags"] == {"kcik": [3, 8]}
    gone = page.post("run/first/tags/rename", {"tag": "kick", "to": "snare"})
    assert (gone.status_code, gone.json()["detail"]) == (409, "No clip carries the tag kick any more.")
    assert page.post("run/first/tags/rename", {"tag": "kcik"}).status_code == 400


def test_a_change_is_taken_back_by_its_row(page: Any) -> None:
    row = page.post("run/first/tags", {"tag": "kick", "clips": [3]}).json()["row"]
    assert page.post("run/first/tags/undo", {"row": row}).json()["tags"] == {}
    again = page.post("run/first/tags/undo", {"row": row})
    assert (again.status_code, again.json()["detail"]) == (409, "This change of tags was taken back already.")
    page.post("run/first/tags", {"tag": "kick", "clips": [3, 4]})
    assert page.post("run/first/tags", {"tag": "kick", "clips": [4], "kind": "remove"}).json()["tags"] == {"kick": [3]}


def test_clips_that_the_map_does_not_hold_are_tagged_too(
    page: Any, make_run: Any, make_dataset: Any, tmp_path: Path
) -> None:
    make_run(tmp_path / "runs" / "silent", 200, fingerprint="2" * 64)
    refused = page.post("run/silent/tags", {"tag": "kick", "clips": [3, 250]})
    assert refused.json()["detail"] == "The clip 250 is not on the map of this run.", "its sounds are not at hand"
    make_dataset(fingerprint="1" * 64)
    make_run(tmp_path / "runs" / "sample", 200, fingerprint="1" * 64)
    said = page.post("run/sample/tags", {"tag": "kick", "clips": [3, 250]}).json()
    assert said["tags"] == {"kick": [3]}, "the page lists those of the map"
    assert page.tags.tags() == {"kick": ("clip-3", "clip-250")}
    assert page.post("run/sample/tags", {"tag": "kick", "clips": [3, 300]}).status_code == 400
    page.post("run/sample/tags/undo", {"row": said["row"]})
    assert page.tags.tags() == {}


def test_a_clip_is_said_not_to_be_one(page: Any) -> None:
    page.post("run/first/tags", {"tag": "kick", "clips": [3, 4]})
    said = page.post("run/first/tags", {"tag": "kick", "clips": [4, 5], "kind": "not"}).json()
    assert (said["tags"], said["noes"], said["known"]) == ({"kick": [3]}, {"kick": [4, 5]}, ["kick"])
    assert page.get("run/first/tags").json()["noes"] == {"kick": [4, 5]}
    tags = next(c for c in page.get("run/first/points").json()["columns"] if c["name"] == "tags")
    assert [i for i, value in enumerate(tags["values"]) if value >= 0] == [3]
    assert page.post("run/first/tags", {"tag": "kick", "clips": [5], "kind": "add"}).json()["noes"] == {"kick": [4]}
    assert page.post("run/first/tags/undo", {"row": said["row"]}).json()["noes"] == {}
    gone = page.post("run/first/tags", {"tag": "kcik", "clips": [5], "kind": "not"})
    assert (gone.status_code, gone.json()["detail"]) == (409, "No clip carries the tag kcik any more.")


@pytest.mark.parametrize(
    "said",
    [
        [],
        {},
        {"tag": "kick"},
        {"tag": "kick", "clips": []},
        {"tag": "kick", "clips": [300]},
        {"tag": "kick", "clips": [True]},
        {"tag": "kick", "clips": ["3"]},
        {"tag": "kick", "clips": [10**400]},
        {"tag": 3, "clips": [3]},
        {"tag": "kick", "clips": [3], "kind": "maybe"},
        {"tag": "kick", "clips": [3], "kind": ["add"]},
        {"tag": "", "clips": [3]},
        {"tag": "k" * 61, "clips": [3]},
        {"tag": "kick", "clips": list(range(20_001))},
    ],
)
def test_security_what_is_no_change_is_refused_in_a_sentence(page: Any, said: Any) -> None:
    answer = page.post("run/first/tags", said)
    assert answer.status_code in (400, 409)
    assert answer.json()["detail"].endswith(".")
    assert not page.tags.path.exists()


def test_security_a_body_that_is_no_json_is_refused(page: Any) -> None:
    for body in (b"", b"{", b"[" * 100_000, b"\xff"):
        answer = page._client.post(f"{PREFIX}/run/first/tags", content=body)
        assert (answer.status_code, answer.json()["detail"]) == (400, "What was sent is not a JSON object.")


def test_security_a_read_only_page_keeps_no_tags_and_shows_none(page: Any) -> None:
    page.post("run/first/tags", {"tag": "kick", "clips": [3]})
    assert json.loads(page.read_only.get(f"{PREFIX}/run/first/tags").content)["kept"] == "browser"
    for path in ("tags", "tags/rename", "tags/undo"):
        assert page.post(f"run/first/{path}", {"tag": "x", "clips": [1], "row": "0"}, read_only=True).status_code == 403
    assert page.tags.tags() == {"kick": ("clip-3",)}
    points = page.read_only.get(f"{PREFIX}/run/first/points").json()
    (tags,) = [column for column in points["columns"] if column["writer"] == "page"]
    assert (tags["name"], tags["names"], set(tags["values"])) == ("tags", [], {-1})


@pytest.mark.parametrize("read_only", [False, True])
def test_clips_like_the_tagged_are_suggested(page: Any, read_only: bool) -> None:
    asked = {"yes": [0, 5, 10], "no": [1, 6]}
    found = page.post("run/first/suggest", asked, read_only=read_only).json()
    assert found["step"] == 20
    assert len(found["likely"]) == len(found["uncertain"]) == 12
    assert all(row["clip"] % 5 == 0 for row in found["likely"])  # the classes lie far apart
    assert not {row["clip"] for row in found["likely"]} & {0, 5, 10, 1, 6}
    both = page.post("run/first/suggest", {**asked, "no": [1, 6, 0, 5]}, read_only=read_only).json()
    assert both == found, "a clip that carries the tag is none without it"
    assert page.post("run/first/suggest", {"yes": [], "no": []}).json()["likely"] == []
    assert page.post("run/first/suggest", {"yes": [999], "no": []}).status_code == 400
