"""What the trainer says of each clip, and that a column more is a line in a table."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

from training import columns
from training.columns import (
    CLIP_COLUMNS,
    SNAPSHOT_COLUMNS,
    ClipColumn,
    ProbeEmbedded,
    SnapshotColumn,
    clip_values,
    declared,
    snapshot_values,
)
from training.data.dataset import SAMPLE_RATE, Dataset, Facet
from training.probe import cross_group_knn, cross_group_votes
from training.run import Control, RunFolder
from training.run.schema import Column
from training.trainer import train

MakeRun = Callable[..., RunFolder]
OF_LABELS = {"knn_right", "knn_share"}
"""Columns that data without labels can't have."""


def taken(dataset: Dataset, clips: np.ndarray) -> ProbeEmbedded:
    x = torch.randn(len(clips), 6) + torch.from_numpy(dataset.facets["class"].codes[clips])[:, None]
    return ProbeEmbedded(dataset, clips, x, cross_group_votes(x, dataset, clips))


def test_every_facet_is_a_column_the_main_one_first(tones: Dataset) -> None:
    found = declared(tones)
    assert [(c.name, c.kind, c.per) for c in found[:2]] == [
        ("class", "category", "clip"),
        ("source", "category", "clip"),
    ]
    assert set(found[2:]) <= {each.column for each in (*SNAPSHOT_COLUMNS, *CLIP_COLUMNS)}
    assert {c.name for c in found[2:]} >= {"duration", "loudness", *OF_LABELS}
    assert [c.per for c in found[2:]] == sorted((c.per for c in found[2:]), reverse=True), (
        "those of a snapshot come first"
    )
    assert all(c.writer == "trainer" and c.title for c in found)


def test_the_main_facet_comes_first_wherever_it_lies(tones: Dataset) -> None:
    turned = replace(tones, facets={"source": tones.facets["source"], "class": tones.facets["class"]})
    assert [c.name for c in declared(turned)][:2] == ["class", "source"]


def test_a_facet_keeps_its_name_from_a_column(tones: Dataset) -> None:
    longs = Facet(("long", "short"), np.zeros(64, np.int32))
    found = declared(replace(tones, facets={**tones.facets, "duration": longs}))
    assert [c.kind for c in found if c.name == "duration"] == ["category"]


def test_without_labels_no_neighbour_can_be_right(tones: Dataset) -> None:
    bare = replace(tones, facets={"source": tones.facets["source"]})
    names = [c.name for c in declared(bare)]
    assert names[0] == "source" and {"duration", "loudness"} <= set(names) and not OF_LABELS & set(names)
    assert not OF_LABELS & snapshot_values(ProbeEmbedded(bare, np.arange(4), torch.randn(4, 3), {})).keys()


def test_duration_and_loudness(tones: Dataset) -> None:
    clips = np.array([5, 9])
    found = clip_values(tones, clips)
    assert found["duration"] == [round(len(tones.waveform(int(c))) / SAMPLE_RATE, 6) for c in clips]
    rms = [np.sqrt(np.mean(tones.waveform(int(c)).astype(float) ** 2)) for c in clips]
    assert found["loudness"] == pytest.approx(20 * np.log10(rms), abs=1e-4)


def test_names_that_tell_a_time_say_when_each_clip_begins(tones: Dataset) -> None:
    files = ["A/A_20260512_235958.wav", "S4A_2026-05-12T04-30-00.flac", "20261399_043000.wav", "5_1_20260512043000.wav"]
    named = replace(tones, files=tuple(files * 16), offsets_seconds=np.full(64, 4.0))
    assert {"recorded": "text", "hour": "number"}.items() <= {c.name: c.kind for c in declared(named)}.items()
    found = clip_values(named, np.arange(4))
    assert found["recorded"] == ["2026-05-13 00:00:02", "2026-05-12 04:30:04", "", ""]
    assert found["hour"] == [pytest.approx(2 / 3600, abs=1e-6), pytest.approx(4.5 + 4 / 3600, abs=1e-6), None, None]
    assert not {"recorded", "hour"} & {*clip_values(tones, np.arange(4)), *(c.name for c in declared(tones))}


