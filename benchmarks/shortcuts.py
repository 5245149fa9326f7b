"""Whether `knows` names what was planted into real clips, where models use it, and nothing where they don't.

    python -m benchmarks.shortcuts --data FOLDER [--steps 150] [--seeds 3] [--clips 600] [--plants device,file]

Each plant of benchmarks.plants is put into the same clips, and SimCLR is trained on them twice: by views that leave it in place, and
by views that change it. Runs of the real trainer, one after the other. Kept is what is said of each
candidate at the last step. Beside it stands what no neighbourhood tells, `nearer`: of a clip with the same value and another label,
and one with the same label and another value, how often the former is nearer, over all such pairs. Above .5 the value counts more.
Of a value that has one label, as a file does, it is of the same file and of another one with the same label.
Results: benchmarks/results/shortcuts.json, which `make docs` shows in docs/knowledge.md.
"""

import argparse
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch.nn.functional as functional

from benchmarks.planted import SECONDS, clips_of, write
from benchmarks.plants import PLANTS, Plant
from training.config import new_config
from training.data import open_dataset
from training.data.progress import quiet
from training.knowledge.material import Material, material
from training.knowledge.properties import candidates
from training.knowledge.shortcuts import bins_for, coded, decides, shortcuts
from training.measures.knn import z_scored
from training.run import create_run
from training.trainer import train

RESULTS = Path(__file__).parent / "results" / "shortcuts.json"
VIEWS = ("keeping", "removing")
SLOW = ("conv1d", "patch_transformer")
"""Encoders whose step takes seven to ten times as long."""
SLOW_CLIPS, SLOW_STEPS, SLOW_BATCH = 400, 80, 32
OWN_CACHE = os.environ.get("XDG_CACHE_HOME", "")
"""Where the data is prepared; what is planted is prepared in a folder that goes with it."""


def main() -> None:
    """Train what is missing and write the results after each run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="starter, a public set or a folder")
    parser.add_argument("--steps", type=int, default=150)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--clips", type=int, default=600)
    parser.add_argument(
        "--plants", default=",".join(one.name for one in PLANTS), help="names, separated by commas (default: all)"
    )
    options = parser.parse_args()
    kept = json.loads(RESULTS.read_text())["runs"] if RESULTS.is_file() else []
    name = Path(options.data).name
    for seed in range(options.seeds):
        for plant in [one for one in PLANTS if one.name in options.plants.split(",")]:
            for views in VIEWS:
                about = {"data": name, "plant": plant.name, "views": views, "seed": seed}
                if not any(about.items() <= one.items() for one in kept):
                    kept.append({**about, **trained(options, plant, views, seed)})
                    print(kept[-1], flush=True)
                    RESULTS.write_text(json.dumps({"runs": kept}, indent=1) + "\n")


def trained(options: argparse.Namespace, plant: Plant, views: str, seed: int) -> dict[str, Any]:
    """One run's candidates at its last step, most agreement first, with what they are judged."""
    slow = plant.encoder in SLOW
    clips, steps = (SLOW_CLIPS, SLOW_STEPS) if slow else (options.clips, options.steps)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = OWN_CACHE
        sounds = clips_of(open_dataset(options.data, window_seconds=2.0, progress=quiet), clips, seed)
        write(plant.plant(sounds, np.random.default_rng(seed)), Path(folder) / "planted")
        settings = {
            "batch_size": SLOW_BATCH if slow else 64,
            "window_seconds": SECONDS if plant.of_files else 2 * SECONDS,
        }
        config = new_config(
            settings | dict(getattr(plant, views)),
            method="simclr",
            encoder=plant.encoder,
            data=f"{folder}/planted",
            steps=steps,
            seed=seed,
            device="cpu",
        )
        os.environ["XDG_CACHE_HOME"] = f"{folder}/cache"
        run = create_run(Path(folder) / "run", config.to_json(), trained_here=True)
        train(run.path)
        at_hand = material(run, quiet)
        found, counts = shortcuts(at_hand, quiet), counting(at_hand)
    label = {"label": found["label"], "agreement": found["agreement"][-1], "before": found["agreement"][0]}
    rows = [
        {key: one[key] for key in ("name", "label", "beyond", "association", "judged")}
        | {"agreement": one["agreement"][-1], "before": one["agreement"][0], "nearer": counts[one["name"]]}
        for one in found["candidates"]
    ]
    return {"clips": found["clips"], "steps": steps, "of_label": label, "candidates": rows}


def counting(at_hand: Material) -> dict[str, float | None]:
    """`nearer` of every candidate at the newest step; None where no such pairs are, as of a file that has one label."""
    h = at_hand.embeddings(at_hand.steps[-1])
    assert h is not None
    label = at_hand.facets[at_hand.main_facet]
    sources = {"other groups": at_hand.groups, "other recordings": at_hand.recordings, "all": np.arange(len(h))}
    unit = functional.normalize(z_scored(h), dim=1)
    cosines = (unit @ unit.T).numpy()
    return {
        one.name: nearer(cosines, label, coded(one, bins_for(label)), sources[one.among]) for one in candidates(at_hand)
    }


def nearer(cosines: np.ndarray, label: np.ndarray, value: np.ndarray, source: np.ndarray) -> float | None:
    """By the `cosines` (n, n) of clips from different sources; label, value and source (n,) are codes."""
    of_one_label, shares = decides(value, label), []
    for i, row in enumerate(cosines):
        asked = (source != source[i]) & (value >= 0) & (value[i] >= 0)
        same_value, same_label = value == value[i], label == label[i]
        by_value = np.sort(row[asked & same_value & (same_label == of_one_label)])
        by_label = row[asked & same_label & ~same_value]
        if len(by_value) and len(by_label):
            shares.append(1 - np.searchsorted(by_value, by_label).mean() / len(by_value))
    return round(float(np.mean(shares)), 4) if shares else None


if __name__ == "__main__":
    main()
