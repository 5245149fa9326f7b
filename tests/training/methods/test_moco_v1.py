"""MoCo's loss, its queue and its slow network; v2 differs by its head, its temperature and its views."""

import math
from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as functional
from torch import Generator, Tensor, nn

from training.batch import Batch
from training.building import built_method
from training.config import new_config
from training.errors import UserError
from training.methods.method import Method
from training.methods.moco_v1 import MoCoV1

Bare = Callable[..., Method]
NAMES = ("moco_v1", "moco_v2")


def method_of(name: str, **settings: object) -> MoCoV1:
    config = new_config({"crop_seconds": 0.32, "mels": 16, "batch_size": 16, **settings}, method=name, steps=5)
    method = built_method(config, 64, 4, (-4.0, 3.0))
    assert isinstance(method, MoCoV1)
    return method.train()


def batch_of(first: int = 0) -> Batch:
    power = torch.rand(16, 16, 24, generator=Generator().manual_seed(first)) * 3
    return Batch(
        torch.arange(first, first + 16),
        power,
        torch.full((16,), 24),
        torch.zeros(16, dtype=torch.int64),
        torch.arange(first, first + 16),
    )


def step(method: MoCoV1, batch: Batch, seed: int = 0) -> dict[str, Tensor]:
    views = method.views(batch, Generator().manual_seed(seed))
    method.loss(views)
    method.after_step(0.5)
    return views


def slow_loss(q: Tensor, k: Tensor, queue: Tensor, own: Tensor, temperature: float) -> Tensor:
    """Equation 1 term by term; `own` (B, K) says which entries are of the query's own clip."""
    total = q.new_zeros(())
    for i in range(len(q)):
        query, key = q[i] / q[i].square().sum().sqrt(), k[i] / k[i].square().sum().sqrt()
        scores = [(query * key).sum() / temperature]
        scores += [(query * queue[j]).sum() / temperature for j in range(len(queue)) if not own[i, j]]
        total = total - (scores[0] - torch.logsumexp(torch.stack(scores), 0))
    return total / len(q)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("temperature", [0.07, 0.5])
def test_value_and_gradient_equal_the_slow_one(
    bare: Bare, assert_equals_slow: Callable[..., None], name: str, temperature: float
) -> None:
    method = bare(name, temperature=temperature, projection_width=8)
    method.slow = nn.Identity()
    random, clips = Generator().manual_seed(0), torch.arange(6)
    method.queue.push(functional.normalize(torch.randn(20, 8, generator=random), dim=1), torch.arange(20) % 9)
    entries, own = method.queue.entries, method.queue.clips == clips[:, None]
    key = torch.randn(6, 8, generator=random)
    assert own.any(1).all() and not own.all()
    assert_equals_slow(
        lambda q: method.loss({"first": q, "second": key, "clips": clips, "order": torch.arange(6).flip(0)})["loss"],
        lambda q: slow_loss(q, key.double(), entries.double(), own, temperature),  # type: ignore[arg-type]
        torch.randn(6, 8, generator=random),
    )


