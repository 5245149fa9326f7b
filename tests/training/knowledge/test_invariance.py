"""Each augmentation alone: nothing changes at no strength, more at more; what is judged; and what the document says."""

from pathlib import Path

import numpy as np
import pytest
import torch

from training.building import built_method
from training.config import new_config
from training.knowledge.changes import (
    CROP,
    Change,
    ChangeableClips,
    augmentations,
    embedded_changes,
    neutral,
    strengths,
)
from training.knowledge.invariance import (
    HARDLY,
    KEPT,
    NONE,
    TOO_STRONG,
    TOO_WEAK,
    USEFUL,
    changed_knn,
    similarity,
    strength_word,
)
from training.methods.method import Method
from training.settings import Setting, describe
from training.views import VIEWS

DOCUMENT = (Path(__file__).parents[3] / "docs" / "knowledge.md").read_text()
EVERY = [(domain, setting) for domain, kind in VIEWS.items() for setting in describe(kind)]
WEAK = 0.2
"""Of the strongest: where most augmentations change a little."""


def waveforms() -> list[np.ndarray]:
    """Six chords of .3 to 1.5 s: shorter and longer than a view."""
    random = np.random.default_rng(0)
    found = []
    for i in range(6):
        time = np.arange(round((0.3 + 0.24 * i) * 16_000)) / 16_000
        wave = sum(np.sin(2 * np.pi * hz * (1 + i / 5) * time) for hz in (220, 550, 1300, 2900))
        found.append((0.1 * wave + 0.003 * random.standard_normal(len(time))).astype(np.float32))
    return found


@pytest.fixture(scope="module", params=["mel", "waveform"])
def method(request: pytest.FixtureRequest) -> Method:
    encoder = {"mel": "conv2d", "waveform": "conv1d"}[request.param]
    config = new_config({}, method="simclr", encoder=encoder, steps=1)
    made = built_method(config, 6, 6).eval()
    assert made.encoder.domain == request.param
    return made


def test_everything_that_changes_a_view_is_looked_at(method: Method) -> None:
    views = method.augment.settings
    names = [setting.name for setting, _ in augmentations(views)]
    assert names == [setting.name for setting in describe(type(views))]
    assert all(getattr(neutral(views), name) == 0 for name in names if name != CROP)


@pytest.mark.parametrize(("domain", "setting"), EVERY, ids=lambda one: getattr(one, "name", one))
def test_strengths_go_from_nothing_to_the_most_and_have_the_runs_own(domain: str, setting: Setting) -> None:
    found = strengths(setting, own := 0.3123)
    assert own in found and len(found) == 6 and found == sorted(found, reverse=setting.name == CROP)
    assert setting.low is not None and setting.high is not None
    assert {found[0], found[-1]} == {setting.low, setting.high}
    assert len(strengths(setting, setting.low)) == 5


@pytest.mark.parametrize(("domain", "setting"), EVERY, ids=lambda one: getattr(one, "name", one))
def test_an_augmentation_alone_changes_clips_and_nothing_at_no_strength(domain: str, setting: Setting) -> None:
    encoder = {"mel": "conv2d", "waveform": "conv1d"}[domain]
    method = built_method(new_config({}, method="simclr", encoder=encoder, steps=1), 6, 6).eval()
    batch = ChangeableClips(waveforms(), method.augment, 0)
    whole, lengths = batch.unchanged()
    assert setting.low is not None and setting.high is not None
    weakest, strongest = (setting.high, setting.low) if setting.name == CROP else (setting.low, setting.high)
    same, same_lengths = batch.changed(Change(setting, weakest), 1)
    torch.testing.assert_close(same, whole)
    assert torch.equal(lengths, same_lengths)
    far, _ = batch.changed(Change(setting, strongest), 1)
    again, _ = batch.changed(Change(setting, strongest), 1)
    assert torch.equal(far, again)
    assert far.shape != whole.shape or not torch.allclose(far, whole)
    # A chance of 1 draws nothing: then it is half of the strongest that differs from draw to draw.
    half = Change(setting, (weakest + strongest) / 2)
    drawn = [batch.changed(change, seed)[0] for change in (Change(setting, strongest), half) for seed in (1, 2)]
    assert setting.name == CROP or not (torch.equal(drawn[0], drawn[1]) and torch.equal(drawn[2], drawn[3]))


