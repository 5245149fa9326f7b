"""The probe clips, and what plain statistics know of them."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch

from training.data.dataset import Dataset, Facet
from training.probe import (
    chance,
    cross_group_knn,
    described,
    log_mel_statistics,
    measured_facets,
    mfcc_statistics,
    statistics,
    stratified_sample,
)
from training.spectrogram import FrontEnd


def with_labels(tones: Dataset, kinds: list[int], sources: list[int]) -> Dataset:
    """As many clips of no sound, labelled so."""
    n = len(kinds)
    facets = {
        "class": Facet(("a", "b", "c"), np.array(kinds, np.int32)),
        "source": Facet(tuple(map(str, range(max(sources) + 1))), np.array(sources, np.int32)),
    }
    return replace(tones, facets=facets, group="source", ids=tuple(map(str, range(n))))


def test_few_clips_are_all_taken(tones: Dataset) -> None:
    assert stratified_sample(tones, 64, 0).tolist() == stratified_sample(tones, 1000, 0).tolist() == list(range(64))


def test_rare_classes_and_sources_are_not_drowned(tones: Dataset) -> None:
    kinds = [0] * 900 + [1] * 90 + [2] * 10
    sources = [i % 3 for i in range(1000)]
    clips = stratified_sample(with_labels(tones, kinds, sources), 90, 0)
    assert len(set(clips.tolist())) == 90 and (np.diff(clips) > 0).all()
    counts = Counter(kinds[c] for c in clips)
    assert counts[2] == 10 and abs(counts[0] - counts[1]) <= 3  # six cells in turn
    of_source = Counter((kinds[c], sources[c]) for c in clips)
    assert max(of_source[0, s] for s in range(3)) - min(of_source[0, s] for s in range(3)) <= 1


def test_a_seed_decides_the_draw(tones: Dataset) -> None:
    many = with_labels(tones, [i % 3 for i in range(300)], [i % 4 for i in range(300)])
    first = stratified_sample(many, 60, 1).tolist()
    assert first == stratified_sample(many, 60, 1).tolist() != stratified_sample(many, 60, 2).tolist()


def test_a_description_is_enough_to_show_the_run_without_its_data(tones: Dataset) -> None:
    clips = np.array([3, 10, 63])
    found = described(tones, clips, "starter")
    assert found["clips"] == [3, 10, 63] and found["ids"] == ["tone-003", "tone-010", "tone-063"]
    codes = found["facets"]["class"]["codes"]
    assert [found["facets"]["class"]["names"][c] for c in codes] == ["hiss", "hum", "hiss"]
    assert (found["data"], found["fingerprint"], found["data_clips"], found["data_groups"]) == (
        "starter", tones.fingerprint, 64, 4,
    )  # fmt: skip


def test_only_facets_that_can_be_measured_are(tones: Dataset) -> None:
    more = {**tones.facets, "same": Facet(("one",), np.zeros(64, np.int32))}
    dataset = replace(tones, facets=more)
    assert measured_facets(dataset) == ["class"]
    assert cross_group_knn(torch.randn(64, 4), dataset, np.arange(64)).keys() == {"class"}


def test_a_label_that_no_two_groups_share_cannot_be_found_across_them(tones: Dataset) -> None:
    codes = tones.groups.codes
    within = {
        "album": Facet(tones.groups.names, codes),
        "half": Facet(("a", "b"), np.where(codes == 0, -1, codes // 2)),
    }
    across = {"some": Facet(("a", "b"), np.where(np.arange(64) == 0, 0, codes // 2).astype(np.int32))}
    assert measured_facets(replace(tones, facets={**tones.facets, **within, **across})) == ["class", "half", "some"]
    alone = replace(tones, facets={"album": within["album"], "source": tones.groups})
    assert measured_facets(alone) == ["album"], "the main one is told whatever comes of it"


def test_of_a_table_of_many_columns_the_first_few_are_measured(tones: Dataset) -> None:
    more = {f"column {i:02}": tones.facets["class"] for i in range(49)}
    found = measured_facets(replace(tones, facets={**tones.facets, **more}))
    assert found == ["class", *list(more)[:7]]


def test_a_perfect_embedding_scores_one(tones: Dataset) -> None:
    labels = torch.from_numpy(tones.facets["class"].codes.astype(np.int64))
    x = torch.nn.functional.one_hot(labels, 4) + 0.01 * torch.randn(64, 4)
    assert cross_group_knn(x, tones, np.arange(64)) == {"class": 1.0}


def test_chance_is_the_commonest_label(tones: Dataset) -> None:
    labelled = with_labels(tones, [0] * 6 + [1] * 3 + [-1] * 5, [0] * 14)
    assert chance(labelled, np.arange(14), "class") == pytest.approx(6 / 9)
    assert np.isnan(chance(labelled, np.array([10, 11]), "class"))


def test_statistics_are_of_the_clips_own_frames() -> None:
    features, lengths = torch.randn(4, 3, 9), torch.tensor([9, 1, 4, 6])
    found = statistics(features, lengths)
    for b, length in enumerate(lengths.tolist()):
        own = features[b, :, :length].numpy()
        np.testing.assert_allclose(found[b].numpy(), [*own.mean(1), *own.std(1)], atol=1e-6)


def test_plain_statistics_have_a_row_for_every_clip(tones: Dataset) -> None:
    clips = np.array([5, 0, 60])
    mel, mfcc = log_mel_statistics(tones, clips, FrontEnd(mels=16)), mfcc_statistics(tones, clips)
    assert mel.shape == (3, 32) and mfcc.shape == (3, 40)
    assert torch.isfinite(mel).all() and torch.isfinite(mfcc).all()
    torch.testing.assert_close(mfcc_statistics(tones, clips[1:2])[0], mfcc[1], rtol=1e-3, atol=1e-3)


def test_a_loud_clip_changes_nothing_of_a_quiet_one_beside_it(tones: Dataset) -> None:
    quiet, loud = (tones.samples // 64).astype(np.int16), tones.samples.copy()
    end = int(tones.starts[0] + tones.lengths[0])
    loud[:end] = quiet[:end]
    clips = np.arange(4)
    alone = mfcc_statistics(replace(tones, samples=quiet), clips[:1])
    torch.testing.assert_close(mfcc_statistics(replace(tones, samples=loud), clips)[:1], alone, rtol=1e-4, atol=1e-4)
