"""The encoder as a program, for torch and as ONNX, says of samples what `embed` says."""

import io
from typing import Any

import onnxruntime
import pytest
import torch

from training.building import built_method
from training.config import new_config
from training.data.mel_cache import clip_power, padded_waveforms
from training.embedder import embed_audio
from training.encoder_file import FORMATS
from training.encoder_file.program import exported
from training.encoders import ENCODERS
from training.encoders.bi_gru import BiGru
from training.encoders.conv_gru import ConvGru
from training.encoders.encoder import Size
from training.encoders.transformers import Transformer
from training.errors import UserError
from training.frames import embed_frames, frame_times
from training.methods.method import Method
from training.methods.simclr import SimCLR

# Of torch 2.11 where it opens such a file, and where it writes one as ONNX.
pytestmark = [
    pytest.mark.filterwarnings("ignore:The given buffer is not writable"),
    pytest.mark.filterwarnings("ignore:.isinstance.treespec, LeafSpec:FutureWarning"),
]
VIEW = 0.32
CASES: list[tuple[str, str, dict[str, Any]]] = [
    *[("simclr", encoder, {}) for encoder in ENCODERS],
    ("apc", "conv_gru", {"direction": "backward"}),
    ("npc", "masked_conv", {}),
    ("byol_a", "conv2d", {}),
]
"""Every encoder, and the methods that hear with their encoder in a way of their own."""


def method_on(name: str, encoder: str, settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Method:
    """Untrained, but with statistics of its input and of its norms that are not those of its start."""
    monkeypatch.setattr(SimCLR, "encoders", tuple(ENCODERS))
    kind = ENCODERS[encoder]
    depth = 1 if issubclass(kind, Transformer) else 2 if issubclass(kind, ConvGru | BiGru) else None
    if depth is not None:  # each block is traced alike, and a GRU of one layer says nothing of the second
        monkeypatch.setattr(kind, "sizes", {**kind.sizes, "S": Size(0, {"depth": depth})})
    own = {"crop_seconds": VIEW, "mels": 16} if ENCODERS[encoder].domain == "mel" else {"crop_seconds": VIEW}
    method = built_method(new_config({**own, **settings}, method=name, encoder=encoder, steps=1), 10, 2, (-2.0, 3.0))
    method.train()
    with torch.no_grad():
        for _ in range(3):
            shape = (4, 16_000) if method.encoder.domain == "waveform" else (4, 16, 40)
            method.encoder(torch.randn(shape) * 0.1)
    return method.eval()


@pytest.mark.whole
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("name", "encoder", "settings"), CASES, ids=lambda value: str(value) if value else "")
def test_every_encoder_gives_the_frames_of_embedding(
    name: str, encoder: str, settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    method = method_on(name, encoder, settings, monkeypatch)
    made = exported(method, frames=True)
    hears = torch.export.load(io.BytesIO(FORMATS[".pt2"](made, {}))).module()
    hop = frame_times(method).hop_samples
    for sounds, samples in ((1, 1), (2, hop - 1), (1, 2 * hop), (1, round(VIEW * 16_000)), (2, 12_345), (1, 40_000)):
        waveforms = torch.randn(sounds, samples) * 0.1
        audio, lengths = heard_of(method, waveforms)
        expected = embed_frames(method, audio, int(lengths[0]), samples)
        assert expected.shape[1] == max(1, samples // hop)
        torch.testing.assert_close(hears(waveforms), expected, atol=1e-5, rtol=1e-5)


@pytest.mark.whole
@pytest.mark.timeout(900)
@pytest.mark.parametrize("encoder", ["conv1d", "bi_gru", "patch_transformer"])
def test_frames_as_onnx_are_those_of_the_program(encoder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One encoder of each kind: that all of them are written right is told of their embeddings below."""
    method = method_on("simclr", encoder, {}, monkeypatch)
    made = exported(method, frames=True)
    hears, session = made.module(), onnxruntime.InferenceSession(FORMATS[".onnx"](made, {}))
    assert session.get_outputs()[0].shape == ["sounds", "frames", method.encoder.width]
    for sounds, samples in ((1, 1), (2, frame_times(method).hop_samples - 1), (2, 12_345), (1, 40_000)):
        waveforms = torch.randn(sounds, samples) * 0.1
        (by_onnx,) = session.run(["embeddings"], {"waveforms": waveforms.numpy()})
        torch.testing.assert_close(torch.from_numpy(by_onnx), hears(waveforms), atol=1e-5, rtol=1e-5)


@pytest.mark.whole
@pytest.mark.timeout(900)  # torch traces for seconds, and on a busy machine for minutes
@pytest.mark.parametrize(("name", "encoder", "settings"), CASES, ids=lambda value: str(value) if value else "")
def test_every_encoder_says_what_embedding_says(
    name: str, encoder: str, settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    method = method_on(name, encoder, settings, monkeypatch)
    made = exported(method)
    written = {ending: bytes_of(made, {}) for ending, bytes_of in FORMATS.items()}
    program = torch.export.load(io.BytesIO(written[".pt2"]))
    assert all(value.dtype != torch.bfloat16 for value in program.state_dict.values())
    heads = {key for key in program.state_dict if not key.startswith(("encoder.", "spectrogram."))}
    assert not heads, "nothing but what is heard with"
    hears = program.module()
    session = onnxruntime.InferenceSession(written[".onnx"])
    view = round(VIEW * 16_000)
    for sounds, samples in ((1, 1), (1, 700), (2, view - 1), (3, view), (1, view + 1), (2, 12_345), (1, 40_000)):
        waveforms = torch.randn(sounds, samples) * 0.1
        h, expected = hears(waveforms), as_embedded(method, waveforms)
        torch.testing.assert_close(h, expected, atol=1e-5, rtol=1e-5)
        assert h.dtype == torch.float32 and not h.requires_grad
        (by_onnx,) = session.run(["embeddings"], {"waveforms": waveforms.numpy()})
        torch.testing.assert_close(torch.from_numpy(by_onnx), expected, atol=1e-5, rtol=1e-5)


def test_norms_over_each_clip_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match="depends on the silence behind a sound"):
        exported(method_on("byol", "conv2d", {"normalisation": "group"}, monkeypatch))


def as_embedded(method: Method, waveforms: torch.Tensor) -> torch.Tensor:
    """h of equally long samples (B, S), by the code that all measures, the map and `embed` use."""
    return embed_audio(method, *heard_of(method, waveforms))


def heard_of(method: Method, waveforms: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """What the encoder takes of equally long samples (B, S), and the lengths (B,) of that."""
    sounds = [sound.numpy() for sound in waveforms]
    if method.encoder.domain == "waveform":
        return padded_waveforms(sounds)
    return clip_power(sounds, method.augment.front_end, torch.device("cpu"))
