"""`python -m training knows`: all parts of a run, by its weights or by what its snapshots hold, kept and read again."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from training.__main__ import main
from training.data.progress import quiet
from training.errors import UserError
from training.knowledge import invariance
from training.knowledge.facets import AskedFacet, facets_of
from training.knowledge.kept import MOST_ITEMS, PARTS, fits, kept
from training.knowledge.knowing import MAKES, know
from training.knowledge.material import MOST_STEPS, NOT_HERE, Material, material
from training.run import RunFolder
from training.run.example import EXAMPLE_FOLDER
from training.trainer import train

MakeRun = Callable[..., RunFolder]


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the run is kept that all of these tests look at."""
    return tmp_path_factory.mktemp("once") / "run"


@pytest.fixture
def run(
    once: Path, made_run: MakeRun, snapshots_every: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> RunFolder:
    """A copy of a run of seven steps, which is trained once."""
    monkeypatch.setattr(invariance, "CHANGED", 8)
    monkeypatch.setattr("training.knowledge.changes.POINTS", 2)
    snapshots_every(1)
    made = made_run(steps=7)
    if not once.exists():
        train(made.path)
        shutil.copytree(made.path, once)
    return RunFolder(shutil.copytree(once, made.path, dirs_exist_ok=True))


def test_all_of_it_is_told_and_kept(run: RunFolder, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["knows", str(run.path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {"run", *PARTS} and set(MAKES) == set(PARTS)
    for part in PARTS:
        assert kept(run, part) == found[part] and found[part]["note"] == ""
    facets = {one["facet"]: one for one in found["facets"]["facets"]}
    assert list(facets) == ["class", "source"] and facets["source"]["group"]
    logged = [row["measure/cross_group_knn/class"] for row in run.metrics() if "measure/cross_group_knn/class" in row]
    assert facets["class"]["knn"] == {"steps": list(range(8)), "values": logged}
    assert len(facets["class"]["probe"]["steps"]) == MOST_STEPS and None not in facets["class"]["probe"]["values"]
    base = facets["class"]["baselines"]
    lines = run.baselines()["cross_group_knn"]["class"]
    for name in base:
        assert base[name]["knn"] == pytest.approx(lines[name], abs=1e-3) and base[name]["probe"] is not None
    for one in facets.values():
        assert one["baselines"]["random_init"]["knn"] == pytest.approx(one["knn"]["values"][0], abs=1e-3)
        assert one["baselines"]["random_init"]["probe"] == one["probe"]["values"][0]
    shortcuts = found["shortcuts"]
    assert {"loudness", "duration", "source"} <= {one["name"] for one in shortcuts["candidates"]} and shortcuts[
        "sentences"
    ]
    assert shortcuts["steps"] == facets["class"]["probe"]["steps"]
    assert next(one["name"] for one in found["invariance"]["augmentations"]) == "crop_seconds"
    assert all(one["similarity"]["trained"][0] == 1 for one in found["invariance"]["augmentations"][1:])
    assert main(["knows", str(run.path)]) == 0
    printed = capsys.readouterr().out
    assert "mixup" in printed and "agreement of neighbours" in printed and "kNN / probe" in printed
    assert "the 48 clips of its own snapshots; the linear probe asks all of these\n" in printed


def test_without_weights_and_sounds_snapshots_tell_what_they_can(
    run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: Any, **__: Any) -> Any:
        raise UserError("There are no sounds here.")

    monkeypatch.setattr("training.knowledge.material.open_dataset", none)
    for file in (run.path / "checkpoints").iterdir():
        file.unlink()
    found = know(run, quiet)
    assert found["facets"]["note"].endswith(NOT_HERE) and found["facets"]["facets"][0]["probe"]["values"][-1]
    assert found["facets"]["facets"][0]["baselines"]["mfcc"]["probe"] is None
    assert {"loudness", "duration"} <= {one["name"] for one in found["shortcuts"]["candidates"]}
    assert found["invariance"]["augmentations"] == [] and "no weights" in found["invariance"]["note"]
    assert all(kept(run, part) == found[part] for part in PARTS)


def test_a_run_without_snapshots_or_of_a_newer_version_is_refused_in_one_sentence(
    made_run: MakeRun, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = made_run()
    assert main(["knows", str(run.path)]) == 2
    assert capsys.readouterr().err == "The run run has no snapshots yet.\n"
    monkeypatch.setattr(RunFolder, "is_newer", lambda self: True)
    with pytest.raises(UserError, match="newer version"):
        know(run, quiet)


def test_a_damaged_snapshot_is_passed_over(run: RunFolder) -> None:
    run.snapshot_path(7).write_bytes(b"")
    at_hand = material(run, quiet)
    assert at_hand.embeddings(7) is None and at_hand.embeddings(6) is not None
    assert know(run, quiet)["shortcuts"]["step"] < 7


def test_codes_of_any_size_take_no_more_memory_than_their_clips(run: RunFolder) -> None:
    about = json.loads((run.path / "probe.json").read_text())
    for facet in about["facets"].values():
        facet["codes"] = [code if code < 0 else code * 10**15 for code in facet["codes"]]
    before = material(run, quiet).facets
    (run.path / "probe.json").write_text(json.dumps(about))
    after = material(run, quiet).facets
    assert all(np.array_equal(before[name], after[name]) and after[name].max() < len(after[name]) for name in before)


def test_a_facet_needs_two_labels_that_several_sources_share(run: RunFolder) -> None:
    at_hand = material(run, quiet)
    n = len(at_hand.ids)
    many = {"class": np.arange(n) % 2, "one": np.zeros(n, np.int64), "names": np.arange(n), "source": np.arange(n) // 2}
    made = type(at_hand)(run, at_hand.ids, many, "source", "class", None, at_hand.clips, "")
    assert [facet.name for facet in facets_of(made)][:1] == ["class"] and "one" not in [f.name for f in facets_of(made)]


def test_chance_is_the_commonest_label() -> None:
    assert AskedFacet("a", np.array([0, 0, 0, 1, -1]), np.arange(5), False).chance == 0.75


@pytest.mark.parametrize("part", PARTS)
def test_what_is_kept_is_checked_when_it_is_read(part: str, tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    assert kept(run, part) is None
    run.knowledge_path(part).parent.mkdir()
    shipped = RunFolder(EXAMPLE_FOLDER).knowledge(part)
    for damage in (
        {},
        {"schema": 1},
        {**shipped, "step": "<b>"},
        {**shipped, "more": 1},
        {k: v for k, v in shipped.items() if k != "note"},
    ):
        run.knowledge_path(part).write_text(json.dumps(damage))
        assert kept(run, part) is None
    run.knowledge_path(part).write_text(json.dumps(shipped))
    assert kept(run, part) is not None


def test_lists_and_texts_are_bounded_and_an_augmentation_is_whole(tmp_path: Path) -> None:
    assert fits([1] * MOST_ITEMS, [int]) and not fits([1] * (MOST_ITEMS + 1), [int])
    assert not fits("a" * 2000, str) and not fits(True, int) and not fits(1e20, (float, int))
    run = RunFolder(tmp_path)
    run.knowledge_path("invariance").parent.mkdir()
    shipped = RunFolder(EXAMPLE_FOLDER).knowledge("invariance")
    for change in ({"own": 99}, {"said": []}, {"knn": {"trained": [], "untrained": []}}):
        broken = {**shipped, "augmentations": [{**shipped["augmentations"][0], **change}]}
        run.knowledge_path("invariance").write_text(json.dumps(broken))
        assert kept(run, "invariance") is None


def test_the_group_is_asked_only_where_one_of_them_gave_several_recordings() -> None:
    speaker, digit = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])

    def asked(recordings: list[int]) -> list[str]:
        material = SimpleNamespace(
            facets={"speaker": speaker, "digit": digit}, main_facet="digit", group="speaker", groups=speaker,
            recordings=np.array(recordings),
        )  # fmt: skip
        return [facet.name for facet in facets_of(cast(Material, material))]

    assert asked([0, 1, 2, 3]) == ["digit", "speaker"]
    assert asked([0, 0, 1, 1]) == ["digit"], "a recording each: nothing could tell a speaker from its recording"


def test_a_label_within_one_group_is_not_asked_across_groups() -> None:
    artist, genre, album = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]), np.array([0, -1, 1, -1])
    material = SimpleNamespace(
        facets={"genre": genre, "artist": artist, "album": album}, main_facet="genre", group="artist", groups=artist,
        recordings=np.arange(4),
    )  # fmt: skip
    assert [facet.name for facet in facets_of(cast(Material, material))] == ["genre", "artist"]
    material.main_facet = "album"
    assert [facet.name for facet in facets_of(cast(Material, material))] == ["album", "genre", "artist"]
