"""The form of a new run: made from the method's config, checked once more when it comes back."""

import pickle
import threading
import time
from pathlib import Path

import pytest

from explorer.components import filled_in
from explorer.jobs.quotas import Quotas
from explorer.pages.form_contents import (
    check_data,
    check_fitted,
    config_from,
    encoder_choices,
    form_groups,
    method_card,
    method_choices,
    method_needs,
    wrong_choices,
)
from explorer.sounds.open_datasets import OpenDatasets
from explorer.visitors.limits import Limits
from tests.explorer.conftest import write_dataset
from tests.training.breaks.test_wrong import keys_changed
from training.breaks import BREAKS
from training.breaks.mistakes import mistakes_of
from training.breaks.wrong import PART, wrongs_of
from training.data.dataset import Dataset, Progress
from training.errors import UserError
from training.methods import METHODS


def filled(method: str, encoder: str) -> dict[str, dict[str, object]]:
    """What the browser sends back when nobody changes anything."""
    return {g["name"]: {s["name"]: s["default"] for s in g["settings"]} for g in form_groups(method, encoder)}


@pytest.mark.parametrize("method", METHODS)
def test_every_method_has_a_form_whose_defaults_start_a_run(method: str) -> None:
    assert method in [name for _, name in method_choices()]
    assert METHODS[method].card.title in method_card(method)
    for _, encoder in encoder_choices(method):
        config = config_from("starter", method, encoder, filled_in({"filled": filled(method, encoder)}))
        assert (config["method"], config["encoder"], config["data"]) == (method, encoder, "starter")
        assert config["created"]
        for name, value in METHODS[method].run_defaults.items():
            if isinstance(value, dict):  # settings of the views or the front end, as far as this encoder's has them
                assert all(config[name][part] == own for part, own in value.items() if part in config[name])
            else:
                assert config[name] == value


@pytest.mark.parametrize("method", METHODS)
def test_every_method_is_offered_by_its_family_and_says_what_it_needs(method: str) -> None:
    card = METHODS[method].card
    (title,) = [title for title, name in method_choices() if name == method]
    assert title.startswith(f"{card.title} ({card.year}") and title.endswith(f" · {card.family}")
    assert (f"needs {card.needs}s" in title) == bool(card.needs) == bool(method_needs(method))


def test_values_of_the_form_reach_the_config() -> None:
    values = filled("simclr", "conv2d")
    values["settings"]["temperature"] = 0.25
    values["run"].update(steps=7, seconds=None)
    config = config_from(" starter ", "simclr", "conv2d", values)
    assert config["settings"]["temperature"] == 0.25
    assert (config["steps"], config["seconds"], config["data"]) == (7, None, "starter")


@pytest.mark.parametrize(
    ("group", "name", "value"),
    [
        ("settings", "temperature", -1),
        ("settings", "temperature", "hot"),
        ("run", "batch_size", 1.5),
        ("run", "device", "toaster"),
    ],
)
def test_a_wrong_value_is_one_plain_sentence(group: str, name: str, value: object) -> None:
    values = filled("simclr", "conv2d")
    values[group][name] = value
    with pytest.raises(UserError, match=f"{name} is .* but .* was expected"):
        config_from("starter", "simclr", "conv2d", values)


@pytest.mark.parametrize(
    ("data", "values", "words"),
    [("", None, "No data is chosen"), ("starter", {}, "still being filled")],
)
def test_missing_things_are_named(data: str, values: dict[str, dict[str, object]] | None, words: str) -> None:
    with pytest.raises(UserError, match=words):
        config_from(data, "simclr", "conv2d", filled("simclr", "conv2d") if values is None else values)


def test_batches_by_source_of_a_stream_are_refused_in_the_form_s_words() -> None:
    values = filled("cpc", "conv_gru")
    values["settings"]["others_from"] = "same source"
    with pytest.raises(UserError) as refused:
        config_from("shards:/x.tar", "cpc", "conv_gru", values)
    assert refused.value.in_words.startswith("The setting others from needs batches drawn by source, and x is a stream")


