"""Any method of the catalogue, made small, and a toy problem that it learns in a few steps."""

from functools import cache
from tempfile import TemporaryDirectory

import numpy as np
import torch
from PIL import Image
from torch import Generator

from training.batch import Batch
from training.building import built_method
from training.config import new_config
from training.data.dataset import Dataset, Facet
from training.encoders import ENCODERS
from training.methods import METHODS
from training.methods.method import Method

MELS, CLIPS, FEW = 16, 32, 8
PAIRS = [(name, encoder) for name, kind in METHODS.items() for encoder in kind.encoders]
"""Every method with each of its encoders."""


def method_of(name: str, encoder: str | None = None, **overrides: object) -> Method:
    """For views of .32 s, of 16 mel bands where it hears those, by an encoder of its own (the first) and with these settings."""
    encoder = encoder or METHODS[name].encoders[0]
    settings = {"batch_size": CLIPS, "crop_seconds": 0.32, **overrides}
    if ENCODERS[encoder].domain == "mel":
        settings["mels"] = MELS
    config = new_config(settings, method=name, encoder=encoder, steps=10)
    return built_method(config, CLIPS, 4, (-4.0, 3.0))


def batch_for(method: Method, count: int = CLIPS) -> Batch:
    """32 clips, each with a pattern of its own that no view hides, and which all get lower in the same way; or its first."""
    random = Generator().manual_seed(0)
    if method.encoder.domain == "mel":
        falling = (torch.linspace(1, -1, MELS)[:, None] * torch.linspace(-2, 2, 24)).exp()
        audio = torch.rand(CLIPS, MELS, 1, generator=random).mul(6).exp() * falling / 50
        lengths = torch.full((CLIPS,), 24)
    else:
        hz = 100 + 200 * torch.arange(CLIPS)[:, None]
        audio = torch.sin(2 * torch.pi * hz * torch.arange(8000) / 16000) * 0.3
        lengths = torch.full((CLIPS,), 8000)
    clips = torch.arange(CLIPS)
    method.prepare(dataset())
    companions = {name: table[clips][:count] for name, table in method.companions(dataset()).items()}
    return Batch(clips[:count], audio[:count], lengths[:count], clips[:count] % 4, clips[:count], companions)


FOLDER = TemporaryDirectory()


@cache
def dataset() -> Dataset:
    """What the clips of a batch were made of: half a second of a tone each, with a caption and a picture beside it."""
    codes, pictures = np.arange(CLIPS, dtype=np.int32), []
    for clip in codes:
        pictures.append(f"{FOLDER.name}/{clip}.png")
        Image.new("RGB", (32, 32), (60 * (clip % 4), 40 * (clip // 4 % 4), 100 * (clip // 16))).save(pictures[-1])  # type: ignore[arg-type]
    samples = np.concatenate([np.sin(2 * np.pi * (100 + 200 * clip) / 16_000 * np.arange(8000)) for clip in codes])
    return Dataset(
        name="tones", fingerprint="0" * 32, samples=(samples * 9000).astype(np.int16), starts=codes * np.int64(8000),
        lengths=np.full(CLIPS, 8000), ids=tuple(f"tone-{clip}" for clip in codes),
        facets={
            "class": Facet(tuple(f"tone {clip}" for clip in codes), codes),
            "source": Facet(("a", "b", "c", "d"), codes % 4),
        },
        group="source", files=("tones.wav",) * CLIPS, offsets_seconds=np.zeros(CLIPS),
        companions={"caption": tuple(f"tone number {clip}" for clip in codes), "picture": tuple(pictures)},
    )  # fmt: skip
