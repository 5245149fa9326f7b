"""Few labels: where they come from, where the accuracy is measured, and what is answered where that can't be."""

import copy
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from training import finetune
from training.data.dataset import Dataset, Facet
from training.data.store import mel_store
from training.data.tags import TagRow, tags_file
from training.embedder import Embedder
from training.errors import UserError
from training.finetune import fine_tuned, fine_tuning
from training.run import RunFolder
from training.trainer import train

pytestmark = pytest.mark.whole

MakeRun = Callable[..., RunFolder]


def silent(fraction: float, message: str) -> None:
    """No progress is shown."""


@pytest.fixture
def trained(made_run: MakeRun) -> RunFolder:
    run = made_run(steps=1)
    train(run.path)
    return run


def relabelled(
    monkeypatch: pytest.MonkeyPatch, tones: Dataset, codes: list[int], groups: list[int] | None = None
) -> None:
    """The tiny set with another facet `class` (and other sources)."""
    names = tuple(f"c{i}" for i in range(max(codes) + 1))
    facets = {**tones.facets, "class": Facet(names, np.array(codes, np.int32))}
    if groups is not None:
        facets["source"] = Facet(tuple(f"s{i}" for i in range(max(groups) + 1)), np.array(groups, np.int32))
    changed = replace(tones, facets=facets)
    monkeypatch.setattr(finetune, "open_dataset", lambda *_, **__: changed)


def test_a_tag_is_learned_like_a_facet(
    trained: RunFolder, tones: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    codes = tones.facets[tones.main_facet].codes
    mine = [clip for clip, code in zip(tones.ids, codes, strict=True) if code == 0]
    others = [clip for clip, code in zip(tones.ids, codes, strict=True) if code == 1]
    tags_file().parent.mkdir(parents=True)
    denied = [clip for clip, code in zip(tones.ids, codes, strict=True) if code == 2]
    rows = (
        TagRow("0" * 16, "low one", tuple(mine)),
        TagRow("1" * 16, "not it", tuple(others)),
        TagRow("2" * 16, "low one", tuple(denied), "not"),
    )
    tags_file().write_bytes(b"".join(row.line() for row in rows))
    found = fine_tuning(trained, "tag:low one", 1, 0.05, silent)
    assert (found["facet"], found["classes"], found["left_out"]) == ("tag:low one", 2, [])
    assert sum(half["measured_clips"] for half in found["halves"]) == len(mine) + len(others) + len(denied)
    with pytest.raises(UserError, match="carries the tag 'high'; the tags of its clips are: low one, not it"):
        fine_tuning(trained, "tag:high", 1, 0.05, silent)


def test_it_says_who_was_labelled_and_who_was_measured(trained: RunFolder) -> None:
    found = fine_tuning(trained, "class", 3, 0.05, silent)
    assert found["labels"] == 3 and found["classes"] == 4 and found["chance"] == 0.25 and found["left_out"] == []
    first, second = found["halves"]
    assert first["labelled_clips"] == second["labelled_clips"] == 12
    assert first["measured_clips"] + second["measured_clips"] == 64
    for half in found["halves"]:
        assert not set(half["labelled_sources"]) & set(half["measured_sources"])
        assert len(half["labelled_sources"]) == len(half["measured_sources"]) == 2
    assert set(first["labelled_sources"]) == set(second["measured_sources"])
    for name in ("trained", "random_init"):
        assert set(found[name]) == {"fine_tuned", "probe"}
        assert all(0 <= value <= 1 for value in found[name].values())


def test_the_probe_sees_the_same_labels_and_no_others(trained: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int]] = []

    def counted(x: np.ndarray, labels: np.ndarray, queries: np.ndarray) -> np.ndarray:
        asked.append((len(x), len(queries)))
        assert np.bincount(labels).tolist() == [3] * 4
        return np.zeros(len(queries), np.int64)

    monkeypatch.setattr(finetune, "fit_predict", counted)
    found = fine_tuning(trained, "class", 3, 0.01, silent)
    assert asked == [(12, 32)] * 4 and found["trained"]["probe"] == 0.25


