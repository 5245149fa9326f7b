"""What a loop doesn't measure is measured afterwards, beside what the sounds alone would give."""

import json
import re
import shutil
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.training.run.test_run_folder_page import files_told, pattern
from training.__main__ import main
from training.errors import UserError
from training.measures import MEASURES
from training.run import RunFolder, RunWriter, State
from training.verdicts import KINDS
from training.watch import Watch
from training.watching import measuring
from training.watching.measuring import Measuring

CLASSES = ("bell", "hum", "hiss")
SPEAKERS = 4


@pytest.fixture
def sounds(tmp_path: Path) -> Path:
    """24 short tones of three classes, in a folder for each."""
    random = np.random.default_rng(0)
    for i in range(24):
        path = tmp_path / "sounds" / CLASSES[i % 3] / f"{i:02d}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        times = np.arange(4000 + 200 * i) / 16_000
        tone = np.sin(2 * np.pi * 300 * (1 + i % 3) * times) + 0.1 * random.standard_normal(len(times))
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, 16_000, 0, "NONE", ""))
            file.writeframes((8000 * tone).astype("<i2").tobytes())
    return tmp_path / "sounds"


@pytest.fixture
def names(sounds: Path) -> list[str]:
    """In another order than the folder's."""
    return sorted((str(path.relative_to(sounds)) for path in sounds.rglob("*.wav")), key=lambda name: name[::-1])


def embedded(names: list[str], apart: float, seed: int = 0) -> np.ndarray:
    """(n, 16) float32: classes that lie `apart`."""
    random = np.random.default_rng(seed)
    centres = random.standard_normal((3, 16))
    return (apart * centres[[CLASSES.index(name.split("/")[0]) for name in names]] + random.standard_normal((len(names), 16))).astype(np.float32)  # fmt: skip


@pytest.fixture
def watched(tmp_path: Path, sounds: Path, names: list[str], cache: Path) -> RunFolder:
    """A run of three snapshots, whose classes part."""
    groups = [f"speaker {i % SPEAKERS}" for i in range(len(names))]
    with Watch(tmp_path / "mine", sounds=sounds, clips=names, groups=groups) as run:
        for step in (0, 10, 20):
            h = embedded(names, step / 4)
            run.embeddings(step, h, z=h[:, :8], views=(h[:8, :8], h[:8, :8] + 0.1))
            run.log(step, loss=1 / (step + 1))
    return RunFolder(run.path)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder, used in place of the user's."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def measures(run: RunFolder) -> dict[int, dict[str, Any]]:
    """Step → its measures."""
    rows = [
        (row["step"], {key: value for key, value in row.items() if key.startswith("measure/")}) for row in run.metrics()
    ]
    return {step: found for step, found in rows if found}


def test_a_watched_run_has_what_a_run_of_hearsight_has(watched: RunFolder, names: list[str]) -> None:
    assert Measuring(watched).work() == 3
    found = measures(watched)
    assert list(found) == [0, 10, 20]
    declared = {curve.key for curve in watched.schema().curves}
    assert set(found[20]) == declared and {f"measure/{name}" for name in MEASURES} <= declared
    assert found[0]["measure/cross_group_knn"] < 0.7 < found[20]["measure/cross_group_knn"]
    lines = watched.baselines()["cross_group_knn"]["class"]
    assert lines["random_init"] == found[0]["measure/cross_group_knn"] and lines["mfcc"] > 0.8 and lines["chance"] == pytest.approx(1 / 3)  # fmt: skip
    probe = watched.probe()
    assert probe["main_facet"] == "class" and probe["group"] == "group" and probe["fingerprint"] and not probe["note"]
    label = [probe["facets"]["class"]["names"][code] for code in probe["facets"]["class"]["codes"]]
    assert label == [name.split("/")[0] for name in names] and len(set(probe["clips"])) == 24
    assert len(watched.columns()["duration"]) == 24
    added = {
        path.relative_to(watched.added_path).as_posix() for path in watched.added_path.rglob("*") if path.is_file()
    }
    assert "snapshots/000020.npz" in added and {pattern(name) for name in added} <= files_told()


