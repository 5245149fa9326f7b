"""Finished runs as a trainer leaves them, made in a moment."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from training.config import new_config
from training.run import RunFolder, RunWriter, State, Status, create_run

CLIPS = 40
KNN = "cross_group_knn"


def finished_run(root: Path, name: str, *, seed: int = 0, knn: float | None = 0.7, steps: int = 300, method: str = "simclr",
         breaks: tuple[str, ...] = (), fingerprint: str = "f" * 32, ids: str = "clip", created: str = "2026-01-01",
         state: State = State.FINISHED, more: Mapping[str, Any] | None = None, **overrides: Any) -> RunFolder:  # fmt: skip
    """The run `name` in `root`, whose embeddings know nothing of its four labels. Its measures are given."""
    config = new_config(overrides, method=method, data="starter", steps=steps, seed=seed, breaks=breaks)
    described = replace(config, data_fingerprint=fingerprint, created=created).to_json() | dict(more or {})
    writer = RunWriter(create_run(root / name, described).path)
    facets = {
        "class": {"names": list("abcd"), "codes": [i % 4 for i in range(CLIPS)]},
        "source": {"names": list("xyzuv"), "codes": [i // 4 % 5 for i in range(CLIPS)]},
    }
    about = {"ids": [f"{ids}-{i}" for i in range(CLIPS)], "clips": list(range(CLIPS)), "data_name": "Tones"}
    writer.write_probe({**about, "facets": facets, "group": "source", "main_facet": "class"})
    lines = {"random_init": 0.5, "log_mel": 0.45, "mfcc": 0.4, "chance": 0.25}
    writer.write_baselines({"main_facet": "class", KNN: {"class": lines}, "loss": None})
    for step, value in ((0, 0.5), (steps // 2, 0.6), (steps, knn)):
        told = {} if value is None else {f"measure/{KNN}": value}
        writer.append_metrics({"step": step, "measure/effective_rank": 9.0, "measure/normalised_std": 0.9, **told})
    writer.write_snapshot(steps, {"embeddings": np.random.default_rng(0).normal(size=(CLIPS, 8)).astype(np.float16)})
    writer.write_status(Status(state, step=steps, seconds=10.0 + seed))
    writer.close()
    return RunFolder(writer.path)