@pytest.mark.parametrize("count", [0, 1, 2, 8])
def test_devices_are_offered_where_there_are_several(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.hardware.gpus", lambda: count)
    (run,) = [group["settings"] for group in form_groups("simclr", "conv2d") if group["name"] == "run"]
    offered = {setting["name"]: setting["high"] for setting in run}
    assert offered.get("devices") == (count if count > 1 else None)
    values = filled("simclr", "conv2d")
    values["run"]["devices"] = max(1, count)
    assert config_from("starter", "simclr", "conv2d", values)["devices"] == max(1, count)
    values["run"]["devices"] = max(1, count) + 1
    with pytest.raises(UserError, match=r"devices is .* but a number from 1 to .* was expected"):
        config_from("starter", "simclr", "conv2d", values)


def test_the_form_says_how_long_a_run_may_be_here_and_is_filled_within_it() -> None:
    again = {"run": {"seconds": 5000.0, "steps": None, "batch_size": 64}}
    most = {"seconds": 90, "steps": 20_000}
    (run,) = [group for group in form_groups("simclr", "conv2d", values=again, most=most) if group["name"] == "run"]
    offered = {setting["name"]: (setting["high"], setting["default"]) for setting in run["settings"]}
    assert offered["seconds"] == (90, 90) and offered["steps"] == (20_000, None) and offered["batch_size"][0] == 8192
    assert run["values"] == {"seconds": 90, "steps": None, "batch_size": 64} and again["run"]["seconds"] == 5000


def test_neither_steps_nor_seconds_is_refused() -> None:
    values = filled("simclr", "conv2d")
    values["run"].update(steps=None, seconds=None)
    with pytest.raises(UserError, match="neither steps nor seconds"):
        config_from("starter", "simclr", "conv2d", values)


@pytest.mark.parametrize("name", ["method", "data", "settings", "created", "versions", "data_fingerprint", "steps "])
def test_bad_input_what_the_group_of_the_run_does_not_hold_is_refused(name: str) -> None:
    values = filled("simclr", "conv2d")
    values["run"][name] = "x"
    with pytest.raises(UserError, match=f"The run has no setting '{name}'; its settings are: averaging, batch_size"):
        config_from("starter", "simclr", "conv2d", values)


@pytest.mark.parametrize("method", METHODS)
def test_what_is_done_wrong_on_purpose_is_what_the_run_is_started_with(method: str) -> None:
    titles = [title for title, _ in wrong_choices(method)]
    assert titles[0] == "Nothing" and len(titles) == len(set(titles)) == 1 + len(BREAKS.get(method, {})) + len(
        mistakes_of(method)
    )
    encoder = METHODS[method].encoders[0]
    values = filled(method, encoder)
    usual = config_from("starter", method, encoder, values)
    for _, wrong in wrong_choices(method)[1:]:
        config = config_from("starter", method, encoder, values, wrong)
        changed = {key for key in config if key != "created" and config[key] != usual[key]}
        assert changed == keys_changed(wrongs_of(method)[wrong])
        if wrong.startswith(PART):
            assert config["breaks"] == (wrong.removeprefix(PART),)
    assert values == filled(method, encoder)
    with pytest.raises(UserError, match="no such part"):
        config_from("starter", method, encoder, values, "part:the lid")


def opened(reference: str, *, window_seconds: float, progress: Progress) -> Dataset:
    """Sounds where the name says so, none else."""
    if Path(reference).name != "sounds":
        raise UserError("It holds no sound.")
    return write_dataset(20)


@pytest.fixture
def looked(cache: Path, tmp_path: Path) -> OpenDatasets:
    """What was found in two folders, as the form looked at them."""
    open_datasets = OpenDatasets(make=opened)
    for name in ("sounds", "papers"):
        folder = str(tmp_path / name)
        Path(folder).mkdir()
        open_datasets.open(folder)
        until = time.monotonic() + 60
        while (known := open_datasets.known(folder)) is None or not known.done:
            assert time.monotonic() < until
            time.sleep(0.005)
    return open_datasets


def config_on(folder: Path, **run: object) -> dict[str, object]:
    """A configuration as the form makes it."""
    values = filled("simclr", "conv2d")
    values["run"].update(run)
    return config_from(str(folder), "simclr", "conv2d", values)


def test_what_the_form_found_unusable_is_not_begun(looked: OpenDatasets, tmp_path: Path) -> None:
    for name, run, said in [
        ("nowhere", {}, "nowhere cannot be used: it cannot be opened: No such file or directory"),
        ("papers", {}, "It holds no sound"),
        ("sounds", {"batch_size": 21}, "The data has 20 clips, but a batch of 21 was asked for"),
    ]:
        with pytest.raises(UserError, match=said):
            check_data(config_on(tmp_path / name, **run), looked)


def test_a_batch_that_was_cut_down_and_is_still_too_large_is_told_as_it_was_asked_for(
    looked: OpenDatasets, tmp_path: Path
) -> None:
    quotas = Quotas(Limits(job_batch=64), tmp_path)
    with pytest.raises(UserError, match="The data has 20 clips, but a batch of 900 was asked for"):
        check_fitted(quotas.fitted(config_on(tmp_path / "sounds", batch_size=900)), looked)
    check_fitted(Quotas(Limits(job_batch=16), tmp_path).fitted(config_on(tmp_path / "sounds", batch_size=900)), looked)


def test_what_may_do_is_begun_and_so_is_what_nobody_looked_at(looked: OpenDatasets, tmp_path: Path) -> None:
    for run in ({}, {"batch_size": 20}, {"batch_size": 64, "window_seconds": 0.5}):  # which may give more clips
        check_data(config_on(tmp_path / "sounds", **run), looked)
    (tmp_path / "new").mkdir()
    check_data(config_on(tmp_path / "new", batch_size=8192), looked)
    assert looked.known(str(tmp_path / "new")) is None


@pytest.mark.parametrize(("name", "batch_size"), [("papers", 8), ("sounds", 21)])
def test_what_was_unusable_and_is_mended_is_begun_at_the_first_press(
    name: str, batch_size: int, looked: OpenDatasets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = config_on(tmp_path / name, batch_size=batch_size)
    with pytest.raises(UserError):
        check_data(config, looked)
    monkeypatch.setattr(looked, "_make", lambda *_, **__: write_dataset(40, fingerprint="4" * 64))
    check_data(config, looked)


def test_what_a_second_look_takes_long_for_is_refused_as_before(
    looked: OpenDatasets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = threading.Event()
    monkeypatch.setattr("explorer.sounds.open_datasets.WAIT_SECONDS", 0.0)
    monkeypatch.setattr(looked, "_make", lambda *_, **__: slow.wait(60) and write_dataset(40, fingerprint="4" * 64))
    try:
        with pytest.raises(UserError, match="It holds no sound"):
            check_data(config_on(tmp_path / "papers"), looked)
    finally:
        slow.set()


def test_a_refused_setting_is_called_as_the_form_calls_it_and_its_value_as_it_is() -> None:
    values = filled("simclr", "conv2d")
    values["run"]["batch_size"] = "batch_size"
    with pytest.raises(UserError) as refused:
        config_from("starter", "simclr", "conv2d", values)
    sentence = "The setting batch{}size is 'batch_size', but a whole number from 8 to 8,192 was expected."
    assert (str(refused.value), refused.value.in_words) == (sentence.format("_"), sentence.format(" "))
    assert pickle.loads(pickle.dumps(refused.value)).in_words == refused.value.in_words
    with pytest.raises(UserError) as refused:
        config_from("", "simclr", "conv2d", values)
    assert refused.value.in_words == str(refused.value)
