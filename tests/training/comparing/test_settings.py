"""Which runs repeat each other."""

from dataclasses import replace
from typing import Any

import pytest

from training.comparing.settings import seed_of, settings_of
from training.config import new_config


def told(overrides: dict[str, Any] | None = None, **values: Any) -> dict[str, Any]:
    return new_config(overrides or {}, **values).to_json()


def test_seed_and_time_tell_no_runs_apart() -> None:
    one = replace(new_config({}, seed=3, steps=9), created="long ago", git_revision="x", data="/elsewhere")
    assert settings_of(one.to_json()) == settings_of(told(steps=9))
    assert seed_of(one.to_json()) == 3


@pytest.mark.parametrize("other", [
    told({"temperature": 0.3}), told({"noise": 0.1}), told({"mels": 64}), told(method="byol"), told(seconds=5), told(steps=5),
    told(breaks=("negatives",)), told() | {"data_fingerprint": "other"}, told() | {"objective": 7},
])  # fmt: skip
def test_whatever_else_differs_does(other: dict[str, Any]) -> None:
    assert settings_of(other) != settings_of(told())


def test_runs_that_were_trained_longer_repeat_each_other_where_they_had_the_same_ends() -> None:
    one, other, earlier = (
        told(seconds=40) | {"lengthened": [{"step": step, "steps": None, "seconds": seconds}]}
        for step, seconds in ((210, 20.0), (190, 20.0), (190, 10.0))
    )
    assert settings_of(one) == settings_of(other)
    assert len({settings_of(each) for each in (one, earlier, told(seconds=40))}) == 3
    assert settings_of({k: v for k, v in told().items() if k != "lengthened"}) == settings_of(told())


def test_seconds_say_nothing_beside_steps() -> None:
    assert settings_of(told(steps=5) | {"seconds": 60.0}) == settings_of(told(steps=5))


def test_settings_of_later_are_as_they_were_before_them() -> None:
    older = {
        name: value for name, value in told().items() if name not in ("clips_in", "bias_rate", "objective", "breaks")
    }
    assert settings_of(older) == settings_of(told() | {"clips_in": "memory", "bias_rate": 1.0})
    assert settings_of(older) != settings_of(told())


def test_a_run_that_is_only_watched_says_its_own_seed() -> None:
    runs = [{"watched": True, "method": "mine", "about": {"lr": 1, "seed": seed}} for seed in (4, 5)]
    assert settings_of(runs[0]) == settings_of(runs[1]) and [seed_of(run) for run in runs] == [4, 5]
    assert settings_of(runs[0]) != settings_of({**runs[0], "about": {"lr": 2}})


@pytest.mark.parametrize(
    "config", [{}, {"method": 3, "settings": [1]}, {"watched": True, "about": 5}, {"seed": "x"}, {"lengthened": 3}]
)
def test_a_configuration_in_any_condition_is_read(config: dict[str, Any]) -> None:
    assert isinstance(settings_of(config), str) and seed_of(config) is None
