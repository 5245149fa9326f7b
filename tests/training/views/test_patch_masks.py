"""Which patches are seen: exactly so many, drawn evenly, and the rest is hidden."""

import pytest
import torch
from torch import Generator

from training.views.patch_masks import gathered, parted, scattered


def owned(count: int, clips: int = 40) -> torch.Tensor:
    """(B, N): clips of every length from nothing to all patches, anywhere."""
    random = Generator().manual_seed(0)
    lengths = torch.randint(0, count + 1, (clips, 1), generator=random)
    first = (torch.rand(clips, 1, generator=random) * (count - lengths + 1)).long()
    at = torch.arange(count)
    return (at >= first) & (at < first + lengths)


@pytest.mark.parametrize("count", [2, 5, 7, 12, 30])
@pytest.mark.parametrize("dropped", [0.05, 0.5, 0.75, 0.95])
def test_every_patch_is_either_seen_or_hidden_and_of_its_own_each_clip_has_both(count: int, dropped: float) -> None:
    own, uniforms = owned(count), torch.rand(40, count, generator=Generator().manual_seed(1))
    shown, hidden = parted(uniforms, own, dropped)
    total = min(max(1, round(count * (1 - dropped))), count - 1)
    assert shown.shape == (40, total) and hidden.shape == (40, count - total)
    for clip in range(40):
        assert sorted(shown[clip].tolist() + hidden[clip].tolist()) == list(range(count))
        assert shown[clip].tolist() == sorted(shown[clip].tolist())
        assert hidden[clip].tolist() == sorted(hidden[clip].tolist())
        of_own = [n for n in shown[clip].tolist() if own[clip, n]]
        many = int(own[clip].sum())
        wanted = round(many * (1 - dropped))
        if many > 1:
            assert len(of_own) == min(max(1, wanted), many - 1)
        for kind in (own[clip], ~own[clip]):
            mine = [n for n in range(count) if kind[n]]
            smallest = sorted(mine, key=lambda n: float(uniforms[clip, n]))
            seen = [n for n in shown[clip].tolist() if kind[n]]
            assert set(seen) == set(smallest[: len(seen)])


def test_all_patches_are_seen_equally_often() -> None:
    everywhere = torch.ones(20_000, 8, dtype=torch.bool)
    shown, _ = parted(torch.rand(20_000, 8, generator=Generator().manual_seed(0)), everywhere, 0.75)
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
