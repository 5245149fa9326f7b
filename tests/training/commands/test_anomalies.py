"""The command that scores how unusual recordings are, and what it hands to a machine that has the encoder alone."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.command_line import answer, sentence
from tests.support.sound_files import written
from tests.training.conftest import TINY
from training.__main__ import main
from training.config import new_config
from training.run import RunFolder, create_run
from training.trainer import train

SECONDS = 1.4
"""Two windows of half a second, and a rest that is a clip too."""


def hum(seed: int, faulty: bool = False) -> np.ndarray:
    """(S,) float: a machine's hum over noise; a faulty one hisses as well."""
    random, time = np.random.default_rng(seed), np.arange(round(SECONDS * 16_000)) / 16_000
    wave = 0.2 * np.sin(2 * np.pi * (100 + random.normal()) * time) + 0.01 * random.normal(size=len(time))
    found: np.ndarray = wave + 0.2 * faulty * np.diff(random.normal(size=len(time)), prepend=0)
    return found


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[RunFolder, Path]:
    """A run on 12 usual recordings, and a folder of 4 normal and 3 faulty ones, of which one is called neither."""
    pytest.importorskip("soundfile")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for folder in ("usual", "new/normal", "new/anomaly", "new/unknown"):
        (tmp_path / folder).mkdir(parents=True)
    for seed in range(12):
        written(tmp_path / "usual" / f"{seed}.wav", hum(seed))
    for seed in range(20, 24):
        written(tmp_path / "new" / "normal" / f"{seed}.wav", hum(seed))
    for seed, folder in ((30, "anomaly"), (31, "anomaly"), (32, "unknown")):
        written(tmp_path / "new" / folder / f"{seed}.wav", hum(seed, faulty=True))
    config = new_config({**TINY, "window_seconds": 0.5}, data=str(tmp_path / "usual"), steps=3, device="cpu")
    run = create_run(tmp_path / "runs" / "machine", config.to_json())
    train(run.path)
    return run, tmp_path / "new"