def test_what_a_full_disk_kept_from_being_told_is_told_another_time(
    watched: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    following = Measuring(watched)
    with monkeypatch.context() as patched, pytest.raises(OSError, match="No space left"):
        patched.setattr(RunWriter, "write_schema", full)
        following.work()
    assert following.work() == 3
    assert {f"measure/{name}" for name in MEASURES} <= {curve.key for curve in watched.schema().curves}
    assert watched.schema().verdicts == KINDS


def test_what_is_measured_is_measured_once(watched: RunFolder) -> None:
    Measuring(watched).work()
    before = watched.metrics_paths()[1].read_bytes()
    assert Measuring(watched).work() == 0
    shutil.copytree(watched.path, watched.path.with_name("copied"), copy_function=shutil.copyfile)
    assert Measuring(RunFolder(watched.path.with_name("copied"))).work() == 0
    assert watched.metrics_paths()[1].read_bytes() == before


def test_a_run_is_followed_while_it_goes_on(tmp_path: Path, sounds: Path, names: list[str], cache: Path) -> None:
    with Watch(tmp_path / "mine", sounds=sounds, clips=names) as run:
        following = Measuring(RunFolder(run.path))
        assert following.work() == 0 and following.run.probe()["fingerprint"]
        for step in (0, 5):
            run.embeddings(step, embedded(names, step))
            assert following.work() == 1 and following.work() == 0
        assert following.run.baselines()["cross_group_knn"]["class"]["random_init"] is not None
    with Watch(run.path, sounds=sounds, clips=names, resumed_from=2) as again:
        again.embeddings(4, embedded(names, 9))
        assert following.work() == 1 and list(measures(following.run)) == [0, 4]


def test_it_is_judged_as_a_run_of_hearsight_is(
    tmp_path: Path, sounds: Path, names: list[str], cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a word of its method: from its curves alone, snapshot by snapshot."""
    following = Measuring(RunFolder(tmp_path / "mine"))
    with Watch(tmp_path / "mine", sounds=sounds, clips=names) as run:
        for step in range(0, 1_000, 100):
            left = 1.0 if step < 500 else 1e-3
            run.log(step, loss=1 / (step + 1))
            run.embeddings(step, left * embedded(names, step / 100) + 5)
            following.work()
            if step == 400:
                assert RunFolder(run.path).status().warning == ""
    found = RunFolder(run.path)
    status = found.status()
    assert status.state == State.FINISHED and status.verdict["kind"] == "complete_collapse"
    assert status.warning.startswith("Complete collapse since step 500") and status.verdict["cause"] == ""
    assert [verdict.kind for verdict in found.verdicts()][-1] == "complete_collapse"
    assert len({verdict.kind for verdict in found.verdicts()}) == len(found.verdicts()) > 1
    assert main(["diagnose", str(found.path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["verdict"] == "complete_collapse"


def test_curves_without_snapshots_are_judged_and_again_when_they_have_grown(tmp_path: Path) -> None:
    found = RunFolder(tmp_path / "mine")
    with Watch(found.path) as run:
        for step in range(1, 100):
            run.log(step, loss=1 / step)
    following = Measuring(found)
    assert following.work() == 0 and (found.status().verdict or {})["step"] == 99
    with Watch(found.path, resumed_from=99) as run:
        run.log(150, loss=0.001)
    assert following.work() == 0 and (found.status().verdict or {})["step"] == 150


def test_diagnose_says_what_was_not_measured_yet_and_what_was_left_out(
    tmp_path: Path, sounds: Path, names: list[str], cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Watch(tmp_path / "mine", sounds=sounds, clips=names) as run:
        run.embeddings(0, embedded(names, 1))
        run.embeddings(1, np.full((len(names), 16), np.nan, np.float32))
    assert main(["diagnose", str(run.path)]) == 0
    told = capsys.readouterr().out
    assert "1 of its snapshots not measured yet" in told and "Train longer" not in told
    assert "The embeddings of step 1 are not finite, so they were left out." in told
    Measuring(RunFolder(run.path)).work()
    assert main(["diagnose", str(run.path)]) == 0
    told = capsys.readouterr().out
    assert "measured yet" not in told and "Train longer" in told


def test_without_views_nothing_is_said_of_them(tmp_path: Path, sounds: Path, names: list[str], cache: Path) -> None:
    with Watch(tmp_path / "mine", sounds=sounds, clips=names) as run:
        run.embeddings(0, embedded(names, 1))
    Measuring(RunFolder(run.path)).work()
    assert {f"measure/{name}" for name in measuring.OF_VIEWS}.isdisjoint(measures(RunFolder(run.path))[0])


def test_own_labels_come_before_those_of_the_folder(
    tmp_path: Path, sounds: Path, names: list[str], cache: Path
) -> None:
    labels = {"even": [None if i == 0 else str(i % 2) for i in range(24)], "class": ["all"] * 24}
    with Watch(tmp_path / "mine", sounds=sounds, clips=names, labels=labels) as run:
        run.embeddings(0, embedded(names, 1))
    found = RunFolder(run.path)
    Measuring(found).work()
    assert found.probe()["main_facet"] == "even" and found.probe()["facets"]["class"]["names"] == ["all"]
    assert list(found.baselines()["cross_group_knn"]) == ["even"] and found.probe()["group"] == "file"


@pytest.mark.parametrize(
    ("broken", "note"),
    [
        (
            lambda sounds, probe: shutil.rmtree(sounds),
            "The sounds of this run cannot be heard: .*sounds cannot be used",
        ),
        (lambda sounds, probe: (sounds / "hum" / "01.wav").unlink(), "1 of the 24 names are not among the 23 sounds"),
        (lambda sounds, probe: (sounds / "hum" / "01.wav").write_text("no sound"), "not among the 23 sounds"),
        (lambda sounds, probe: probe.update(data=""), "doesn't say where its sounds are"),
    ],
    ids=["moved", "one missing", "one damaged", "never said"],
)
def test_without_sounds_it_is_measured_all_the_same(
    watched: RunFolder, sounds: Path, broken: Callable[[Path, dict[str, Any]], Any], note: str
) -> None:
    probe = watched.own_probe()
    probe["facets"]["odd"] = {"names": ["no", "yes"], "codes": [i % 2 for i in range(24)]}
    broken(sounds, probe)
    (watched.path / "probe.json").write_text(json.dumps(probe))
    assert Measuring(watched).work() == 3
    assert re.search(note, watched.probe()["note"]), watched.probe()["note"]
    assert set(measures(watched)[20]) >= {"measure/cross_group_knn/odd", "measure/effective_rank"}
    assert not watched.baselines() and not watched.columns() and set(watched.probe()["clips"]) == {-1}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"files": None}, "names no files"),
        ({"files": [1, 2]}, "names no files"),
        ({"facets": {"class": {"names": ["a"], "codes": [0]}}}, "labels of class are damaged: one for each clip"),
        ({"facets": {"class": {"names": ["a"], "codes": [7] * 24}}}, "labels of class are damaged: codes of its names"),
    ],
    ids=str,
)
def test_a_damaged_probe_is_refused_in_one_sentence(watched: RunFolder, change: dict[str, Any], sentence: str) -> None:
    (watched.path / "probe.json").write_text(json.dumps({**watched.own_probe(), "files": ["x"] * 24, **change}))
    if not change.get("files", True):
        assert Measuring(watched).work() == 0
        return
    with pytest.raises(UserError, match=sentence):
        Measuring(watched).work()


def test_a_snapshot_that_cannot_be_read_is_passed_over(watched: RunFolder) -> None:
    watched.snapshot_path(10).write_bytes(b"no arrays")
    following = Measuring(watched)
    assert following.work() == 3 and list(measures(watched)) == [0, 20] and following.work() == 0


def test_two_processes_do_not_measure_at_once(watched: RunFolder) -> None:
    writer = RunWriter(watched.added_path)
    with pytest.raises(UserError, match="by another process"):
        Measuring(watched).work()
    writer.close()