def test_every_model_is_asked_of_the_same_clips_whatever_the_order_of_their_lengths(method: Method) -> None:
    setting, own = next(one for one in augmentations(method.augment.settings) if one[0].name == "noise")
    changes, at, sounds = [Change(setting, own)], np.array([1, 4]), waveforms()
    done: list[float] = []
    found = embedded_changes({"one": method, "two": method}, sounds[::-1], changes, at, done.append)
    assert done[-1] == 1.0 and done == sorted(done) and all(0 <= fraction < 1 for fraction in done[:-1])
    assert found["one"].shape == (6, method.encoder.width) and found["one/0"].shape == (2, method.encoder.width)
    assert torch.equal(found["one/0"], found["two/0"])
    alone = embedded_changes({"one": method}, sounds, [], np.array([0]), done.append)["one"]
    torch.testing.assert_close(found["one"], alone.flip(0), rtol=1e-3, atol=1e-4)


def test_similarity_against_loops() -> None:
    random = np.random.default_rng(0)
    bank, changed = random.normal(3, 2, (20, 4)), random.normal(3, 2, (5, 4))
    original = bank[:5]
    z = [(x - bank.mean(0)) / bank.std(0) for x in (changed, original)]
    expected = np.mean([a @ b / np.linalg.norm(a) / np.linalg.norm(b) for a, b in zip(*z, strict=True)])
    given = [torch.from_numpy(x) for x in (changed, original, bank)]
    assert similarity(*given) == pytest.approx(expected) and similarity(given[1], given[1], given[2]) == pytest.approx(
        1
    )


def test_what_nothing_is_shared_with_is_at_nothing_although_all_vectors_point_one_way() -> None:
    bank = torch.randn(2000, 32, generator=torch.Generator().manual_seed(0)) + 20
    assert abs(similarity(bank[:1000], bank[1000:], bank)) < 0.03


def test_changed_clips_ask_and_unchanged_ones_answer() -> None:
    labels, groups = torch.arange(60) % 3, torch.arange(60) // 3 % 4
    bank = torch.eye(3)[labels] + 0.01 * torch.randn(60, 3, generator=torch.Generator().manual_seed(0))
    at = torch.tensor([0, 1, 5, 9])
    assert changed_knn(None, at, bank, labels, groups) == 1 and changed_knn(bank[at], at, bank, labels, groups) == 1
    elsewhere = torch.eye(3)[(labels[at] + 1) % 3]
    assert changed_knn(elsewhere, at, bank, labels, groups) == 0
    assert changed_knn(torch.cat([elsewhere[:1], bank[at[1:]]]), at, bank, labels, groups) == 0.75
    assert changed_knn(elsewhere, at, bank, labels.masked_fill(labels == labels, -1), groups) != 0


@pytest.mark.parametrize(
    ("untrained", "now", "before", "word"),
    [
        (1.0, 0.1, 0.9, TOO_WEAK),
        (HARDLY, 0.9, 0.9, TOO_WEAK),
        (0.5, 0.85, 0.9, USEFUL),
        (0.5, 0.1 + KEPT * 0.8 + 0.01, 0.9, USEFUL),
        (0.5, 0.1 + KEPT * 0.8 - 0.01, 0.9, TOO_STRONG),
        (0.0, 0.1, 0.9, TOO_STRONG),
        (0.5, 0.1, 0.12, NONE),
    ],
)
def test_what_a_strength_is(untrained: float, now: float, before: float, word: str) -> None:
    assert strength_word(untrained, now, before, 0.1) == word
    assert not word or f"*{word}*" in DOCUMENT
