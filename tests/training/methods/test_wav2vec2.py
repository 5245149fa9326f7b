"""wav2vec 2.0: its contrastive and diversity terms against loops, its masks, its distractors and its codes."""

import math
from collections.abc import Callable
from copy import deepcopy

import pytest
import torch
from torch import Generator, Tensor, nn

from tests.support.random_batch import random_batch
from training.building import built_method
from training.config import new_config
from training.methods.wav2vec2 import CODEBOOKS, Wav2Vec2, others_scores, true_and_distractors

CODES, WRONG, OTHERS = 6, 4, 3


def wav2vec2(**overrides: object) -> Wav2Vec2:
    settings = {"mels": 8, "codes": CODES, "distractors": WRONG, "other_clips": OTHERS, "target_width": 10}
    method = built_method(new_config({**settings, **overrides}, method="wav2vec2", steps=5), 6, 2, (-4.0, 3.0))
    assert isinstance(method, Wav2Vec2)
    return method.train()


def views_of(method: Wav2Vec2, seed: int = 0) -> dict[str, Tensor]:
    """Six clips, some shorter than the view of 32 frames."""
    batch = random_batch(6, 8, 40, lengths=torch.tensor([32, 24, 17, 9, 4, 40]), seed=seed)
    return method.views(batch, Generator().manual_seed(seed + 1))


def slow_terms(
    guess: Tensor, q: Tensor, choice: Tensor, probability: Tensor, views: dict[str, Tensor], temperature: float
) -> tuple[Tensor, Tensor]:
    """Equation 3 over the hidden moments and the diversity, term by term; guess and q (B, U, P) before normalisation."""

    def cosine(a: Tensor, b: Tensor) -> Tensor:
        return (a * b).sum() / (a.square().sum().sqrt() * b.square().sum().sqrt())

    contrast, count = torch.zeros((), dtype=torch.float64), 0
    used = torch.zeros(CODEBOOKS, CODES, dtype=torch.float64)
    for b in range(len(guess)):
        for t in range(guess.shape[1]):
            if views["hidden"][b, t]:
                crowd = [cosine(guess[b, t], q[b, t]) / temperature]
                for u in views["distractors"][b, t].tolist():
                    if not torch.equal(choice[b, u], choice[b, t]):
                        crowd.append(cosine(guess[b, t], q[b, u]) / temperature)
                for other in views["other_clips"][b].tolist():
                    clip, u = divmod(other, guess.shape[1])
                    if not torch.equal(choice[clip, u], choice[b, t]):
                        crowd.append(cosine(guess[b, t], q[clip, u]) / temperature)
                if len(crowd) > 1:
                    contrast = contrast - (crowd[0] - torch.logsumexp(torch.stack(crowd), 0))
                    count += 1
            if views["inside"][b, t]:
                used = used + probability[b, t]
    used = used / views["inside"].sum()
    entropy = torch.stack([-sum(p * p.log() for p in row if p > 0) for row in used])
    return contrast / count, (CODEBOOKS * CODES - entropy.exp().sum()) / (CODEBOOKS * CODES)


def test_value_and_gradient_equal_the_slow_ones(
    slow_codes: Callable[..., tuple[Tensor, ...]], assert_equal_gradients: Callable[..., None]
) -> None:
    """The gradient of the contexts, and of the moments, which it reaches through the choice of their codes."""
    method = wav2vec2(diversity=0.5)
    views = views_of(method)
    moments = method.encoder.embedding(method.encoder.patches(views["x"])).detach().requires_grad_()
    c = method.context(moments, views["hidden"]).detach().requires_grad_()
    method.encoder.embedding = nn.Identity()
    method.encoder.patches, method.context = (lambda x: moments), (lambda x, hidden: c)
    parts = [method.quantise, method.project_code, method.project_context]
    slow_parts = quantise, project_code, project_context = [deepcopy(part).double() for part in parts]
    slow_moments, slow_c = (v.detach().double().requires_grad_() for v in (moments, c))
    q, choice, probability = slow_codes(quantise, slow_moments, views["noise"], float(method.warmth))
    contrast, unused = slow_terms(project_context(slow_c), project_code(q), choice, probability, views, 0.1)
    losses = method.loss(views)
    assert float(losses["contrast"]) == pytest.approx(float(contrast.detach()), rel=1e-5)
    assert_equal_gradients(
        losses["loss"],
        contrast + 0.5 * unused,
        [moments, c, *(p for part in parts for p in part.parameters())],
        [slow_moments, slow_c, *(p for part in slow_parts for p in part.parameters())],
    )


