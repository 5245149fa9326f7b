"""Settings that make a method go wrong are legal settings of it, and other ones than its own."""

from pathlib import Path

import pytest

from training.breaks.mistakes import MISTAKES, mistakes_of
from training.config import RunConfig, new_config
from training.methods import METHODS

PAGE = Path(__file__).resolve().parents[3] / "docs" / "verdicts.md"


@pytest.mark.parametrize("method", METHODS)
def test_each_makes_a_configuration_that_differs_from_the_default(method: str) -> None:
    usual = new_config({}, method=method)
    found = mistakes_of(method)
    assert "large_learning_rate" in found
    for name, overrides in found.items():
        assert new_config(overrides, method=method) != usual, name


@pytest.mark.parametrize("name", MISTAKES)
def test_each_can_be_made_by_some_method_and_says_what_should_happen(name: str) -> None:
    assert any(name in mistakes_of(method) for method in METHODS)
    assert MISTAKES[name].expected.endswith(".")
    assert f"| {MISTAKES[name].title} |" in PAGE.read_text(), (
        "docs/verdicts.md has a row for each mistake, with its title"
    )


def test_a_rate_is_thirty_times_the_methods_own_and_legal() -> None:
    assert mistakes_of("simclr")["large_learning_rate"]["learning_rate"] == pytest.approx(30 * RunConfig.learning_rate)


def test_without_augmentation_only_the_length_of_a_view_stays() -> None:
    views = mistakes_of("simclr")["no_augmentation"]
    assert "views.mixup" in views and set(views.values()) == {0.0} and "views.crop_seconds" not in views


@pytest.mark.parametrize("method", ["byol_a", "cola", "data2vec", "m2d"])
def test_augmentation_is_not_taken_from_methods_that_have_none_or_compare_one_view_with_itself(method: str) -> None:
    assert "no_augmentation" not in mistakes_of(method)


def test_augmentation_is_taken_from_methods_that_compare_one_view_with_what_they_remember() -> None:
    assert all("no_augmentation" in mistakes_of(method) for method in ("memory_bank", "deepcluster"))
