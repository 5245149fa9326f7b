"""Hearsight's page: reads the flags, builds the server, serves it. Also the entry of a hosted Space.

    python app.py --runs runs --data starter --port 7860

Each flag is also an environment variable: HEARSIGHT_HOST, HEARSIGHT_PORT, HEARSIGHT_RUNS, HEARSIGHT_DATA,
HEARSIGHT_READ_ONLY, HEARSIGHT_PATHS, HEARSIGHT_OPEN, HEARSIGHT_ALLOW_HOST (names with commas between them); what visitors may take is
limited by the flags of explorer.visitors.limits. On a hosted Space the page is read-only unless HEARSIGHT_READ_ONLY=0 is set there.
What cannot be served is said in one sentence, with exit code 2.
"""

import argparse
import gc
import os
import re
import signal
import stat
import sys
from pathlib import Path
from typing import Any, NoReturn

from explorer.visitors.limits import add_flags, chosen_limits, takes_hosted
from explorer.web.callers import is_loopback, listening
from training.commands.parser import Parser, escape_output
from training.missing import packages_told

HERE = Path(__file__).resolve().parent
SWITCHED = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


def options(arguments: list[str] | None = None) -> argparse.Namespace:
    """The flags, with the environment's values where a flag isn't given."""
    env = os.environ
    parser = Parser(prog="python app.py", description="Watch a model learn to hear, and listen to what it learns.")
    host = env.get("HEARSIGHT_HOST") or None
    parser.add_argument("--host", default=host, help="address to listen on (default: 127.0.0.1)")
    port = env.get("HEARSIGHT_PORT") or None
    parser.add_argument(
        "--port", type=port_number, default=port, help="port to listen on (default: the first free one from 7860)"
    )
    parser.add_argument(
        "--allow-host", type=host_name, action="append", metavar="NAME", help="a further name under which visitors ask for "
        "the page, such as a proxy's or *.example.org; can be repeated. Without it: localhost, and with a --host that others "
        "reach also this machine's own name and any bare IP address; on a hosted Space its own names"
    )  # fmt: skip
    runs = env.get("HEARSIGHT_RUNS") or "runs"
    parser.add_argument("--runs", type=folder, default=runs, help="folder of the runs (default: %(default)s)")
    data = env.get("HEARSIGHT_DATA") or "starter"
    parser.add_argument(
        "--data", default=data, help="data that is offered first: a set's name or a folder (default: %(default)s)"
    )
    read_only = switch("HEARSIGHT_READ_ONLY", otherwise="SPACE_ID" in env)
    parser.add_argument("--read-only", action="store_true", default=read_only, help="visitors may look, but not train")
    parser.add_argument(
        "--paths", action=argparse.BooleanOptionalAction, default=None,
        help="visitors may have any folder of this machine opened as sounds (default: where no hosted limits are taken)",
    )  # fmt: skip
    opened = switch("HEARSIGHT_OPEN", otherwise=False)
    parser.add_argument("--open", action="store_true", default=opened, help="open the page in your browser")
    add_flags(parser)
    chosen = parser.parse_args(arguments)
    if chosen.allow_host is None:
        names = [name for name in env.get("HEARSIGHT_ALLOW_HOST", "").split(",") if name.strip()]
        try:
            chosen.allow_host = [host_name(name) for name in names]
        except argparse.ArgumentTypeError as error:
            parser.error(f"HEARSIGHT_ALLOW_HOST: {error}")
    others = "SPACE_ID" in env or bool(chosen.allow_host) or not is_loopback(listening(chosen.host))
    hosted = takes_hosted(chosen, others_reach_it=others)
    chosen.limits = chosen_limits(chosen, hosted=hosted)
    if chosen.paths is None:
        chosen.paths = switch("HEARSIGHT_PATHS", otherwise=not hosted)
    return chosen


def switch(name: str, otherwise: bool) -> bool:
    """What an environment variable says; `otherwise` where it is unset or empty."""
    word = os.environ.get(name, "").strip().lower()
    if word and word not in SWITCHED:
        leave(f"{name} is {word!r}; one of {', '.join(SWITCHED)} was expected.")
    return SWITCHED.get(word, otherwise)


def port_number(text: str) -> int:
    """A TCP port from its digits."""
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text} is no port; a whole number from 1 to 65535 was expected")
    return int(text)


def host_name(text: str) -> str:
    """A host's name or address, without a port; "*." may stand before it."""
    name = text.strip().lower()
    if not re.fullmatch(r"(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*", name):
        raise argparse.ArgumentTypeError(f"{text} is no host's name; one such as class.example.org was expected")
    return name


def folder(text: str) -> Path:
    """A folder that exists or can be made; not what is something else already."""
    try:
        path = Path(text).expanduser()
        is_file = not stat.S_ISDIR(os.stat(path).st_mode)
    except FileNotFoundError:
        is_file = False
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or "there is no such user"
        raise argparse.ArgumentTypeError(f"{text} cannot be used: {reason}; a folder was expected") from None
    if is_file:
        raise argparse.ArgumentTypeError(f"{text} is a file; a folder was expected")
    return path


def serve(chosen: argparse.Namespace) -> None:
    """Serve the page and stay until the process is asked to end."""
    gc.disable()  # while the server imports, torch too: nothing of it becomes garbage, and to look for some takes a tenth
    with packages_told():
        from explorer.server import Server
        from explorer.web.address import NotServed
        from explorer.web.log_lines import cut_what_is_logged
        from explorer.web.open_files import allow_many

    cut_what_is_logged()
    allow_many()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    launched: dict[str, Any] = {"favicon_path": HERE / "assets" / "icon.svg"}
    try:
        server = Server(
            chosen.runs, data=chosen.data, read_only=chosen.read_only, limits=chosen.limits, paths=chosen.paths
        )
    except NotServed as error:
        leave(str(error))
    try:
        # Where no host or port is given, Gradio looks at GRADIO_SERVER_NAME and GRADIO_SERVER_PORT, as a Space sets them.
        server.open(chosen.host, chosen.port, chosen.allow_host, inbrowser=chosen.open, **launched)
        server.stay()
    except NotServed as error:
        leave(str(error))
    finally:
        server.close()


def leave(sentence: str) -> NoReturn:
    """End with what the user should know."""
    print(sentence, file=sys.stderr)
    sys.exit(2)


if __name__ == "__main__":
    escape_output()
    serve(options())
