"""docs/run-folder.md names every file and key of a run, with its type, and nothing that no run has.

The types of schema.json are held in tests/explorer/catalogue/test_schema_types.py.
"""

import ast
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.runs.layouts import COLUMNS, Layout, LayoutFolders
from explorer.runs.map_columns import map_columns
from training.data.progress import quiet
from training.importing import columns, event_files
from training.knowledge import invariance
from training.knowledge.kept import PARTS
from training.knowledge.knowing import know
from training.run import Control, RunFolder, folder, reading, writer
from training.run.twins import Prediction, Role, Twin, write_twin
from training.thorough import thorough_measures
from training.trainer import train

PAGE = Path(__file__).parents[3] / "docs" / "run-folder.md"
WORDS = {
    bool: "true",
    str: "text",
    int: "whole number",
    float: "number",
    list: "list",
    dict: "object",
    type(None): "null",
}
OPEN = "named values"
FACETS = ("class", "source")


@cache
def told(heading: str) -> dict[str, str]:
    """Key → type of the table below a heading."""
    text = PAGE.read_text().replace("&lt;", "<").replace("&gt;", ">")
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"the page has no section {heading}"
    rows = re.findall(r"^\| `([^`]+)` \| ([^|]+) \|", found[1], re.MULTILINE)
    assert rows and len(dict(rows)) == len(rows), f"{heading}: a key is named twice, or none is"
    return dict(rows)


@pytest.fixture
def seen(
    made_run: Callable[..., RunFolder], at_step: Any, monkeypatch: pytest.MonkeyPatch
) -> tuple[RunFolder, set[str]]:
    """A run that was stopped and went on to its end, with a map of its own, and the names of all files that it ever had."""
    run, names = made_run(steps=6), set()
    write_twin(
        run.path, Twin(Role.BROKEN, "gone", "part:negatives", Prediction("lower", "lower", "same", "lower", True))
    )

    def look() -> None:
        names.update(path.relative_to(run.path).as_posix() for path in run.path.rglob("*") if path.is_file())

    def stop() -> None:
        run.ask(Control.STOP)
        look()

    at_step(3, stop)
    train(run.path)
    train(run.path, resume=True)
    run.log_path.touch()  # what the server's starting a trainer leaves
    values = run.snapshot(6)["embeddings"].astype(np.float32)
    places = values[:, :2]
    layout = Layout(places, "umap", 0.5, 1.0, map_columns(values, places))
    LayoutFolders().write("0" * 64, layout, run.path / "layouts")
    thorough_measures(run, None, quiet)
    monkeypatch.setattr(invariance, "CHANGED", 4)
    know(run, quiet)
    look()
    return run, names


def pattern(name: str) -> str:
    """The name of a file as the page has it."""
    for form, words in (
        (r"\d{6,}(\.\w+)$", r"<step>\1"),
        (r"^control/\w+$", "control/<request>"),
        (r"^knowledge/\w+\.json$", "knowledge/<part>.json"),
        (r"(tfevents)\..*", r"\1.<…>"),
        (r"^layouts/[0-9a-f]{64}\.\w+(\.npz)$", r"layouts/<hash>.<kind>\1"),
    ):
        name = re.sub(form, words, name)
    return name


