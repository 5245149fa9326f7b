"""python -m training …: the same trainer without a page.

A mistake is answered by one plain sentence on standard error and exit code 2. With --json standard output holds the
JSON alone.
"""

import argparse
import logging
import os
import sys
from collections.abc import Callable, Sequence

from training.commands import models, runs, sounds
from training.errors import UserError

# OpenMP's waiting threads spin for milliseconds by default, and as soon as anything else runs on this machine (the page,
# say) the trainer burns the time that it waits for. A short spin costs nothing when alone. Read when torch is loaded.
os.environ.setdefault("GOMP_SPINCOUNT", "20000")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    try:
        command: Callable[[argparse.Namespace], None] = options.command
        command(options)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of our output has left, as `head` does
        sys.stderr.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training", description="Train a model to hear, and look at what it learned."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(
        name: str, action: Callable[..., None], text: str, *, of_runs: bool = False, json_too: bool = False
    ) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(command=action)
        if of_runs:
            sub.add_argument(
                "--runs",
                default=os.environ.get("HEARSIGHT_RUNS") or "runs",
                help="folder of the runs (default: %(default)s)",
            )
        if json_too:
            sub.add_argument("--json", action="store_true", help="print JSON and nothing else")
        return sub

    run = command("run", runs.run, "start a run, or the run that FOLDER's config.json describes", of_runs=True)
    run.add_argument("folder", nargs="?", help="folder of a run that waits")
    run.add_argument("--data", help="starter, a public set's name, or a folder of sounds (default: starter)")
    run.add_argument("--method", help="see `methods` (default: simclr)")
    run.add_argument("--encoder", help="see `methods` (default: the method's first)")
    length = run.add_mutually_exclusive_group()
    length.add_argument("--steps", type=int, help="stop after so many steps")
    length.add_argument("--seconds", type=float, help="stop after so many seconds (default: 120)")
    run.add_argument("--out", help="the run's folder (default: a new one in --runs)")
    run.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="change a setting; may be repeated"
    )
    run.add_argument("--device", choices=("auto", "cpu", "cuda"))
    run.add_argument("--seed", type=int)

    for name, action, text in (
        ("resume", runs.resume, "go on from a run's last checkpoint"),
        ("stop", runs.stop, "ask a run to stop"),
    ):
        command(name, action, text, of_runs=True).add_argument("run", help="a run's name or folder")
    command("standby", runs.standby, "load everything and wait for a line that names a run (used by the page)")
    command("list", runs.list_runs, "list runs", of_runs=True, json_too=True)
    command("methods", models.list_methods, "list methods and their settings", json_too=True)

    data = commands.add_parser("data", help="list, show and fetch sounds").add_subparsers(
        required=True, metavar="COMMAND"
    )
    for name, action, text in (
        ("list", sounds.list_data, "list the sets that have a name"),
        ("show", sounds.show_data, "what is in a set or folder: clips, labels, what was skipped"),
        ("fetch", sounds.fetch_data, "download a public set"),
    ):
        sub = data.add_parser(name, help=text, description=text)
        sub.set_defaults(command=action)
        if name == "fetch":
            sub.add_argument("name", help="see `data list`")
            continue
        sub.add_argument("--json", action="store_true", help="print JSON and nothing else")
        if name == "show":
            sub.add_argument("reference", help="a set's name or a folder")
            sub.add_argument(
                "--window-seconds", type=float, default=2.0, help="longest clip that is cut from a file (default: 2)"
            )

    embed = command("embed", models.embed, "embed sounds with a trained run, into a Parquet file", of_runs=True)
    embed.add_argument("run", help="a run's name or folder")
    embed.add_argument("paths", nargs="+", help="sound files or folders")
    embed.add_argument("--out", required=True, help="the Parquet file to write")
    embed.add_argument("--step", type=int, help="a kept step (default: the newest)")

    evaluate = command(
        "evaluate", models.evaluate, "measure what a run knows of the labels", of_runs=True, json_too=True
    )
    evaluate.add_argument("run", help="a run's name or folder")
    evaluate.add_argument("--data", help="other sounds than the run's own")
    evaluate.add_argument("--step", type=int, help="a kept step (default: the newest)")

    finetune = command(
        "finetune", models.finetune, "fine-tune a run with few labels, measured on sources never labelled", of_runs=True,
        json_too=True,
    )  # fmt: skip
    finetune.add_argument("run", help="a run's name or folder")
    finetune.add_argument("--facet", required=True, help="what to learn, such as digit or class")
    finetune.add_argument("--labels", type=int, required=True, help="labelled clips for each class")
    finetune.add_argument(
        "--seconds", type=float, default=10.0,
        help="how long to fine-tune, each of four times (default: %(default)s)",
    )  # fmt: skip
    finetune.add_argument("--step", type=int, help="a kept step (default: the newest)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
