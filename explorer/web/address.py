"""Whether the page can be served at an address, asked before it is tried, so that the answer is one plain sentence."""

import errno
import os
import socket
from collections.abc import Callable
from typing import Any

from explorer.web.callers import listening

OWN_HOSTS = ("127.0.0.1", "localhost")


class NotServed(Exception):
    """The page cannot be served; its text is one plain sentence."""


def serve(launch: Callable[..., None], host: str | None, port: int | None, **launched: Any) -> None:
    """Serve in the background by `launch`, which takes Gradio's settings. Raises NotServed."""
    where = f"{host or '127.0.0.1'}:{port}" if port else host or "127.0.0.1"
    _check_address(host, port)
    _spare_proxies()
    try:
        launch(server_name=host, server_port=port, **launched)
    except OSError:
        raise NotServed(f"The page could not be opened at {where} in time; try again, or another --port.") from None
    except Exception as error:  # whatever Gradio or its HTTP client raise when they cannot ask themselves
        raise NotServed(
            f"The page could not be opened at {where}: {_first_line(error)} "
            "If a proxy is set, NO_PROXY=127.0.0.1,localhost may help."
        ) from error


def _check_address(host: str | None, port: int | None) -> None:
    name = listening(host)
    try:
        found = socket.getaddrinfo(name, port or 0, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotServed(f"There is no address {name} to listen on; 127.0.0.1 or 0.0.0.0 is usual for --host.") from None
    family, kind, protocol, _, address = found[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            at = f"port {port} of {name}" if port else name
            reason = "another program uses it already" if port and error.errno == errno.EADDRINUSE else error.strerror
            raise NotServed(f"The page cannot listen on {at}: {reason}; choose another by --port or --host.") from None


def _spare_proxies() -> None:
    """The server asks itself whether it is there; no proxy is to be asked in its place."""
    for variable in ("NO_PROXY", "no_proxy"):
        named = [part.strip() for part in os.environ.get(variable, "").split(",") if part.strip()]
        os.environ[variable] = ",".join(dict.fromkeys([*named, *OWN_HOSTS]))


def _first_line(error: Exception) -> str:
    line = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return line if line.endswith(".") else f"{line}."