def test_a_hidden_moment_without_a_distractor_does_not_dilute_the_mean() -> None:
    """Where half of the hidden moments have only distractors with their own codes, loss and accuracy are of the rest."""
    method = wav2vec2(diversity=0.0, other_clips=0, distractors=1).eval()
    views = views_of(method)
    hidden = views["hidden"]
    own = torch.arange(hidden.shape[1]).expand_as(hidden)[:, :, None]
    alone = {**views, "distractors": own}  # the true moment is no distractor
    with torch.no_grad():
        whole, none = method.loss(views), method.loss(alone)
        assert float(none["loss"]) == float(none["accuracy"]) == 0
        left_out = hidden & (torch.rand(hidden.shape, generator=Generator().manual_seed(0)) < 0.5)
        some = method.loss({**views, "distractors": torch.where(left_out[:, :, None], own, views["distractors"])})
        # The same with another mask: what is left out is heard as a hole either way.
        method.context = lambda moments, _, context=method.context: context(moments, hidden)
        rest = method.loss({**views, "hidden": hidden & ~left_out})
    assert 0 < int((hidden & left_out).sum()) < int(hidden.sum())
    for name in ("loss", "accuracy"):
        assert float(some[name]) == pytest.approx(float(rest[name]), rel=1e-5)
    assert float(some["loss"]) != pytest.approx(float(whole["loss"]), rel=1e-3)


def test_runs_that_counted_moments_without_a_distractor_are_of_another_form() -> None:
    """Form 1, which a resume refuses: Method.objective."""
    assert new_config({}, method="wav2vec2", steps=5).objective > 1


def test_chance_is_where_all_codes_look_alike_without_being_the_same() -> None:
    hidden = torch.ones(2, 7, dtype=torch.bool)
    guess = torch.nn.functional.normalize(torch.randn(2, 7, 5), dim=2)
    alike = torch.ones(2, 7, 5) / 5**0.5
    choice = torch.arange(14).view(2, 7, 1)
    distractors = (torch.arange(7)[:, None] + torch.arange(1, WRONG + 1)) % 7
    others = torch.tensor([[7, 9, 12], [0, 3, 5]])
    scores = torch.cat(
        [
            true_and_distractors(guess, alike, choice, distractors.expand(2, -1, -1)),
            others_scores(guess, alike, choice, others),
        ],
        dim=2,
    )
    loss = -scores.log_softmax(2)[:, :, 0][hidden].mean()
    line = wav2vec2().chance()
    assert line.value == pytest.approx(math.log(WRONG + OTHERS + 1)) and float(loss) == pytest.approx(
        line.value, rel=1e-6
    )


def test_a_distractor_with_the_true_codes_is_no_wrong_answer() -> None:
    guess, target = (torch.nn.functional.normalize(torch.randn(1, 4, 5), dim=2) for _ in range(2))
    choice = torch.tensor([[[0, 1], [0, 2], [0, 1], [3, 1]]])  # moments 0 and 2 have the same codes
    distractors = torch.tensor([[[1, 2], [0, 2], [0, 3], [0, 1]]])
    scores = true_and_distractors(guess, target, choice, distractors)
    assert torch.isneginf(scores).nonzero().tolist() == [[0, 0, 2], [0, 2, 1]]
    for t in range(4):
        assert float(scores[0, t, 0]) == pytest.approx(float(guess[0, t] @ target[0, t]), abs=1e-6)
        for i, u in enumerate(distractors[0, t].tolist()):
            if not torch.isneginf(scores[0, t, 1 + i]):
                assert float(scores[0, t, 1 + i]) == pytest.approx(float(guess[0, t] @ target[0, u]), abs=1e-6)


