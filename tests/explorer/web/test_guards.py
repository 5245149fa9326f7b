"""Every answer says what a browser may do with it, whoever gives it."""

from pathlib import Path

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse
from fastapi.testclient import TestClient
from starlette.types import ASGIApp
from starlette.websockets import WebSocket, WebSocketDisconnect

from explorer.web.callers import Callers
from explorer.web.guards import Guards, outermost
from explorer.web.open_routes import Open, OpenRoutes

TABLE = [Open("GET", path, "", "") for path in ("/own", "/fails", "/nothing", "/shared", "/asked")]


def asked(hosted: bool = False, root_path: str = "") -> TestClient:
    """A client that has entered, as an application must be started."""

    def guarded(app: ASGIApp) -> ASGIApp:
        return Guards(app, Callers("0.0.0.0", ["testserver"]), OpenRoutes(Path("/nowhere"), TABLE), hosted=hosted)

    app = FastAPI(lifespan=outermost(guarded))
    app.root_path = root_path

    @app.get("/own")
    def own() -> PlainTextResponse:
        return PlainTextResponse("own", headers={"Content-Security-Policy": "default-src 'none'"})

    @app.get("/fails")
    def fails() -> None:
        raise RuntimeError(f"a secret of {__file__}")

    @app.get("/shared")
    def shared() -> PlainTextResponse:
        return PlainTextResponse(
            "", headers={"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Credentials": "true"}
        )

    @app.get("/asked")
    def asked(request: Request) -> JSONResponse:
        return JSONResponse(dict(request.headers))

    @app.get("/forgotten")
    def forgotten() -> str:
        return "named in no table"

    @app.websocket("/own")
    async def own_socket(socket: WebSocket) -> None:
        await socket.accept()

    return TestClient(app, raise_server_exceptions=False)


def test_security_every_answer_is_guarded_also_where_nothing_is() -> None:
    for path in ("/nothing", "/nowhere"):
        with asked() as client:
            headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        policy = headers["content-security-policy"]
        assert "img-src 'self' data: blob:;" in policy and policy.endswith("frame-ancestors 'self'")
    with asked(hosted=True) as client:
        assert "huggingface" in client.get("/nothing").headers["content-security-policy"]


def test_security_the_answer_to_an_error_is_guarded_and_tells_nothing() -> None:
    with asked() as client:
        answer = client.get("/fails")
    assert (answer.status_code, answer.text) == (500, "Internal Server Error")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors" in answer.headers["content-security-policy"]


def test_a_policy_of_its_own_stays() -> None:
    with asked() as client:
        assert client.get("/own").headers.get_list("content-security-policy") == ["default-src 'none'"]


def test_security_what_no_table_names_is_not_there() -> None:
    with asked() as client:
        answer = client.get("/forgotten")
    assert (answer.status_code, answer.text) == (404, "There is nothing here.")


def test_the_path_of_a_proxy_before_a_route_is_no_part_of_it() -> None:
    with asked() as client:
        assert client.get("/hear/own").status_code == 404
    with asked(root_path="/hear") as client:
        for path in ("/hear/own", "/own"):
            assert client.get(path).text == "own"
        assert client.get("/hear/forgotten").text == client.get("/hear").text == "There is nothing here."


def test_security_no_answer_is_shared_with_pages_from_elsewhere() -> None:
    with asked() as client:
        headers = client.get("/shared").headers
    assert not [name for name in headers if name.startswith("access-control")]


def test_security_no_header_says_where_the_page_sends_what_visitors_do() -> None:
    with asked() as client:
        assert "x-gradio-server" not in client.get("/asked", headers={"X-Gradio-Server": "http://evil.example"}).json()


@pytest.mark.parametrize(
    ("sent", "passed"),
    [("bytes=0-1", "Bytes=0-1"), ("bytes=5-", "Bytes=5-"), ("bytes=\xb2-5", None), ("\xa0bytes=0-1", None)],
)
def test_security_ranges_are_left_to_who_repeats_no_headers(sent: str, passed: str | None) -> None:
    with asked() as client:
        answer = client.get("/asked", headers={"Range": sent.encode("latin-1")})  # type: ignore[arg-type]
    assert answer.json().get("range") == passed


def test_security_an_address_without_end_is_refused() -> None:
    with asked() as client:
        assert client.get("/own?of=" + "x" * 7_900).status_code == 200
        for path in ("/own?of=" + "x" * 8_000, "/" + "%41" * 3_000):
            assert client.get(path).status_code == 414


def test_security_a_websocket_that_comes_as_a_request_is_one_that_changes_something() -> None:
    with asked() as client:
        elsewhere = {"Origin": "https://evil.example"}
        assert client.get("/own", headers=elsewhere).status_code == 200
        assert client.get("/own", headers={**elsewhere, "Upgrade": "websocket"}).status_code == 403


def test_security_a_websocket_is_closed_before_it_opens() -> None:
    with asked() as client, pytest.raises(WebSocketDisconnect), client.websocket_connect("/own"):
        pass
