"""Which runs collapsed by the definition, when they fell and when that was told, from runs whose curves are made up."""

import json
from pathlib import Path

import pytest

from benchmarks import trust
from benchmarks.collapse import table as collapse_table
from benchmarks.collapse.bands import bands, widened
from benchmarks.collapse.kept_runs import kept_runs
from benchmarks.collapse.table import table
from training.bands import read_bands

STEPS = range(0, 320, 20)
MEASURED = ("effective_rank", "encoder_effective_rank", "centred_std", "encoder_centred_std", "encoder_normalised_std")


def kept(root: Path, name: str, rank_falls_at: int | None = None) -> None:
    """A run with a rank of 40, or of 4 from a step on, and a spread of 1."""
    folder = root / name
    folder.mkdir(parents=True)
    rows = []
    for step in STEPS:
        row = {"step": step, "seconds": step / 10, "train/loss": 5.0 - step / 100}
        row |= {f"measure/{measure}": 1.0 for measure in MEASURED} | {"measure/normalised_std": 1.0}
        fallen = rank_falls_at is not None and step >= rank_falls_at
        rows.append(row | {"measure/effective_rank": 4.0 if fallen else 40.0, "measure/encoder_effective_rank": 40.0})
    (folder / "metrics.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "status.json").write_text(json.dumps({"state": "finished"}))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for seed in (0, 1):
        kept(tmp_path, f"simclr-healthy-fsdd-{seed}")
        kept(tmp_path, f"simclr-negatives-fsdd-{seed}", rank_falls_at=100 + 20 * seed)
        kept(tmp_path, f"simclr-low_temperature-fsdd-{seed}")
    return tmp_path


def test_a_run_under_a_quarter_of_its_twin_has_collapsed_since_it_fell(root: Path) -> None:
    found = table(kept_runs(root))
    rows = {row["case"]: row for row in found["broken"]}
    assert rows["negatives"]["collapsed"] and rows["negatives"]["share"] == 0.1
    assert rows["negatives"]["fell"] == [100, 120]
    assert rows["negatives"]["told"] == [120, 140]  # two snapshots must agree
    assert not rows["low_temperature"]["collapsed"] and rows["low_temperature"]["told"] == [None, None]
    assert found["healthy"]["runs"] == 2 and found["healthy"]["data"] == {"fsdd": 2} and not found["healthy"]["alarms"]


def test_kept_results_are_written_over_only_where_told_to(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    results = tmp_path / "benchmarks" / "results"
    results.mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    for module in (collapse_table, trust):
        for more in ([], ["--out", str(results / "told.json")]):
            monkeypatch.setattr("sys.argv", ["", str(root), *more])
            module.main()
            assert capsys.readouterr().out
            assert [path.name for path in results.iterdir()] == (["told.json"] if more else [])
        (results / "told.json").unlink()


def test_runs_of_others_are_passed_over_and_a_folder_of_them_alone_is_refused(root: Path, tmp_path: Path) -> None:
    for folder in (root, others := tmp_path / "others"):
        for name in ("byol-fsdd-20261130-165140-broken", "byol-fsdd-20261130-165152", "foo-bar-fsdd-1", "mine"):
            kept(folder, name)
    assert {run.method for run in kept_runs(root)} == {"simclr"}
    with pytest.raises(SystemExit, match=r"holds no run that benchmarks\.collapse\.runs has kept"):
        kept_runs(others)


def test_bands_of_a_file_are_what_runs_are_held_against(root: Path) -> None:
    high = {"measure/effective_rank": [[110.0] * 2, [120.0] * 2, [3.0] * 2]}
    about = {"runs": 1, "data": ["d"], "bands": high}
    found = table(kept_runs(root), read_bands({"steps": [20, 40], "methods": {"simclr": about}}))
    assert [alarm["step"] for alarm in found["healthy"]["alarms"]] == [40, 40]


def test_what_is_unlike_the_healthy_runs_is_held_against_its_own_start(root: Path) -> None:
    high = {"measure/effective_rank": [[110.0] * 2, [120.0] * 2, [3.0] * 2]}
    bands = read_bands({"steps": [20, 40], "methods": {"simclr": {"runs": 1, "data": ["d"], "bands": high}}})
    for seed in (0, 1):
        config = {"method": "simclr", "batch_size": 32}
        (root / f"simclr-healthy-fsdd-{seed}" / "config.json").write_text(json.dumps(config))
    assert table(kept_runs(root), bands)["healthy"]["alarms"] == []


def test_what_was_meant_to_be_healthy_and_is_not_is_no_false_alarm(root: Path) -> None:
    kept(root, "simclr-varied_lars-fsdd-0", rank_falls_at=60)
    found = table(kept_runs(root))
    assert found["ill"] == [{"run": "simclr-varied_lars-fsdd-0", "told": 80}]
    assert found["healthy"]["runs"] == 2


def test_bands_are_widened_as_if_made_of_all_runs(root: Path) -> None:
    kept(root, "byol-healthy-fsdd-0")
    runs = kept_runs(root)
    first = [run for run in runs if run.seed == 0 and run.method == "simclr"]
    others = [run for run in runs if run not in first]
    assert widened(bands(first), bands(others)) == bands(runs)


def test_bands_at_other_steps_are_not_mixed(root: Path) -> None:
    found = bands(kept_runs(root))
    with pytest.raises(ValueError, match="can't be widened"):
        widened(found | {"steps": [1, 2]}, found)
