"""Hearsight's page: reads the flags, builds the pages, opens the door. Also the entry of a hosted Space.

    python app.py --runs runs --data starter --port 7860

Each flag is also an environment variable: HEARSIGHT_HOST, HEARSIGHT_PORT, HEARSIGHT_RUNS, HEARSIGHT_DATA,
HEARSIGHT_READ_ONLY. On a hosted Space the page is read-only unless HEARSIGHT_READ_ONLY=0 is set there.
"""

import argparse
import os
import signal
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
BIGGEST_UPLOAD = "100mb"
ON = {"1", "true", "yes", "on"}


def options(arguments: list[str] | None = None) -> argparse.Namespace:
    """The flags, with the environment's values where a flag isn't given."""
    env = os.environ
    hosted = "SPACE_ID" in env
    parser = argparse.ArgumentParser(
        prog="app.py", description="Watch a model learn to hear, and listen to what it learns."
    )
    parser.add_argument("--host", default=env.get("HEARSIGHT_HOST"), help="address to listen on (default: 127.0.0.1)")
    port = env.get("HEARSIGHT_PORT")
    parser.add_argument(
        "--port", type=int, default=port, help="port to listen on (default: the first free one from 7860)"
    )
    runs = Path(env.get("HEARSIGHT_RUNS") or "runs")
    parser.add_argument("--runs", type=Path, default=runs, help="folder of the runs (default: %(default)s)")
    data = env.get("HEARSIGHT_DATA") or "starter"
    parser.add_argument(
        "--data", default=data, help="data that is offered first: a set's name or a folder (default: %(default)s)"
    )
    read_only = env.get("HEARSIGHT_READ_ONLY", "1" if hosted else "0").lower() in ON
    parser.add_argument("--read-only", action="store_true", default=read_only, help="visitors may look, but not train")
    return parser.parse_args(arguments)


def serve(chosen: argparse.Namespace) -> None:
    """Open the door and stay until the process is asked to end."""
    from explorer.server import Server

    server = Server(chosen.runs, data=chosen.data, read_only=chosen.read_only)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    launched: dict[str, Any] = {"max_file_size": BIGGEST_UPLOAD, "favicon_path": HERE / "assets" / "icon.svg"}
    try:
        # Where no host or port is given, Gradio looks at GRADIO_SERVER_NAME and GRADIO_SERVER_PORT, as a Space sets them.
        server.open(server_name=chosen.host, server_port=chosen.port, **launched)
    except OSError as error:
        sys.exit(f"The page could not be opened: {error}")
    finally:
        server.close()


if __name__ == "__main__":
    serve(options())
