"""The page gets tags before its own scripts, and no other answer is changed."""

from collections.abc import Iterator

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, PlainTextResponse, StreamingResponse
from fastapi.testclient import TestClient

from explorer.gradio_patches.first_tags import FirstTags, with_tags

TAGS = '<script src="first.js"></script>'
LATER = '<link rel="modulepreload" href="b.js" />'
PAGE = '<html><head><script>1</script><script type="module" src="a.js"></script></head>ö</html>'


def client() -> TestClient:
    app = FastAPI()
    app.add_middleware(FirstTags, before=TAGS, after=LATER)

    @app.get("/")
    def page() -> HTMLResponse:
        return HTMLResponse(PAGE)

    @app.get("/in-parts")
    def in_parts() -> StreamingResponse:
        def parts() -> Iterator[bytes]:
            for i in range(0, len(PAGE.encode()), 7):
                yield PAGE.encode()[i : i + 7]

        return StreamingResponse(parts(), media_type="text/html")

    @app.get("/words")
    def words() -> PlainTextResponse:
        return PlainTextResponse(PAGE)

    return TestClient(app)


def test_the_tags_stand_before_the_first_module() -> None:
    text = client().get("/").text
    first, module = text.index("first.js"), text.index('type="module"')
    assert first < module and text.count("first.js") == 1
    assert text.count(LATER) == 1 and module < text.index(LATER) < text.index("</head>")
    assert text.endswith("ö</html>") and text.startswith("<html><head><script>1</script>")


def test_a_page_that_comes_in_parts_is_changed_too() -> None:
    asked = client()
    assert (
        asked.get("/in-parts").text
        == asked.get("/").text
        == with_tags(PAGE.encode(), TAGS.encode(), LATER.encode()).decode()
    )


def test_other_answers_stay_as_they_are() -> None:
    assert client().get("/words").text == PAGE
    assert with_tags(b"<p>no module</head></p>", b"<i>", b"<b>") == b"<p>no module</head></p>"
