"""The encoder in one file says of samples what `embed` says, in a process that knows torch alone."""

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.support.command_line import sentence
from training.__main__ import main
from training.building import built_method
from training.config import new_config
from training.data.dataset import Dataset
from training.data.mel_cache import clip_power, padded_waveforms
from training.embedder import Embedder, embed_audio
from training.encoder_file import ABOUT, exported
from training.encoders import ENCODERS
from training.encoders.encoder import Size
from training.encoders.transformers import Transformer
from training.errors import UserError
from training.methods.method import Method
from training.methods.simclr import SimCLR
from training.run import RunFolder
from training.trainer import train
from training.watch import Watch

# Of torch 2.11 where it opens such a file.
pytestmark = pytest.mark.filterwarnings("ignore:The given buffer is not writable")
VIEW = 0.32
CASES: list[tuple[str, str, dict[str, Any]]] = [
    *[("simclr", encoder, {}) for encoder in ENCODERS],
    ("apc", "conv_gru", {"direction": "backward"}),
    ("npc", "masked_conv", {}),
    ("byol_a", "conv2d", {}),
]
"""Every encoder, and the methods that hear with their encoder in a way of their own."""
ELSEWHERE = """
import json, sys, torch
inside = {"hearsight.json": ""}
encoder = torch.export.load("encoder.pt2", extra_files=inside).module()
h = encoder(torch.load("sounds.pt", weights_only=True))
strangers = [name for name in sys.modules if name.partition(".")[0] in ("training", "explorer", "torchaudio")]
print(json.dumps({"h": h.tolist(), "about": json.loads(inside["hearsight.json"]), "strangers": strangers}))
"""


