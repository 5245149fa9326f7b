"""One remembered vector for each clip."""

import pytest
import torch
import torch.nn.functional as functional

from training.methods.method import Method
from training.parts.bank import Bank, last_places
from training.parts.memory import Memory, memory_names
from training.parts.slow_copy import slow_copy


def test_it_begins_with_unit_vectors_and_is_a_memory() -> None:
    bank = Bank(7, 5, 0.5)
    assert isinstance(bank, Memory) and not list(bank.parameters()) and not isinstance(bank, Method)
    torch.testing.assert_close(bank.entries.norm(dim=1), torch.ones(7))
    network = torch.nn.Sequential(bank)
    assert memory_names(network) == {"0.entries"}
    copied = slow_copy(network)[0]
    assert isinstance(copied, Bank) and copied.entries is bank.entries


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
def test_entries_move_by_the_momentum_and_stay_of_length_one(momentum: float) -> None:
    bank = Bank(6, 4, momentum)
    before, z = bank.entries.clone(), torch.randn(2, 4) * 30
    bank.renew(torch.tensor([4, 1]), z)
    for clip, heard in ((4, z[0]), (1, z[1])):
        moved = momentum * before[clip].double() + (1 - momentum) * heard.double() / heard.double().norm()
        torch.testing.assert_close(bank.entries[clip].double(), moved / moved.norm(), rtol=1e-5, atol=1e-6)
    untouched = [0, 2, 3, 5]
    assert torch.equal(bank.entries[untouched], before[untouched])
    torch.testing.assert_close(bank.entries.norm(dim=1), torch.ones(6))


def test_of_a_clip_that_comes_twice_the_last_counts() -> None:
    bank = Bank(3, 4, 0.0)
    z = torch.randn(5, 4)
    bank.renew(torch.tensor([2, 0, 2, 2, 0]), z)
    torch.testing.assert_close(bank.entries[2], functional.normalize(z[3], dim=0))
    torch.testing.assert_close(bank.entries[0], functional.normalize(z[4], dim=0))
    assert last_places(torch.tensor([2, 0, 2, 2, 0]), 3).tolist() == [4, -1, 3]


def test_half_precision_and_gradients_stay_outside() -> None:
    bank = Bank(3, 4, 0.5)
    bank.renew(torch.tensor([0, 1]), torch.randn(2, 4, dtype=torch.bfloat16, requires_grad=True))
    assert bank.entries.dtype == torch.float32 and not bank.entries.requires_grad
