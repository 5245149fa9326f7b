import base64
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.runs.lens import VALUES_AT_MOST, lens
from training.methods import METHODS
from training.run.schema import AXES, Schema


def values(picture: Any) -> Any:
    return np.frombuffer(base64.b64decode(picture["values"]), "<f4").reshape(picture["shape"])


def by_name(found: Any) -> Any:
    json.dumps(found, allow_nan=False)
    return {picture["name"]: picture for picture in found["pictures"]}


def made_up(picture: Any) -> Any:
    """An array such as the method would leave."""
    shape = (*((len(picture.series),) if picture.series else ()), *(4, 6, 7)[: AXES[picture.kind]])
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


@pytest.mark.parametrize("name", METHODS)
def test_every_picture_of_every_method_arrives_as_it_is_described(name: Any, make_run: Any, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", config={"method": name})
    declared = {"schema": 1, **Schema(pictures=METHODS[name].pictures).to_json()}
    (run.path / "schema.json").write_text(json.dumps(declared))
    arrays = {f"lens/{picture.name}": made_up(picture) for picture in METHODS[name].pictures}
    np.savez(run.snapshot_path(10), lens_clips=np.arange(200, 232), **arrays)
    found = lens(run, 10)
    assert list(by_name(found)) == [picture.name for picture in METHODS[name].pictures]
    for described in METHODS[name].pictures:
        picture = by_name(found)[described.name]
        assert {**asdict(described), "low": picture["low"], "high": picture["high"]}.items() <= picture.items()
        np.testing.assert_array_equal(values(picture), arrays[f"lens/{described.name}"])
        assert picture["low"] <= picture["high"]
        assert described.low in (None, picture["low"]) and described.high in (None, picture["high"])


def test_clips_are_those_that_the_picture_shows_with_their_labels(make_run: Any, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    np.savez(
        run.snapshot_path(10),
        **{"lens/similarity": np.eye(6), "lens_clips": np.array([3, 7, 9, 2, 299, 5000, 1])},  # type: ignore[arg-type]
    )
    clips = lens(run, 10)["clips"]
    assert [clip["clip"] for clip in clips] == [3, 7, 9, 2, 299, 5000]
    assert clips[0] == {"clip": 3, "label": "seven", "note": "source: four"}
    assert clips[5] == {"clip": 5000, "label": "no label", "note": ""}


def test_a_method_that_is_gone_still_shows_its_arrays(make_run: Any, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", config={"method": "forgotten"})
    arrays = {"lens/how_alike": np.eye(3), "lens/sizes": np.arange(4), "lens/heard": np.zeros((2, 3, 4))}
    np.savez(run.snapshot_path(10), lens_clips=np.arange(9), **arrays)  # type: ignore[arg-type]
    found = lens(run, 10)
    shown = by_name(found)
    assert {name: picture["kind"] for name, picture in shown.items()} == {
        "how_alike": "matrix", "sizes": "bars", "heard": "spectrograms",
    }  # fmt: skip
    assert (shown["how_alike"]["title"], shown["how_alike"]["low"], shown["how_alike"]["high"]) == ("How alike", 0, 1)
    assert found["clips"] == []


def test_an_array_of_another_shape_than_described_is_drawn_by_its_shape(make_run: Any, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    np.savez(run.snapshot_path(10), **{"lens/similarity": np.arange(5.0), "lens_clips": np.arange(5)})  # type: ignore[arg-type]
    (picture,) = lens(run, 10)["pictures"]
    assert (picture["kind"], picture["meaning"], picture["rows"]) == ("bars", "", "")


def test_spectrograms_share_one_range(make_run: Any, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", config={"method": "forgotten"})
    np.savez(run.snapshot_path(10), **{"lens/a": np.full((2, 3, 4), -5.0), "lens/b": np.full((2, 3, 4), 2.0)})  # type: ignore[arg-type]
    assert {(p["low"], p["high"]) for p in lens(run, 10)["pictures"]} == {(-5.0, 2.0)}


def test_no_snapshot_no_lens(make_run: Any, tmp_path: Path) -> None:
    assert lens(make_run(tmp_path / "run"), 11) is None


def test_odd_arrays_do_no_harm(make_run: Any, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    arrays = {
        "lens/odd": np.array([np.nan, np.inf, 0, 1e-320, 123456.0]),
        "lens/words": np.array(["a", "b"]),
        "lens/huge": np.zeros(VALUES_AT_MOST + 1),
        "lens/counts": np.array([1, 2]),
        "lens/empty": np.zeros((0, 3)),
        "lens/nothing": np.full((2, 2), np.nan),
        "lens/scalar": np.array(1.0),
        "lens/large": np.array([1e300, 1.0]),
        "lens_clips": np.array(["no", "numbers"]),
    }
    np.savez(run.snapshot_path(10), **arrays)  # type: ignore[arg-type]
    found = lens(run, 10)
    shown = by_name(found)
    assert set(shown) == {"odd", "counts", "nothing", "large"}
    assert (shown["odd"]["low"], shown["odd"]["high"]) == (0, 123456.0)
    assert (shown["nothing"]["low"], shown["nothing"]["high"]) == (0, 0)
    assert values(shown["counts"]).tolist() == [1, 2]
    assert found["clips"] == []
