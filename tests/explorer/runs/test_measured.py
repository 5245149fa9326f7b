"""What was measured of a run, as pictures: from what it holds, in any condition."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.runs.measured import DECADES, FIRST, MOST_DIRECTIONS, MOST_SNAPSHOTS, MOST_STAGES, measured
from training.measures import THOROUGH
from training.run import RunFolder, RunWriter


def told(run: RunFolder, step: int | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
    found = measured(run, step)
    assert found is not None
    json.dumps(found, allow_nan=False)
    return found, {picture["name"]: picture for picture in found["pictures"]}


def values(picture: dict[str, Any]) -> np.ndarray:
    return np.frombuffer(base64.b64decode(picture["values"]), "<f4").reshape(picture["shape"])


@pytest.fixture
def run(make_run: Callable[..., Any], tmp_path: Path) -> RunFolder:
    """Three snapshots, each with spectra of z and h and a histogram of its own."""
    made: RunFolder = make_run(tmp_path / "run", 60)
    writer = RunWriter(made.path)
    for step in made.snapshots():
        shares = np.zeros((2, 40), np.float32)
        shares[0, 39], shares[1, 20 + step // 10] = 1, 1
        spectra = {
            "singular_values": np.linspace(10, 0, 32, dtype=np.float32),
            "projection_singular_values": 10.0 ** -np.arange(16, dtype=np.float32) * (1 + step),
        }
        arrays = {k: v for k, v in (made.snapshot(step) or {}).items() if k != "schema"}
        writer.write_snapshot(step, {**arrays, **spectra, "cosine_shares": shares})
    writer.close()
    return made


def ladder(run: RunFolder, step: int, *stages: tuple[str, float | None]) -> None:
    rows = [
        {"stage": name, "width": 8, "measures": {"effective_rank": rank, "cka_to_start": None}} for name, rank in stages
    ]
    path = run.thorough_path(step)
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"schema": 1, "step": step, "clips": 60, "from": "weights", "stages": rows}))


def test_the_spectrum_is_drawn_over_all_snapshots(run: RunFolder) -> None:
    found, pictures = told(run)
    assert found["step"] == 20 and found["names"]["snapshots"] == ["step 0", "step 10", "step 20"]
    z = pictures["spectrum_z"]
    assert (z["kind"], z["rows"], z["columns"], z["shape"]) == ("matrix", "directions of z", "snapshots", [16, 3])
    assert z["high"] == pytest.approx(np.log10(21)) and z["low"] == pytest.approx(z["high"] - DECADES)
    np.testing.assert_allclose(values(z)[:4, 1], np.log10(11) - np.arange(4), atol=1e-5)
    assert found["names"]["directions of z"][15] == "direction 16"
    h = values(pictures["spectrum_h"])
    assert h.shape == (32, 3) and np.isfinite(h).all() and h[-1, 0] == pytest.approx(pictures["spectrum_h"]["low"])


def test_similarities_are_those_of_the_step_that_is_looked_at(run: RunFolder) -> None:
    _, pictures = told(run, 10)
    shown = pictures["cosine_shares"]
    assert shown["series"] == ("one clip", "different clips") and shown["kind"] == "bars"
    assert "should" not in shown["meaning"], "not all methods aim at it"
    assert values(shown)[1].argmax() == 21 and values(shown)[0].argmax() == 39
    assert told(run)[0]["names"][shown["rows"]][39] == "0.95 to 1.00"
    assert measured(run, 11) is None


def test_the_ladder_is_of_the_first_and_the_newest_step_measured(run: RunFolder) -> None:
    found, pictures = told(run)
    assert "python -m training measure run" in found["note"] and not any(name.startswith("ladder") for name in pictures)
    ladder(run, 0, ("block 1", 4.0), ("encoder", 8.0), ("predictor", 3.0))
    ladder(run, 10, ("block 1", 5.0), ("encoder", 7.0))
    ladder(run, 20, ("block 1", 6.0), ("encoder", None))
    found, pictures = told(run)
    rank = pictures["ladder_effective_rank"]
    assert rank["series"] == ("step 0", "step 20") and found["note"] == ""
    assert found["names"][rank["rows"]] == ["block 1", "encoder"]
    np.testing.assert_array_equal(values(rank), np.array([[4, 8], [6, np.nan]], np.float32))
    assert "ladder_cka_to_start" not in pictures  # nothing of it is known


def test_whatever_is_measured_of_a_stage_is_drawn(run: RunFolder) -> None:
    every = {name: -1.0 if name == "uniformity" else 0.5 for name in THOROUGH}
    rows = [{"stage": name, "width": 8, "measures": every} for name in ("block 1", "encoder")]
    run.thorough_path(20).parent.mkdir()
    run.thorough_path(20).write_text(json.dumps({"schema": 1, "step": 20, "stages": rows}))
    drawn = {name: picture for name, picture in told(run)[1].items() if name.startswith("ladder_")}
    assert set(drawn) == {f"ladder_{name}" for name in THOROUGH}
    assert [name.removeprefix("ladder_") for name in drawn][: len(FIRST)] == list(FIRST)
    assert all(picture["title"].startswith("Depth: ") and picture["meaning"] for picture in drawn.values())
    assert not any("projections" in picture["meaning"] for picture in drawn.values())
    below = drawn["ladder_uniformity"]
    assert (below["low"], drawn["ladder_lidar"]["low"]) == (-1, 0) and values(below).tolist() == [[-1, -1]]


def test_a_run_of_before_has_its_embeddings_spectrum_alone(make_run: Callable[..., Any], tmp_path: Path) -> None:
    _, pictures = told(make_run(tmp_path / "older", 60))
    assert list(pictures) == ["spectrum_h"]
    assert measured(make_run(tmp_path / "none", 5, snapshots=())) is None


@pytest.mark.parametrize(
    "content",
    ["", "[]", '{"stages": 3}', '{"stages": [3, {}, {"stage": 4, "measures": {}}, {"stage": "a", "measures": 3}]}',
     '{"stages": [{"stage": "a", "measures": {"effective_rank": 1e400}}]}'],
)  # fmt: skip
def test_a_damaged_file_of_measures_is_no_ladder(run: RunFolder, content: str) -> None:
    run.thorough_path(20).parent.mkdir()
    run.thorough_path(20).write_text(content)
    assert not any(name.startswith("ladder") for name in told(run)[1])


@pytest.mark.parametrize(
    "array", [
        *(np.zeros(0, np.float32), np.full(9, np.nan, np.float32), np.zeros(9, np.float32), np.zeros((2, 0, 3), np.float32)),
        *(np.array([np.inf, 0], np.float32), np.array(["a", "b"]), np.array([1j, 2])),
    ],
)  # fmt: skip
def test_damaged_arrays_are_left_out(run: RunFolder, array: np.ndarray) -> None:
    for step in run.snapshots():
        np.savez(run.snapshot_path(step), singular_values=array, cosine_shares=array, projection_singular_values=array)
    assert told(run)[1] == {}
    run.snapshot_path(20).write_bytes(b"no archive")
    assert told(run)[1] == {}


def test_a_long_run_is_thinned(make_run: Callable[..., Any], tmp_path: Path) -> None:
    run = make_run(tmp_path / "long", 40, 32, snapshots=(0,))
    for step in range(MOST_SNAPSHOTS + 50):
        np.savez(run.snapshot_path(step), singular_values=np.linspace(9, 1, 700, dtype=np.float32))
    ladder(run, 0, *((f"block {i}" * 20, 1.0) for i in range(MOST_STAGES + 9)))
    found, pictures = told(run)
    assert pictures["spectrum_h"]["shape"] == [MOST_DIRECTIONS, MOST_SNAPSHOTS]
    assert found["names"]["directions of h"][-1] == "direction 700"
    assert found["names"]["snapshots"][-1] == f"step {MOST_SNAPSHOTS + 49}"
    stages = found["names"][pictures["ladder_effective_rank"]["rows"]]
    assert len(stages) <= MOST_STAGES and all(len(name) <= 40 for name in stages)
