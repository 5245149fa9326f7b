"""Every answer says what a browser may do with it."""

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse
from fastapi.testclient import TestClient

from explorer.guards import Guards


def asked(hosted: bool) -> TestClient:
    app = FastAPI()
    app.add_middleware(Guards, hosted=hosted)

    @app.get("/own")
    def own() -> PlainTextResponse:
        return PlainTextResponse("own", headers={"Content-Security-Policy": "default-src 'none'"})

    return TestClient(app)


def test_every_answer_is_guarded_also_where_nothing_is() -> None:
    headers = asked(False).get("/nothing").headers
    assert headers["x-content-type-options"] == "nosniff"
    policy = headers["content-security-policy"]
    assert "img-src 'self' data: blob:;" in policy and policy.endswith("frame-ancestors 'self'")
    assert "huggingface" in asked(True).get("/nothing").headers["content-security-policy"]


def test_a_policy_of_its_own_stays() -> None:
    assert asked(False).get("/own").headers.get_list("content-security-policy") == ["default-src 'none'"]
