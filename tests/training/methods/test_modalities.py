"""What the methods across modalities make of the data beside the sounds, and that both sides learn from it."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Generator, Tensor

from training.batch import Batch
from training.building import built_method
from training.config import new_config
from training.data.dataset import Dataset, Facet
from training.data.texts import pieces_of
from training.errors import SettingError, UserError
from training.methods import audio_image, multi_format
from training.methods.method import Method
from training.parts.matching import matching
from training.parts.pictures import EDGE

CLIPS = 8
NAMES = ("multi_format", "audio_text", "audio_image")


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    """8 clips of 3,000 to 6,500 samples; captions beside some, pictures beside all but the last."""
    lengths = np.arange(3000, 3000 + 500 * CLIPS, 500)
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    samples = np.random.default_rng(0).integers(-9000, 9000, int(lengths.sum())).astype(np.int16)
    pictures = []
    for i in range(CLIPS - 1):
        pictures.append(str(tmp_path / f"{i // 2}.png"))
        Image.new("RGB", (20, 20), (30 * i, 200 - 20 * i, 99)).save(pictures[-1])
    facets = {
        "class": Facet(("church_bell", "rain"), np.array([0, 1] * 3 + [0, -1], np.int32)),
        "file": Facet(("one", "two"), np.array([0, 1] * 4, np.int32)),
    }
    return Dataset(
        "made", "0" * 8, samples, starts, lengths, tuple(f"clip-{i}" for i in range(CLIPS)), facets, "file",
        ("a.wav",) * CLIPS, np.zeros(CLIPS),
        companions={
            "caption": ("a bell far away", None, "heavy rain") + (None,) * 5, "picture": (*pictures, None),
        },
    )  # fmt: skip


def method_of(name: str, **overrides: object) -> Method:
    config = new_config({"crop_seconds": 0.32, "mels": 16, "batch_size": 8, **overrides}, method=name, steps=5)
    return built_method(config, CLIPS, 2, (-2.0, 3.0)).train()


def batch_of(method: Method, dataset: Dataset) -> Batch:
    power = torch.rand(CLIPS, 16, 24, generator=Generator().manual_seed(0)) * 3
    tables = method.companions(dataset)
    assert all(len(table) == len(dataset) for table in tables.values())
    clips = torch.arange(CLIPS)
    return Batch(clips, power, torch.full((CLIPS,), 24), clips % 2, clips, tables)


def views_of(method: Method, dataset: Dataset) -> dict[str, Tensor]:
    return method.views(batch_of(method, dataset), Generator().manual_seed(1))


@pytest.mark.parametrize("name", NAMES)
def test_the_loss_is_matching_of_what_both_sides_say(name: str, dataset: Dataset) -> None:
    method = method_of(name, temperature=0.2)
    views = views_of(method, dataset)
    found = method.loss(views)
    sound = method.project(method.encoder(views["sound"]))
    expected = matching(sound, method.counterpart(views), views["meaning"], 0.2, torch.tensor(False))
    torch.testing.assert_close(found["loss"], expected["loss"])
    line = method.chance()
    assert line is not None and line.value == pytest.approx(np.log(8))


@pytest.mark.parametrize("name", NAMES)
def test_both_sides_learn(name: str, dataset: Dataset) -> None:
    method = method_of(name)
    method.loss(views_of(method, dataset))["loss"].backward()
    for parameter_name, parameter in method.named_parameters():
        assert parameter.grad is not None and torch.isfinite(parameter.grad).all(), parameter_name
        assert parameter.grad.abs().sum() > 0 or parameter.dim() == 1, parameter_name


@pytest.mark.parametrize("name", NAMES)
def test_the_counterpart_depends_on_nothing_of_the_sound(name: str, dataset: Dataset) -> None:
    method = method_of(name)
    views = views_of(method, dataset)
    before = method.counterpart(views)
    after = method.counterpart({**views, "sound": views["sound"] + 1})
    assert torch.equal(before, after)


def test_samples_are_those_of_the_data(dataset: Dataset) -> None:
    method = method_of("multi_format")
    tables = method.companions(dataset)
    assert tables["samples"].dtype == torch.int16 and tables["sample_count"].tolist() == dataset.lengths.tolist()
    for clip in range(CLIPS):
        count = int(dataset.lengths[clip])
        np.testing.assert_array_equal(tables["samples"][clip, :count] / 32768.0, dataset.waveform(clip))
        assert tables["samples"][clip, count:].abs().sum() == 0


def test_the_meaning_of_a_format_is_its_clip(dataset: Dataset) -> None:
    method = method_of("multi_format")
    batch = replace(batch_of(method, dataset), clips=torch.tensor([4, 2, 4, 1, 0, 7, 6, 5]))
    assert method.views(batch, Generator())["meaning"].tolist() == [4, 2, 4, 1, 0, 7, 6, 5]


def test_samples_that_take_too_much_memory_are_refused(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multi_format, "MOST_BYTES", 8 * 6500 * 2)
    method_of("multi_format").companions(dataset)
    monkeypatch.setattr(multi_format, "MOST_BYTES", 8 * 6500 * 2 - 1)
    said = r"The setting window_seconds lets clips be up to 0\.4 s long, and the samples of 8 of them take .* a smaller one"
    with pytest.raises(SettingError, match=said):
        method_of("multi_format").companions(dataset)


def test_equal_texts_mean_the_same_and_no_text_means_nothing(dataset: Dataset) -> None:
    tables = method_of("audio_text").companions(dataset)
    text = tables["text"].tolist()
    assert text[1] == text[3] == text[5] and text[4] == text[6] and text[7] == -1
    assert len({*text}) == 5 and min(text[:7]) >= 0
    assert tables["pieces"][0].tolist() == pieces_of("a bell far away")


@pytest.mark.parametrize(
    ("companions", "facets", "found"),
    [({}, {}, "neither captions nor labels"), ({"caption": ("the same",) * CLIPS}, {}, "one text")],
)
def test_without_words_there_is_a_sentence(
    companions: Mapping[str, tuple[str]], facets: Mapping[str, Facet], found: str, dataset: Dataset
) -> None:
    bare = replace(dataset, companions=companions, facets={"file": dataset.groups, **facets})
    with pytest.raises(UserError, match=f"made has {found} .* put text files of the same name"):
        method_of("audio_text").companions(bare)


def test_a_text_lies_where_it_lies_beside_its_sound(dataset: Dataset) -> None:
    method = method_of("audio_text").eval()
    beside = method.counterpart(views_of(method, dataset))
    alone = method.of_texts(torch.tensor([pieces_of("rain"), pieces_of("a bell far away")]))
    assert alone is not None
    torch.testing.assert_close(alone, beside[[1, 0]])


def test_pictures_of_one_file_mean_the_same(dataset: Dataset) -> None:
    tables = method_of("audio_image").companions(dataset)
    assert tables["picture"].shape == (CLIPS, 3, EDGE, EDGE)
    assert tables["picture_number"].tolist() == [0, 0, 1, 1, 2, 2, 3, -1]


def test_pictures_are_views_in_training(dataset: Dataset) -> None:
    method = method_of("audio_image", picture_zoom=0.0)
    batch = batch_of(method, dataset)
    shown = method.views(batch, Generator().manual_seed(1))["picture"]
    whole = batch.companions["picture"].float() / 127.5 - 1
    torch.testing.assert_close(shown, whole, atol=1e-4, rtol=0)  # of one colour each, mirrored or not


@pytest.mark.parametrize("paths", [(None,) * CLIPS, ("/nowhere/one.png", "/nowhere/two.png") + (None,) * 6])
def test_without_pictures_there_is_a_sentence(paths: tuple[str | None, ...], dataset: Dataset) -> None:
    count = sum(path is not None for path in paths)
    bare = replace(dataset, companions={"picture": paths} if count else {})
    with pytest.raises(UserError, match=f"has {count} pictures beside its sounds, of which 0 can be read"):
        method_of("audio_image").companions(bare)


def test_pictures_that_take_too_much_memory_are_refused(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audio_image, "MOST_BYTES", 100)
    with pytest.raises(UserError, match="choose less data"):
        method_of("audio_image").companions(dataset)
