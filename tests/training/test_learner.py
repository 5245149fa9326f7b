"""What the averaged weights are made of."""

from dataclasses import replace

import pytest
import torch

from training.building import built_method
from training.config import new_config
from training.data.dataset import Dataset
from training.data.store import mel_store
from training.hardware import hardware
from training.learner import Learner, new_learner
from training.methods.deepcluster import DeepCluster
from training.methods.memory_bank import MemoryBank
from training.parts.optimizers import optimizer_for
from training.parts.slow_copy import slow_copy
from training.sampler import GROUPED_CLIPS, Sampler
from training.spectrogram import FrontEnd


def learner_of(name: str) -> Learner:
    config = new_config({"crop_seconds": 0.32, "mels": 16, "averaging": 0.5}, method=name, steps=5)
    method = built_method(config, 48, 4, (-4.0, 3.0))
    sampler = Sampler(torch.zeros(48), 16, "uniform", 0)
    return Learner(
        config,
        method,
        slow_copy(method),
        optimizer_for(method, config),
        sampler,
        torch.Generator(),
        torch.zeros(48),
        step=100,
    )


def test_the_average_goes_half_the_way_at_a_half() -> None:
    t = learner_of("simclr")
    before = {name: p.clone() for name, p in t.averaged.named_parameters()}
    with torch.no_grad():
        for p in t.method.parameters():
            p.add_(1)
    t.average()
    for name, p in t.averaged.named_parameters():
        torch.testing.assert_close(p, before[name] + 0.5)


def test_a_part_that_begins_anew_is_not_blended_with_what_it_was() -> None:
    """DeepCluster's classifier of the last clustering names other clusters than the new one."""
    t = learner_of("deepcluster")
    assert isinstance(t.method, DeepCluster) and isinstance(t.averaged, DeepCluster)
    with torch.no_grad():
        t.method.head.weight.normal_()
        t.method.project[0].weight.add_(1)
    t.average()
    assert torch.equal(t.averaged.head.weight, t.method.head.weight)
    assert not torch.equal(t.averaged.project[0].weight, t.method.project[0].weight)  # type: ignore[arg-type]


@pytest.mark.parametrize(("others_from", "grouped"), [("all", False), ("same source", True)])
def test_batches_are_drawn_as_the_method_asks(others_from: str, grouped: bool, tones: Dataset) -> None:
    """CPC's setting decides whether a batch is made of runs of one source."""
    config = new_config({"others_from": others_from, "batch_size": GROUPED_CLIPS, "mels": 16}, method="cpc", steps=5)
    machine, store = hardware("cpu"), mel_store(tones, FrontEnd(mels=16), torch.device("cpu"), lambda *_: None)
    sampler = new_learner(config, tones, store, machine).sampler
    sources = [len(store.groups[sampler.next()].unique()) for _ in range(len(store) // GROUPED_CLIPS)]
    assert (max(sources) == 1) == grouped


def test_a_memory_knows_from_which_recording_each_clip_was_cut(tones: Dataset) -> None:
    files = tuple(f"{clip // 3}.wav" for clip in range(len(tones)))
    config = new_config({"batch_size": 16, "mels": 16}, method="memory_bank", steps=5)
    machine, store = hardware("cpu"), mel_store(tones, FrontEnd(mels=16), torch.device("cpu"), lambda *_: None)
    method = new_learner(config, replace(tones, files=files), store, machine).method
    assert isinstance(method, MemoryBank)
    assert method.bank.recordings.tolist() == [clip // 3 for clip in range(len(tones))]
