"""The routes of views: drawn by a run's settings or by those in the query, heard, compared, and refused in one sentence."""

import io
import json
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode

import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from explorer.runs.layouts import LayoutFolders
from explorer.runs.library import Library
from explorer.search.comparison import SoundComparison
from explorer.sounds.open_datasets import OpenDatasets, StillOpening
from explorer.sounds.pairs import BUSY, Busy, Pairs
from explorer.sounds.uploads import Uploads
from explorer.web.routes import PREFIX, byte_routes
from tests.explorer.test_types_of_values import wrong_types
from training.errors import UserError

DATA = "0" * 64
VIEWS = {"views": {"crop_seconds": 0.48, "time_mask": 0.5}, "front_end": {"mels": 20}}
CONFIG = {"encoder": "conv2d", **VIEWS}


class FakeFinder:
    """Says what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def compare_views(self, name: str, views: Any, step: int | None = None) -> SoundComparison:
        self.asked.append((name, [view.shape for view in views], step))
        return SoundComparison(20 if step is None else step, 0.75 if step is None else 0.25, 97.0, 0.0, 0.1, 0.2)

    def untrained(self, name: str) -> int | None:
        return 0 if name == "first" else None


class Drawing:
    """A page that draws views, with the run "first" (20 bands, .48 s) and "masks", whose method masks what it draws."""

    def __init__(self, folder: Path, make_run: Any) -> None:
        make_run(folder / "runs" / "first", n=20, config=CONFIG)
        make_run(folder / "runs" / "masks", n=20, config={**CONFIG, "method": "autoencoder"})
        make_run(folder / "runs" / "away", n=20, config=CONFIG, fingerprint="1" * 64)
        self.library = Library(folder / "runs", open_datasets=OpenDatasets())
        self.uploads = Uploads(folder)
        self.pairs = Pairs(self.library.open_datasets, self.uploads)
        self.finder: Any = FakeFinder()
        app = FastAPI()
        routes = byte_routes(
            self.library, self.uploads, LayoutFolders(), pairs=self.pairs, finder=cast(Any, self.finder)
        )
        app.include_router(routes)
        self._client = TestClient(app)

    def get(self, path: str, **query: Any) -> Any:
        said = {name: json.dumps(value) if isinstance(value, dict) else value for name, value in query.items()}
        return self._client.get(f"{PREFIX}/{path}?{urlencode(said)}")


@pytest.fixture
def page(make_run: Any, make_dataset: Any, tmp_path: Path) -> Iterator[Drawing]:
    make_dataset(20)
    drawing = Drawing(tmp_path, make_run)
    yield drawing
    drawing.pairs.close()
    drawing.uploads.close()


def test_a_run_draws_by_its_own_settings(page: Any) -> None:
    answer = page.get("views", run="first", clip=3, seed=4)
    assert answer.headers["cache-control"] == "no-store"
    shown = answer.json()
    assert [(view["picture"]["mels"], view["picture"]["frames"]) for view in shown["views"]] == [(20, 24)] * 2
    assert any("masked" in view["line"] for seed in range(3) for view in
               page.get("views", run="first", clip=3, seed=seed).json()["views"])  # fmt: skip
    assert shown["note"] == ""
    assert shown == page.get("views", run="first", clip=3, seed=4).json()
    assert shown != page.get("views", run="first", clip=3, seed=5).json()


def test_of_a_method_that_hears_one_view_one_is_shown(page: Any) -> None:
    masks = page.get("views", run="masks", clip=3, seed=4).json()
    assert len(masks["views"]) == 1 and masks["note"].startswith("This method hears one view of a clip.")


def test_views_are_drawn_by_the_settings_of_the_query(page: Any) -> None:
    asked = {"clip": 3, "fingerprint": DATA, "seed": 0, "domain": "mel"}
    shown = page.get("views", **asked, **VIEWS).json()
    assert shown["views"][0]["picture"]["mels"] == 20
    token = page.uploads.add(np.full(8_000, 8_192, np.int16)).token
    samples = page.get("views", upload=token, seed=0, domain="waveform", views={"crop_seconds": 0.5}).json()
    assert samples["views"][0]["picture"]["seconds"] == 0.5
    mixed = {"domain": "mel", "views": {"mixup": 0.9}, "upload": token, "fingerprint": DATA}
    lines = [view["line"] for seed in range(5) for view in page.get("views", **mixed, seed=seed).json()["views"]]
    assert any("% of rain" in line or "% of bell" in line for line in lines), lines


@pytest.mark.parametrize("which", [0, 1])
def test_each_view_is_heard(which: int, page: Any) -> None:
    with wave.open(io.BytesIO(page.get(f"views/heard/{which}", run="first", clip=3, seed=4).content)) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getnframes()) == (16_000, 1, 24 * 320)


def test_a_run_whose_settings_make_no_views_is_an_answer_and_no_failed_request(page: Any) -> None:
    (page.library.run("first").path / "config.json").write_text('{"method": "mine"}')
    found = page.get("views/alike/first", clip=3, fingerprint=DATA, seed=4, domain="mel", views={})
    assert found.status_code == 200 and found.json()["why"].endswith(".")


def test_a_runs_model_says_how_alike_they_are_now_and_before_training(page: Any) -> None:
    found = page.get("views/alike/first", run="first", clip=3, seed=4).json()
    assert found == {"step": 20, "cosine": 0.75, "percentile": 97.0, "before": {"cosine": 0.25, "percentile": 97.0}}
    assert page.finder.asked == [("first", [(20, 24)] * 2, None), ("first", [(20, 24)] * 2, 0)]
    assert page.get("views/alike/masks", run="masks", clip=3, seed=4).json()["before"] is None
    other = page.get("views/alike/first", clip=3, fingerprint=DATA, seed=4, domain="mel", views={})
    assert "another front end" in other.json()["why"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"run": "nowhere", "clip": 1}, "no such run"),
        ({"run": "first", "clip": 99}, "not on this machine any more"),
        ({"run": "first", "clip": "x"}, "clip must be a whole number"),
        ({"run": "first"}, "clip must be a whole number"),
        ({"run": "first", "clip": 1, "seed": -1}, "seed must be a whole number"),
        ({"run": "first", "clip": 1, "seed": 2**31 + 1}, "The seed is 2,147,483,649"),
        ({"clip": 1, "fingerprint": DATA, "domain": "light"}, "Choose mel views"),
        ({"clip": 1, "fingerprint": "../x", "domain": "mel"}, "not on this machine"),
        ({"clip": 1, "domain": "mel"}, "No sound is chosen"),
        ({"clip": 1, "fingerprint": DATA, "domain": "mel", "views": {"noise": 3}}, "The setting noise is 3"),
        ({"clip": 1, "fingerprint": DATA, "domain": "mel", "views": {"loud": 3}}, "no setting 'loud'"),
        ({"clip": 1, "fingerprint": DATA, "domain": "mel", "views": "[" * 3_000}, "These are no settings"),
        ({"clip": 1, "fingerprint": DATA, "domain": "mel", "views": "{" + " " * 4_000 + "}"}, "These are no settings"),
        ({"clip": 1, "fingerprint": DATA, "domain": "mel", "views": "[1]"}, "These are no settings"),
        (
            {"clip": 1, "fingerprint": DATA, "domain": "mel", "front_end": {"low_hz": 2000, "high_hz": 2000}},
            "below the upper edge of the highest band, 2000",
        ),
        ({"upload": "0" * 32, "domain": "mel"}, "was removed"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_one_sentence(query: Any, said: str, page: Any) -> None:
    for path in ("views", "views/heard/0"):
        answer = page.get(path, **query)
        assert answer.status_code == 404
        assert said in answer.json()["detail"], answer.json()


def test_a_run_whose_sounds_are_elsewhere_has_no_views_and_says_why(page: Any) -> None:
    answer = page.get("views", run="away", clip=1)
    assert answer.status_code == 200 and answer.json()["views"] == [] and not answer.json()["later"]
    assert "not on this machine" in answer.json()["note"]
    assert page.get("views/heard/0", run="away", clip=1).status_code == 404


def test_answers_are_of_the_types_of_the_page(page: Any, tmp_path: Path) -> None:
    asked = {"run": "first", "clip": 3, "seed": 4}
    samples = {
        "ViewsAlike": [page.get("views/alike/first", **asked).json(), page.get("views/alike/masks", **asked).json()],
        "ViewPair": [page.get("views", **asked).json(), page.get("views", run="away", clip=1).json()],
    }
    assert wrong_types(tmp_path, samples) == ""


def test_there_are_two_views(page: Any) -> None:
    assert page.get("views/heard/2", run="first", clip=3, seed=4).status_code == 404


def test_whoever_is_one_too_many_is_told_to_come_back(page: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(recipe: Any) -> Any:
        raise Busy(BUSY)

    monkeypatch.setattr(page.pairs, "pair", busy)
    answer = page.get("views", run="first", clip=3, seed=4)
    assert (answer.status_code, answer.json()["detail"]) == (503, BUSY)


@pytest.mark.parametrize("sound", ["clip", "partners of an upload"])
def test_whoever_comes_while_the_sounds_are_opened_is_told_to_come_back(
    page: Any, monkeypatch: pytest.MonkeyPatch, sound: str
) -> None:
    def opening(*asked: Any) -> Any:
        raise StillOpening

    token = page.uploads.add(np.full(1_000, 8_192, np.int16)).token
    for way in ("dataset", "one_by_one"):
        monkeypatch.setattr(page.library.open_datasets, way, opening)
    asked = {"clip": 3} if sound == "clip" else {"upload": token}
    answer = page.get("views", domain="mel", fingerprint=DATA, **asked, **VIEWS)
    assert (answer.status_code, answer.json()["detail"][:30]) == (503, "These sounds are being opened;")


def test_a_model_that_cannot_be_asked_is_said(page: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*asked: Any) -> Any:
        raise UserError("This run has kept no weights yet.")

    monkeypatch.setattr(page.finder, "compare_views", refuses)
    found = page.get("views/alike/first", run="first", clip=3, seed=4)
    assert (found.status_code, found.json()) == (200, {"why": "This run has kept no weights yet."})