def test_silence_has_no_loudness_and_a_full_square_wave_has_zero(tones: Dataset) -> None:
    square = np.tile(np.array([-32768, 32767], np.int16), 50)
    samples = np.concatenate([np.zeros(100, np.int16), square])
    made = replace(tones, samples=samples, starts=np.array([0, 100]), lengths=np.array([100, 100]))
    silent, full = clip_values(made, np.arange(2))["loudness"]
    assert silent is None and full == pytest.approx(0, abs=1e-3)


def test_what_the_neighbours_say_is_what_the_measure_counts(tones: Dataset) -> None:
    unlabelled = tones.facets["class"].codes.copy()
    unlabelled[::7] = -1
    labels = Facet(tones.facets["class"].names, unlabelled)
    dataset = replace(tones, facets={**tones.facets, "class": labels})
    clips = np.arange(0, 64, 2)
    what = taken(dataset, clips)
    found = snapshot_values(what)
    right, share = found["knn_right"], found["knn_share"]
    known = unlabelled[clips] >= 0
    assert (right[~known] == -1).all() and np.isnan(share[~known]).all()
    assert right[known].mean() == pytest.approx(cross_group_knn(what.embeddings, dataset, clips)["class"])
    assert ((share[known] >= 1 / 4) & (share[known] <= 1)).all()


def test_a_made_up_column_is_kept_by_a_real_run(made_run: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    named = ClipColumn(Column("name", "Name", "text"), lambda dataset, clips: [dataset.ids[c] for c in clips])
    norm = SnapshotColumn(Column("norm", "Norm", "number", "snapshot"), lambda taken: taken.embeddings.norm(dim=1))
    monkeypatch.setattr(columns, "CLIP_COLUMNS", (*columns.CLIP_COLUMNS, named))
    monkeypatch.setattr(columns, "SNAPSHOT_COLUMNS", (*columns.SNAPSHOT_COLUMNS, norm))
    run = made_run(steps=3)
    train(run.path)
    assert {named.column, norm.column} < set(run.schema().columns)
    assert run.columns()["name"] == run.probe()["ids"]
    for step in run.snapshots():
        arrays = run.snapshot(step)
        assert arrays is not None
        lengths = np.linalg.norm(arrays["embeddings"].astype(np.float32), axis=1)
        np.testing.assert_allclose(arrays["columns/norm"], lengths, rtol=1e-2)
        right = arrays["columns/knn_right"]
        row = next(r for r in run.metrics() if r["step"] == step and "measure/cross_group_knn" in r)
        assert right.mean() == pytest.approx(row["measure/cross_group_knn"])


def test_the_loss_of_a_clip_is_that_of_its_last_step(made_run: MakeRun) -> None:
    run = made_run(method="autoencoder", steps=3)  # of 4 batches of an epoch
    train(run.path)
    assert "clip_loss" in {column.name for column in run.schema().columns}
    first, last = (run.snapshot(step) for step in (0, 3))
    assert first is not None and np.isnan(first["columns/clip_loss"]).all()
    assert last is not None
    heard = last["columns/clip_loss"][~np.isnan(last["columns/clip_loss"])]
    assert 0 < len(heard) < 48 and (heard > 0).all()
    losses = [row["train/loss"] for row in run.metrics() if "train/loss" in row]
    assert min(losses) / 2 < heard.mean() < 2 * max(losses)


def test_a_method_that_judges_clips_together_has_no_such_column(made_run: MakeRun) -> None:
    run = made_run(method="vicreg", steps=1)
    train(run.path)
    assert "clip_loss" not in {column.name for column in run.schema().columns}


def test_a_resume_knows_the_losses_of_before(made_run: MakeRun, at_step: Callable[..., None]) -> None:
    whole, parts = (made_run(name, method="autoencoder", steps=4) for name in ("whole", "parts"))
    train(whole.path)
    at_step(2, lambda: parts.ask(Control.STOP))
    train(parts.path)
    train(parts.path, resume=True)
    one, other = (run.snapshot(4) for run in (whole, parts))
    assert one is not None and other is not None
    np.testing.assert_array_equal(one["columns/clip_loss"], other["columns/clip_loss"])
