"""The routes of the lens: steps, pictures, clips."""

from typing import Any

DATA = "0" * 64


def test_the_lens_has_steps_pictures_and_clips_that_can_be_heard(page: Any, make_run: Any) -> None:
    assert page.get("run/first/lens").json() == {"steps": [0, 10, 20]}
    shown = page.get("run/first/lens/20").json()
    assert [(p["name"], p["kind"], p["shape"]) for p in shown["pictures"]] == [("similarity", "matrix", [8, 8])]
    assert (shown["fingerprint"], shown["sounds"], shown["note"]) == (DATA, True, "")
    assert page.get(f"clip/{DATA}/{shown['clips'][3]['clip']}").status_code == 200
    make_run(page.library.root / "other", fingerprint="1" * 64)
    other = page.get("run/other/lens/20").json()
    assert not other["sounds"] and "not on this machine" in other["note"]


def test_what_was_measured_is_told_at_a_step_or_at_the_newest(page: Any) -> None:
    assert page.get("run/first/measured").json()["step"] == 20
    shown = page.get("run/first/measured?step=10").json()
    assert shown["step"] == 10 and [p["name"] for p in shown["pictures"]] == ["spectrum_h"]
    for asked, sentence in (("11", "no snapshot of step 11"), ("x", "must be a whole number")):
        reply = page.get(f"run/first/measured?step={asked}")
        assert reply.status_code == 404 and sentence in reply.json()["detail"]
