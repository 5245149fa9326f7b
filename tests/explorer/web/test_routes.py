import io
import json
import wave

import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from explorer.runs.layouts import Layout, LayoutFolders
from explorer.runs.library import Library
from explorer.runs.snapshots import snapshot_hash
from explorer.sounds.open_datasets import OpenDatasets
from explorer.sounds.uploads import Uploads
from explorer.web.routes import PREFIX, byte_routes
from training.run import State

DATA = "0" * 64


@pytest.fixture
def page(make_run, make_dataset, tmp_path):
    """Asks the routes of a page with one run whose sounds are at hand."""
    make_dataset()
    make_run(tmp_path / "runs" / "first")
    return Page(tmp_path)


class Page:
    def __init__(self, folder):
        self.library = Library(folder / "runs", open_datasets=OpenDatasets())
        self.uploads = Uploads(folder)
        self.layouts = LayoutFolders()
        self.looked_at = []
        app = FastAPI()
        app.include_router(byte_routes(self.library, self.uploads, self.layouts, self.looked_at.append))
        self._client = TestClient(app)

    def get(self, path):
        return self._client.get(f"{PREFIX}/{path}")


def test_a_run_that_waits_says_its_place(make_run, tmp_path):
    for name, state in (("waits", State.WAITING), ("works", State.TRAINING)):
        make_run(tmp_path / "runs" / name, snapshots=(), state=state)
    app = FastAPI()
    library, uploads = Library(tmp_path / "runs", open_datasets=OpenDatasets()), Uploads(tmp_path)
    app.include_router(byte_routes(library, uploads, LayoutFolders(), queued=lambda name: {"place": 2, "behind": name}))
    waiting, working = (
        TestClient(app).get(f"{PREFIX}/run/{name}/news").json()["status"] for name in ("waits", "works")
    )
    assert (waiting["place"], waiting["behind"]) == (2, "waits")
    assert "place" not in working


def test_a_clip_arrives_as_wav(page):
    answer = page.get(f"clip/{DATA}/3")
    assert answer.headers["content-type"] == "audio/wav"
    assert "immutable" in answer.headers["cache-control"]
    with wave.open(io.BytesIO(answer.content)) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (16_000, 1, 2)
        samples = np.frombuffer(sound.readframes(99_999), "<i2")
    np.testing.assert_array_equal(
        samples, (page.library.open_datasets.dataset(DATA).waveform(3) * 32768).astype(np.int16)
    )