def keys(value: Mapping[str, Any], about: Mapping[str, str], before: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted key → value; facets are all one, and what the page calls named values stays whole."""
    for name, inner in value.items():
        key = before + ("<facet>" if name in FACETS and before else name)
        if isinstance(inner, dict) and about.get(key) != OPEN:
            if key in about:
                yield key, inner
            yield from keys(inner, about, f"{key}.")
        else:
            yield key, inner


def fits(value: Any, words: str) -> bool:
    """Whether a value is of the type that the page tells."""
    if words == OPEN:
        return isinstance(value, dict)
    if words.startswith("list of "):
        inner = {"texts": (str,), "numbers": (int, float, type(None)), "whole numbers": (int,)}.get(words[8:], (dict,))
        return isinstance(value, list) and all(type(one) in inner for one in value)
    kinds = words.split(" or ")
    return WORDS[type(value)] in kinds or (type(value) is int and "number" in kinds)


def same(heading: str, objects: Iterable[Mapping[str, Any]]) -> None:
    """The table has exactly the keys that these have together, each of its type."""
    about = told(heading)
    found = [pair for one in objects for pair in keys(one, about)]
    assert {key for key, _ in found} == set(about), f"docs/run-folder.md has a row for every key below {heading}"
    assert [(key, value, about[key]) for key, value in found if not fits(value, about[key])] == []


def files_told() -> set[str]:
    """The names of the table of files, but for those that only a watched run has."""
    text = PAGE.read_text()
    files = set(re.findall(r"^\| `([^`]+)` \|", text.partition("## Files")[2].partition("\n## ")[0], re.MULTILINE))
    of_watched = {f"{folder.ADDED}/<file>"}
    assert of_watched <= files
    return files - of_watched


def files_are_told(names: set[str]) -> None:
    assert {pattern(name) for name in names} == files_told()


def keys_are_told(run: RunFolder) -> None:
    for name in ("config.json", "status.json", "probe.json", "columns.json", "baselines.json", "twin.json"):
        same(name, [json.loads((run.path / name).read_text())])
    measured = [run.thorough(step) for step in run.thorough_steps()]
    about = told("measures/<step>.json")
    assert measured and all(set(row) == {key for key in about if "." not in key} for row in measured)
    assert all({f"stages.{key}" for key in one} < set(about) for row in measured for one in row["stages"])
    for part in PARTS:
        about, found = told(part), json.loads(run.knowledge_path(part).read_text())
        assert set(found) == {key for key in about if "." not in key}
        rows = {f"{key}.{inner}" for key, value in found.items() if isinstance(value, list) for one in value if isinstance(one, dict) for inner in one}  # fmt: skip
        assert rows == {key for key in about if "." in key}
    same("checkpoints/<step>.json", [json.loads(path.read_text()) for path in run.path.glob("checkpoints/*.json")])


def rows_are_told(run: RunFolder) -> None:
    rows = [json.loads(line) for line in run.metrics_path().read_text().splitlines()]
    forms = ((r"^(train|measure)/[^/]+$", r"\1/<name>"), (r"^measure/[^/]+/[^/]+$", "measure/<name>/<facet>"))
    named = []
    for row in rows:
        for form, words in forms:
            row = {re.sub(form, words, key): value for key, value in row.items()}
        named.append(row)
    same("metrics.jsonl", named)


def arrays_are_told(heading: str, path: Path) -> None:
    about = told(heading)
    with np.load(path, allow_pickle=False) as held:
        found = {re.sub(r"^lens/.*", "lens/<picture>", name): held[name] for name in held.files}
    assert set(found) == set(about)
    for name, array in found.items():
        kind, _, shape = about[name].partition(" ")
        assert array.dtype == kind, name
        assert not shape or array.ndim == len([part for part in re.sub(r"min\(.*?\)", "m", shape).strip("()").split(",") if part.strip()])  # fmt: skip


def snapshots_and_maps_are_told(run: RunFolder) -> None:
    for step in run.snapshots():
        arrays_are_told("snapshots/<step>.npz", run.snapshot_path(step))
    (layout,) = (run.path / "layouts").iterdir()
    arrays_are_told("layouts/<hash>.<kind>.npz", layout)
    assert f"{COLUMNS}map_trust" in told("layouts/<hash>.<kind>.npz")


def schema_is_told(run: RunFolder) -> None:
    held = json.loads((run.path / "schema.json").read_text())
    assert set(held) == {*told("Schema"), "schema"}
    assert all(set(curve) == set(told("Curve")) for curve in held["curves"])
    assert all(set(column) == set(told("Column")) for column in held["columns"])


def test_a_run_has_what_is_told_and_nothing_else(seen: tuple[RunFolder, set[str]]) -> None:
    run, names = seen
    files_are_told(names)
    for check in (keys_are_told, rows_are_told, snapshots_and_maps_are_told, schema_is_told):
        check(run)


def test_every_name_that_the_code_knows_is_told() -> None:
    text = PAGE.read_text()
    known = set()
    for module in (folder, writer):
        for node in ast.walk(ast.parse(Path(module.__file__).read_text())):
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
                right = node.right
                name = right.value if isinstance(right, ast.Constant) else vars(module).get(getattr(right, "id", ""))
                known |= {name} if isinstance(name, str) else set()
    assert {"config.json", "snapshots", ".reserve", "measured"} <= known
    assert [name for name in known if f"`{name}`" not in text and f"`{name}/" not in text] == []


def test_what_import_refuses_is_told_in_numbers() -> None:
    text = " ".join(PAGE.read_text().split())
    vectors = f"{columns.MOST_ROWS:,} vectors, more than {columns.WIDEST:,} dimensions and more than {columns.MOST_BYTES >> 30} GB"
    assert vectors in text and f"npz and npy files of more than {reading.MOST_ARRAY_BYTES >> 20} MB" in text
    assert f"a folder of up to {event_files.MOST_FILES} of them" in text
    assert f"{event_files.MOST_BYTES / 1e9:.1f} GB of events, {event_files.MOST_CURVES} curves" in text
    assert f"{event_files.MOST_ROWS:,} steps or {event_files.MOST_VALUES:,} values" in text
