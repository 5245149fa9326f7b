"""A data set in numbers and names."""

from dataclasses import replace
from typing import Any

from explorer.components import summary_of
from explorer.components.data_summary import LISTED_AT_MOST
from training.data.dataset import Skipped


def test_what_is_in_a_set_and_what_was_skipped(make_dataset: Any) -> None:
    skipped = tuple(Skipped(f"{number}.wav", "it is empty: no audio") for number in range(LISTED_AT_MOST + 5))
    made = summary_of(replace(make_dataset(12), skipped=skipped))
    assert (made["name"], made["clips"], made["seconds"], made["group"]) == ("Made-up sounds", 12, 3.0, "source")
    assert made["facets"][0] == {
        "name": "class",
        "labels": 5,
        "examples": [("bell", 3), ("dog", 3), ("rain", 2), ("seven", 2), ("violin", 2)],
    }
    assert made["skipped"]["n"] == LISTED_AT_MOST + 5 and len(made["skipped"]["rows"]) == LISTED_AT_MOST
    assert made["skipped"]["rows"][0] == {"file": "0.wav", "reason": "it is empty: no audio"}
    assert made["warnings"] == {"n": 0, "rows": []}


def test_what_is_lost_of_recordings_is_told_where_they_are_known_to_have_it(make_dataset: Any) -> None:
    def told(rate: int | None) -> str:
        return str(summary_of(replace(make_dataset(12), highest_rate=rate))["heard"])

    assert told(44_100) == "Sounds are heard at 16 kHz: nothing above 8 kHz."
    assert told(16_000) == told(8_000) == told(None) == ""
