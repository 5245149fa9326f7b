"""The file of an encoder: what opens it, what it tells of itself, and what it doesn't."""

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
import soundfile
import torch

from tests.support.command_line import sentence
from training.__main__ import main
from training.data.dataset import Dataset
from training.embedder import Embedder
from training.encoder_file import ABOUT, FORMATS
from training.run import RunFolder
from training.trainer import train
from training.watch import Watch

# Of torch 2.11 where it opens such a file, and where it writes one as ONNX.
pytestmark = [
    pytest.mark.filterwarnings("ignore:The given buffer is not writable"),
    pytest.mark.filterwarnings("ignore:.isinstance.treespec, LeafSpec:FutureWarning"),
]
ELSEWHERE = """
import json, sys, torch
inside = {"hearsight.json": ""}
encoder = torch.export.load("encoder.pt2", extra_files=inside).module()
h = encoder(torch.load("sounds.pt", weights_only=True))
strangers = [name for name in sys.modules if name.partition(".")[0] in ("training", "explorer", "torchaudio")]
print(json.dumps({"h": h.tolist(), "about": json.loads(inside["hearsight.json"]), "strangers": strangers}))
"""


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


def test_the_onnx_file_says_the_same_of_itself_and_of_sounds(
    made_run: Callable[..., RunFolder], tones: Dataset, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run = made_run("mine", method="simclr", steps=2)
    train(run.path)
    capfd.readouterr()
    assert main(["encoder", str(run.path), "--out", str(tmp_path / "encoder.onnx")]) == 0
    said = capfd.readouterr()
    assert said.out == "" and said.err.count("\n") == 1 and said.err.startswith("Wrote the encoder of mine")
    session = onnxruntime.InferenceSession(tmp_path / "encoder.onnx")
    sounds = np.stack([tones.waveform(clip)[:3000] for clip in range(3)])
    (h,) = session.run(["embeddings"], {"waveforms": sounds})
    embedder = Embedder(run)
    np.testing.assert_allclose(h, embedder.embed([*sounds]), atol=1e-5)
    about = json.loads(session.get_modelmeta().custom_metadata_map[ABOUT])
    assert (about["run"], about["step"], about["dimension"]) == ("mine", 2, embedder.width)
    assert [value.shape for value in session.get_inputs()] == [["sounds", "samples"]]
    assert [value.shape for value in session.get_outputs()] == [["sounds", embedder.width]]


def test_the_codes_of_the_document_run_one_after_the_other(
    made_run: Callable[..., RunFolder], tones: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (Path(__file__).parents[3] / "docs" / "run-folder.md").read_text()
    codes = text.partition("### In one file")[2].partition("\n## ")[0].split("```python\n")[1:]
    run = made_run(steps=1)
    train(run.path)
    monkeypatch.chdir(tmp_path)
    for ending in FORMATS:
        assert main(["encoder", str(run.path), "--out", f"encoder{ending}"]) == 0
    soundfile.write("sound.wav", tones.waveform(0), 16_000)
    found: dict[str, Any] = {}
    shapes = []
    for code in codes:
        exec(code.partition("```")[0], found)
        shapes.append(tuple(found["h"].shape))
    width = Embedder(run).width
    assert shapes == [(3, width), (3, width), (1, width)]


@pytest.mark.parametrize("ending", FORMATS)
def test_no_file_tells_where_it_was_made(ending: str, made_run: Callable[..., RunFolder], tmp_path: Path) -> None:
    run = made_run(steps=1)
    train(run.path)
    out = tmp_path / f"encoder{ending}"
    assert main(["encoder", str(run.path), "--out", str(out)]) == 0
    contents = [out.read_bytes()]
    if zipfile.is_zipfile(out):
        with zipfile.ZipFile(out) as packed:
            contents = [packed.read(name) for name in packed.namelist()]
    own = Path(__file__).parents[3]
    for place in (own, Path.home(), Path(torch.__file__).parent, tmp_path):
        assert not any(str(place).encode() in content for content in contents), place


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
    assert "ends in .pt2 or .onnx was expected" in sentence(
        capsys, "encoder", str(run.path), "--out", str(tmp_path / "x.pt")
    )
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
    text = (Path(__file__).parents[3] / "docs" / "kits.md").read_text()
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
