"""The linear probe reads what is linear, of sources it never saw."""

import numpy as np
import pytest

from training.measures.probe import probe_accuracy


def test_what_is_linear_is_read() -> None:
    random = np.random.default_rng(0)
    labels, groups = np.arange(120) % 4, np.arange(120) // 10
    x = random.normal(size=(120, 8))
    x[np.arange(120), labels] += 8
    assert probe_accuracy(x, labels, groups) == pytest.approx(1.0, abs=0.02)
    assert probe_accuracy(random.normal(size=(120, 8)), labels, groups) == pytest.approx(0.25, abs=0.2)


def test_what_tells_the_source_alone_does_not_help() -> None:
    """Every group has its own direction and one label: known groups would be read perfectly, held-out ones by chance."""
    random = np.random.default_rng(0)
    groups = np.repeat(np.arange(20), 10)
    labels = groups % 2
    x = np.eye(20)[groups] * 10 + random.normal(size=(200, 20))
    found = probe_accuracy(x, labels, groups)
    assert found is not None and found < 0.7


def test_unlabelled_clips_are_left_out() -> None:
    random = np.random.default_rng(0)
    labels, groups, x = np.arange(80) % 2, np.arange(80) // 8, random.normal(size=(80, 3))
    x[:, 0] += labels * 6
    more = np.concatenate([labels, np.full(40, -1)])
    found = probe_accuracy(np.concatenate([x, random.normal(size=(40, 3))]), more, np.arange(120) // 8)
    assert found == probe_accuracy(x, labels, groups)


@pytest.mark.parametrize(
    ("labels", "groups"),
    [([0] * 20, list(range(20))), ([0, 1] * 10, [3] * 20), ([-1] * 20, list(range(20))), ([0] + [-1] * 19, list(range(20)))],
)  # fmt: skip
def test_where_nothing_can_be_told_there_is_no_number(labels: list[int], groups: list[int]) -> None:
    x = np.random.default_rng(0).normal(size=(20, 4))
    assert probe_accuracy(x, np.array(labels), np.array(groups)) is None


def test_a_label_of_one_group_only_is_missed_and_no_fault() -> None:
    x = np.random.default_rng(0).normal(size=(40, 4))
    labels = np.where(np.arange(40) < 8, 0, 1)
    found = probe_accuracy(x, labels, np.arange(40) // 8)
    assert found is not None and 0 <= found <= 1