def test_the_most_unusual_recordings_come_first(
    machine: tuple[RunFolder, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, new = machine
    out = tmp_path / "scores.csv"
    found = answer(capsys, "anomalies", str(run.path), str(new), "--out", str(out))
    assert (found["own_recordings"], found["own_clips"], len(found["recordings"])) == (12, 36, 7)
    first = found["recordings"][:3]
    assert {row["file"] for row in first} == {"anomaly/30.wav", "anomaly/31.wav", "unknown/32.wav"}
    assert all(row["percentile"] == 100 and row["score"] > found["threshold"] for row in first)
    assert {row["file"]: row["anomalous"] for row in found["recordings"]} == {
        "anomaly/30.wav": True, "anomaly/31.wav": True, "unknown/32.wav": None,
        **{f"normal/{seed}.wav": False for seed in range(20, 24)},
    }  # fmt: skip
    assert found["areas"].keys() == {"trained", "random_init", "log_mel", "mfcc"}
    assert found["areas"]["trained"] == {"auc": 1.0, "pauc": 1.0}
    with open(out, newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["file"] for row in rows] == [row["file"] for row in found["recordings"]]
    assert [row["above_threshold"] for row in rows[:3]] == ["1", "1", "1"]
    assert {row["label"] for row in rows} == {"anomalous", "normal", ""}
    assert main(["anomalies", str(run.path), str(new)]) == 0
    shown = capsys.readouterr().out
    assert "These recordings last" not in shown, "they are as long as the run's own"
    assert "7 recordings of" in shown and "36 clips of 12 recordings of" in shown
    assert "Above that threshold: 2 of 2 anomalous," in shown and "log_mel" in shown


def test_recordings_of_another_length_are_told(
    machine: tuple[RunFolder, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, _ = machine
    (tmp_path / "short").mkdir()
    written(tmp_path / "short" / "a.wav", hum(40)[:8_000])
    assert main(["anomalies", str(run.path), str(tmp_path / "short")]) == 0
    assert "These recordings last 0.5 s and the run's own 1.4 s, at the median" in capsys.readouterr().out


def test_a_recording_of_the_run_is_scored_by_the_others(
    machine: tuple[RunFolder, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    run, new = machine
    found = answer(capsys, "anomalies", str(run.path), str(new.parent / "usual"))
    assert found["areas"] is None and len(found["recordings"]) == 12
    ranks = sorted(row["percentile"] for row in found["recordings"])
    assert ranks == pytest.approx(
        [100 * rank / 12 for rank in range(12)], abs=100 / 12 + 1e-6
    )  # rounding parts equal ones
    for row in found["recordings"]:
        assert row["score"] > 0 and row["file"] not in {place["file"] for place in row["nearest"]}


def test_of_many_clips_some_are_compared_with_and_still_none_of_the_recording_itself(
    machine: tuple[RunFolder, Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run, new = machine
    monkeypatch.setattr("training.anomaly.scoring.CLIPS", 12)
    found = answer(capsys, "anomalies", str(run.path), str(new.parent / "usual"))
    assert (found["own_clips"], found["own_recordings"]) == (12, 12)
    for row in found["recordings"]:
        assert row["file"] not in {place["file"] for place in row["nearest"]}


@pytest.fixture
def machines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[RunFolder, Path]:
    """A run on recordings of a quiet fan and a hissing pump, six each, and new ones: of each machine one, and one of a third."""
    pytest.importorskip("soundfile")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    sounds = [("usual", "fan", seed, False) for seed in range(6)] + [("usual", "pump", 10 + s, True) for s in range(6)]
    for folder, machine, seed, hisses in (
        *sounds, ("new", "fan", 30, True), ("new", "pump", 31, True), ("new", "mill", 32, True)
    ):  # fmt: skip
        (tmp_path / folder / machine).mkdir(parents=True, exist_ok=True)
        written(tmp_path / folder / machine / f"{seed}.wav", hum(seed, hisses))
    config = new_config({**TINY, "window_seconds": 0.5}, data=str(tmp_path / "usual"), steps=3, device="cpu")
    run = create_run(tmp_path / "runs" / "machines", config.to_json())
    train(run.path)
    return run, tmp_path / "new"


def test_with_a_group_each_machine_is_judged_beside_itself(
    machines: tuple[RunFolder, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, new = machines
    together = answer(capsys, "anomalies", str(run.path), str(new))
    hissing = {row["file"]: row["score"] for row in together["recordings"]}
    out = tmp_path / "scores.csv"
    found = answer(capsys, "anomalies", str(run.path), str(new), "--group", "class", "--out", str(out))
    first, second = found["recordings"]
    assert (first["file"], first["group"], second["file"], second["group"]) == (
        "fan/30.wav",
        "fan",
        "pump/31.wav",
        "pump",
    )
    assert first["score"] > first["threshold"] == found["thresholds"]["fan"]
    assert first["score"] > 2 * hissing["fan/30.wav"], "beside the pump's a hiss is usual"
    for row in (first, second):
        assert {place["file"].split("/")[0] for place in row["nearest"]} == {row["group"]}
    assert found["skipped"] == [{"file": "mill/32.wav", "reason": "no recording of the run has its class"}]
    assert (found["threshold"], found["own_recordings"]) == (None, 12)
    with open(out, newline="") as file:
        assert next((row["group"], row["above_threshold"]) for row in csv.DictReader(file)) == ("fan", "1")
    assert main(["anomalies", str(run.path), str(new), "--group", "class"]) == 0
    assert "score above the threshold of their group, as 1 % of the run's own do: " in capsys.readouterr().out


def test_a_group_that_is_none_is_a_sentence(
    machines: tuple[RunFolder, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, new = machines
    for options, said in (
        (["--group", "machine"], "The run's data have no column machine; class"),
        (["--group", "class", "--reference", str(tmp_path / "r.npz")], "--group computes one for each label"),
    ):
        assert said in sentence(capsys, "anomalies", str(run.path), str(new), *options)
    (new / "fan").rename(tmp_path / "other")
    (new / "pump").rename(new / "saw")
    said = sentence(capsys, "anomalies", str(run.path), str(new), "--group", "class")
    assert "No recording has a class that the run's own have, too." in said


def test_a_machine_with_the_encoder_alone_computes_the_same_scores(
    machine: tuple[RunFolder, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As docs/anomalies.md says."""
    onnxruntime = pytest.importorskip("onnxruntime")
    pytest.importorskip("onnxscript")
    soundfile = pytest.importorskip("soundfile")
    run, new = machine
    npz, onnx = tmp_path / "reference.npz", tmp_path / "encoder.onnx"
    found = answer(capsys, "anomalies", str(run.path), str(new), "--reference", str(npz))
    assert main(["encoder", str(run.path), "--out", str(onnx)]) == 0
    document = (Path(__file__).parents[3] / "docs" / "anomalies.md").read_text()
    code = document.partition("```python\n")[2].partition("```")[0].replace('"encoder.onnx"', repr(str(onnx)))
    known: dict[str, Any] = {"heard": lambda path: soundfile.read(path, dtype="float32")[0]}
    exec(code.replace('"reference.npz"', repr(str(npz))), known)
    for row in found["recordings"]:
        assert known["score"](new / row["file"]) == pytest.approx(row["score"], rel=1e-3)
    with np.load(npz) as kept:
        assert float(kept["threshold"]) == pytest.approx(found["threshold"])
    assert json.loads(onnxruntime.InferenceSession(str(onnx)).get_modelmeta().custom_metadata_map["hearsight.json"])


def test_mistakes_are_answered_before_anything_is_computed(
    machine: tuple[RunFolder, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    made_run: Callable[..., RunFolder],
) -> None:
    run, new = machine
    said = ["anomalies", str(run.path), str(new)]
    assert "a name that ends in .csv was expected" in sentence(capsys, *said, "--out", str(tmp_path / "x.txt"))
    assert "a name that ends in .npz was expected" in sentence(capsys, *said, "--reference", str(tmp_path / "x.csv"))
    assert "nowhere" in sentence(capsys, "anomalies", str(run.path), str(tmp_path / "nowhere"))