@pytest.mark.parametrize("name", NAMES)
def test_collapse_costs_ln_k_plus_1(bare: Bare, name: str) -> None:
    method = bare(name, clips=100, queue_length=40, projection_width=8)
    method.slow = nn.Identity()
    same = functional.normalize(torch.ones(16, 8), dim=1)
    for _ in range(3):
        method.queue.push(same, torch.full((16,), 99))
    chance = method.chance()
    losses = method.loss({"first": same, "second": same, "clips": torch.arange(16), "order": torch.arange(16)})
    assert chance is not None and chance.value == pytest.approx(math.log(41))
    assert float(losses["loss"]) == pytest.approx(chance.value, rel=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_the_queue_is_first_in_first_out_and_filled_after_the_loss(name: str) -> None:
    method = method_of(name, queue_length=40)
    before = method.queue.entries.clone()
    views = method.views(batch_of(), Generator().manual_seed(0))
    method.loss(views)
    assert torch.equal(method.queue.entries, before)
    assert method._newest is not None
    keys = method._newest[0]
    torch.testing.assert_close(keys.norm(dim=1), torch.ones(16))
    method.after_step(0.5)
    torch.testing.assert_close(method.queue.entries[:16], keys)
    assert torch.equal(method.queue.entries[16:], before[16:])
    step(method, batch_of(16))
    step(method, batch_of(32))  # 48 keys in a queue of 40: the first 8 have fallen out
    assert sorted(method.queue.clips.tolist()) == list(range(8, 48))


@pytest.mark.parametrize("name", NAMES)
def test_a_clips_own_older_keys_are_no_negatives(name: str) -> None:
    """The batch comes again: wherever a clip's older key points, its query doesn't see it, and those of others do."""
    method = method_of(name)
    step(method, batch_of())
    query = {key: value[:1] for key, value in method.views(batch_of(), Generator().manual_seed(1)).items()}
    query["order"] = torch.zeros(1, dtype=torch.int64)
    method.eval()  # a batch of one has no statistics
    before = method.loss(query)["loss"]

    def after_turning(clip: int) -> Tensor:
        place = int((method.queue.clips == clip).nonzero())
        with torch.no_grad():
            method.queue.entries[place] *= -1
        return method.loss(query)["loss"]

    assert torch.equal(after_turning(0), before)
    assert not torch.equal(after_turning(1), before)


@pytest.mark.parametrize("name", NAMES)
def test_no_gradient_reaches_the_slow_network_or_the_queue(name: str) -> None:
    method = method_of(name)
    method.loss(method.views(batch_of(), Generator().manual_seed(0)))["loss"].backward()
    assert all(p.grad is None and not p.requires_grad for p in method.slow.parameters())
    assert not method.queue.entries.requires_grad


@pytest.mark.parametrize("name", NAMES)
def test_the_slow_network_follows_with_all_its_tensors(name: str) -> None:
    method = method_of(name, momentum=0.9)
    step(method, batch_of())
    with torch.no_grad():
        for parameter in [*method.encoder.parameters(), *method.project.parameters()]:
            parameter.add_(torch.randn_like(parameter))
    before = [v.clone() for v in method.slow.state_dict().values()]
    method.after_step(0.5)
    online = [*method.encoder.state_dict().values(), *method.project.state_dict().values()]
    for old, fast, now in zip(before, online, method.slow.state_dict().values(), strict=True):
        expected = 0.9 * old + 0.1 * fast if now.is_floating_point() else fast
        torch.testing.assert_close(now, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_batch_norm_knows_a_group_alone_and_keys_are_grouped_anew(name: str) -> None:
    """What shuffling BN is for: a key's statistics are not those of its query, so that they give nothing away."""
    method = method_of(name, groups=4)
    views = method.views(batch_of(), Generator().manual_seed(3))
    order = views["order"]
    assert sorted(order.tolist()) == list(range(16)) and order.tolist() != list(range(16))
    keys: list[Tensor] = []
    method.slow.register_forward_hook(lambda _, inputs, output: keys.append(inputs[0]))
    method.loss(views)
    assert [len(group) for group in keys] == [4] * 4
    assert torch.equal(torch.cat(keys), views["second"][order])

    def query_and_key(changed: int) -> tuple[Tensor, Tensor]:
        """Of clip 0, with both views of another clip made silent."""
        own = {name: view.clone() for name, view in views.items()}
        for side in ("first", "second"):
            own[side][changed] = -11.0
        seen: list[Tensor] = []
        method.encoder.register_forward_hook(lambda _, inputs, output: seen.append(output))
        method.loss(own)
        assert method._newest is not None
        return seen[0][0], method._newest[0][0]

    place = int((order == 0).nonzero()) // 4
    with_key = [int(c) for c in order[place * 4 : place * 4 + 4] if c != 0]
    beside_key = next(c for c in with_key if c >= 4)  # heard with the key of clip 0, and not with its query
    beside_query = next(c for c in range(1, 4) if c not in with_key)
    plain, far = query_and_key(next(c for c in range(4, 16) if c not in with_key)), query_and_key(beside_key)
    assert torch.equal(plain[0], far[0]) and not torch.equal(plain[1], far[1])
    near = query_and_key(beside_query)
    assert not torch.equal(plain[0], near[0]) and torch.equal(plain[1], near[1])


def test_the_queue_is_never_longer_than_the_data() -> None:
    assert len(method_of("moco_v1", queue_length=1000).queue.entries) == 64
    assert len(method_of("moco_v1", queue_length=50).queue.entries) == 50


def test_the_lens_shows_keys_and_ages() -> None:
    method = method_of("moco_v1", queue_length=48)
    for first in (0, 16):
        views = step(method, batch_of(first))
    with torch.no_grad():
        lens = method.eval().lens(views)
        query, key = method.project(method.encoder(views["first"])), method.slow(views["second"])
    assert lens["similarity"].shape == (16, 16)
    for i, j in ((0, 0), (3, 11), (15, 2)):
        expected = float(torch.cosine_similarity(query[i], key[j], dim=0))
        assert float(lens["similarity"][i, j]) == pytest.approx(expected, abs=1e-5)
    ages = lens["queue_age"].tolist()
    assert ages[0] == 0 and ages[-1] == -1 and 1 in ages


def test_what_v2_changed() -> None:
    one, two = method_of("moco_v1"), method_of("moco_v2")
    assert isinstance(one.project, nn.Linear) and isinstance(two.project, nn.Sequential)
    assert (one.temperature, two.temperature) == (0.07, 0.2)
    assert one.augment.settings.mixup == 0 < two.augment.settings.mixup
    assert one.augment.settings.equalizer < two.augment.settings.equalizer
    simclr = built_method(new_config({"crop_seconds": 0.32, "mels": 16}, method="simclr", steps=5), 64, 4)
    assert two.augment.settings == simclr.augment.settings


@pytest.mark.parametrize("name", NAMES)
def test_groups_of_a_single_clip_are_refused(name: str) -> None:
    with pytest.raises(UserError, match=r"Batches of 16 clips in 9 groups .* at most 8 groups"):
        method_of(name, groups=9)
    for clips in (16, 13):
        method = method_of(name, groups=6 if clips == 13 else 8)
        method.loss(
            {key: value[:clips] for key, value in method.views(batch_of(), Generator()).items() if key != "order"}
            | {"order": torch.randperm(clips)}
        )
