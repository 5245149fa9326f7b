"""A web server on this machine that breaks off, refuses and redirects as it is told to."""

from http.server import BaseHTTPRequestHandler

CONTENT = bytes(range(256)) * 4_000


class Server:
    """Serves `content` at every path, in the ways that the fields ask for."""

    def __init__(self) -> None:
        self.content = CONTENT
        self.tag = '"v1"'
        self.breaks_after: list[int] = []
        """Bytes after which the next answers break off."""
        self.statuses: list[int] = []
        """What the next answers are instead."""
        self.ranges = True
        self.length = True
        self.asked: list[str] = []
        """The Range header of each request."""


class Handler(BaseHTTPRequestHandler):
    def __init__(self, server: Server, *arguments: object) -> None:
        self.state = server
        super().__init__(*arguments)  # type: ignore[arg-type] # the standard library's own signature

    def do_GET(self) -> None:
        state, begin = self.state, 0
        asked = self.headers.get("Range", "")
        state.asked.append(asked)
        if state.statuses:
            status = state.statuses.pop(0)
            self.send_response(status)
            if status in (301, 302):
                self.send_header(
                    "Location", self.path + "moved" if self.path.endswith("file") else "file:///etc/passwd"
                )
            self.end_headers()
            return
        if asked and state.ranges and self.headers.get("If-Range") == state.tag:
            begin = int(asked.removeprefix("bytes=").removesuffix("-"))
            if begin >= len(state.content):
                self.send_response(416)
                self.end_headers()
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {begin}-{len(state.content) - 1}/{len(state.content)}")
        else:
            self.send_response(200)
        self.send_header("ETag", state.tag)
        if state.length:
            self.send_header("Content-Length", str(len(state.content) - begin))
        self.end_headers()
        end = begin + state.breaks_after.pop(0) if state.breaks_after else len(state.content)
        self.wfile.write(state.content[begin:end])

    def log_message(self, format: str, *arguments: object) -> None:
        """Says nothing."""
