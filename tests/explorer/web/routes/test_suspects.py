"""The route of a run's suspects."""

from typing import Any

from explorer.suspects import listed


def test_the_suspects_of_a_run_are_listed(page: Any, make_run: Any, tmp_path: Any) -> None:
    found = page.get("run/first/suspects").json()
    assert (found["facet"], found["step"]) == ("class", 20)
    assert {row["kind"] for row in found["rows"]} <= set(found["kinds"])
    make_run(tmp_path / "runs" / "young", snapshots=())
    answer = page.get("run/young/suspects")
    assert (answer.status_code, answer.json()["detail"]) == (404, "This run has no snapshot yet.")


def test_whoever_asks_beside_another_is_to_ask_again(page: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(listed, "WAIT_SECONDS", 0.01)
    listed._kept.clear()
    with listed._turn:
        answer = page.get("run/first/suspects")
    assert (answer.status_code, answer.json()["detail"]) == (503, listed.BUSY)
