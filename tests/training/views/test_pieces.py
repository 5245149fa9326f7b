"""Pieces lie in their cells, and nothing but what they hold tells where they come from."""

import math
from itertools import combinations, permutations

import pytest
import torch
import torch.nn.functional as functional
from torch import Generator

from training.views.pieces import _candidates, between_frames, far_apart_orders, levelled_pieces, pieces, shuffled


def ramp(frames: int, clips: int = 3) -> torch.Tensor:
    """(B, F, V): every value is its frame's number, plus 100 for each band."""
    return torch.arange(frames).float() + 100 * torch.arange(2)[None, :, None].expand(clips, -1, 1)


def test_every_piece_lies_in_its_cell_of_the_clips_own_frames() -> None:
    inside = torch.zeros(4, 30, dtype=torch.bool)
    for b, (first, last) in enumerate([(0, 30), (5, 17), (20, 28), (3, 8)]):
        inside[b, first:last] = True
    jitter = torch.rand(4, 4, generator=Generator().manual_seed(0))
    found = pieces(ramp(30, 4), inside, jitter, 4, 8, 0.25)
    assert found.shape == (4, 4, 2, 8)
    for b, (first, last) in enumerate([(1, 29), (6, 16), (21, 27), (4, 7)]):  # without the first and the last frame
        own = last - first
        whole = own // 4  # frames of a cell; there may be more, which stay unheard
        length = max(1, min(math.floor(0.75 * own / 4), whole - 1))
        for n in range(4):
            start = first + n * own // 4 + int(float(jitter[b, n]) * max(1, whole - length))
            expected = [start + (length - 1) * w / 7 for w in range(8)]
            torch.testing.assert_close(found[b, n, 0], torch.tensor(expected), rtol=0, atol=1e-4)
            torch.testing.assert_close(found[b, n, 1], found[b, n, 0] + 100, rtol=0, atol=1e-4)
            assert found[b, n, 0].min() >= first and found[b, n, 0].max() <= last - 1


@pytest.mark.parametrize("frames", [10, 17, 24, 43])
@pytest.mark.parametrize("gap", [0.0, 0.2, 0.5])
def test_neighbours_leave_a_frame_between_them_and_begin_at_whole_ones(frames: int, gap: float) -> None:
    inside = torch.ones(500, frames, dtype=torch.bool)
    jitter = torch.rand(500, 4, generator=Generator().manual_seed(1))
    found = pieces(ramp(frames, 500), inside, jitter, 4, 8, gap)[:, :, 0]
    left_out = found[:, 1:, 0] - found[:, :-1, -1]
    assert left_out.min() >= 2 and torch.equal(found[:, :, 0], found[:, :, 0].round())
    if gap == 0.5 and frames == 43:
        assert len(found[:, 2, 0].unique()) == 5  # half of a cell of ten frames is room


def order_told(parts: torch.Tensor) -> float:
    """How often logistic regression names the places of two pieces (B, N, F, W), of clips that it was not fitted on.

    It is shown how strongly each piece varies over its frames, and how like each other both pieces' edges are.
    """
    pairs = torch.tensor(list(permutations(range(parts.shape[1]), 2)))
    both = [parts[:, pairs[:, i]] for i in (0, 1)]  # (B, pairs, F, W)
    alone = [x for p in both for x in (p.square().mean(2), (p[..., 1:] * p[..., :-1]).mean(2))]
    edges = [(p[..., -1] * q[..., 0]).mean(2, keepdim=True) for p, q in (both, both[::-1])]
    x = torch.cat([*alone, *edges], 2)
    x = (x - x.mean((0, 1))) / x.std((0, 1)).clamp(min=1e-3)
    fitted, places = len(x) // 2, torch.arange(len(pairs)).expand(len(x), -1)
    weight, bias = (torch.zeros(n, len(pairs), requires_grad=True) for n in (x.shape[2], 1))
    optimizer = torch.optim.Adam([weight, bias], 0.1)
    for _ in range(40):
        scores = x[:fitted] @ weight + bias
        functional.cross_entropy(scores.flatten(0, 1), places[:fitted].flatten()).backward()
        optimizer.step()
        optimizer.zero_grad()
    return float(((x[fitted:] @ weight + bias).argmax(2) == places[fitted:]).float().mean())


@pytest.mark.parametrize("own", [8, 12, 18, 24])
def test_pieces_of_white_noise_do_not_tell_their_order(own: int) -> None:
    """Neither by a frame that neighbours share nor by where between two frames each one begins: of 12 pairs, 1 is guessed."""
    random, inside = Generator().manual_seed(0), torch.zeros(800, 24, dtype=torch.bool)
    inside[:, :own] = True
    noise = torch.empty(800, 40, 24).exponential_(generator=random).log()
    x = noise.where(inside[:, None], torch.tensor(-11.0))
    jitter = torch.rand(800, 4, generator=random)
    assert order_told(levelled_pieces(pieces(x, inside, jitter, 4, 6, 0.2))) < 0.11


