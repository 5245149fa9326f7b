"""SimCLR v2: SimCLR's loss, a deeper head, and where fine-tuning begins."""

import math
from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as functional
from torch import Generator, Tensor, nn

from training.batch import Batch
from training.building import built_method
from training.config import new_config
from training.methods.simclr import SimCLR
from training.methods.simclr_v2 import SimCLRv2


def method_of(**settings: object) -> SimCLRv2:
    config = new_config({"mels": 16, **settings}, method="simclr_v2", steps=5)
    method = built_method(config, 16, 4)
    assert isinstance(method, SimCLRv2)
    return method


def batch_of() -> Batch:
    power = torch.rand(8, 16, 60, generator=Generator().manual_seed(0)) * 3
    clips = torch.arange(8)
    return Batch(clips, power, torch.full((8,), 60), clips, clips // 2)


def test_the_loss_is_simclrs_own() -> None:
    assert SimCLRv2.loss is SimCLR.loss
    assert method_of().views(batch_of(), Generator().manual_seed(0)).keys() == {"first", "second", "recordings"}


def test_the_head_has_three_layers() -> None:
    head = method_of(hidden_width=48, projection_width=24).project
    shapes = [tuple(layer.weight.shape) for layer in head if isinstance(layer, nn.Linear)]
    assert shapes == [(48, 256), (48, 48), (24, 48)]


def test_fine_tuning_begins_behind_the_first_layer_of_the_head() -> None:
    method = method_of(hidden_width=48).eval()
    linear, norm = method.project[0], method.project[1]
    h = torch.randn(5, 256)
    expected = norm(h @ linear.weight.T).clamp(min=0)
    torch.testing.assert_close(method.fine_tuned_from(h), expected)
    rest = nn.Sequential(*list(method.project.children())[3:])
    torch.testing.assert_close(rest(method.fine_tuned_from(h)), method.projection(h))


def test_other_methods_are_fine_tuned_from_the_encoder() -> None:
    method = built_method(new_config({"mels": 16}, method="simclr", steps=5), 16, 4)
    h = torch.randn(2, 256)
    assert method.fine_tuned_from(h) is h


@pytest.mark.parametrize(("layer", "modules"), [(0, 0), (1, 3), (2, 6)])
def test_the_depth_from_which_it_is_fine_tuned_is_a_choice(layer: int, modules: int) -> None:
    method, h = method_of(fine_tuned_layer=layer).eval(), torch.randn(5, 256)
    expected = nn.Sequential(*list(method.project.children())[:modules])(h)
    torch.testing.assert_close(method.fine_tuned_from(h), expected)


def slow_loss(a: Tensor, b: Tensor, memory: Tensor, known: list[list[int]], temperature: float) -> Tensor:
    """NT-Xent with `known[i]` of the memory among the wrong answers of clip i."""
    z, n, total = [v / v.square().sum().sqrt() for v in [*a, *b]], len(a), a.new_zeros(())
    for i in range(2 * n):
        scores = [z[i] @ z[k] / temperature for k in range(2 * n) if k != i]
        scores += [z[i] @ memory[m] / temperature for m in known[i % n]]
        total = total + torch.logsumexp(torch.stack(scores), 0) - z[i] @ z[(i + n) % (2 * n)] / temperature
    return total / (2 * n)


def test_the_memory_is_among_the_wrong_answers(assert_equals_slow: Callable[..., None]) -> None:
    config = new_config({"memory_length": 9, "projection_width": 8, "temperature": 0.3}, method="simclr_v2", steps=5)
    table = torch.arange(16) // 3
    method = built_method(config, 16, 4, recordings=table)
    assert isinstance(method, SimCLRv2) and method.queue is not None
    method.encoder, method.project, method.slow = nn.Identity(), nn.Identity(), nn.Identity()
    held, clips = [4, 0, 9, 15, 1], [3, 6, 8, 0]
    method.queue.push(functional.normalize(torch.randn(5, 8, generator=Generator().manual_seed(0)), dim=1), table[held])
    memory = method.queue.entries.double()
    known = [[m for m in range(5) if held[m] // 3 != clip // 3] for clip in clips]  # the other four are still random
    assert {len(k) for k in known} == {3, 4, 5}
    random = Generator().manual_seed(1)
    assert_equals_slow(
        lambda a, b: method.loss({"first": a, "second": b, "clips": table[clips]})["loss"],
        lambda a, b: slow_loss(a, b, memory, known, 0.3),
        torch.randn(4, 8, generator=random),
        torch.randn(4, 8, generator=random),
    )


def test_what_the_slow_network_hears_is_remembered_after_the_step() -> None:
    method = method_of(memory_length=16, memory_momentum=0.9, batch_size=8).train()
    assert method.queue is not None
    views = method.views(batch_of(), Generator().manual_seed(0))
    with torch.no_grad():
        heard = functional.normalize(method.slow(views["second"]), dim=1)
    method.loss(views)["loss"].backward()
    assert (method.queue.age == -1).all() and all(p.grad is None for p in method.slow.parameters())
    with torch.no_grad():
        next(method.encoder.parameters()).add_(1.0)
    before = next(method.slow.parameters()).clone()
    method.after_step(0.1)
    torch.testing.assert_close(method.queue.entries[:8], heard)
    assert method.queue.clips[:8].tolist() == [clip // 2 for clip in range(8)] and (method.queue.age[8:] == -1).all()
    moved = next(method.slow.parameters())
    torch.testing.assert_close(moved, before.lerp(next(method.encoder.parameters()), 0.1))
    line = method.chance()
    assert line.value == pytest.approx(math.log(15 + 16)) and "16 in memory" in line.meaning


def test_a_memory_of_nothing_leaves_the_weights_as_they_were() -> None:
    assert not any("slow" in name or "queue" in name for name in method_of().state_dict())
