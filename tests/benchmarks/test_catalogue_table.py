"""The catalogue's table and picture, from figures made up by hand."""

import csv
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from benchmarks.catalogue_table import rows_of, write_csv, write_picture

NAME = "fsdd, 60 s, 1 thread"


def scores(value: float) -> dict[str, Any]:
    return {
        "digit": {"knn": value, "cross_group_knn": value, "probe": value},
        "speaker": {"knn": value, "cross_group_knn": None, "probe": None},
    }


def results() -> dict[str, Any]:
    own = {"clips_per_second": 900.0, "normalised_std": 0.9, "effective_rank": 30.0, "warning": ""}
    learned = {"seed": 0, "random_init": scores(0.5), "trained": scores(0.8), **own}
    worse = {"seed": 0, "random_init": scores(0.5), "trained": scores(0.4), **own, "warning": "collapse"}
    plain = {"log_mel": scores(0.6), "mfcc": scores(0.55)}
    return {
        NAME: {
            "baselines": {**plain, "main_facet": "digit", "group": "speaker", "clips": 2000},
            "simclr": {"seeds": [learned]},
            "byol": {"seeds": [worse]},
            "audio_image": {"seeds": [{"seed": 0, "error": "no pictures"}]},
            "supervised": {"seeds": [{**learned, "trained": scores(0.97)}]},
        }
    }


def test_a_row_says_whom_a_method_beats() -> None:
    rows = {row["method"]: row for row in rows_of(NAME, results())}
    assert rows["simclr"]["beats_own"] == rows["simclr"]["beats_default"] == rows["simclr"]["beats_log_mel"] == "yes"
    assert rows["byol"]["beats_own"] == "no" and rows["byol"]["note"] == "collapse"
    assert (rows["simclr"]["before"], rows["simclr"]["after"]) == (0.5, 0.8)
    assert rows["audio_image"] | {"seeds": 0, "note": "no pictures"} == rows["audio_image"]
    assert rows["supervised"]["content_probe_after"] == 0.97 and rows["log_mel"]["source_knn_after"] == 0.6


def test_the_files_hold_every_method(tmp_path: Path) -> None:
    write_csv(results(), tmp_path / "catalogue.csv")
    with (tmp_path / "catalogue.csv").open() as file:
        listed = [row["method"] for row in csv.DictReader(file)]
    assert sorted(listed) == sorted(["simclr", "byol", "audio_image", "log_mel", "mfcc", "supervised"])
    write_picture(results(), tmp_path / "catalogue.svg")
    drawn = [text.text for text in ElementTree.parse(tmp_path / "catalogue.svg").getroot().iter() if text.text]
    assert NAME in drawn and "simclr" in drawn and "byol" in drawn and "audio_image" not in drawn