def test_a_picture_arrives_with_its_axes(page):
    shown, other = page.get(f"pictures/{DATA}?of=3,5").json()
    assert other == page.get(f"pictures/{DATA}?of=5").json()[0] != shown
    assert shown["seconds"] == 0.25
    assert len(shown["mel_hz"]) == shown["mels"] == 64
    assert len(shown["spectrogram"]) == -(-shown["mels"] * shown["frames"] // 3) * 4
    assert shown["low_db"] < shown["high_db"]


def test_an_upload_is_heard_and_seen_by_its_token(page):
    token = page.uploads.add_waveform(np.full(16_000, 0.5)).token
    assert len(page.get(f"upload/{token}/clip").content) == 44 + 32_000
    assert page.get(f"upload/{token}/picture").json()["seconds"] == 1.0
    assert page.get(f"upload/{token}/clip").headers["cache-control"] == "no-store"


def test_status_and_baselines(page):
    status = page.get("run/first/news?parts=status").json()["status"]
    assert (status["state"], status["step"], status["read_only"]) == ("finished", 20, False)
    assert page.get("run/first/baselines").json()["main_facet"] == "class"


def test_metrics_go_on_from_their_cursor(page):
    first = page.get("run/first/news?parts=metrics").json()["metrics"]
    assert not first["void"]
    assert len(first["rows"]) == 24
    second = page.get(f"run/first/news?parts=metrics&since={first['cursor']}").json()["metrics"]
    assert second == {"cursor": first["cursor"], "void": False, "rows": []}


def test_points_say_whether_they_can_be_heard(page, make_run):
    points = page.get("run/first/points").json()
    assert (points["n"], points["sounds"], points["note"]) == (300, True, "")
    assert points["facets"]["class"]["names"][points["facets"]["class"]["codes"][3]] == "seven"
    make_run(page.library.root / "other", fingerprint="1" * 64)
    other = page.get("run/other/points").json()
    assert not other["sounds"]
    assert other["note"] == (
        "The sounds of this run (“Made-up sounds”) are not on this machine, so its clips cannot be played."
    )


def test_layouts_and_their_places(page):
    run = page.library.run("first")
    places = np.random.default_rng(0).normal(size=(300, 2)).astype(np.float32)
    page.layouts.write(snapshot_hash(run, 10), Layout(places, "quick", 0.98))
    summary = page.get("run/first/news?parts=layouts").json()["layouts"]
    assert (summary["steps"], summary["kinds"], summary["trust"]) == ([10], {"10": "umap"}, {"10": 0.98})
    answer = page.get("run/first/layout/10")
    assert answer.headers["x-kind"] == "umap"
    np.testing.assert_array_equal(np.frombuffer(answer.content, "<f4").reshape(2, 300).T, places)
    assert page.looked_at == ["first"]


def test_neighbours_and_lens(page):
    found = page.get("run/first/neighbours/20/7?k=4").json()["neighbours"]
    assert len(found) == 4
    assert found[0]["clip"] == found[0]["point"] != 7
    assert 1 >= found[0]["score"] >= found[3]["score"] >= -1


def test_the_lens_has_steps_pictures_and_clips_that_can_be_heard(page, make_run):
    assert page.get("run/first/lens").json() == {"steps": [0, 10, 20]}
    shown = page.get("run/first/lens/20").json()
    assert [(p["name"], p["kind"], p["shape"]) for p in shown["pictures"]] == [("similarity", "matrix", [8, 8])]
    assert (shown["fingerprint"], shown["sounds"], shown["note"]) == (DATA, True, "")
    assert page.get(f"clip/{DATA}/{shown['clips'][3]['clip']}").status_code == 200
    make_run(page.library.root / "other", fingerprint="1" * 64)
    other = page.get("run/other/lens/20").json()
    assert not other["sounds"] and "not on this machine" in other["note"]


@pytest.mark.parametrize(
    "path",
    [
        "run/second/news",
        "run/../news",
        "run/%2e%2e/news",
        "run/.hidden/points",
        "run/first%00/points",
        "run/first/layout/10",
        "run/first/layout/x",
        "run/first/layout/-1",
        "run/first/neighbours/20/999",
        "run/first/neighbours/20/7?k=x",
        "run/first/neighbours/" + "9" * 400 + "/7",
        "run/first/lens/11",
        "run/second/lens",
        f"clip/{DATA}/300",
        f"clip/{DATA}/-1",
        "clip/..%2f..%2fpasswd/1",
        "clip/%2e%2e/1",
        f"pictures/{'1' * 64}?of=1",
        f"pictures/{DATA}",
        f"pictures/{DATA}?of=1,,2",
        f"pictures/{DATA}?of=1,300",
        f"pictures/{DATA}?of={','.join('1' * 25)}",
        "upload/" + "0" * 32 + "/clip",
        "upload/..%2fx/clip",
        "upload/%2a/picture",
    ],
)
def test_what_is_not_there_is_404_and_a_sentence(page, path):
    answer = page.get(path)
    assert answer.status_code == 404
    detail = answer.json()["detail"]
    assert isinstance(detail, str)
    assert "/" not in detail


def test_every_answer_is_guarded(page):
    for path in ("run/first/news", "run/second/news", f"clip/{DATA}/1", f"pictures/{DATA}?of=1"):
        headers = page.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert "access-control-allow-origin" not in headers


def test_numbers_that_no_browser_reads_become_null(page):
    run = page.library.run("first")
    (run.path / "baselines.json").write_text('{"loss": {"value": NaN}, "list": [Infinity]}')
    assert page.get("run/first/baselines").json() == {"loss": {"value": None}, "list": [None]}
    (run.path / "status.json").write_text(json.dumps({"state": "finished", "steps_per_second": float("nan")}))
    assert page.get("run/first/news?parts=status").json()["status"]["steps_per_second"] == 0


def test_the_runs_are_listed_with_the_one_to_look_at(page):
    assert page.get("runs").json() == {
        "runs": [{"name": "first", "title": "simclr · Made-up sounds · first"}],
        "latest": "first",
    }


def test_the_card_of_a_runs_method_is_told_and_one_that_is_gone_is_named(page, make_run, tmp_path):
    card = page.get("run/first/method").json()
    assert (card["name"], card["title"], card["negatives"]) == ("simclr", "SimCLR", True)
    make_run(tmp_path / "runs" / "strange", config={"method": "never heard of"})
    answer = page.get("run/strange/method")
    assert (answer.status_code, answer.json()["detail"]) == (404, "This version has no such method as this run's.")
