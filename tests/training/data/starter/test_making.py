"""The set is made by worker processes, in order, with progress; faults come as sentences."""

import threading
import time
from collections.abc import Mapping

import numpy as np
import pytest

from training.data import starter
from training.data.starter import making
from training.data.starter.clips import StarterClip, clips_of
from training.errors import UserError


class Recorder:
    """A writer that keeps what it is given."""

    def __init__(self) -> None:
        self.clips: list[tuple[str, np.ndarray, Mapping[str, str | None], str]] = []

    def add(self, samples: np.ndarray, *, id: str, labels: Mapping[str, str | None], file: str) -> None:
        self.clips.append((id, samples, labels, file))


def test_workers_make_the_same_clips_in_the_order_of_the_jobs() -> None:
    names = [sound.name for sound in starter.CLASSES]
    jobs = [(names.index("rain"), 1), (names.index("piano"), 0), (names.index("seven"), 3)]
    made = list(making.Making(jobs))
    for (sound, source), clips in zip(jobs, made, strict=True):
        expected = clips_of(starter.CLASSES[sound], starter.CLASSES[sound].sources[source])
        assert [clip.id for clip in clips] == [clip.id for clip in expected]
        np.testing.assert_array_equal(clips[-1].samples, expected[-1].samples)


def test_all_clips_go_to_the_writer_with_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    bell = next(k for k, sound in enumerate(starter.CLASSES) if sound.name == "bell")
    monkeypatch.setattr(making, "CLASSES", starter.CLASSES[: bell + 1])
    monkeypatch.setattr(making, "JOBS", [job for job in making.JOBS if job[0] <= bell])
    monkeypatch.setattr(making, "Making", lambda jobs: ([clip] for _ in jobs))  # type: ignore[has-type]
    clip = clips_of(starter.CLASSES[bell], "bell 1", 1)[0]
    writer, told = Recorder(), list[tuple[float, str]]()
    making.make(writer, lambda fraction, sentence: told.append((fraction, sentence)))
    assert len(writer.clips) == sum(len(sound.sources) for sound in starter.CLASSES[: bell + 1])
    fractions = [fraction for fraction, _ in told]
    assert fractions == sorted(fractions) and fractions[0] == 0.0 and fractions[-1] <= 1.0
    assert told[-1][1].endswith("bell.")


def test_clips_that_somebody_waits_for_come_before_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go = list[making.Job](), threading.Event()

    def answer(worker: object, job: making.Job) -> list[StarterClip]:
        begun.append(job)
        go.wait()
        return [StarterClip(f"{job}", np.zeros(1, np.int16), {}, "")]

    monkeypatch.setattr(making, "_answer", answer)
    monkeypatch.setattr(making, "usable_cores", lambda: 1)
    made = making.Making([(0, s) for s in range(6)])
    whole = iter(made)
    asked = threading.Thread(target=lambda: [made.clips((0, 4)), go.set()])
    first = threading.Thread(target=lambda: next(whole))
    first.start()
    while not begun:
        time.sleep(0.01)
    asked.start()
    while made._waiting[0] != (0, 4):
        time.sleep(0.01)
    go.set()
    asked.join()
    first.join()
    assert [clips[0].id for clips in whole] == [f"(0, {s})" for s in range(1, 6)]
    assert begun == [(0, 0), (0, 4), (0, 1), (0, 2), (0, 3), (0, 5)]


def test_whoever_waits_is_told_when_the_making_ends_before() -> None:
    made = making.Making([(0, 0), (0, 1)])
    whole = iter(made)
    next(whole)
    whole.close()
    found = made.clips((0, 1))  # another worker may have made it just before
    assert found is None or found[0].file == "piano/bright piano/01"


def test_where_the_system_does_not_tell_the_usable_cores_all_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("os.sched_getaffinity")
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    assert len(list(making.Making([(0, 0)]))) == 1


def test_a_worker_that_dies_is_told_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "WORKER", ["-c", "raise SystemExit(3)"])
    with pytest.raises(UserError, match="ended unexpectedly"):
        list(making.Making([(0, 0)]))


def test_a_sentence_from_a_worker_arrives_unchanged(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = "import sys, pickle; sys.stdin.readline(); pickle.dump('No voice today.', sys.stdout.buffer)"
    monkeypatch.setattr(making, "WORKER", ["-c", answer])
    with pytest.raises(UserError, match=r"^No voice today\.$"):
        list(making.Making([(0, 0)]))


def test_the_fingerprint_follows_the_recipe_and_the_renderers(monkeypatch: pytest.MonkeyPatch) -> None:
    before = starter.fingerprint()
    assert before == starter.fingerprint()
    monkeypatch.setattr(starter, "RECIPE_VERSION", starter.RECIPE_VERSION + 1)
    assert starter.fingerprint() != before


def test_a_missing_renderer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starter, "RENDERERS", ("no-such-renderer",))
    with pytest.raises(UserError, match="no-such-renderer"):
        starter.fingerprint()
