"""The routes of the runs there are."""

from typing import Any

from training.methods import METHODS


def test_the_runs_are_listed_with_the_one_to_look_at(page: Any) -> None:
    answer = page.get("runs").json()
    assert answer["latest"] == "first"
    (row,) = answer["runs"]
    assert (row["name"], row["title"], row["data"], row["state"]) == ("first", "SimCLR", "Made-up sounds", "finished")
    assert row["score"]["beside"] == {"random_init": 0.5, "mfcc": 0.6, "log_mel": 0.5, "chance": 0.2}
    assert row["changed"] is None
    (row,) = page.get("runs?changed=1").json()["runs"]
    assert row["changed"] == []


def test_a_run_says_what_it_holds(page: Any) -> None:
    schema = page.get("run/first/schema").json()
    assert [c["name"] for c in schema["columns"]][:3] == ["class", "source", "right"]
    assert {c["writer"] for c in schema["columns"]} == {"trainer", "projector"}


def test_the_card_of_a_runs_method_is_told_and_one_that_is_gone_is_named(
    page: Any, make_run: Any, tmp_path: Any
) -> None:
    card = page.get("run/first/method").json()
    assert (card["name"], card["title"], card["negatives"]) == ("simclr", "SimCLR", True)
    assert [meaning for _, meaning in card["symbols"]] == list(METHODS["simclr"].card.symbols.values())
    assert all(sign.startswith("<math") for sign, _ in card["symbols"])
    make_run(tmp_path / "runs" / "strange", config={"method": "never heard of"})
    answer = page.get("run/strange/method")
    assert (answer.status_code, answer.json()["detail"]) == (404, "This version has no such method as this run's.")
