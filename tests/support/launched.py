"""The page's server in this process, as a user starts it, with folders of its own: for tests that ask it over HTTP."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from benchmarks.served import free_port
from explorer.server import Server
from explorer.visitors.limits import Limits


@contextmanager
def launched(
    folder: Path, *, read_only: bool = False, limits: Limits | None = None, named: tuple[str, ...] = (), **launch: Any
) -> Iterator[tuple[Server, int]]:
    """A server and its port; its runs lie in `folder`/runs, its cache and uploads beside them."""
    port = free_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        patch.setenv("GRADIO_TEMP_DIR", str(folder / "gradio"))
        for name in ("SPACE_ID", "SPACE_HOST", "GRADIO_SERVER_NAME"):
            patch.delenv(name, raising=False)

        async def opened() -> Server:  # Gradio makes an event loop for itself where none runs, and leaves it open
            server = Server(folder / "runs", data="starter", read_only=read_only, limits=limits)
            server.launch(None, port, list(named), quiet=True, **launch)
            return server

        server = asyncio.run(opened())
        yield server, port
        server.close()
