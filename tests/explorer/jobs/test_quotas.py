"""What is trained beyond the limits is stopped, with its reason; what waits isn't started on a full disk."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from explorer.jobs import launcher as launching
from explorer.jobs import quotas as module
from explorer.jobs.launcher import Launcher
from explorer.jobs.quotas import Quotas
from explorer.jobs.run_size import run_bytes, weights_bytes
from explorer.visitors.limits import Limits, hosted_limits
from tests.support.limits_enforced import asked
from tests.support.queued import end, fake_command, wait_for
from training.config import new_config
from training.errors import UserError
from training.methods import METHODS
from training.run import RunFolder, RunWriter, State, Status


@pytest.fixture
def launch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Limits], Launcher]]:
    monkeypatch.setattr(launching, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.05)
    made: list[Launcher] = []

    def started(limits: Limits) -> Launcher:
        made.append(Launcher(tmp_path, command=fake_command, limits=limits))
        return made[-1]

    yield started
    for server in made:
        end(server)


def status(server: Launcher, name: str) -> Status:
    return RunFolder(server.root / name).status()


def test_visitors_runs_that_grow_too_large_are_stopped_with_the_reason(launch: Any) -> None:
    server = launch(Limits(job_mb=1))
    server.quotas._check_size = lambda *given: None  # no real configuration
    name = server.start({"method": "simclr"})
    wait_for(lambda: status(server, name).state is State.TRAINING)
    (server.root / name / "checkpoints" / "large").write_bytes(b"x" * 1_100_000)
    wait_for(lambda: status(server, name).message)
    assert status(server, name).state is State.STOPPED
    assert status(server, name).message == "It was stopped: a run takes 1 MB of disk at most here."


def test_visitors_runs_that_hold_the_device_are_stopped_also_while_paused(launch: Any, monkeypatch: Any) -> None:
    server = launch(Limits(job_seconds=1))
    first = server.start({"method": "simclr"})
    wait_for(lambda: status(server, first).state is State.TRAINING)
    server.pause(first)
    second = server.start({"method": "byol"})
    monkeypatch.setattr(module, "BESIDE_SECONDS", -1.0)
    wait_for(lambda: "held the place of others" in status(server, first).message)
    assert status(server, first).state is State.STOPPED
    wait_for(lambda: status(server, second).state is not State.WAITING)


def test_visitors_runs_trained_long_enough_are_stopped(tmp_path: Path) -> None:
    server = Launcher(tmp_path, command=fake_command, limits=Limits(job_seconds=60), read_only=True)
    writer = RunWriter(launching.create_run(tmp_path / "a", {}).path)
    for seconds, expected in ((60.0, None), (61.0, "It was stopped: a run is trained for 60 seconds at most here.")):
        writer.write_status(Status(State.TRAINING, seconds=seconds))
        assert server.quotas._reason(RunFolder(tmp_path / "a"), 0) == expected
    writer.close()


def test_visitors_runs_wait_in_vain_for_a_full_disk(launch: Any, monkeypatch: Any) -> None:
    server = launch(Limits(free_percent=1))
    usage = module.shutil.disk_usage(server.root)
    monkeypatch.setattr(module.shutil, "disk_usage", lambda path: usage._replace(free=usage.total))
    first = server.start({"method": "simclr"})
    second = server.start({"method": "simclr"})
    wait_for(lambda: status(server, first).state is State.TRAINING)
    monkeypatch.setattr(module.shutil, "disk_usage", lambda path: usage._replace(free=0))
    with pytest.raises(UserError, match=r"^Only 0 % of the disk is free"):
        server.start({"method": "simclr"})
    server.stop(first)
    wait_for(lambda: status(server, second).message)
    assert status(server, second).state is State.STOPPED
    assert status(server, second).message.startswith(
        "It was not started: Only 0 % of the disk is free, and 1 % must be"
    )
    monkeypatch.setattr(module.shutil, "disk_usage", lambda path: usage._replace(free=usage.total))
    server.resume(second)
    wait_for(lambda: status(server, second).state is State.TRAINING)


@pytest.mark.parametrize("full", ["runs", "sounds"])
def test_the_disk_of_the_sounds_counts_as_that_of_the_runs_does(
    full: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "cache_root", lambda: tmp_path / "sounds")
    monkeypatch.setattr(module, "_free_percent", lambda folder: 3.0 if folder.name == full else 90.0)
    quotas = Quotas(Limits(free_percent=5), tmp_path / "runs")
    assert (quotas.disk_refusal() or "").startswith("Only 3 % of the disk is free, and 5 % must be")


def test_visitors_fifty_starts_are_one_run_and_a_bounded_queue(launch: Any) -> None:
    server = launch(Limits(visitor_jobs=1))
    started, refusals = [], []
    for visitor in range(50):
        for _ in range(2):
            try:
                with asked(f"visitor {visitor}"):
                    started.append(server.start({"method": "simclr"}))
            except UserError as error:
                refusals.append(str(error))
    wait_for(lambda: status(server, started[0]).state is State.TRAINING)
    assert len(started) <= launching.QUEUED_AT_MOST + 1
    assert [server.place(name) for name in started[1:]] == list(range(1, len(started)))
    assert any("isn't over yet" in refusal for refusal in refusals)
    assert any("queue is full" in refusal for refusal in refusals)
    assert sum(status(server, name).active for name in started) == 1


def test_visitors_resumes_count_as_jobs_and_ended_runs_do_not(launch: Any) -> None:
    server = launch(Limits(visitor_jobs=1))
    with asked("a"):
        first = server.start({"method": "simclr"})
        wait_for(lambda: status(server, first).state is State.TRAINING)
        server.stop(first)
        wait_for(lambda: status(server, first).state is State.STOPPED)
        server.look()
        second = server.start({"method": "simclr"})
        with pytest.raises(UserError, match=f"Your run {second} isn't over yet"):
            server.resume(first)
    with asked("b"):
        server.resume(first)


@pytest.mark.parametrize("method", list(METHODS))
def test_every_method_fits_a_hosted_page_as_it_is_offered(method: str, tmp_path: Path) -> None:
    quotas = Quotas(hosted_limits(), tmp_path)
    for encoder in METHODS[method].encoders:
        config = new_config({}, method=method, encoder=encoder).to_json()
        assert quotas.fitted(config).notes == ()
        quotas.fitted({**config, "seconds": 600.0})


def test_visitors_models_are_measured_without_making_them() -> None:
    config = new_config({"hidden_width": 4096, "projection_width": 1024}, method="vicreg").to_json()
    assert weights_bytes(config) > 30e6
    assert run_bytes({**config, "seconds": 60.0}, 10**6) < run_bytes({**config, "seconds": 6000.0}, 10**6)
    assert run_bytes({**config, "steps": 100}, 10**6) < run_bytes({**config, "steps": 10**7}, 10**6)
    assert run_bytes({**config, "encoder_size": "XL"}, 10**6) > 3 * run_bytes(config, 10**6)


def test_a_visitor_is_told_to_choose_a_smaller_encoder(tmp_path: Path) -> None:
    config = new_config({"encoder_size": "XL", "seconds": 60}, method="simclr").to_json()
    with pytest.raises(UserError, match="choose a smaller encoder size"):
        Quotas(hosted_limits(), tmp_path).fitted(config)


def test_each_length_has_its_own_limit_and_runs_trained_as_one_share_it(tmp_path: Path) -> None:
    quotas = Quotas(Limits(job_seconds=11, job_steps=20, job_batch=30), tmp_path)
    names = ("seconds", "steps", "batch_size")
    assert [quotas.most(name) for name in names] == [11, 20, 30]
    assert [quotas.most(name, runs=2) for name in names] == [6, 10, 30]
    assert [Quotas(Limits(), tmp_path).most(name) for name in names] == [math.inf] * 3
    wanted = dict.fromkeys(names, 1000)
    assert quotas.fitted(wanted).config == {"seconds": 11, "steps": 20, "batch_size": 30}
    assert len(quotas.fitted(wanted).notes) == 3


def test_what_is_kept_of_runs_does_not_grow_with_them(tmp_path: Path) -> None:
    quotas = Quotas(Limits(job_seconds=60, visitor_jobs=1), tmp_path)
    for number in range(50):
        name = f"run-{number}"
        quotas.check_visitor("a", set())
        quotas.note_owner(name, "a")
        run = launching.create_run(tmp_path / name, {})
        writer = RunWriter(run.path)
        writer.write_status(Status(State.TRAINING, seconds=61.0))
        writer.close()
        assert quotas.overdrawn(run) is not None
        if number % 2:  # another server on this folder may be the one that finds it ended
            assert quotas.take_reason(name) is not None
    kept = [value for value in vars(quotas).values() if isinstance(value, dict)]
    assert sum(map(len, kept)) <= 2, kept
    with pytest.raises(UserError, match="Your run run-49 isn't over yet"):
        quotas.check_visitor("a", {"run-49", "run-3"})
