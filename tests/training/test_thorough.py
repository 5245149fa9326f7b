"""`python -m training measure`: every stage of a kept step, by its weights or by what its snapshot holds."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from training.__main__ import main
from training.errors import UserError
from training.measures import THOROUGH
from training.run import RunFolder
from training.thorough import thorough_measures
from training.trainer import train

pytestmark = pytest.mark.usefixtures("narrow")

MakeRun = Callable[..., RunFolder]
STAGES = ["block 1", "block 2", "block 3", "block 4", "block 5", "encoder", "projector", "predictor"]


@pytest.fixture
def run(made_run: MakeRun) -> RunFolder:
    made = made_run(method="byol", steps=3)
    train(made.path)
    return made


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert main(["measure", *arguments, "--json"]) == 0
    measured: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["measured"]
    return measured


def stage(row: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [one["measures"] for one in row["stages"] if one["stage"] == name]
    assert isinstance(found, dict)
    return found


def test_the_first_and_the_newest_step_are_measured_and_kept(
    run: RunFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    first, last = told(capsys, str(run.path))
    assert (first["step"], last["step"], last["clips"], last["from"]) == (0, 3, 48, "weights")
    assert [one["stage"] for one in last["stages"]] == STAGES
    for one in last["stages"]:
        assert one["measures"].keys() == THOROUGH.keys() and one["width"] > 0
    assert run.thorough_steps() == [0, 3] and run.thorough(3) == {"schema": 1, **last}
    assert (
        stage(first, "encoder")["cka_to_start"] == pytest.approx(1, abs=1e-4)
        and stage(last, "encoder")["cka_to_start"] < 1
    )
    kept = [row for row in run.metrics() if "measure/alignment" in row][-1]
    for name in ("normalised_std", "centred_std", "effective_rank"):
        assert stage(last, "projector")[name] == pytest.approx(kept[f"measure/{name}"], rel=0.02)
    assert main(["measure", str(run.path), "--step", "3"]) == 0
    printed = capsys.readouterr().out
    assert "step 3, 48 clips, by its weights" in printed and "step 0" not in printed
    assert all(measure.curve.title in printed for measure in THOROUGH.values())


def test_without_weights_encoder_and_projector_are_measured(run: RunFolder, capsys: pytest.CaptureFixture[str]) -> None:
    by_weights = told(capsys, str(run.path), "--step", "3")[0]
    run.weights_path(3).unlink()
    (by_snapshot,) = told(capsys, str(run.path), "--step", "3")
    assert by_snapshot["from"] == "snapshot" and [one["stage"] for one in by_snapshot["stages"]] == [
        "encoder",
        "projector",
    ]
    for name in ("encoder", "projector"):
        found, expected = stage(by_snapshot, name), stage(by_weights, name)
        assert found["lidar"] is None and found["alignment"] is None
        for measure in ("effective_rank", "normalised_std", "rank_me"):
            # Weights hear a clip at the start of a view alone, snapshots at its end too.
            assert found[measure] == pytest.approx(expected[measure], rel=0.3)


def test_a_method_without_a_projector_has_none(made_run: MakeRun) -> None:
    run = made_run(method="apc", steps=1)
    train(run.path)
    run.weights_path(1).unlink()
    (row,) = thorough_measures(run, 1, lambda *_: None)
    assert [one["stage"] for one in row["stages"]] == ["encoder"]


def test_why_only_snapshots_are_measured_is_told_once_and_the_progress_never_falls(
    made_run: MakeRun, capsys: pytest.CaptureFixture[str]
) -> None:
    run = made_run(method="simclr", steps=1)
    train(run.path)
    for step in (0, 1):
        run.weights_path(step).unlink(missing_ok=True)
    told: list[tuple[float, str]] = []
    rows = thorough_measures(run, None, lambda *one: told.append(one))
    assert [row["from"] for row in rows] == ["snapshot"] * 2
    fractions = [fraction for fraction, _ in told]
    assert fractions == sorted(fractions) and fractions[-1] == 1
    assert not any("Only encoder" in sentence for _, sentence in told)
    capsys.readouterr()
    assert main(["measure", str(run.path)]) == 0
    assert capsys.readouterr().err.count("Only encoder and projector are measured.") == len(
        {row["note"] for row in rows}
    )


def test_what_cannot_be_measured_is_a_sentence(made_run: MakeRun, capsys: pytest.CaptureFixture[str]) -> None:
    run = made_run(steps=1)
    with pytest.raises(UserError, match="has no snapshots yet"):
        thorough_measures(run, None, lambda *_: None)
    train(run.path)
    assert main(["measure", str(run.path), "--step", "7"]) == 2
    assert "keeps no snapshot of step 7; the newest is 1" in capsys.readouterr().err
    run.weights_path(1).unlink()
    run.snapshot_path(1).write_bytes(b"no archive")
    with pytest.raises(UserError, match="The snapshot of step 1 of the run run cannot be read"):
        thorough_measures(run, 1, lambda *_: None)
    (run.path / "measures").write_text("a file where a folder should be")
    with pytest.raises(UserError, match="The measures of the run run can't be written"):
        thorough_measures(run, 0, lambda *_: None)


def test_a_run_of_a_newer_version_is_left_alone(run: RunFolder) -> None:
    (run.path / "config.json").write_text(json.dumps({**run.config(), "schema": 99}))
    with pytest.raises(UserError, match="read-only here"):
        thorough_measures(run, None, lambda *_: None)
    assert not (run.path / "measures").exists()
