"""What an export holds, and what it doesn't."""

import base64
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from explorer.export import contents
from explorer.export.page import page_files
from explorer.export.write import MOST_BYTES, OF_CLIPS, kept_steps, write_export
from explorer.runs.bundle import Bundle
from explorer.tags import TagStore
from training.data.clip_writer import ClipWriter
from training.data.dataset import SAMPLE_RATE
from training.errors import UserError
from training.run import RunWriter, State, Status

WHAT_GOES_IN = (
    r"index\.html|page/(style\.css|icon\.svg|plotly\.min\.js|js/[a-z]+/[a-z_]+\.js)"
    r"|data/(run|points|curves|schema|baselines|method|measured|knowledge|suspects)\.json"
    r"|data/(layouts|neighbours)/\d+\.bin|data/(columns|lens)/\d+\.json|data/sounds/\d+\.mp3"
)


def read(folder: Path, name: str) -> Any:
    return json.loads((folder / "data" / name).read_text())


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_nothing_but_what_is_listed_goes_in(written: Callable[..., Any]) -> None:
    _, folder, said = written()
    found = files(folder)
    assert [name for name in found if not re.fullmatch(WHAT_GOES_IN, name)] == []
    assert len([name for name in found if name.endswith(".mp3")]) == 60
    assert said.bytes == sum(map(len, found.values())) and said.note == ""
    assert list(folder.parent.glob(".export*")) == []


def test_the_suspects_go_along(written: Callable[..., Any], tmp_path: Path) -> None:
    def embedded(step: int) -> np.ndarray:
        """Clip 5 lies among those of another class."""
        vectors = 9 * np.eye(8, 32)[np.arange(60) % 5] + np.random.default_rng(step).normal(size=(60, 32))
        vectors[5] = vectors[6] + 0.1
        return vectors.astype(np.float32)

    run, folder, _ = written(embedded=embedded)
    found = read(folder, "suspects.json")
    first = found["rows"][0]
    assert (found["step"], found["heard"], first["kind"], first["clip"]) == (20, True, "label", 5)
    points = set(read(folder, "points.json")["clips"])
    assert all({row["clip"], *(near["clip"] for near in row["beside"])} <= points for row in found["rows"])
    (tmp_path / "runs" / "one" / "probe.json").unlink()  # nothing is known of its clips
    assert contents.suspects(Bundle(run)) is None


def test_security_no_file_tells_of_the_machine(written: Callable[..., Any], tmp_path: Path) -> None:
    """Paths, host and process stand in the run's own files; none of them is in the export."""
    secret = "/home/zebulon/hidden hoard/sounds"
    message = f"The folder {tmp_path}/gone could not be read."
    run, *_ = written(config={"data": secret, "settings": {"teacher": "/srv/models/secret/best.pt"}})
    writer = RunWriter(run.path)
    process = {"pid": 987654321, "start": "123", "boot": "aaaa-bbbb"}
    writer.write_status(
        Status(state=State.FAILED, message=message, warning=f"Look at {secret}/log", device="host-7", process=process)
    )
    probe = {**run.probe(), "data": secret, "data_name": secret}
    probe["facets"]["class"]["names"][0] = f"{secret}/bell.wav"
    writer.write_probe(probe)
    notes = [f"cut from {secret}/{i}.wav" for i in range(60)]
    writer.write_columns({"note": notes})
    writer.close()
    again = write_export(run, "one", f"simclr · {secret}", tmp_path / "again", lambda *_: None)
    said = b"\0".join(files(again.path).values())
    for word in (
        secret,
        "zebulon",
        "hoard",
        "/srv/",
        str(tmp_path),
        "987654321",
        "aaaa-bbbb",
        "host-7",
    ):
        assert word.encode() not in said, word
    for name, content in files(again.path).items():
        if name.startswith("data/") and name.endswith(".json"):
            words = re.sub(rb'"values":"[^"]*"', b"", content)  # base64
            assert not re.search(rb'[" ](?:/|~/|[A-Z]:\\\\)\w', words), name
    assert read(again.path, "points.json")["data_name"] == "sounds"
    assert read(again.path, "run.json")["settings"]["settings"] == {"teacher": "best.pt"}