def test_silence_beyond_the_clip_is_in_no_piece() -> None:
    x, inside = torch.full((4, 3, 20), -9.0), torch.zeros(4, 20, dtype=torch.bool)
    inside[:, 6:13] = True
    x[:, :, 6:13] = 1.0
    found = pieces(x, inside, torch.rand(4, 3), 3, 8, 0.2)
    assert (found == 1.0).all()


def test_the_shortest_clip_still_gives_numbers() -> None:
    inside = torch.zeros(1, 10, dtype=torch.bool)
    inside[0, 9] = True
    assert torch.isfinite(levelled_pieces(pieces(ramp(10, 1), inside, torch.rand(1, 4), 4, 8, 0.2))).all()


def test_between_frames_values_run_straight() -> None:
    x = torch.rand(2, 3, 9)
    found = between_frames(x, torch.tensor([[0.0, 2.25, 8.0], [7.5, 1.0, 4.5]]))
    torch.testing.assert_close(found[0, :, 1], 0.75 * x[0, :, 2] + 0.25 * x[0, :, 3])
    torch.testing.assert_close(found[1, :, 0], (x[1, :, 7] + x[1, :, 8]) / 2)
    torch.testing.assert_close(found[0, :, 2], x[0, :, 8])


def test_the_level_and_the_contrast_of_a_piece_are_gone() -> None:
    parts = torch.randn(4, 3, 5, 8)
    louder = parts * torch.tensor([0.5, 2.0, 7.0])[:, None, None] + torch.tensor([-3.0, 0.0, 5.0])[:, None, None]
    found = levelled_pieces(louder)
    torch.testing.assert_close(found, levelled_pieces(parts), rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(found.mean((2, 3)), torch.zeros(4, 3), rtol=0, atol=1e-5)
    torch.testing.assert_close(found.std((2, 3), correction=0), torch.ones(4, 3), rtol=0, atol=1e-4)
    assert (levelled_pieces(torch.zeros(1, 1, 5, 8)) == 0).all()


def test_shuffling_puts_the_pieces_where_the_order_says() -> None:
    parts, orders = torch.rand(2, 3, 4, 5), torch.tensor([[2, 0, 1], [0, 1, 2]])
    found = shuffled(parts, orders)
    assert all(torch.equal(found[b, i], parts[b, orders[b, i]]) for b in range(2) for i in range(3))


@pytest.mark.parametrize(("count", "wanted"), [(3, 6), (4, 24), (4, 6), (5, 20), (8, 30)])
def test_orders_are_orders_and_all_different(count: int, wanted: int) -> None:
    orders = far_apart_orders(count, wanted)
    assert orders.shape == (wanted, count) and len({tuple(order) for order in orders.tolist()}) == wanted
    assert (orders.sort(1).values == torch.arange(count)).all()
    assert orders[0].tolist() == list(range(count))
    assert torch.equal(orders, far_apart_orders(count, wanted))


@pytest.mark.parametrize(("count", "wanted"), [(4, 6), (5, 10), (6, 12)])
def test_each_order_is_the_farthest_from_those_before_it(count: int, wanted: int) -> None:
    """The paper's greedy choice, by loops."""
    orders = far_apart_orders(count, wanted).tolist()

    def apart(order: tuple[int, ...] | list[int], before: list[list[int]]) -> int:
        return sum(p != q for other in before for p, q in zip(order, other, strict=True))

    for i in range(1, wanted):
        free = [p for p in permutations(range(count)) if list(p) not in orders[:i]]
        assert apart(orders[i], orders[:i]) == max(apart(p, orders[:i]) for p in free)


def test_up_to_seven_pieces_the_first_in_lexical_order_is_taken_of_equal_ones() -> None:
    for count in (3, 5, 7):
        orders = permutations(range(count))
        expected = next(order for order in orders if all(p != i for i, p in enumerate(order)))
        assert far_apart_orders(count, 2).tolist() == [list(range(count)), list(expected)]
        assert len(_candidates(count)) == math.factorial(count)


def test_far_apart_orders_are_farther_apart_than_drawn_ones() -> None:
    def mean_distance(orders: torch.Tensor) -> float:
        return sum(int((p != q).sum()) for p, q in combinations(orders, 2)) / math.comb(len(orders), 2)

    drawn = torch.stack([torch.randperm(5, generator=Generator().manual_seed(i)) for i in range(10)])
    assert mean_distance(far_apart_orders(5, 10)) > mean_distance(drawn) + 0.3


def test_no_more_orders_than_there_are() -> None:
    assert far_apart_orders(3, 100).shape == (6, 3)
