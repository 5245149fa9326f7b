"""What the tests of the training core share: a tiny set of made tones, and runs on it.

The set stands in the cache where the built-in one would be, so that `--data starter` finds it in this process and in
any other one that inherits the environment.
"""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from tests.support.finished_runs import finished_run
from tests.support.narrow import narrow_encoders
from training import controls, learner, loop
from training.config import RunConfig, new_config
from training.data import starter
from training.data.cache import load
from training.data.clip_writer import ClipWriter
from training.data.dataset import SAMPLE_RATE, Dataset
from training.encoders import ENCODERS
from training.run import RunFolder, create_run

CLASSES = ("bell", "buzz", "hum", "hiss")
SOURCES = ("one", "two", "three", "four")
CLIPS = 64
TINY: dict[str, Any] = {
    "batch_size": 16, "probe_clips": 48, "mels": 16, "crop_seconds": 0.32, "warmup_steps": 2,
}  # fmt: skip
"""Settings with which a step takes milliseconds."""


def tone(kind: int, source: int, seconds: float, random: np.random.Generator) -> np.ndarray:
    """(S,) int16: a chord of the class over noise, a little higher for each source."""
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    base_hz = 200 * 2**kind * (1 + 0.05 * source)
    wave = sum(np.sin(2 * np.pi * base_hz * k * time) / k for k in range(1, 2 + kind))
    wave = wave * np.exp(-time * (1 + kind)) + 0.05 * random.standard_normal(len(time))
    return (wave / np.abs(wave).max() * 16000).astype(np.int16)


def write_tones(fingerprint: str, clips: int = CLIPS, root: Path | None = None, seed: int = 0) -> Dataset:
    """A set of `clips` tones of .2 to .7 s: facets class and source, captions and, under a root, pictures beside them."""
    random = np.random.default_rng(seed)
    writer = ClipWriter("tones", fingerprint, root)
    pictures = [str(root / f"{name}.png") for name in CLASSES] if root else [None] * 4
    for path, colour in zip(pictures, ("gold", "black", "teal", "white"), strict=True):
        if path:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (32, 32), colour).save(path)
    for i in range(clips):
        kind, source = i % 4, i // 4 % 4
        writer.add(
            tone(kind, source, 0.2 + 0.5 * random.random(), random), id=f"tone-{i:03d}", file=f"{i}.wav",
            labels={"class": CLASSES[kind], "source": SOURCES[source]},
            companions={"caption": f"a {CLASSES[kind]} number {source}", "picture": pictures[kind]},
        )  # fmt: skip
    return writer.finish("source")


@pytest.fixture(scope="session")
def tones_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder in which the built-in set is the tiny one."""
    root = tmp_path_factory.mktemp("tones")
    write_tones(starter.fingerprint(), root=root / "hearsight")
    return root


@pytest.fixture
def tones(tones_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """The tiny set, which `starter` names for the length of the test."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tones_cache))
    found = load(starter.fingerprint(), tones_cache / "hearsight")
    assert found is not None
    return found


@pytest.fixture
def made_run(tones: Dataset, tmp_path: Path) -> Callable[..., RunFolder]:
    """A function that makes a waiting run on the tiny set: made_run("name", method="byol", steps=6, mixup=0)."""

    def make(name: str = "run", *, method: str = "simclr", steps: int = 6, encoder: str | None = None,
             seed: int = 0, breaks: tuple[str, ...] = (), **overrides: Any) -> RunFolder:  # fmt: skip
        settings = {**TINY, **overrides}
        if encoder is not None and ENCODERS[encoder].domain == "waveform":
            settings.pop("mels")
            settings["probe_clips"] = 16  # it is slow to embed whole waveforms
        config = new_config(
            settings, method=method, data="starter", steps=steps, seed=seed, device="cpu", encoder=encoder, breaks=breaks,
        )  # fmt: skip
        return create_run(tmp_path / name, config.to_json())

    return make


@pytest.fixture
def finished(tmp_path: Path) -> Callable[..., RunFolder]:
    """A function that makes a finished run in `tmp_path / "runs"` without training it, see `finished_run`."""
    return partial(finished_run, tmp_path / "runs")


@pytest.fixture(autouse=True)
def undisturbed() -> Iterator[None]:
    """The random numbers and modes of one test don't reach the next."""
    torch.manual_seed(0)
    yield
    torch.set_grad_enabled(True)


@pytest.fixture
def narrow() -> Iterator[None]:
    """Encoders that are built in this process have a tenth of their weights."""
    with narrow_encoders():
        yield


@pytest.fixture
def config() -> RunConfig:
    """A configuration as the command line would make it."""
    return new_config({}, steps=4)


@pytest.fixture
def at_step(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int, Callable[[], Any]], None]]:
    """at_step(k, act) calls `act` once, after the k-th optimiser step from now, and has controls read at every step."""
    monkeypatch.setattr(controls, "POLL_SECONDS", 0.0)
    optimizer_for = learner.optimizer_for
    count = 0
    actions: dict[int, Callable[[], Any]] = {}

    def watched(*arguments: Any) -> Any:
        made = optimizer_for(*arguments)

        def counted(*_: Any) -> None:
            nonlocal count
            count += 1
            actions.pop(count, lambda: None)()

        made.register_step_post_hook(counted)
        return made

    monkeypatch.setattr(learner, "optimizer_for", watched)
    yield lambda step, act: actions.__setitem__(count + step, act)


@pytest.fixture
def snapshots_every(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """snapshots_every(k): snapshots and checkpoints at steps that k divides."""
    return lambda k: monkeypatch.setattr(loop, "is_due", lambda step, last, seconds: step % k == 0)
