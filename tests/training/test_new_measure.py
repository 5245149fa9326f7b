"""A measure is one file and one line in the table: all that reads measures finds a new one."""

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from explorer.catalogue.measures_table import measures_table
from training.__main__ import main
from training.measures import MEASURES
from training.run import RunFolder, RunWriter
from training.run.schema import Curve
from training.trainer import train

FILE = '''"""The largest number of an embedding."""

from training.measures.measure import Measure
from training.run.schema import Curve

LARGEST = Measure(
    Curve("measure/largest", "Largest number", "of any", 2, "How large the largest number is.", "encoder output", "a test"),
    lambda embedded: float(embedded.h.max()),
)
'''


@pytest.fixture(scope="module")
def largest(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The measure that a new file declares."""
    path = tmp_path_factory.mktemp("measures") / "largest.py"
    path.write_text(FILE)
    spec = importlib.util.spec_from_file_location("largest", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.LARGEST


@pytest.fixture
def run(made_run: Callable[..., RunFolder], largest: Any, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    """A run of three steps, trained with one more line in the table."""
    monkeypatch.setitem(MEASURES, "largest", largest)
    made = made_run(steps=3)
    train(made.path)
    return made


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert main(list(arguments)) == 0
    return capsys.readouterr().out


def test_a_new_measure_is_logged_declared_listed_evaluated_and_documented(
    run: RunFolder, largest: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [row for row in run.metrics() if "measure/alignment" in row]
    taken = run.snapshot(3)
    assert taken is not None and [row["step"] for row in rows] == [0, 3]
    assert rows[-1]["measure/largest"] == pytest.approx(float(taken["embeddings"].max()), rel=1e-3)
    assert largest.curve in run.schema().curves
    (listed,) = json.loads(said(capsys, "list", "--runs", str(run.path.parent), "--json"))["runs"]
    assert listed["latest"]["measure/largest"] == rows[-1]["measure/largest"]
    printed_list = said(capsys, "list", "--all", "--runs", str(run.path.parent))
    assert f"Largest number {rows[-1]['measure/largest']:.2f}" in printed_list
    found = json.loads(said(capsys, "evaluate", str(run.path), "--json"))["measures"]["largest"]
    assert found["trained"] > 0 and found["random_init"] > 0
    printed = said(capsys, "evaluate", str(run.path)).splitlines()
    (line,) = [line for line in printed if line.split()[:2] == ["Largest", "number"]]
    assert line.split()[2:] == [f"{found['trained']:.2f}", f"{found['random_init']:.2f}"]
    assert "| `largest` | Largest number | How large the largest number is. | of any |" in measures_table()


def test_tensorboard_shows_the_charts_of_the_page(run: RunFolder) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.plugins.custom_scalar.layout_pb2 import Layout
    from tensorboard.util import tensor_util

    events = EventAccumulator(str(run.path), size_guidance={"scalars": 0, "tensors": 0}).Reload()
    layout = Layout()
    (kept,) = events.Tensors("custom_scalars__config__")
    layout.ParseFromString(tensor_util.make_ndarray(kept.tensor_proto).item())
    charts = {chart.title: [tag.strip("^$") for tag in chart.multiline.tag] for chart in layout.category[0].chart}
    declared = run.schema().charts()
    assert charts.keys() == declared.keys() and len(charts) > 8
    for title, group in declared.items():
        assert [tag.replace("\\", "") for tag in charts[title]] == [curve.key for curve in group]
    assert {curve.key for curve in run.schema().curves} <= set(events.Tags()["scalars"])


def test_a_resume_declares_what_this_version_knows(made_run: Callable[..., RunFolder], largest: Any,
                                                   monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    run = made_run(steps=2)
    train(run.path)
    assert "measure/largest" not in {curve.key for curve in run.schema().curves}
    writer = RunWriter(run.path)
    writer.write_config({**run.config(), "steps": 4})
    writer.close()
    monkeypatch.setitem(MEASURES, "largest", largest)
    train(run.path, resume=True)
    assert Curve("measure/largest", "Largest number").key in {curve.key for curve in run.schema().curves}
    assert run.metrics()[-1]["measure/largest"] > 0
    assert Path(run.path / "schema.json").stat().st_size < 1 << 16
