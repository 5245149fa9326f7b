"""Patches, their places, and what attention may look at."""

import math

import pytest
import torch
import torch.nn.functional as functional

from training.encoders import ENCODERS
from training.encoders.transformers import Block, FrameTransformer, PatchTransformer, Transformer, waves

KINDS = [PatchTransformer, FrameTransformer]


@pytest.mark.parametrize(("mels", "length"), [(40, 48), (40, 45), (20, 48), (16, 9), (8, 1)])
@pytest.mark.parametrize("kind", KINDS)
def test_patches_are_the_spectrogram_cut_up_in_order_of_time(
    kind: type[PatchTransformer] | type[FrameTransformer], mels: int, length: int
) -> None:
    encoder, x = kind(mels), torch.randn(2, mels, length)
    found, high, wide = encoder.patches(x), encoder.patch_bands, encoder.stride
    across = math.ceil(mels / high)
    assert found.shape == (2, math.ceil(length / wide) * across, high * wide)
    for n in range(found.shape[1]):
        moment, band = divmod(n, across)
        for i in range(high):
            for j in range(wide):
                f, t = band * high + i, moment * wide + j
                inside = f < mels and t < length
                expected = x[:, f, t] if inside else torch.zeros(2)
                assert torch.equal(found[:, n, i * wide + j], expected)
    assert encoder.frames(x).shape == (2, math.ceil(length / wide), encoder.width)


@pytest.mark.parametrize("kind", KINDS)
def test_patches_put_together_again_are_the_spectrogram(
    kind: type[PatchTransformer] | type[FrameTransformer],
) -> None:
    encoder, x = kind(20), torch.randn(2, 20, 45)
    whole = encoder.spectrogram(encoder.patches(x))
    assert torch.equal(whole[:, :20, :45], x) and not whole[:, 20:].any() and not whole[:, :, 45:].any()


def test_a_frame_holds_its_bands_side_by_side() -> None:
    encoder, x = PatchTransformer(40).eval(), torch.randn(2, 40, 16)
    tokens, width = encoder.context(encoder.embedded(encoder.patches(x))), encoder.token_width
    frames = encoder.frames(x)
    assert encoder.width == 5 * width
    for u in range(4):
        for band in range(5):
            assert torch.equal(frames[:, u, band * width : (band + 1) * width], tokens[:, 5 * u + band])


def test_positions_follow_the_formula() -> None:
    """sin and cos of p / 10,000^(i / half), by loops."""
    found = waves(torch.tensor([0, 1, 7, 1000]), 8)
    for row, p in zip(found.tolist(), (0, 1, 7, 1000), strict=True):
        for i in range(4):
            angle = p / 10_000 ** (i / 4)
            assert row[i] == pytest.approx(math.sin(angle), abs=1e-4)
            assert row[4 + i] == pytest.approx(math.cos(angle), abs=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_every_place_has_a_position_of_its_own_for_any_length(
    kind: type[PatchTransformer] | type[FrameTransformer],
) -> None:
    encoder = kind(40)
    places = encoder.positions(500 * encoder.across, torch.device("cpu"))
    nearest = torch.cdist(places, places).fill_diagonal_(torch.inf).min()
    assert nearest > 0.1
    short = encoder.positions(30 * encoder.across, torch.device("cpu"))
    assert torch.equal(places[: len(short)], short)


def test_a_patch_knows_its_moment_and_its_bands() -> None:
    encoder = PatchTransformer(40)
    places = encoder.positions(15, torch.device("cpu")).view(3, 5, encoder.token_width)  # (moments, G, E)
    time, band = places.chunk(2, dim=2)
    assert torch.equal(time[:, 0], time[:, 4]) and not torch.equal(time[0, 0], time[1, 0])
    assert torch.equal(band[0], band[2]) and not torch.equal(band[0, 0], band[0, 1])


@pytest.mark.parametrize("kind", KINDS)
def test_tokens_may_be_dropped_between_embedding_and_context(
    kind: type[PatchTransformer] | type[FrameTransformer],
) -> None:
    """Dropping tokens is the same as letting nobody look at them."""
    encoder, x = kind(16).eval(), torch.randn(2, 16, 48)
    tokens = encoder.embedded(encoder.patches(x))
    kept = torch.arange(tokens.shape[1]) % 3 != 1
    beyond = (~kept).expand(2, -1)
    torch.testing.assert_close(
        encoder.context(tokens[:, kept]), encoder.context(tokens, beyond)[:, kept], atol=1e-5, rtol=1e-4
    )


def test_layers_are_all_blocks_in_order_and_the_context_is_the_last_one_normalised() -> None:
    encoder = Transformer(16, 8, 8, width=32, depth=4)
    tokens = torch.randn(2, 12, 32)
    layers = encoder.layers(tokens)
    assert len(layers) == 4
    torch.testing.assert_close(layers[2], encoder.blocks[2](layers[1]))
    torch.testing.assert_close(encoder.context(tokens), encoder.norm(layers[-1]))


def test_attention_equals_the_slow_one() -> None:
    """Softmax of scaled products for each head, by loops, within x + attention(norm(x)) + dense(norm(…))."""
    block, x = Block(12, 3).double(), torch.randn(1, 5, 12).double()
    attended = torch.tensor([True, True, False, True, True])[None, None, None]
    query, key, value = block.asked(block.attention_norm(x)[0]).detach().chunk(3, dim=1)
    heard = torch.zeros(5, 12).double()
    for head in range(3):
        own = slice(4 * head, 4 * head + 4)
        for n in range(5):
            scores = [float(query[n, own] @ key[m, own]) / math.sqrt(4) for m in range(5)]
            powers = [math.exp(s) if attended[0, 0, 0, m] else 0.0 for m, s in enumerate(scores)]
            for m in range(5):
                heard[n, own] += powers[m] / sum(powers) * value[m, own]
    middle = x[0] + block.told(heard)
    expected = middle + block.dense(block.dense_norm(middle))
    torch.testing.assert_close(block(x, attended)[0], expected)


@pytest.mark.parametrize("kind", KINDS)
def test_what_lies_past_a_clips_end_is_not_heard(kind: type[PatchTransformer] | type[FrameTransformer]) -> None:
    encoder, x, lengths = kind(16).eval(), torch.randn(2, 16, 48), torch.tensor([24, 48])
    other = x.clone()
    other[0, :, 24:] = 7
    first, second = encoder.frames(x, lengths), encoder.frames(other, lengths)
    own = 24 // encoder.stride
    torch.testing.assert_close(first[0, :own], second[0, :own])
    alone = encoder.frames(x[:1, :, :24])
    torch.testing.assert_close(first[0, :own], alone[0], atol=1e-5, rtol=1e-4)
    assert (encoder.frames(x) - encoder.frames(other)).abs()[0, :own].max() > 1e-3


def test_nothing_in_them_is_random_while_training() -> None:
    x = torch.randn(3, 16, 48)
    for name in ("patch_transformer", "frame_transformer"):
        encoder = ENCODERS[name](16).train()
        assert torch.equal(encoder(x), encoder(x))
        assert functional.cosine_similarity(encoder(x)[0], encoder(x)[1], dim=0) < 0.9999