def test_other_clips_give_their_labels_in_each_draw(trained: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    labelled: list[bytes] = []

    def noted(x: np.ndarray, labels: np.ndarray, queries: np.ndarray) -> np.ndarray:
        labelled.append(x.tobytes())
        return np.zeros(len(queries), np.int64)

    monkeypatch.setattr(finetune, "fit_predict", noted)
    fine_tuning(trained, "class", 3, 0.01, silent, draws=3)
    assert len(labelled) == 12 == len(set(labelled))  # both ways round, from the learned weights and from random ones


def test_the_mean_over_draws_is_told_with_their_standard_deviation(
    trained: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(finetune, "_scores", lambda *_: {"fine_tuned": [0.25, 0.5, 0.75], "probe": [0.5] * 3})
        found = fine_tuning(trained, "class", 3, 0.01, silent, draws=3)
    assert found["trained"] == {"fine_tuned": 0.5, "probe": 0.5} and found["draws"] == 3
    assert found["std"]["trained"] == {"fine_tuned": pytest.approx(0.25), "probe": 0.0}
    assert fine_tuning(trained, "class", 3, 0.01, silent)["std"]["trained"] == {"fine_tuned": None, "probe": None}
    with pytest.raises(UserError, match="0 draws were asked for"):
        fine_tuning(trained, "class", 3, 1, silent, draws=0)


def test_labels_teach_the_whole_model_and_leave_the_run_as_it_was(
    trained: RunFolder, tones: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finetune, "time", SimpleNamespace(perf_counter=count(0.0, 0.02).__next__))  # 75 steps
    method = Embedder(trained).method
    store = mel_store(tones, method.augment.front_end, torch.device("cpu"), silent)
    clips, targets = torch.arange(64), torch.from_numpy(tones.facets["class"].codes.astype(np.int64))
    own = copy.deepcopy(method)
    classifier = fine_tuned(own, store, clips, targets, 4, seconds=1.5, seed=0)
    assert not own.training and classifier.out_features == 4
    before, after = method.encoder.state_dict(), own.encoder.state_dict()
    assert any(not torch.equal(before[name], after[name]) for name in before)
    with torch.no_grad():
        h = own.encoder(own.augment.whole(store.audio(clips)), store.lengths)
        found = (classifier(own.fine_tuned_from(h)).argmax(1) == targets).float().mean()
    assert float(found) > 0.8  # it has seen them all


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize(
    ("method", "encoder"),
    [("byol", None), ("simclr_v2", None), ("cpc", "wave_gru"), ("wav2vec2", "wave_transformer")],
)
def test_other_methods_and_encoders_are_fine_tuned_too(made_run: MakeRun, method: str, encoder: str | None) -> None:
    run = made_run(method=method, encoder=encoder, steps=1)
    train(run.path)
    kept = run.snapshot(1)
    assert kept is not None and any(name.startswith("lens/") for name in kept)
    assert np.isfinite(kept["embeddings"].astype(np.float32)).all()
    assert fine_tuning(run, "class", 2, 0.05, silent)["trained"]["fine_tuned"] >= 0


def test_without_such_a_facet_there_is_nothing_to_learn(trained: RunFolder) -> None:
    with pytest.raises(UserError, match="no facet 'digit'; those that can be learned are: class"):
        fine_tuning(trained, "digit", 3, 1, silent)
    with pytest.raises(UserError, match=r"source says where the clips .* come from"):
        fine_tuning(trained, "source", 3, 1, silent)


def test_too_few_labels_are_said(trained: RunFolder) -> None:
    with pytest.raises(UserError, match=r"hold only 8 clips of the class .*; ask for at most that many"):
        fine_tuning(trained, "class", 9, 1, silent)


@pytest.mark.parametrize(("labels", "seconds"), [(0, 1.0), (-3, 1.0), (3, 0.0), (3, float("nan"))])
def test_nothing_is_learned_from_nothing(trained: RunFolder, labels: int, seconds: float) -> None:
    with pytest.raises(UserError, match="must be above 0"):
        fine_tuning(trained, "class", labels, seconds, silent)


def test_classes_of_single_sources_are_named(
    trained: RunFolder, tones: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = [2 if i // 4 % 4 == 3 else i % 2 for i in range(64)]  # the fourth source has a class of its own
    relabelled(monkeypatch, tones, codes)
    found = fine_tuning(trained, "class", 2, 0.01, silent)
    assert found["left_out"] == ["c2"] and found["classes"] == 2
    relabelled(monkeypatch, tones, [i // 4 % 4 for i in range(64)])
    with pytest.raises(UserError, match="fewer than two classes come from more than one source"):
        fine_tuning(trained, "class", 2, 0.01, silent)
    relabelled(monkeypatch, tones, [i % 4 for i in range(64)], [0] * 64)
    with pytest.raises(UserError, match="fewer than two classes"):
        fine_tuning(trained, "class", 2, 0.01, silent)


def test_clips_without_a_label_are_left_alone(
    trained: RunFolder, tones: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    relabelled(monkeypatch, tones, [-1 if i < 32 else i % 4 for i in range(64)])
    found = fine_tuning(trained, "class", 2, 0.01, silent)
    assert sum(half["measured_clips"] for half in found["halves"]) == 32
