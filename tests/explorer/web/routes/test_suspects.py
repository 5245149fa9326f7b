"""The route of a run's suspects."""

from typing import Any

from explorer.suspects import listed


def test_the_suspects_of_a_run_are_listed(page: Any, make_run: Any, tmp_path: Any) -> None:
    found = page.get("run/first/suspects").json()
    assert (found["facet"], found["step"]) == ("class", 20)
    assert {row["kind"] for row in found["rows"]} <= set(found["kinds"])
    make_run(tmp_path / "runs" / "young", snapshots=())
    assert page.get("run/young/suspects").json() == {"note": "This run has no snapshot yet.", "soon": False}


def test_whoever_asks_beside_another_is_to_ask_again(page: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(listed, "WAIT_SECONDS", 0.01)
    listed._kept.clear()
    with listed._turn:
        assert page.get("run/first/suspects").json() == {"note": listed.BUSY, "soon": True}
