"""The queue against a deque, and how memories are named, shared and kept."""

from collections import deque

import pytest
import torch
from torch import Tensor, nn

from training.parts.memory import Queue, memory_names
from training.parts.slow_copy import follow, slow_copy


def in_order(queue: Queue) -> Tensor:
    """Entries from the oldest to the newest."""
    return queue.entries.roll(-int(queue.at), 0)


@pytest.mark.parametrize("length", [1, 5, 7, 12, 16])
def test_it_is_a_deque_whatever_divides_what(length: int) -> None:
    torch.manual_seed(0)
    queue, slow = Queue(length, 3), deque(maxlen=length)
    for row, clip in zip(queue.entries.clone(), queue.clips.tolist(), strict=True):
        slow.append((row, clip, -1))
    for step, batch in enumerate([4, 4, 1, 4, 6, 3, 4, 12]):
        keys, clips = torch.randn(batch, 3), torch.arange(batch) + 100 * step
        queue.push(keys, clips)
        slow.extend((row, int(clip), step) for row, clip in zip(keys, clips, strict=True))
        torch.testing.assert_close(in_order(queue), torch.stack([row for row, _, _ in slow]), rtol=0, atol=0)
        assert queue.clips.roll(-int(queue.at)).tolist() == [clip for _, clip, _ in slow]
        ages = [-1 if pushed < 0 else step - pushed for _, _, pushed in slow]
        assert queue.age.roll(-int(queue.at)).tolist() == ages
        assert queue.ages(length).tolist() == ages[::-1]


def test_it_begins_with_random_unit_vectors_of_no_clip() -> None:
    queue = Queue(50, 8)
    torch.testing.assert_close(queue.entries.norm(dim=1), torch.ones(50))
    assert (queue.age == -1).all() and (queue.clips == -1).all() and len(queue.entries.unique(dim=0)) == 50


def test_entries_of_which_nobody_said_what_they_are_count_as_nothing() -> None:
    queue = Queue(4, 3)
    queue.push(torch.randn(2, 3), torch.tensor([7, 8]))
    assert queue.alike(torch.tensor([8, -1])).tolist() == [[False, True, False, False], [False] * 4]


def test_of_a_batch_longer_than_the_queue_the_last_keys_stay() -> None:
    queue, keys = Queue(3, 2), torch.arange(10.0).view(5, 2)
    queue.push(keys)
    torch.testing.assert_close(in_order(queue), keys[2:])
    assert (queue.clips == -1).all()  # nobody said whose they are


def test_ages_are_read_from_the_newest_to_the_oldest() -> None:
    queue = Queue(8, 2)
    for _ in range(3):
        queue.push(torch.randn(2, 2))
    assert queue.ages(8).tolist() == [0, 0, 1, 1, 2, 2, -1, -1]
    assert queue.ages(3).tolist()[0] == 0 and queue.ages(3).tolist()[-1] == -1


def test_pushing_keeps_no_gradient() -> None:
    queue, keys = Queue(4, 2), torch.randn(2, 2, requires_grad=True)
    queue.push(keys * 2)
    assert not queue.entries.requires_grad


def test_a_queue_comes_back_from_its_state() -> None:
    one, other = Queue(5, 2), Queue(5, 2)
    one.push(torch.randn(3, 2), torch.arange(3))
    other.load_state_dict(one.state_dict())
    for queue in (one, other):
        torch.manual_seed(1)
        queue.push(torch.randn(4, 2), torch.arange(4))
    assert all(torch.equal(a, b) for a, b in zip(one.state_dict().values(), other.state_dict().values(), strict=True))


def test_a_slow_copy_shares_the_queue_and_averages_the_rest() -> None:
    network = nn.ModuleDict({"layer": nn.Linear(2, 2), "queue": Queue(4, 2)})
    slow = slow_copy(network)
    assert slow["queue"] is network["queue"] and slow["layer"] is not network["layer"]
    network["queue"].push(torch.ones(2, 2))
    held = network["queue"].state_dict()["entries"].clone()
    follow(slow, network, 0.5)
    assert torch.equal(slow["queue"].state_dict()["entries"], held)


def test_memories_are_named_as_in_the_state() -> None:
    network = nn.ModuleDict({"layer": nn.Linear(2, 2), "queue": Queue(4, 2)})
    assert memory_names(network) == {name for name in network.state_dict() if name.startswith("queue.")}
    assert memory_names(Queue(2, 2)) == {"entries", "age", "clips", "at"}
