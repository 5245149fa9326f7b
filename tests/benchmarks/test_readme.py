"""README says what the benchmarks' results say."""

import json
import statistics
from pathlib import Path
from typing import Any

from explorer.catalogue.gains import gain
from training.methods import METHODS

TOLD_MORE = ("audio_text", "audio_image")
"""Methods that are given labels, or pictures."""
ROOT = Path(__file__).resolve().parents[2]


def results(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "benchmarks" / "results" / f"{name}.json").read_text())
    return found


def told(value: float, digits: int) -> str:
    """Without the 0 before the point."""
    return f"{value:.{digits}f}".removeprefix("0")


def row(first_cell: str) -> list[str]:
    """The other cells of the row of README that begins so."""
    (line,) = [line for line in (ROOT / "README.md").read_text().splitlines() if line.startswith(f"| {first_cell}")]
    return [cell.strip() for cell in line.strip("| ").split("|")][1:]


def judged(found: dict[str, Any], name: str) -> tuple[str, ...]:
    """Whom a method beats after a minute on the digits."""
    own = gain(found, "fsdd, 60 s, 1 thread", name)
    return () if own is None else own.beaten


def test_what_the_default_run_reaches() -> None:
    seeds = results("learning")["fsdd simclr"]["seeds"]
    columns = ("random_init", "30 s", "60 s", "120 s", "log_mel", "mfcc")
    expected = [told(statistics.median(seed[column] for seed in seeds), 3) for column in columns]
    assert row("spoken digits (FSDD)") == expected


def test_which_method_gets_farthest_without_labels() -> None:
    found = results("catalogue")
    table = found["fsdd, 60 s, 1 thread"]
    reached = {
        name: statistics.fmean(seed["trained"]["digit"]["cross_group_knn"] for seed in table[name]["seeds"])
        for name in METHODS
        if name not in TOLD_MORE
    }
    best = max(reached, key=lambda name: reached[name])
    before = statistics.fmean(seed["random_init"]["digit"]["cross_group_knn"] for seed in table[best]["seeds"])
    words = f"{METHODS[best].card.title} gets farthest, to {told(reached[best], 3)} ({told(before, 3)} before training)"
    readme = " ".join((ROOT / "README.md").read_text().split())
    assert words in readme
    behind = [name for name in reached if "own" not in judged(found, name)]
    assert behind == ["byol_a"] and "but BYOL-A, which falls at first and needs five minutes for it" in readme
    late = gain(found, "fsdd, 300 s, 1 thread", "byol_a")
    assert late is not None and "own" in late.beaten


def test_how_quickly_the_page_answers() -> None:
    page = results("page")
    assert row("first page after") == [f"{page['first_page_seconds']:.1f} s"]
    firsts = [told(page[f"first_{what}_seconds"], 1) for what in ("loss", "map", "umap")]
    assert row("first point of the loss") == [", ".join(f"{value} s" for value in firsts)]
    for when, suffix in (("(while training)", "_while_training"), ("(afterwards)", "")):
        clicks = [f"{page[f'click_to_{what}_ms{suffix}']:.0f} ms" for what in ("sound", "neighbours")]
        assert row(f"click to sound, click to neighbours {when}") == [", ".join(clicks)]


def test_how_fast_a_training_is_beside_an_open_page() -> None:
    page = results("page")
    ratios = [told(page[name], 2) for name in ("throughput", "throughput_with_train", "throughput_with_map")]
    assert row("training beside an open page") == [", ".join(ratios)]
    assert row("the same while somebody clicks") == [told(page["throughput_while_clicking"], 2)]
    readme = " ".join((ROOT / "README.md").read_text().split())
    whole, train, map_ = (
        "{}, {} and {}".format(*(told(found[name], 2) for found in page["rounds"]))
        for name in ("throughput", "throughput_with_train", "throughput_with_map")
    )
    assert f"({whole} from the start until somebody clicks, Train {train}, Map {map_})" in readme
    assert f"had {told(page['alone_slowest_to_fastest'], 2)} of the speed" in readme
