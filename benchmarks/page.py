"""How quickly the real page answers, driven with Chromium while a training runs on the same machine.

    python -m benchmarks.page [--rounds 3] [--seconds 120] [--chromium /usr/bin/chromium] [--before CHECKOUT]

The server is started as a user starts it; the built-in sounds are made first, so the caches are warm, but for that of the
maps: equal seeds make equal snapshots, whose maps would be there already. A training is as long as the form offers. Trainings
of the same length without any page, one just before and one just after, give the throughput to compare with: over the same
seconds, since snapshots, which count, are many at first and few later, and as the mean of both, since a machine that isn't
one's own alone is not always equally fast. For the same reason all is done several times, and what is told is the median. The
training is compared while Live is looked at, and while somebody clicks on the map once a second. Results are written to
benchmarks/results/page.json.

`--before` names a checkout of an earlier version: its own benchmark takes turns with this one, round by round, and both stand in one
table (benchmarks/results/page_before.json), without touching page.json.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.driven import FLAGS, clicks, started
from benchmarks.newcomer import augmentation_seconds, first_views_seconds, map_drawn
from benchmarks.served import served
from training.data import open_dataset
from training.data.cache import cache_root
from training.process import PROJECT
from training.run import RunFolder, find_runs

RESULTS = Path(__file__).parent / "results" / "page.json"
WATCHED_MS = 38_000
GOALS = {
    "page_drawn_seconds": 4.0,
    "first_views_seconds": 2.0,
    "augmentation_ms": 500.0,
    "first_loss_seconds": 3.0,
    "first_map_seconds": 5.0,
    "first_umap_seconds": 30.0,
    "click_to_sound_ms": 150.0,
    "click_to_neighbours_ms": 400.0,
}
"""At most. The throughput beside a page that is looked at is to be at least .9 of that without one."""


def main() -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--before", type=Path)
    parser.add_argument("--chromium", default=shutil.which("chromium") or shutil.which("google-chrome"))
    options = parser.parse_args()
    open_dataset("starter")
    if options.before is not None:
        compare(options)
        return
    measured(options)


def compare(options: argparse.Namespace) -> None:
    """This version and an earlier one in turns; the medians of both side by side."""
    rounds: dict[str, list[dict[str, float]]] = {"before": [], "after": []}
    for _ in range(options.rounds):
        command = [sys.executable, "-m", "benchmarks.page", "--rounds", "1", "--seconds", str(options.seconds)]
        subprocess.run([*command, "--chromium", options.chromium], cwd=options.before, check=True)
        kept = Path(options.before) / RESULTS.relative_to(PROJECT)
        rounds["before"].append(json.loads(kept.read_text())["rounds"][0])
        rounds["after"].append(measured(argparse.Namespace(**{**vars(options), "rounds": 1}))["rounds"][0])
    names = [name for name in rounds["before"][0] if name in rounds["after"][0]]
    medians = {
        name: {version: statistics.median(found[name] for found in rounds[version]) for version in rounds}
        for name in names
    }
    for name, found in medians.items():
        print(f"{name:36} {found['before']:10.2f} {found['after']:10.2f}")
    RESULTS.with_name("page_before.json").write_text(
        json.dumps({"medians": medians, "rounds": rounds}, indent=1) + "\n"
    )


def measured(options: argparse.Namespace) -> dict[str, Any]:
    """All rounds of this version: the medians, and each round under "rounds"; kept after each."""
    rounds: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        alone = [train_alone(Path(folder) / "alone 0", options.seconds)]
        for number in range(1, options.rounds + 1):
            found, run, moments = with_page(Path(folder) / f"page {number}", options.seconds, options.chromium)
            alone.append(train_alone(Path(folder) / f"alone {number}", options.seconds))
            for name, (since, until) in moments.items():
                found[name] = throughput(run, (alone[-2], alone[-1]), since, until)
            print(f"round {number}: " + ", ".join(f"{name} {found[name]:.2f}" for name in moments), flush=True)
            rounds.append(found)
            speeds = [steps_per_second(run, 0, options.seconds) for run in alone]
            median = {name: statistics.median(found[name] for found in rounds) for name in rounds[0]}
            median["alone_slowest_to_fastest"] = min(speeds) / max(speeds)
            # After each round, so that what is interrupted has these.
            RESULTS.write_text(json.dumps(median | {"rounds": rounds}, indent=1) + "\n")
    for name, value in median.items():
        goal = f"(at most {GOALS[name]:g})" if name in GOALS else "(at least 0.9)" if name == "throughput" else ""
        print(f"{name:32} {value:10.2f} {goal}")
    return median | {"rounds": rounds}


def train_alone(out: Path, seconds: float) -> RunFolder:
    """The same training with nothing beside it."""
    command = [sys.executable, "-m", "training", "run", "--seconds", str(seconds), "--out", str(out)]
    subprocess.run(command, cwd=PROJECT, check=True, capture_output=True)
    return RunFolder(out)


def trained_seconds(run: RunFolder) -> float:
    """How long a run has been trained by now."""
    return float(run.metrics()[-1]["seconds"])


def throughput(run: RunFolder, alone: tuple[RunFolder, ...], since: float, until: float) -> float:
    """Steps of a run between two moments, in seconds trained, for each step of those that were alone."""
    without = statistics.fmean(steps_per_second(trained, since, until) for trained in alone)
    return steps_per_second(run, since, until) / without


def steps_per_second(run: RunFolder, since: float, until: float) -> float:
    """Between two moments, in seconds trained, snapshots included."""
    rows = [row for row in run.metrics() if since <= row["seconds"] <= until]
    steps, seconds = (rows[-1][name] - rows[0][name] for name in ("step", "seconds"))
    return float(steps / seconds)


def with_page(
    folder: Path, seconds: float, chromium: str
) -> tuple[dict[str, float], RunFolder, dict[str, tuple[float, float]]]:
    """Start the page, press start, look at the map, click; then wait for the end.

    What was found, the run, and from when until when the page was used in which way, in seconds trained.
    """
    from playwright.sync_api import sync_playwright

    runs, cache = folder / "runs", cache_without_maps(folder / "cache")
    found: dict[str, float] = {}
    moments: dict[str, tuple[float, float]] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)  # who starts the server has one open
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        began = time.perf_counter()
        with served(runs, XDG_CACHE_HOME=str(cache)) as server:
            address = server.address
            found["first_page_seconds"] = time.perf_counter() - began
            map_drawn(page, address)
            found["page_drawn_seconds"] = time.perf_counter() - began
            found["first_views_seconds"] = first_views_seconds(page)
            found["augmentation_ms"] = 1000 * augmentation_seconds(page, address)
            page.goto(f"{address}/?tab=train")
            page.locator(".setting[data-name=batch_size]").wait_for(timeout=90_000)
            page.wait_for_timeout(25_000)  # a user reads; meanwhile the server warms up what a first start needs
            found |= started(page, seconds)
            run = find_runs(runs)[0]
            moments["throughput_with_live"] = watched(page, run)
            page.wait_for_timeout(2000)
            clicking = trained_seconds(run)
            moments["throughput"] = (0, clicking)
            found |= {f"{name}_while_training": value for name, value in clicks(page).items()}
            moments["throughput_while_clicking"] = (clicking, trained_seconds(run))
            while run.status().state.value != "finished":
                page.wait_for_timeout(500)
            page.wait_for_timeout(5000)
            found |= clicks(page)
            browser.close()
    return found, run, moments


def cache_without_maps(folder: Path) -> Path:
    """A cache that has all that this machine's has, but for what is computed from a run's snapshots."""
    (folder / "hearsight").mkdir(parents=True)
    for part in cache_root().iterdir():
        if part.name not in ("layouts", "embeddings"):
            (folder / "hearsight" / part.name).symlink_to(part)
    return folder


def watched(page: Any, run: RunFolder) -> tuple[float, float]:
    """Look on for a while: from when until when, in seconds trained."""
    page.wait_for_timeout(2000)
    since = trained_seconds(run)
    page.wait_for_timeout(WATCHED_MS)
    return since, trained_seconds(run)


if __name__ == "__main__":
    main()
