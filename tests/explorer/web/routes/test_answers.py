import json
from typing import Any

import pytest

DATA = "0" * 64


@pytest.mark.parametrize(
    "path",
    [
        "run/second/news",
        "run/../news",
        "run/%2e%2e/news",
        "run/.hidden/points",
        "run/first%00/points",
        "run/first/layout/10",
        "run/first/layout/x",
        "run/first/layout/-1",
        "run/first/column",
        "run/first/column?name=nothing&step=20",
        "run/first/column?name=..%2f..%2fsecret",
        "run/first/column?name=right&step=11",
        "run/first/column?name=right",
        "run/second/schema",
        "run/first/column?name=right&step=x",
        "run/first/neighbours/20/999",
        "run/first/neighbours/20/7?k=x",
        "run/first/neighbours/" + "9" * 400 + "/7",
        "run/first/lens/11",
        "run/second/lens",
        f"clip/{DATA}/300",
        f"clip/{DATA}/-1",
        "clip/..%2f..%2fpasswd/1",
        "clip/%2e%2e/1",
        f"pictures/{'1' * 64}?of=1",
        f"pictures/{DATA}",
        f"pictures/{DATA}?of=1,,2",
        f"pictures/{DATA}?of=1,300",
        f"pictures/{DATA}?of={','.join('1' * 25)}",
        "upload/" + "0" * 32 + "/clip",
        "upload/..%2fx/clip",
        "upload/%2a/picture",
    ],
)
def test_what_is_not_there_is_404_and_a_sentence(page: Any, path: Any) -> None:
    answer = page.get(path)
    assert answer.status_code == 404
    detail = answer.json()["detail"]
    assert isinstance(detail, str)
    assert "/" not in detail


def test_every_answer_is_guarded(page: Any) -> None:
    for path in ("run/first/news", "run/second/news", f"clip/{DATA}/1", f"pictures/{DATA}?of=1"):
        headers = page.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert "access-control-allow-origin" not in headers


def test_numbers_that_no_browser_reads_become_null(page: Any) -> None:
    run = page.library.run("first")
    (run.path / "baselines.json").write_text('{"loss": {"value": NaN}, "list": [Infinity]}')
    found = page.get("run/first/baselines").json()
    assert (found["loss"], found["list"]) == ({"value": None}, [None])
    (run.path / "status.json").write_text(json.dumps({"state": "finished", "steps_per_second": float("nan")}))
    assert page.get("run/first/news?parts=status").json()["status"]["steps_per_second"] == 0
