"""The benchmark of speed: what it counts as the limit, and that all of it runs."""

import importlib.util
import json
import sys
from pathlib import Path

import pytest
import torch

from benchmarks.gpu.clips import made_tones
from benchmarks.throughput import __main__ as throughput
from benchmarks.throughput import rounds
from benchmarks.throughput.limit import calls_of, limit
from benchmarks.throughput.steps import Trained
from benchmarks.throughput.textbook import KINDS, Textbook
from training.hardware import hardware
from training.methods import METHODS

SMALL = {"batch_size": 8}


def trained(method: str) -> Trained:
    return Trained(method, made_tones(32), hardware("cpu"), SMALL)


@pytest.mark.parametrize("method", throughput.METHODS)
def test_the_limit_replays_what_the_encoder_computes_and_learns_nothing_from_it(method: str) -> None:
    own = trained(method)
    before = {name: weight.clone() for name, weight in own.learner.method.named_parameters()}
    calls = calls_of(own)
    assert any(call.learns for call in calls)
    limit(own)()
    assert all(torch.equal(before[name], weight) for name, weight in own.learner.method.named_parameters())
    own.step()
    assert not all(torch.equal(before[name], weight) for name, weight in own.learner.method.named_parameters())


def test_a_slow_copy_is_counted_forward_alone() -> None:
    calls = calls_of(trained("byol"))
    assert [call.learns for call in calls] == [True, True, False, False]
    assert all(type(call.layer).__name__ == "Conv2d" and call.arguments[0].shape[0] == 8 for call in calls)


def test_the_ratio_is_the_median_of_each_rounds_own() -> None:
    assert rounds.ratio({"a": [1.0, 10.0, 2.0], "b": [3.0, 30.0, 2.0]}, "a", "b") == 3.0


@pytest.mark.parametrize("kind", KINDS)
def test_the_textbooks_pipeline_trains_the_same_encoder(kind: str) -> None:
    own = trained("simclr")
    book = Textbook(kind, made_tones(32), own, workers=0)
    encoder = own.learner.method.encoder
    assert [w.shape for w in book.model[0].parameters()] == [w.shape for w in encoder.parameters()]
    first, second = next(book.batches)
    assert first.shape == second.shape and first.shape[:2] == (8, 40) and not torch.equal(first, second)
    before = [weight.clone() for weight in book.model.parameters()]
    book.step()
    assert not all(torch.equal(a, b) for a, b in zip(before, book.model.parameters(), strict=True))
    book.close()


@pytest.mark.whole
def test_all_of_it_runs_and_tells_a_row_a_method(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(throughput, "made_tones", lambda count: made_tones(32))
    monkeypatch.setattr(throughput, "METHODS", ("simclr",))
    monkeypatch.setattr(
        throughput,
        "Trained",
        lambda name, data, machine, given=None: Trained(name, data, machine, {**(given or {}), **SMALL}),
    )
    monkeypatch.setattr(throughput, "BATCHES", (8,))
    monkeypatch.setattr(throughput, "in_turn", lambda steps, count, seconds: rounds.in_turn(steps, 1, 0.0))
    monkeypatch.setattr(throughput, "seconds_a_step", lambda step, seconds: rounds.seconds_a_step(step, 0.0))
    monkeypatch.setattr("benchmarks.throughput.textbook.WORKERS", (0,))
    out = tmp_path / "found.json"
    monkeypatch.setattr(sys, "argv", ["throughput", "--quick", "--json", "--device", "cpu", "--out", str(out)])
    throughput.main()
    found = json.loads(out.read_text())
    assert json.loads(capsys.readouterr().out) == found
    assert set(throughput.METHODS) <= set(METHODS)
    for row in (found["simclr"], found["byol_a, 64x96"], *found["batches"].values()):
        assert row["of_limit"] > 0 and set(row["parts"]) == {"clips", "views", "encoder", "loss", "update"}
    package = ["views_over_audiomentations"] if importlib.util.find_spec("torch_audiomentations") else []
    assert all(found["simclr"][name] > 0 for name in (*throughput.OVER.values(), *package))
