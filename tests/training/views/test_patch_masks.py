"""Which patches are seen: exactly so many, drawn evenly, and the rest is hidden."""

import pytest
import torch
from torch import Generator

from training.views.patch_masks import gathered, parted, scattered


@pytest.mark.parametrize(("count", "seen"), [(12, 3), (7, 1), (5, 5), (30, 8)])
def test_every_patch_is_either_seen_or_hidden(count: int, seen: int) -> None:
    uniforms = torch.rand(40, count, generator=Generator().manual_seed(0))
    shown, hidden = parted(uniforms, seen)
    assert shown.shape == (40, seen) and hidden.shape == (40, count - seen)
    for clip in range(40):
        assert sorted(shown[clip].tolist() + hidden[clip].tolist()) == list(range(count))
        assert shown[clip].tolist() == sorted(shown[clip].tolist())
        assert hidden[clip].tolist() == sorted(hidden[clip].tolist())
        smallest = sorted(range(count), key=lambda n: float(uniforms[clip, n]))[:seen]
        assert set(shown[clip].tolist()) == set(smallest)


def test_all_patches_are_seen_equally_often() -> None:
    shown, _ = parted(torch.rand(20_000, 8, generator=Generator().manual_seed(0)), 2)
    share = shown.flatten().bincount(minlength=8) / 20_000
    assert (share - 0.25).abs().max() < 0.02


def test_gathering_and_scattering_put_each_token_where_it_belongs() -> None:
    tokens, into = torch.randn(3, 6, 4), torch.randn(3, 6, 4)
    chosen = torch.tensor([[0, 2], [5, 1], [3, 4]])
    kept = gathered(tokens, chosen)
    back = scattered(kept, chosen, into)
    for clip in range(3):
        for i, n in enumerate(chosen[clip].tolist()):
            assert torch.equal(kept[clip, i], tokens[clip, n]) and torch.equal(back[clip, n], tokens[clip, n])
        for n in set(range(6)) - set(chosen[clip].tolist()):
            assert torch.equal(back[clip, n], into[clip, n])
