"""Which clips are asked where not all can be."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from torch import Tensor

from training.data.progress import quiet
from training.knowledge import shortcuts
from training.knowledge.invariance import invariance
from training.knowledge.material import material
from training.knowledge.sample import fair_sample
from training.run import RunFolder
from training.trainer import train


class Enough(Exception):
    """What is to be seen has been seen."""


@pytest.mark.parametrize("windows", [2, 3, 4])
def test_a_sample_of_long_files_takes_each_of_their_windows_as_often(windows: int) -> None:
    files = 2000 // windows
    window, groups = np.tile(np.arange(windows), files), np.repeat(np.arange(files), windows)
    codes = groups // (files // 4)  # of files of four labels, one after the other
    taken = fair_sample(codes, groups, 1000)
    assert len(np.unique(taken)) == 1000 and list(taken) == sorted(taken)
    for label in range(4):
        own = taken[codes[taken] == label]
        assert abs(len(own) - 250) <= 2, "of every label its share"
        shares = np.bincount(window[own], minlength=windows) / len(own)
        assert abs(shares - 1 / windows).max() < 0.1, shares
    assert np.array_equal(taken, fair_sample(codes, groups, 1000)), "always the same ones"


def test_what_a_probe_has_room_for_is_asked_whole() -> None:
    codes, groups = np.tile([2, 0, 1], 20), np.tile([1, 0], 30)
    assert np.array_equal(fair_sample(codes, groups, 60), np.arange(60))


@pytest.mark.parametrize("most", [20, 48])
def test_shortcuts_and_what_it_ignores_ask_the_same_sample(
    made_run: Callable[..., RunFolder], monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    run = made_run(steps=1)
    train(run.path)
    at_hand = material(run, quiet)
    label, asked = at_hand.facets[at_hand.main_facet], []

    def compare(x: Tensor, label: np.ndarray, sources: Mapping[Any, np.ndarray], every: Any) -> Any:
        asked.append(sources["all"])
        return really(x, label, sources, every)

    def changed(models: Any, waveforms: list[np.ndarray], changes: Any, at: np.ndarray, told: Any) -> Any:
        asked.append(np.array([np.flatnonzero([np.array_equal(one, w) for one in sounds])[0] for w in waveforms]))
        asked.append(at)
        raise Enough

    really = shortcuts.compare
    sounds = [at_hand.dataset.waveform(int(clip)) for clip in at_hand.clips] if at_hand.dataset else []
    monkeypatch.setattr("training.knowledge.shortcuts.MOST_CLIPS", most)
    monkeypatch.setattr("training.knowledge.invariance.BANK", most)
    monkeypatch.setattr("training.knowledge.invariance.CHANGED", most // 2)
    monkeypatch.setattr("training.knowledge.shortcuts.compare", compare)
    monkeypatch.setattr("training.knowledge.invariance.embedded_changes", changed)
    shortcuts.shortcuts(at_hand, quiet)
    with pytest.raises(Enough):
        invariance(at_hand, quiet)
    *compared, bank, at = asked
    fair = fair_sample(label, at_hand.groups, most)
    assert compared and all(np.array_equal(one, fair) for one in [*compared, bank])
    assert np.array_equal(at, fair_sample(label[fair], at_hand.groups[fair], most // 2))
    assert most < 48 or np.array_equal(fair, np.arange(48)), "as before where all fit"
