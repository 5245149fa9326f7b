"""python -m benchmarks.growth.one --clips N --folder WRITTEN --clips-in memory|disk: one size in a process of its own, as JSON."""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch

from benchmarks.growth.clips import repeated
from explorer.projector.umap_layout import umap_places
from explorer.runs.neighbours import nearest_of_all, nearest_rows
from training.config import new_config
from training.data import open_dataset
from training.data.dataset import Dataset
from training.data.mel_cache import frames_of
from training.data.progress import quiet
from training.data.read_ahead import ReadAhead
from training.data.store import ClipStore, mel_store
from training.hardware import hardware, keep_freed_memory
from training.learner import Learner, new_learner
from training.probe import PROBE_SEED, stratified_sample
from training.snapshot import snapshot
from training.spectrogram import FrontEnd

STEPS, FIRST = 60, 10
FEW = 1000
"""Clips of the store whose steps are timed in turn with the others', on however busy a machine."""
SEARCHES, WIDTH, NEIGHBOURS = 9, 128, 15
MAPPED = ("RssAnon", "RssFile")
Result = TypeVar("Result")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, required=True)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--clips-in", choices=("memory", "disk"), required=True)
    options = parser.parse_args()
    torch.set_num_threads(1)
    keep_freed_memory()
    found: dict[str, float] = {}
    before = memory()
    dataset = timed(found, "open_seconds", lambda: open_dataset(options.folder))
    on_disk = options.clips_in == "disk"
    store = timed(found, "store_seconds", lambda: stored(dataset, options.clips, on_disk))
    config = new_config({}, method="simclr", steps=1_000_000, device="cpu")
    machine, few = hardware("cpu"), stored(dataset, FEW, on_disk)
    beside = new_learner(config, repeated(dataset, FEW), few, machine)
    if options.clips > len(dataset):
        dataset = repeated(dataset, options.clips)
    learner = new_learner(config, dataset, store, machine)
    found["tables_mb"] = (memory()["RssAnon"] - before["RssAnon"]) / 1e6
    step, of_few = step_seconds((learner, store), (beside, few))
    found |= {"step_ms": 1000 * step, "step_over_few": step / of_few}
    found["memory_mb"] = memory()["RssAnon"] / 1e6
    found["mapped_mb"] = memory()["RssFile"] / 1e6
    clips = timed(found, "probe_seconds", lambda: stratified_sample(dataset, config.probe_clips, PROBE_SEED))
    taken = timed(
        found,
        "snapshot_seconds",
        lambda: snapshot(learner.averaged, store, dataset, clips, {}, learner.clip_losses, None),
    )
    h = taken.arrays["embeddings"].astype(np.float32)
    timed(found, "projection_seconds", lambda: projection(h))
    units = np.random.default_rng(0).standard_normal((options.clips, WIDTH), dtype=np.float32)
    found["search_ms"] = 1000 * statistics.median(
        seconds(partial(nearest_rows, units, query, 10)) for query in units[:SEARCHES]
    )
    print(json.dumps({name: round(value, 3) for name, value in found.items()}))


def stored(dataset: Dataset, count: int, on_disk: bool) -> ClipStore:
    """The mel power of the first clips, or of all again and again: in memory as often as there are clips, on disk once."""
    front_end = FrontEnd()
    store = mel_store(dataset, front_end, torch.device("cpu"), quiet, on_disk)
    if count == len(dataset):
        return store
    at = torch.arange(count) % len(dataset)
    tables = {name: getattr(store, name)[at] for name in ("spans", "lengths", "groups", "recordings")}
    if on_disk or count < len(dataset):
        return replace(store, starts=store.starts[at], **tables)
    frames = np.tile(frames_of(dataset, front_end), count // len(dataset) + 1)[:count]
    rows = store.rows.repeat(count // len(dataset), 1)
    return replace(store, rows=rows, starts=torch.from_numpy(np.cumsum(frames) - frames), **tables)


def step_seconds(*learned: tuple[Learner, ClipStore]) -> list[float]:
    """Of a whole step of each, taken in turn, the median of STEPS."""
    readers = [ReadAhead(store, {}, lambda clips: clips) for _, store in learned]
    times: list[list[float]] = [[] for _ in learned]
    for _ in range(FIRST + STEPS):
        for (learner, _), reader, own in zip(learned, readers, times, strict=True):
            began = time.perf_counter()
            batch = reader.batch(learner.sampler.next(), learner.sampler.upcoming)
            learner.method.loss(learner.method.views(batch, learner.generator))["loss"].backward()
            learner.optimizer.step()
            learner.optimizer.zero_grad()
            learner.step += 1
            learner.average()
            own.append(time.perf_counter() - began)
    return [statistics.median(own[FIRST:]) for own in times]


def projection(h: np.ndarray) -> None:
    """The map of a snapshot, from a random start."""
    units = h / np.linalg.norm(h, axis=1, keepdims=True)
    rows, scores = nearest_of_all(units, NEIGHBOURS - 1)
    own = np.arange(len(h), dtype=np.int32)[:, None]
    distances = np.concatenate([np.zeros((len(h), 1), np.float32), 1 - scores], axis=1)
    start = np.random.default_rng(0).standard_normal((len(h), 2)).astype(np.float32) * 5
    umap_places(np.concatenate([own, rows], axis=1), distances, start, 200, 1.0)


def memory() -> dict[str, int]:
    """Bytes of this process: its own, and those of files that are mapped, which the system takes back when it needs them."""
    lines = (line.split() for line in Path("/proc/self/status").read_text().splitlines())
    return {words[0][:-1]: 1024 * int(words[1]) for words in lines if words and words[0][:-1] in MAPPED}


def seconds(what: Callable[[], object]) -> float:
    """How long it takes."""
    began = time.perf_counter()
    what()
    return time.perf_counter() - began


def timed(found: dict[str, float], name: str, what: Callable[[], Result]) -> Result:
    """Its result; how long it took is in `found`."""
    began = time.perf_counter()
    result = what()
    found[name] = time.perf_counter() - began
    return result


if __name__ == "__main__":
    main()
