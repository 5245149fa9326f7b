"""The same sound has the same embedding wherever it is asked for."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch

from training.building import built_method
from training.config import RunConfig
from training.data import open_dataset
from training.data.dataset import Dataset
from training.data.progress import quiet
from training.data.store import mel_store, waveform_store
from training.data.texts import pieces_of
from training.embedder import Embedder, embed_clips, projected
from training.errors import UserError
from training.measures.spread import normalised_std
from training.methods import METHODS
from training.run import RunFolder, create_run
from training.trainer import train

PAIRS = [
    *[(name, kind.encoders[0]) for name, kind in METHODS.items()],
    *[("simclr", encoder) for encoder in METHODS["simclr"].encoders[1:]],
]
"""Every method, and every encoder that hears two views."""


@pytest.fixture
def trained(made_run: Callable[..., RunFolder]) -> Callable[..., RunFolder]:
    def make(method: str = "simclr", encoder: str | None = None, name: str = "run") -> RunFolder:
        run = made_run(name, method=method, encoder=encoder, steps=3)
        train(run.path)
        return run

    return make


def test_the_code_of_the_document_embeds_a_folder(
    trained: Callable[..., RunFolder], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (Path(__file__).parents[2] / "docs" / "run-folder.md").read_text()
    (code,) = (part.split("```")[0] for part in text.split("```python\n") if "Embedder(" in part)
    run = trained()
    (tmp_path / "recordings").mkdir()
    soundfile.write(tmp_path / "recordings" / "a.wav", np.sin(np.arange(48_000) / 20), 16_000)
    monkeypatch.chdir(tmp_path)
    found: dict[str, Any] = {}
    exec(code.replace("runs/mine", str(run.path)), found)
    assert found["names"] == [("a.wav", 0.0), ("a.wav", 2.0)]
    assert found["vectors"].shape == (2, found["encoder"].width)
    np.testing.assert_allclose(found["one"], found["vectors"][:1], atol=1e-4)


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize(("method", "encoder"), PAIRS)
def test_the_code_of_the_document_trains_an_encoder_on(
    method: str, encoder: str, trained: Callable[..., RunFolder], tones: Dataset
) -> None:
    text = (Path(__file__).parents[2] / "docs" / "run-folder.md").read_text()
    (code,) = (part.split("```")[0] for part in text.split("```python\n") if "encoder.method.train()" in part)
    embedder, sound = Embedder(trained(method, encoder)), [tones.waveform(0)]
    before = embedder.embed(sound)
    found: dict[str, Any] = {"encoder": embedder, "sounds": tones}
    exec(code, found)
    assert found["h"].shape == (2, embedder.width)
    found["h"].square().sum().backward()
    torch.optim.SGD(embedder.method.encoder.parameters(), lr=0.1).step()
    after = embedder.embed(sound)
    assert np.abs(after - before).max() > 0
    assert embedder.method.training


@pytest.mark.parametrize(
    ("rate", "channels"), [(8_000, (1,)), (44_100, (1, 0.5)), (16_000, (1,)), (48_000, (1, -1)), (16_000, (-0.99, 1))]
)
def test_the_code_of_the_document_hears_a_file_as_a_data_set_does(
    rate: int, channels: tuple[float, ...], tmp_path: Path
) -> None:
    text = (Path(__file__).parents[2] / "docs" / "run-folder.md").read_text()
    (code,) = (part.split("```")[0] for part in text.split("```python\n") if "def heard(" in part)
    noise = np.random.default_rng(0).normal(0, 0.1, (rate, 1)) * channels
    soundfile.write(tmp_path / "a.wav", noise, rate)
    found: dict[str, Any] = {"about": {"sample_rate": 16_000}}
    exec(code.partition("\nh = ")[0], found)
    np.testing.assert_array_equal(
        found["heard"](tmp_path / "a.wav"), open_dataset(str(tmp_path / "a.wav"), progress=quiet).waveform(0)
    )


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize(("method", "encoder"), PAIRS)
def test_store_embedder_and_snapshot_agree(
    method: str, encoder: str, trained: Callable[..., RunFolder], tones: Dataset
) -> None:
    run = trained(method, encoder)
    embedder = Embedder(run)
    cpu = torch.device("cpu")
    if embedder.method.encoder.domain == "mel":
        store = mel_store(tones, embedder.method.augment.front_end, cpu, quiet)
    else:
        store = waveform_store(tones, cpu)
    clips = torch.tensor([9, 3, 60, 0, 3, 31])
    by_store = embed_clips(embedder.method, store, clips).numpy()
    by_waveform = embedder.embed([tones.waveform(int(c)) for c in clips])
    scale = np.abs(by_waveform).max()
    np.testing.assert_allclose(by_store, by_waveform, atol=5e-3 * scale)  # the store keeps half precision
    assert np.abs(by_waveform[0] - by_waveform[1]).max() > 1e-2 * scale, "else the tolerance above says nothing"
    np.testing.assert_array_equal(by_store[1], by_store[4])
    kept = run.snapshot(3)
    assert kept is not None
    probed = run.probe()["clips"]
    of_probe = embedder.embed([tones.waveform(c) for c in probed])
    np.testing.assert_allclose(kept["embeddings"].astype(np.float32), of_probe, atol=1e-2 * np.abs(of_probe).max())


def test_a_young_run_measures_its_projector_by_the_clips_own_statistics(made_run: Callable[..., RunFolder]) -> None:
    """The running statistics of its norms are of few steps and of changed views: by them all clips lie on one side."""
    run = made_run(method="byol", steps=3)
    train(run.path)
    spread = [row["measure/normalised_std"] for row in run.metrics() if "measure/normalised_std" in row]
    assert min(spread) > 0.8
    embedder = Embedder(run)
    before = {name: value.clone() for name, value in embedder.method.state_dict().items()}
    taken = run.snapshot(3)
    assert taken is not None
    h = torch.from_numpy(taken["embeddings"].astype(np.float32))
    with torch.no_grad():
        by_running_statistics = embedder.method.projection(h)
        z = projected(embedder.method, h)
        alone = projected(embedder.method, h[:1])  # one clip has no statistics of its own
    assert by_running_statistics is not None and normalised_std(by_running_statistics) < 0.6
    np.testing.assert_allclose(z.numpy(), taken["projections"].astype(np.float32), atol=2e-2)
    torch.testing.assert_close(alone, by_running_statistics[:1])
    after = embedder.method.state_dict()
    assert not embedder.method.training and all(torch.equal(value, after[name]) for name, value in before.items())


def test_texts_lie_beside_the_projections_of_sounds(trained: Callable[..., RunFolder]) -> None:
    run = trained("audio_text")
    embedder, taken = Embedder(run), run.snapshot(3)
    assert taken is not None
    z = embedder.project(taken["embeddings"].astype(np.float32))
    np.testing.assert_allclose(z, taken["projections"].astype(np.float32), atol=2e-2)
    both = embedder.project_texts([pieces_of("rain"), pieces_of("a dog far away")])
    assert both.shape == (2, z.shape[1]) and both.dtype == np.float32
    np.testing.assert_allclose(both[1:], embedder.project_texts([pieces_of("A dog, far away!")]), atol=1e-6)
    assert np.abs(both[0] - both[1]).max() > 0
    with pytest.raises(UserError, match=r"The method of this run, simclr, reads no words\."):
        Embedder(trained(name="other")).project_texts([pieces_of("rain")])


def test_a_whole_data_set_keeps_its_order(trained: Callable[..., RunFolder], tones: Dataset) -> None:
    embedder, seen = Embedder(trained()), []
    whole = embedder.embed_dataset(tones, lambda fraction, message: seen.append(fraction))
    assert whole.shape == (64, embedder.width) and whole.dtype == np.float32 and seen[-1] == 1
    one_by_one = np.concatenate([embedder.embed([tones.waveform(c)]) for c in range(64)])
    np.testing.assert_allclose(whole, one_by_one, atol=1e-4 * np.abs(whole).max())
    some = np.array([40, 3, 17])
    part = embedder.embed_dataset(tones, quiet, some)
    np.testing.assert_allclose(part, one_by_one[some], atol=1e-4 * np.abs(whole).max())


def test_bad_input_level_and_odd_sounds(trained: Callable[..., RunFolder], tones: Dataset) -> None:
    embedder = Embedder(trained())
    sound = tones.waveform(0)
    loud, quiet_one, one, silent, dc, none = embedder.embed(
        [sound, sound * 0.1, sound[:1], np.zeros(4000, np.float32), np.full(4000, 0.5, np.float32), sound[:0]]
    )
    for h in (loud, one, silent, dc, none):
        assert np.isfinite(h).all()
    np.testing.assert_allclose(loud, quiet_one, atol=1e-3 * np.abs(loud).max())
    assert embedder.embed([]).shape == (0, embedder.width)


def test_every_kept_step_can_be_asked(trained: Callable[..., RunFolder], tones: Dataset) -> None:
    run = trained()
    sound = [tones.waveform(0)]
    first, last = Embedder(run, 0), Embedder(run)
    assert (first.step, last.step) == (0, 3)
    assert np.abs(first.embed(sound) - last.embed(sound)).max() > 0
    last.reinitialise()
    np.testing.assert_allclose(first.embed(sound), last.embed(sound), rtol=1e-6)
    with pytest.raises(UserError, match=r"keeps no weights of step 2; the nearest that it keeps: 0, 3\."):
        Embedder(run, 2)


def test_a_run_without_weights_is_a_sentence(made_run: Callable[..., RunFolder]) -> None:
    with pytest.raises(UserError, match="has no weights yet"):
        Embedder(made_run())


def test_a_run_that_has_ended_is_not_promised_weights(trained: Callable[..., RunFolder]) -> None:
    run = trained()
    shutil.rmtree(run.path / "checkpoints")
    with pytest.raises(UserError, match=r"keeps no weights\.$"):
        Embedder(run)


def test_the_weights_of_another_run_are_a_sentence(trained: Callable[..., RunFolder], tmp_path: Path) -> None:
    run = trained()
    other = create_run(tmp_path / "other", {**run.config(), "front_end": {"mels": 24}})
    (other.path / "checkpoints").mkdir()
    for path in (run.path / "checkpoints").iterdir():
        (other.path / "checkpoints" / path.name).write_bytes(path.read_bytes())
    with pytest.raises(UserError, match="have the shape"):
        Embedder(other)


def test_a_seed_decides_the_weights(made_run: Callable[..., RunFolder]) -> None:
    config = RunConfig.from_json(made_run().config())
    a, b = built_method(config, 64, 4), built_method(config, 64, 4)
    assert all(torch.equal(x, y) for x, y in zip(a.state_dict().values(), b.state_dict().values(), strict=True))


@pytest.mark.parametrize("encoder", ["conv2d", "conv1d"])
def test_views_are_embedded_as_training_embeds_them(encoder: str, trained: Callable[..., RunFolder]) -> None:
    embedder = Embedder(trained("simclr", encoder))
    bands = [embedder.method.augment.front_end.mels] if encoder == "conv2d" else []
    views = np.random.default_rng(0).normal(size=(2, *bands, embedder.method.augment.view_length)).astype(np.float32)
    with torch.no_grad():
        expected = embedder.method.encoder(torch.from_numpy(views)).numpy()
    np.testing.assert_allclose(embedder.embed_views([*views]), expected, atol=1e-5)
    wrong = np.zeros((7, 9) if encoder == "conv2d" else (4, 9), np.float32)
    with pytest.raises(UserError, match="so it cannot compare these views"):
        embedder.embed_views([wrong, wrong])
