"""The outputs of every block of every encoder, and of the heads."""

from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import Generator, Tensor

from tests.support.toy_problem import method_of
from training import stages
from training.embedder import embed_audio
from training.encoders import ENCODERS
from training.methods import METHODS
from training.methods.method import Method


def sounds(method: Method, count: int = 6) -> tuple[Tensor, Tensor]:
    """Sounds of the encoder's kind, (B, F, T) or (B, S), and their lengths: half of them fill it."""
    frames = method.augment.view_length * 2
    random = torch.Generator().manual_seed(0)
    shape = (count, frames) if method.encoder.domain == "waveform" else (count, method.augment.front_end.mels, frames)
    lengths = torch.tensor([frames, frames // 2] * (count // 2))
    audio = torch.rand(shape, generator=random)
    inside = torch.arange(frames) < lengths[:, None]
    return audio * (inside if audio.dim() == 2 else inside[:, None]), lengths


ONE_EACH = {encoder: next(name for name, kind in METHODS.items() if encoder in kind.encoders) for encoder in ENCODERS}
"""Encoder → a method that fits it."""
BLOCKS = {
    "conv2d": 5, "resnet": 5, "patch_transformer": 3, "frame_transformer": 3, "conv_gru": 3, "frame_gru": 3, "bi_gru": 3,
    "masked_conv": 3, "conv1d": 5, "wave_gru": 6, "wave_transformer": 10,
}  # fmt: skip
"""How many it has, by eye; of others so many as are found."""


@pytest.mark.parametrize("encoder", ENCODERS)
def test_every_encoder_has_its_blocks(encoder: str) -> None:
    method = method_of(ONE_EACH[encoder], encoder=encoder).eval()
    audio, lengths = sounds(method)
    found = stages.with_heads(method, stages.of_clips(method, audio, lengths))
    names = [f"block {i + 1}" for i in range(BLOCKS.get(encoder, len(stages.blocks(method.encoder))))]
    assert len(names) > 1, "an encoder's blocks are its activations, recurrent layers and modules of its own"
    assert list(found)[: len(names) + 1] == [*names, "encoder"]
    assert all(x.shape[0] == 6 and x.dim() == 2 and x.isfinite().all() for x in found.values())
    assert found["encoder"].shape[1] == method.encoder.width
    seen = stages.with_heads(method, stages.of_views(method, audio, lengths, 3, Generator().manual_seed(0)))
    assert {name: x.shape[1:] for name, x in found.items()} == {name: x.shape[2:] for name, x in seen.items()}
    assert all(x.shape[:2] == (6, 3) for x in seen.values())
    assert all(not module._forward_hooks for module in method.modules())


def test_a_block_is_averaged_over_the_clips_own_frames() -> None:
    method = method_of("simclr").eval()
    audio, lengths = sounds(method)
    said: list[Tensor] = []
    with method.encoder.blocks[3].register_forward_hook(lambda *heard: said.append(heard[2])):
        found = stages.of_clips(method, audio, lengths)
    (output,) = said  # (B, C, F, U)
    padded = audio.shape[2] + method.encoder.stride * method.encoder.margin
    for clip, length in enumerate(lengths.tolist()):
        own = -(-length * output.shape[3] // padded)
        torch.testing.assert_close(found["block 1"][clip], output[clip, :, :, :own].mean((1, 2)))
    whole = method.embed(method.augment.whole(torch.nn.functional.pad(audio, (0, padded - audio.shape[2]))), lengths)
    torch.testing.assert_close(found["encoder"], whole)


@pytest.mark.parametrize("encoder", ENCODERS)
def test_the_encoder_s_stage_is_the_embedding_of_short_clips_too(encoder: str) -> None:
    method = method_of(ONE_EACH[encoder], encoder=encoder).eval()
    audio, lengths = sounds(method)
    lengths = torch.tensor([method.augment.view_length // 2, audio.shape[-1]] * 3)
    inside = torch.arange(audio.shape[-1]) < lengths[:, None]
    audio = audio * (inside if audio.dim() == 2 else inside[:, None])
    torch.testing.assert_close(stages.of_clips(method, audio, lengths)["encoder"], embed_audio(method, audio, lengths))


@pytest.mark.parametrize("name", METHODS)
def test_a_predictor_stands_behind_a_projector(name: str) -> None:
    method: Any = method_of(name).eval()
    audio, lengths = sounds(method, 4)
    found = stages.with_heads(method, stages.of_clips(method, audio, lengths))
    drawn = any(pair == ("projector", "predictor") for branch in method.card.flow.branches for pair in pairwise(branch))
    assert ("predictor" in found) == drawn, "`after_projection` gives what the card's flow has behind the projector"
    has_projector = type(method).projection is not Method.projection
    assert ("projector" in found) == has_projector
    if "predictor" in found:
        assert list(found)[-2:] == ["projector", "predictor"] and found["predictor"].shape == found["projector"].shape
        assert torch.dist(found["predictor"], found["projector"]) > 0
