import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.runs.snapshots import unit_rows
from explorer.suspects import KINDS, listed
from explorer.suspects.listed import KEPT, Busy, suspects
from training.data.clip_writer import ClipWriter
from training.data.dataset import SAMPLE_RATE
from training.run import RunFolder


def embedded(step: int) -> np.ndarray:
    """Five clusters of sixty; clip 5 has the place of cluster 1, clip 7 that of clip 12, clip 9 lies apart from all."""
    random = np.random.default_rng(0)
    found = 4 * random.normal(size=(5, 16))[np.arange(300) % 5] + random.normal(size=(300, 16))
    found[5], found[7], found[9] = found[6] + 0.5 * random.normal(size=16), found[12], -40
    return found.astype(np.float32)


def write_sounds() -> Any:
    """300 noises, of which 7 is 12, 20 is silent and 21 clipped."""
    random = np.random.default_rng(1)
    writer = ClipWriter("Noises", "0" * 64, None)
    sounds = [(6000 * random.normal(size=SAMPLE_RATE // 4)).clip(-30_000, 30_000) for _ in range(300)]
    sounds[7], sounds[20], sounds[21] = sounds[12], 0 * sounds[20], np.sign(sounds[21]) * 32_767
    for i, sound in enumerate(sounds):
        writer.add(sound.astype(np.int16), id=f"clip-{i}", labels={"source": "a"}, file=f"{i}.wav")
    return writer.finish("source")


def test_each_suspect_has_its_reason_and_what_to_hear_beside_it(make_run: Any, cache: Path, tmp_path: Path) -> None:
    run = make_run(tmp_path / "a", embedded=embedded)
    found = suspects(run, write_sounds())
    assert found is not None and found["step"] == 20 and found["facet"] == "class" and found["heard"]
    of = {kind: [row for row in found["rows"] if row["kind"] == kind] for kind in KINDS}
    first = of["label"][0]
    assert (first["clip"], first["label"]) == (5, "bell")
    assert re.fullmatch(r"\d+% of the vote of its nearest clips is for dog, \d+% for its own label\.", first["reason"])
    assert len(first["beside"]) == 3 and {row["label"] for row in first["beside"]} == {"dog"}
    assert [(row["clip"], [other["clip"] for other in row["beside"]]) for row in of["copy"]] == [(7, [12])]
    assert of["copy"][0]["reason"] == "Every sample is that of 12.wav."
    assert of["outlier"][0]["clip"] == 9
    assert [(row["clip"], row["reason"]) for row in of["silent"]] == [(20, "Every sample is zero.")]
    assert [row["clip"] for row in of["clipped"]] == [21]


def test_what_was_heard_of_clipping_while_the_files_were_decoded_is_told_in_place_of_what_stands_at_full_scale(
    cache: Path,
) -> None:
    shares = np.zeros(300, np.float32)
    shares[[40, 41, 42]] = 0.02, 0.0005, 0.3
    found = listed._of_sounds(replace(write_sounds(), clipped=shares), tuple(range(300)))
    assert [one.row for one in found] == [20, 42, 40]
    assert found[1].reason == "30.0% of its samples are cut off, at its recording's largest value or at full scale."


def test_without_all_listed_copies_one_of_each_recording_stays() -> None:
    random = np.random.default_rng(0)
    units = unit_rows(random.normal(size=(100, 8)))
    sounds = (random.normal(size=(100, 3000)) * 6000).astype(np.int16)
    for copies in ((3, 40, 70), (8, 9)):
        units[list(copies)], sounds[list(copies)] = units[copies[0]], sounds[copies[0]]
    writer = ClipWriter("Noises", "0" * 64, None)
    for i, sound in enumerate(sounds):
        writer.add(sound, id=f"clip-{i}", labels={"source": "a"}, file=f"{i}.wav")
    found = listed._copies(units, writer.finish("source"), tuple(range(100)))
    assert sorted(one.row for one in found) == [3, 8, 40]
    assert {one.row: set(one.beside) for one in found} == {3: {40, 70}, 8: {9}, 40: {70}}


def test_copies_of_a_long_file_are_one_row_and_each_clip_in_the_table(
    make_run: Any, cache: Path, tmp_path: Path
) -> None:
    random = np.random.default_rng(0)
    sounds = (random.normal(size=(40, 3000)) * 6000).astype(np.int16)
    values = random.normal(size=(40, 8)).astype(np.float32)
    for copy, of in ((4, 0), (5, 1), (6, 2), (9, 8)):  # clips 0 to 3 are of one file, 4 to 7 and 8 to 11 of others
        values[copy], sounds[copy] = values[of], sounds[of]
    writer = ClipWriter("Noises", "0" * 64, None)
    for i, sound in enumerate(sounds):
        writer.add(sound, id=f"clip-{i}", labels={"source": "a"}, file=f"{i // 4}.wav")
    run, dataset = make_run(tmp_path / "a", 40, embedded=lambda step: values), writer.finish("source")
    found = [
        [row for row in (suspects(run, dataset, all_copies=each) or {})["rows"] if row["kind"] == "copy"]
        for each in (False, True)
    ]
    assert sorted((row["clip"], row["also"]) for row in found[0]) == [(0, [1, 2]), (8, [])]
    assert (
        next(row["reason"] for row in found[0] if row["also"])
        == "Every sample is that of 1.wav. The same holds of 2 more clips of its file."
    )
    assert sorted((row["clip"], row["also"], row["reason"]) for row in found[1]) == [
        (0, [], "Every sample is that of 1.wav."),
        (1, [], "Every sample is that of 1.wav."),
        (2, [], "Every sample is that of 1.wav."),
        (8, [], "Every sample is that of 2.wav."),
    ]


def test_a_recording_is_no_label_to_be_doubted(make_run: Any, cache: Path, tmp_path: Path) -> None:
    run = make_run(tmp_path / "a", embedded=embedded)
    probe = json.loads((run.path / "probe.json").read_text())
    probe["facets"] = {"file": probe["facets"]["class"]}
    (run.path / "probe.json").write_text(json.dumps({**probe, "main_facet": "file", "group": "file"}))
    found = suspects(run, None)
    assert found is not None and found["facet"] == "" and "no labels" in found["caution"]
    assert {row["kind"] for row in found["rows"]} == {"copy", "outlier"}


def test_without_the_sounds_the_embedding_alone_is_judged(make_run: Any, cache: Path, tmp_path: Path) -> None:
    found = suspects(make_run(tmp_path / "a", embedded=embedded), None)
    assert found is not None and not found["heard"]
    assert {row["kind"] for row in found["rows"]} == {"label", "copy", "outlier"}


def test_it_is_computed_once(make_run: Any, cache: Path, tmp_path: Path, monkeypatch: Any) -> None:
    run = make_run(tmp_path / "a", embedded=embedded)
    first = suspects(run, None)
    monkeypatch.setattr("explorer.suspects.listed.doubts", lambda *given: 1 / 0)
    assert suspects(run, None) == first


def test_nobody_waits_long_behind_another(make_run: Any, cache: Path, tmp_path: Path, monkeypatch: Any) -> None:
    known, other = (make_run(tmp_path / name, embedded=embedded) for name in "ab")
    first = suspects(known, None)
    monkeypatch.setattr(listed, "WAIT_SECONDS", 0.01)
    with listed._turn:
        with pytest.raises(Busy, match="comes in a moment"):
            suspects(other, None)
        assert suspects(known, None) == first  # which is known already


def test_only_a_few_are_kept(make_run: Any, cache: Path, tmp_path: Path) -> None:
    for i in range(KEPT + 1):
        suspects(make_run(tmp_path / str(i), 30), None)
    assert len(listed._kept) == KEPT


def test_a_run_without_a_snapshot_has_no_list(make_run: Any, tmp_path: Path) -> None:
    assert suspects(make_run(tmp_path / "a", snapshots=()), None) is None
    assert suspects(RunFolder(tmp_path / "none"), None) is None