def test_what_is_of_another_clip_is_scored_by_its_own_place_and_never_with_equal_codes() -> None:
    guess, target = (torch.nn.functional.normalize(torch.randn(2, 3, 5), dim=2) for _ in range(2))
    choice = torch.tensor([[[0, 1], [0, 2], [3, 1]], [[0, 1], [4, 4], [0, 2]]])
    scores = others_scores(guess, target, choice, torch.tensor([[3, 5], [1, 2]]))
    for b, moments in enumerate([[(1, 0), (1, 2)], [(0, 1), (0, 2)]]):
        for t in range(3):
            for i, (clip, u) in enumerate(moments):
                if torch.equal(choice[clip, u], choice[b, t]):
                    assert torch.isneginf(scores[b, t, i])
                else:
                    assert float(scores[b, t, i]) == pytest.approx(float(guess[b, t] @ target[clip, u]), abs=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_distractors_are_other_hidden_moments_of_the_same_clip(seed: int) -> None:
    views = views_of(wav2vec2(), seed)
    hidden, inside = views["hidden"], views["inside"]
    assert hidden.any(1)[inside.any(1)].all() and not (hidden & ~inside).any() and (inside & ~hidden).any()
    for b in range(6):
        own = hidden[b].nonzero()[:, 0].tolist()
        for t in own:
            drawn = views["distractors"][b, t].tolist()
            assert set(drawn) <= set(own) and (t not in drawn or len(own) == 1)
        for other in views["other_clips"][b].tolist():
            clip, u = divmod(other, hidden.shape[1])
            assert clip != b and bool(hidden[clip, u])


def test_the_context_hears_nothing_of_what_is_hidden() -> None:
    method = wav2vec2().eval()
    views = views_of(method)
    hidden = views["hidden"].repeat_interleave(2, 1)[:, None]
    spoiled = torch.where(hidden, torch.randn_like(views["x"]) * 5, views["x"])
    with torch.no_grad():
        c, other = (
            method.context(method.encoder.embedding(method.encoder.patches(x)), views["hidden"])
            for x in (views["x"], spoiled)
        )
    assert torch.equal(c, other)


def test_each_moment_keeps_its_place_while_it_is_hidden() -> None:
    method = wav2vec2().eval()
    moments, all_hidden = torch.randn(1, 16, method.encoder.width), torch.ones(1, 16, dtype=torch.bool)
    with torch.no_grad():
        c = method.context(moments, all_hidden)[0]
    assert torch.cdist(c, c).fill_diagonal_(1).min() > 1e-3


def test_the_choice_grows_colder_from_2_to_a_half() -> None:
    method, found = wav2vec2(), []
    assert float(method.warmth) == 2.0
    for progress in (0.0, 0.5, 1.0):
        method.after_step(progress)
        found.append(float(method.warmth))
    assert found == pytest.approx([2.0, 1.0, 0.5])
    assert "warmth" in method.state_dict()


def test_collapse_onto_one_code_shows_in_the_diversity_and_in_the_accuracy() -> None:
    method = wav2vec2(diversity=1.0)
    with torch.no_grad():
        method.quantise.logits.weight.zero_()
        method.quantise.logits.bias.copy_(torch.tensor([99.0] + [0.0] * (CODES - 1)).repeat(CODEBOOKS))
    losses = method.loss(views_of(method))
    assert float(losses["codes_used"]) == pytest.approx(1, abs=1e-4) and float(losses["accuracy"]) == 0
    assert float(losses["contrast"]) == pytest.approx(0, abs=1e-6), "no distractor is left"
    assert float(losses["loss"].detach()) == pytest.approx(1 - 1 / CODES, abs=1e-4)


def test_the_lens_counts_the_codes_of_the_clips_own_moments() -> None:
    method = wav2vec2().eval()
    views = views_of(method)
    with torch.no_grad():
        use = method.lens(views)["code_use"]
        _, choice, _ = method.quantise(method.encoder.embedding(method.encoder.patches(views["x"])))
    own = choice[views["inside"]]  # (moments, codebooks)
    assert not views["inside"].all()
    for book in range(CODEBOOKS):
        torch.testing.assert_close(use[book], own[:, book].bincount(minlength=CODES) / len(own))