def test_tags_go_in_only_when_they_are_asked_for(
    written: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "own"))
    TagStore().add("mine alone", ["clip-3", "clip-8"])
    run, folder, _ = written()
    assert b"mine alone" not in b"\0".join(files(folder).values())
    again = write_export(run, "one", "simclr · one", tmp_path / "again", lambda *_: None, TagStore())
    columns = {column["name"]: column for column in read(again.path, "points.json")["columns"]}
    assert (columns["tags"]["names"], columns["tags"]["values"][8]) == (["mine alone"], 0)
    assert read(again.path, "columns/20.json")["tag_agreement"]["values"][0] is None


def test_neither_embeddings_nor_weights_go_in(written: Callable[..., Any]) -> None:
    run, folder, _ = written()
    said = b"\0".join(files(folder).values())
    arrays = run.snapshot(20)
    assert arrays["embeddings"].tobytes()[:64] not in said
    assert arrays["embeddings"].astype(np.float32).tobytes()[:64] not in said


def test_neighbours_are_those_of_the_server(written: Callable[..., Any]) -> None:
    run, folder, _ = written(n=300)
    bundle = Bundle(run)
    for step in (0, 10, 20):
        content = (folder / f"data/neighbours/{step}.bin").read_bytes()
        points = np.frombuffer(content, "<u2", 3000).reshape(300, 10)
        scores = np.frombuffer(content, "<i2", offset=6000).reshape(300, 10) / contents.SCORE_UNITS
        for point in range(300):
            live = bundle.neighbours(step, point, 10)
            assert live is not None
            assert points[point].tolist() == [found["point"] for found in live]
            assert np.allclose(scores[point], [found["score"] for found in live], atol=1.01e-4)


def test_places_are_those_of_the_map_but_for_rounding(written: Callable[..., Any]) -> None:
    run, folder, _ = written()
    about = read(folder, "run.json")
    assert about["layouts"]["steps"] == [0, 10, 20]
    assert about["layouts"]["kinds"] == dict.fromkeys(("0", "10", "20"), "umap")
    for step in (0, 10, 20):
        content = (folder / f"data/layouts/{step}.bin").read_bytes()
        reach = np.frombuffer(content, "<f4", 1)[0]
        levels = np.frombuffer(content, "<u2", offset=4).reshape(2, 60).astype(float)
        found = Bundle(run).layout(step)
        assert found is not None
        assert np.allclose(levels / 65_535 * 2 * reach - reach, found.places.T, atol=reach / 60_000)


def test_curves_columns_and_lens_are_those_of_the_run(written: Callable[..., Any]) -> None:
    run, folder, _ = written()
    rows = read(folder, "curves.json")
    assert [row["train/loss"] for row in rows if "train/loss" in row][:2] == pytest.approx([6.2, 6.2 / 1.1], rel=1e-5)
    assert [row["step"] for row in rows if "measure/normalised_std" in row] == [0, 10, 20]
    assert not any("attempt" in row or "schema" in row for row in rows)
    live = Bundle(run).column("share", 10)
    assert live is not None and read(folder, "columns/10.json")["share"] == json.loads(json.dumps(live.to_json()))
    by_name = {column["name"]: column for column in read(folder, "points.json")["columns"]}
    assert len(by_name["class"]["values"]) == 60 and "values" not in by_name["share"]
    seen = Bundle(run).lens(20)
    assert seen is not None
    assert read(folder, "lens/20.json")["pictures"][0]["values"] == seen["pictures"][0]["values"]
    assert read(folder, "method.json")["title"] == "SimCLR"
    measured, live_measured = read(folder, "measured.json"), Bundle(run).measured()
    assert live_measured is not None and measured["names"] == live_measured["names"] and measured["note"] == ""
    assert [picture["name"] for picture in measured["pictures"]] == ["spectrum_h"]


