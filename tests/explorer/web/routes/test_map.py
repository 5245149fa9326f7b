from typing import Any

import numpy as np

from explorer.runs.layouts import Layout
from explorer.runs.snapshots import snapshot_hash


def test_points_say_whether_they_can_be_heard(page: Any, make_run: Any) -> None:
    points = page.get("run/first/points").json()
    assert (points["n"], points["sounds"], points["note"]) == (300, True, "")
    make_run(page.library.root / "other", fingerprint="1" * 64)
    other = page.get("run/other/points").json()
    assert not other["sounds"]
    assert other["note"] == (
        "The sounds of this run (“Made-up sounds”) are not on this machine, so its clips cannot be played."
    )


def test_points_say_where_in_a_file_they_lie_that_gives_several(page: Any, make_run: Any, make_dataset: Any) -> None:
    assert set(page.get("run/first/points").json()["windows"]) == {""}
    make_dataset(fingerprint="2" * 64, one_file=True)
    make_run(page.library.root / "windows", fingerprint="2" * 64)
    assert page.get("run/windows/points").json()["windows"][8:10] == ["2.0–2.2 s", "2.2–2.5 s"]


def test_columns_come_with_the_points_or_with_their_step(page: Any) -> None:
    columns = {c["name"]: c for c in page.get("run/first/points").json()["columns"]}
    assert list(columns) == [
        *("class", "source", "right", "share", "cluster", "duration", "loudness", "even", "note", "map_trust"),
        "nearness",
        *("tags", "tag_agreement"),
    ]
    assert (columns["class"]["names"][3], columns["class"]["values"][3]) == ("seven", 3)
    assert (columns["duration"]["unit"], columns["duration"]["values"][:2]) == ("s", [0.25, 0.26])
    assert columns["loudness"]["values"][:3] == [-20.0, None, -22.0]
    assert columns["note"]["values"][2] == "note 2"
    assert {name for name, c in columns.items() if "values" not in c} == {
        *("right", "share", "cluster", "map_trust", "nearness", "tag_agreement"),
    }
    right = page.get("run/first/column?name=right&step=20").json()
    assert (right["names"], right["values"][:3]) == (["wrong", "right"], [1, 1, 1])
    assert sum(page.get("run/first/column?name=right&step=0").json()["values"]) == 0
    assert page.get("run/first/column?name=even").json()["values"][:3] == [0, 1, 0]
    assert page.get("run/first/column?name=cluster&step=10").json()["values"][:3] == [1, 2, 0]
    assert page.get("run/first/column?name=map_trust&step=10").status_code == 404  # no map yet


def test_layouts_and_their_places(page: Any) -> None:
    run = page.library.run("first")
    places = np.random.default_rng(0).normal(size=(300, 2)).astype(np.float32)
    page.layouts.write(snapshot_hash(run, 10), Layout(places, "quick", 0.98))
    summary = page.get("run/first/news?parts=layouts").json()["layouts"]
    assert (summary["steps"], summary["kinds"], summary["trust"]) == ([10], {"10": "umap"}, {"10": 0.98})
    answer = page.get("run/first/layout/10")
    assert answer.headers["x-kind"] == "umap"
    np.testing.assert_array_equal(np.frombuffer(answer.content, "<f4").reshape(2, 300).T, places)
    assert page.looked_at == [("first", 2)]


def test_layouts_in_space_are_made_and_sent_for_whoever_asks_for_them(page: Any) -> None:
    run = page.library.run("first")
    assert page.get("run/first/news?parts=solid").json()["solid"]["steps"] == []
    assert page.looked_at == [("first", 3)]
    places = np.random.default_rng(0).normal(size=(300, 3)).astype(np.float32)
    page.layouts.write(snapshot_hash(run, 10), Layout(places, "pca", 0.98))
    assert page.get("run/first/news?parts=solid").json()["solid"]["kinds"] == {"10": "pca"}
    np.testing.assert_array_equal(
        np.frombuffer(page.get("run/first/layout/10?axes=3").content, "<f4").reshape(3, 300).T, places
    )
    assert page.get("run/first/layout/10").status_code == 404


def test_neighbours(page: Any) -> None:
    found = page.get("run/first/neighbours/20/7?k=4").json()["neighbours"]
    assert len(found) == 4
    assert found[0]["clip"] == found[0]["point"] != 7
    assert 1 >= found[0]["score"] >= found[3]["score"] >= -1


def test_what_moved_most_between_two_steps(page: Any) -> None:
    found = page.get("run/first/moved/0/20?k=5").json()
    assert found["judged"] == 300 and len(found["moved"]) == 5
    changed = [each["changed"] for each in found["moved"]]
    assert changed == sorted(changed, reverse=True) and 0 < changed[0] <= 1
    assert page.get("run/first/moved/20/20").json()["moved"][0]["changed"] == 0
    assert page.get("run/first/moved/0/7").status_code == 404
    assert page.get("run/first/moved/0/x").status_code == 404
