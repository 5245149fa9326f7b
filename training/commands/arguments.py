"""What several commands take, declared once."""

import argparse
import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from training.devices.place import place
from training.errors import UserError

if TYPE_CHECKING:
    from training.config import RunConfig

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
"""What `ArgumentParser.add_subparsers` returns: each group of commands adds its own to it."""


def command(
    commands: Commands,
    name: str,
    action: Callable[[argparse.Namespace], int | None],
    text: str,
    *flags: str,
) -> argparse.ArgumentParser:
    """Add a command that does `action`, which may return an exit code.

    `flags`: which of the common arguments it takes: "run", "runs", "json", "step".
    """
    parser = commands.add_parser(name, help=text, description=text)
    parser.set_defaults(command=action)
    if "run" in flags:
        parser.add_argument("run", help="a run's name or folder")
    if "runs" in flags or "run" in flags:
        parser.add_argument("--runs", default=usual_runs(), help="folder of the runs (default: %(default)s)")
    if "json" in flags:
        parser.add_argument("--json", action="store_true", help="print JSON and nothing else")
    if "step" in flags:
        parser.add_argument("--step", type=int, help="a kept step (default: the newest)")
    return parser


def usual_runs() -> str:
    """The folder of the runs where none is named; it need not be there yet."""
    return os.environ.get("HEARSIGHT_RUNS") or "runs"


def add_settings(parser: argparse.ArgumentParser) -> None:
    """What says how a new run is trained, as `asked_config` reads it."""
    parser.add_argument(
        "--data", help="starter, a public set's name, a folder of sounds, a pack or a stream (default: starter)"
    )
    parser.add_argument("--method", help="see `methods` (default: simclr)")
    parser.add_argument("--encoder", help="see `methods` (default: the method's first)")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--steps", type=int, help="stop after so many steps")
    length.add_argument("--seconds", type=float, help="stop after so many seconds (default: 120)")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="change a setting; may be repeated; run., method., views. or front_end. before NAME says whose it is",
    )
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), help="default: auto, a GPU where there is one")
    parser.add_argument("--devices", type=int, help="how many GPUs share each step (default: 1)")
    parser.add_argument("--seed", type=int, help="of all that is drawn at random (default: 0)")


def asked_config(options: argparse.Namespace, breaks: tuple[str, ...] = ()) -> "RunConfig":
    """The configuration of a new run. Raises UserError for what can't be trained so."""
    from training.config import new_config
    from training.data import whole_reference
    from training.data.stream.references import SHARDS, places_of
    from training.hardware import check_found

    data = options.data and whole_reference(options.data)
    if data and os.path.isabs(data) and not os.path.exists(data):
        raise UserError(
            f"There is nothing at {data}: --data takes a folder, a zip, a playlist, a sound file, a pack or a stream, or "
            "a name of `python -m training data list`."
        )
    if data and data.startswith(SHARDS):
        places_of(data)  # raises for what can name none, before a run is made
    config = new_config(
        _overrides(options.set), method=options.method, data=data,
        encoder=options.encoder, steps=options.steps, seconds=options.seconds, seed=options.seed, device=options.device,
        devices=place().size if place().size > 1 else options.devices, breaks=breaks,
    )  # fmt: skip
    check_found(config.device)
    check_devices(config.device, config.devices)
    return config


def check_devices(wanted: str, devices: int) -> None:
    """Raises UserError where the device `wanted` is a GPU, or any, and this machine has fewer GPUs than its share of `devices`."""
    from training.hardware import check_enough

    check_enough(wanted, place().local_size if place().size > 1 else devices)


def checked_setting(name: str, value: Any) -> Any:
    """A setting of a run that was given by itself. Raises UserError where it is out of its range."""
    from training.config import RunConfig
    from training.settings import describe

    return next(setting for setting in describe(RunConfig) if setting.name == name).check(value)


def _overrides(pairs: Sequence[str]) -> dict[str, str]:
    found = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign:
            raise UserError(f"--set {pair} was given, but name=value was expected, such as temperature=0.1.")
        found[name.strip()] = value.strip()
    return found