def test_a_large_picture_takes_a_byte_a_value(make_run: Callable[..., Any], tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", 60, snapshots=(0,))
    arrays = {name: array for name, array in run.snapshot(0).items() if name != "schema"}
    large = np.random.default_rng(0).uniform(-1, 1, (100, 90)).astype(np.float32)
    writer = RunWriter(run.path)
    writer.write_snapshot(0, {**arrays, "lens/similarity": large})
    writer.close()
    found = contents.lens(Bundle(run), 0)
    assert found is not None
    (picture,) = found["pictures"]
    assert picture["bytes"] == 1 and picture["shape"] == [100, 90]
    levels = np.frombuffer(base64.b64decode(picture["values"]), np.uint8).reshape(100, 90) / 255
    shown = picture["low"] + levels * (picture["high"] - picture["low"])
    assert np.abs(shown - large).max() <= (picture["high"] - picture["low"]) / 509


def test_the_clips_can_be_decoded(written: Callable[..., Any]) -> None:
    _, folder, _ = written()
    samples, rate = soundfile.read(io.BytesIO((folder / "data/sounds/3.mp3").read_bytes()))
    assert rate == SAMPLE_RATE and len(samples) >= SAMPLE_RATE // 4
    spectrum = np.abs(np.fft.rfft(samples[: SAMPLE_RATE // 4]))
    assert abs(np.argmax(spectrum) * 4 - 880) <= 8


def test_windows_of_one_file_are_told_apart(written: Callable[..., Any]) -> None:
    _, folder, _ = written(n=10, one_file=True)
    assert read(folder, "points.json")["windows"][:2] == ["0.0–0.2 s", "0.2–0.5 s"]


def test_missing_sounds_are_told_in_a_sentence(written: Callable[..., Any]) -> None:
    _, folder, said = written(sounds=False)
    assert not (folder / "data/sounds").exists()
    points = read(folder, "points.json")
    assert points["sounds"] is False
    assert points["note"] == said.note
    assert said.note.startswith("The sounds of this run (“Made-up sounds”) were not on the machine that exported it")


def test_a_run_at_work_is_exported_as_it_stands(written: Callable[..., Any]) -> None:
    _, folder, _ = written(state=State.WAITING)
    assert read(folder, "run.json")["status"]["state"] == "exported"


def test_a_run_without_a_snapshot_is_refused(make_run: Callable[..., Any], tmp_path: Path, cache: Path) -> None:
    run = make_run(tmp_path / "run", 10, snapshots=())
    with pytest.raises(UserError, match="no snapshot yet"):
        write_export(run, "run", "run", tmp_path / "to", lambda *_: None)
    assert not (tmp_path / "to").exists()


def test_many_snapshots_are_thinned_and_long_curves_too(make_run: Callable[..., Any], tmp_path: Path) -> None:
    assert kept_steps(list(range(0, 4000, 20)))[:1] == [0]
    assert len(kept_steps(list(range(0, 4000, 20)))) == 40
    assert kept_steps([0, 10, 20]) == [0, 10, 20]
    run = make_run(tmp_path / "run", 30, snapshots=(0, 9_000))
    rows = contents.curves(Bundle(run))
    assert len(rows) <= contents.MOST_ROWS + 3
    assert [row["step"] for row in rows if "measure/normalised_std" in row] == [0, 9_000]
    assert max(row["step"] for row in rows if "train/loss" in row) == 9_000


@pytest.mark.parametrize("seconds", [2.0, 20.0])
def test_two_thousand_clips_stay_below_25_megabytes(
    seconds: float,
    make_run: Callable[..., Any],
    keep_maps: Callable[..., None],
    tmp_path: Path,
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A hundredth of them in a hundredth of the room; long clips are cut to fit."""
    n = OF_CLIPS // 100
    random = np.random.default_rng(0)
    writer = ClipWriter("Noise", "0" * 64)
    for i in range(n):
        sound = random.integers(-20_000, 20_000, int(seconds * SAMPLE_RATE)).astype(np.int16)
        writer.add(sound, id=f"clip-{i}", labels={"class": "noise", "source": "one"}, file=f"{i}.wav")
    writer.finish("source")
    run = make_run(tmp_path / "run", n, snapshots=(0, 10, 20, 30))
    keep_maps(run)
    pages = sum(map(len, page_files("run").values()))
    room = (MOST_BYTES - pages) / 100 + pages
    monkeypatch.setattr("explorer.export.write.MOST_BYTES", room)
    monkeypatch.setattr("explorer.export.sounds.SAMPLED", 4)
    said = write_export(run, "run", "run", tmp_path / "to", lambda *_: None)
    assert said.bytes <= room * 1.03
    assert bool(said.note) is (seconds > 10)