def method_on(name: str, encoder: str, settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Method:
    """Untrained, but with statistics of its input and of its norms that are not those of its start."""
    monkeypatch.setattr(SimCLR, "encoders", tuple(ENCODERS))
    kind = ENCODERS[encoder]
    if issubclass(kind, Transformer):  # each block is traced alike
        monkeypatch.setattr(kind, "sizes", {**kind.sizes, "S": Size(0, {"depth": 1})})
    own = {"crop_seconds": VIEW, "mels": 16} if ENCODERS[encoder].domain == "mel" else {"crop_seconds": VIEW}
    method = built_method(new_config({**own, **settings}, method=name, encoder=encoder, steps=1), 10, 2, (-2.0, 3.0))
    method.train()
    with torch.no_grad():
        for _ in range(3):
            shape = (4, 16_000) if method.encoder.domain == "waveform" else (4, 16, 40)
            method.encoder(torch.randn(shape) * 0.1)
    return method.eval()


@pytest.mark.whole
@pytest.mark.timeout(900)  # torch traces for seconds, and on a busy machine for minutes
@pytest.mark.parametrize(("name", "encoder", "settings"), CASES, ids=lambda value: str(value) if value else "")
def test_every_encoder_says_what_embedding_says(
    name: str, encoder: str, settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    method = method_on(name, encoder, settings, monkeypatch)
    file = io.BytesIO()
    torch.export.save(exported(method), file)
    file.seek(0)
    program = torch.export.load(file)
    assert all(value.dtype != torch.bfloat16 for value in program.state_dict.values())
    heads = {key for key in program.state_dict if not key.startswith(("encoder.", "spectrogram."))}
    assert not heads, "nothing but what is heard with"
    hears = program.module()
    view = round(VIEW * 16_000)
    for sounds, samples in ((1, 1), (1, 700), (2, view - 1), (3, view), (1, view + 1), (2, 12_345), (1, 40_000)):
        waveforms = torch.randn(sounds, samples) * 0.1
        h = hears(waveforms)
        torch.testing.assert_close(h, as_embedded(method, waveforms), atol=1e-5, rtol=1e-5)
        assert h.dtype == torch.float32 and not h.requires_grad


def test_norms_over_each_clip_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match="depends on the silence behind a sound"):
        exported(method_on("byol", "conv2d", {"normalisation": "group"}, monkeypatch))


def as_embedded(method: Method, waveforms: torch.Tensor) -> torch.Tensor:
    """h of equally long samples (B, S), by the code that all measures, the map and `embed` use."""
    sounds = [sound.numpy() for sound in waveforms]
    if method.encoder.domain == "waveform":
        return embed_audio(method, *padded_waveforms(sounds))
    return embed_audio(method, *clip_power(sounds, method.augment.front_end, torch.device("cpu")))


def test_the_file_works_where_torch_is_all_there_is(
    made_run: Callable[..., RunFolder], tones: Dataset, tmp_path: Path
) -> None:
    run = made_run("mine", method="simclr", steps=2)
    train(run.path)
    assert main(["encoder", str(run.path), "--out", str(tmp_path / "encoder.pt2")]) == 0
    sounds = np.stack([tones.waveform(clip)[:3000] for clip in range(3)])
    torch.save(torch.from_numpy(sounds), tmp_path / "sounds.pt")
    ran = subprocess.run(
        [sys.executable, "-I", "-c", ELSEWHERE],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    embedder = Embedder(run)
    np.testing.assert_allclose(found["h"], embedder.embed([*sounds]), atol=1e-5)
    assert found["strangers"] == []
    about, encoder = found["about"], embedder.method.encoder
    assert (about["run"], about["step"], about["method"], about["encoder"]) == ("mine", 2, "simclr", "conv2d")
    assert (about["sample_rate"], about["window_seconds"], about["dimension"]) == (16_000, 2.0, encoder.width)
    assert (about["input_mean"], about["input_std"]) == (float(encoder.input_mean), float(encoder.input_std))
    assert about["weights_sha256"] == run.manifest(2)["weights"] and about["front_end"]["mels"] == 16
    assert str(run.path.parent) not in json.dumps(about)


def test_a_step_may_be_named_and_what_was_there_is_replaced(made_run: Callable[..., RunFolder], tmp_path: Path) -> None:
    run = made_run(steps=2)
    train(run.path)
    out = tmp_path / "encoder.pt2"
    out.write_text("old")
    assert main(["encoder", str(run.path), "--step", "0", "--out", str(out)]) == 0
    inside = {ABOUT: ""}
    hears = torch.export.load(str(out), extra_files=inside).module()
    assert json.loads(inside[ABOUT])["step"] == 0
    sound = torch.randn(1, 9000) * 0.1
    np.testing.assert_allclose(hears(sound).numpy(), Embedder(run, 0).embed([sound[0].numpy()]), atol=1e-5)
    assert [path.name for path in tmp_path.iterdir() if path.suffix not in ("", ".pt2")] == []


def test_what_has_no_encoder_is_refused_in_one_sentence(
    made_run: Callable[..., RunFolder], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "encoder.pt2")
    run = made_run(steps=1)
    assert "has no weights yet" in sentence(capsys, "encoder", str(run.path), "--out", out)
    train(run.path)
    assert "keeps no weights of step 7" in sentence(capsys, "encoder", str(run.path), "--out", out, "--step", "7")
    assert "ends in .pt2 was expected" in sentence(capsys, "encoder", str(run.path), "--out", str(tmp_path / "x.pt"))
    assert "there is no folder" in sentence(capsys, "encoder", str(run.path), "--out", str(tmp_path / "no" / "x.pt2"))
    weights = run.weights_path(1)
    content = weights.read_bytes()
    weights.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert "are damaged" in sentence(capsys, "encoder", str(run.path), "--out", out)
    (run.path / "config.json").write_text('{"method": 3}')
    sentence(capsys, "encoder", str(run.path), "--out", out)
    with Watch(tmp_path / "watched", sounds=None, clips=["a", "b"]) as watched:
        watched.embeddings(0, np.eye(2, 4))
    assert "is trained outside Hearsight" in sentence(capsys, "encoder", str(tmp_path / "watched"), "--out", out)
    assert not Path(out).exists()


def test_the_code_of_the_document_is_what_evaluation_kits_ask_for(
    made_run: Callable[..., RunFolder], tones: Dataset, tmp_path: Path
) -> None:
    text = (Path(__file__).parents[2] / "docs" / "kits.md").read_text()
    (code,) = (part.split("```")[0] for part in text.split("```python\n")[1:])
    kit: dict[str, Any] = {}
    exec(code, kit)
    run = made_run(steps=2)
    train(run.path)
    assert main(["encoder", str(run.path), "--out", str(tmp_path / "encoder.pt2")]) == 0
    model, embedder = kit["load_model"](str(tmp_path / "encoder.pt2")).eval(), Embedder(run)
    assert (model.sample_rate, model.output_dim, type(model).__name__) == (16_000, embedder.width, "HearsightEncoder")
    audio = torch.from_numpy(np.stack([tones.waveform(clip)[:3_000] for clip in range(2)]))
    scenes = kit["get_scene_embeddings"](audio, model)
    np.testing.assert_allclose(scenes, embedder.embed([*audio.numpy()]), atol=1e-4)
    long = torch.randn(2, 80_000) * 0.1  # 5 s in windows of 2
    thirds = [model.program["hears"](long[:, at : at + 32_000]) for at in (0, 24_000, 48_000)]
    torch.testing.assert_close(kit["get_scene_embeddings"](long, model), torch.stack(thirds).mean(0))
    frames, moments = kit["get_timestamp_embeddings"](long, model)
    assert frames.shape == (2, 21, embedder.width) and moments.shape == (2, 21)
    assert moments[1, :3].tolist() == [0, 250, 500]
    torch.testing.assert_close(frames[:, 10], model.program["hears"](long[:, 24_000:56_000]))  # around 2.5 s
