"""python -m training …: the same trainer without a page.

A mistake is answered by one plain sentence on standard error and exit code 2. With --json standard output holds the
JSON alone.
"""

import argparse
import json
import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

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


def _run(options: argparse.Namespace) -> None:
    from training.config import new_config
    from training.run import create_run
    from training.trainer import train

    if options.folder is not None:
        folder = Path(options.folder)
        if not (folder / "config.json").is_file():
            raise UserError(f"The folder {folder} holds no run: there is no config.json in it.")
    else:
        config = new_config(
            _overrides(options.set), method=options.method, data=options.data, encoder=options.encoder,
            steps=options.steps, seconds=options.seconds, seed=options.seed, device=options.device,
        )  # fmt: skip
        folder = Path(options.out) if options.out else Path(options.runs) / run_name(config.method, config.created)
        create_run(folder, config.to_json())
    print(f"Training in {folder}", file=sys.stderr)
    state = train(folder)
    print(f"The run is {state}.", file=sys.stderr)


def _standby(options: argparse.Namespace) -> None:
    """Load everything, then train the run that the first line of standard input names; end quietly if none comes."""
    from training.trainer import train

    line = sys.stdin.readline()
    if not line:
        return
    wanted = json.loads(line)
    folder = Path(wanted["folder"])
    nothing, log = os.open(os.devnull, os.O_RDONLY), os.open(folder / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for number, descriptor in ((0, nothing), (1, log), (2, log)):
        os.dup2(descriptor, number)
    train(folder, resume=wanted["verb"] == "resume")


def _resume(options: argparse.Namespace) -> None:
    from training.trainer import train

    run = _found(options)
    if run.read_only():
        raise UserError(f"The run {run.name} was written by a newer version of Hearsight and is read-only here.")
    print(f"The run is {train(run.path, resume=True)}.", file=sys.stderr)


def _stop(options: argparse.Namespace) -> None:
    from training.run import Control

    run = _found(options)
    if not run.status().active:
        raise UserError(f"The run {run.name} is {run.status().state}, so there is nothing to stop.")
    run.ask(Control.STOP)
    print(f"Asked {run.name} to stop.", file=sys.stderr)


def _list(options: argparse.Namespace) -> None:
    from training.run import find_runs

    rows = []
    for run in find_runs(Path(options.runs)):
        config, status = run.config(), run.status()
        rows.append(
            {
                "run": run.name,
                "state": status.state,
                "step": status.step,
                "method": config.get("method"),
                "data": config.get("data"),
            }
        )
    if options.json:
        _print_json({"runs": rows})
    elif not rows:
        print(f"There are no runs in {options.runs}.")
    for row in [] if options.json else rows:
        print(f"{row['run']:40} {row['state']:10} step {row['step']:<8} {row['method']} on {row['data']}")


def _methods(options: argparse.Namespace) -> None:
    from training.methods import METHODS
    from training.settings import describe

    rows: list[dict[str, Any]] = [
        {
            "name": name,
            "title": method.card.title,
            "family": method.card.family,
            "encoders": list(method.encoders),
            "settings": [
                {
                    "name": s.name,
                    "default": s.default,
                    "low": s.low,
                    "high": s.high,
                    "choices": s.choices,
                    "meaning": s.meaning,
                }
                for s in describe(method.Config)
            ],
            "breaks": method.card.breaks,
        }
        for name, method in METHODS.items()
    ]
    if options.json:
        _print_json({"methods": rows})
        return
    for row in rows:
        print(f"{row['name']} ({row['family']}), on {', '.join(row['encoders'])}")
        for setting in row["settings"]:
            print(f"    {setting['name']} = {setting['default']}: {setting['meaning']}")


def _data_list(options: argparse.Namespace) -> None:
    from dataclasses import asdict

    from training.data import list_datasets

    rows = [asdict(row) for row in list_datasets()]
    if options.json:
        _print_json({"data": rows})
        return
    for row in rows:
        print(f"{row['name']:18} {row['state']:18} {row['size']:10} {row['title']}")


def _data_show(options: argparse.Namespace) -> None:
    from training.data import open_dataset, summary

    found = summary(open_dataset(options.reference, window_seconds=options.window_seconds, progress=_shown()))
    if options.json:
        _print_json(found)
        return
    print(f"{found['name']}: {found['clips']} clips, fingerprint {found['fingerprint']}")
    for facet, counts in found["facets"].items():
        shown = ", ".join(f"{label} {count}" for label, count in list(counts.items())[:12])
        print(f"  {facet} ({len(counts)}): {shown}{', …' if len(counts) > 12 else ''}")
    for entry in found["skipped"]:
        print(f"  skipped {entry['file']}: {entry['reason']}")


def _data_fetch(options: argparse.Namespace) -> None:
    from training.data.public import fetch

    print(fetch(options.name, _shown()))


def _embed(options: argparse.Namespace) -> None:
    from training.export import embed_to_parquet

    count = embed_to_parquet(_found(options), options.paths, Path(options.out), options.step, _shown())
    print(f"Wrote {count} embeddings to {options.out}.", file=sys.stderr)


def _evaluate(options: argparse.Namespace) -> None:
    from training.evaluate import evaluation

    found = evaluation(_found(options), options.data, options.step, _shown())
    if options.json:
        _print_json(found)
        return
    print(f"{found['run']}, step {found['step']}, {found['clips']} clips of {found['data']}")
    columns = ("knn", "cross_group_knn", "probe")
    for facet, scores in found["facets"].items():
        print(f"\n{facet} (chance {scores['chance']:.3f})".ljust(31) + "".join(f"{c:>17}" for c in columns))
        for name, row in {"trained": scores, **scores["baselines"]}.items():
            print(f"  {name:28}" + "".join(f"{'–' if row[c] is None else format(row[c], '.3f'):>17}" for c in columns))


def _finetune(options: argparse.Namespace) -> None:
    from training.finetune import fine_tuning

    found = fine_tuning(_found(options), options.facet, options.labels, options.seconds, _shown(), options.step)
    if options.json:
        _print_json(found)
        return
    print(
        f"{found['run']}, step {found['step']}: {found['facet']} of {found['data']} with {found['labels']} labels for each "
        f"of {found['classes']} classes"
    )
    if found["left_out"]:
        print(f"Left out, since a single source holds them: {', '.join(found['left_out'])}")
    for half in found["halves"]:
        labelled, measured = (_listed(half[f"{part}_sources"]) for part in ("labelled", "measured"))
        print(
            f"{half['labelled_clips']} labels from {labelled}; {half['measured_clips']} clips measured, of {measured}"
        )
    print(f"\n(chance {found['chance']:.3f})".ljust(31) + f"{'fine-tuned':>17}{'linear probe':>17}")
    for name in ("trained", "random_init"):
        print(f"  {name:28}{found[name]['fine_tuned']:>17.3f}{found[name]['probe']:>17.3f}")


def _listed(names: Sequence[str], most: int = 6) -> str:
    """Names in a line, the first ones where there are many."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def run_name(method: str, created: str) -> str:
    """A readable folder name that sorts by time."""
    return f"{created[:19].replace(':', '').replace('T', '-')}-{method}"


def _found(options: argparse.Namespace) -> Any:
    """The run that was named by its folder or by its name below --runs."""
    from training.run import RunFolder

    for path in (Path(options.run), Path(options.runs) / options.run):
        if RunFolder(path).exists():
            return RunFolder(path)
    raise UserError(f"There is no run {options.run}: neither a run's folder, nor a name in {options.runs}.")


def _overrides(pairs: Sequence[str]) -> dict[str, str]:
    found = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign:
            raise UserError(f"--set {pair} was given, but name=value was expected, such as temperature=0.1.")
        found[name.strip()] = value.strip()
    return found


def _shown() -> Callable[[float, str], None]:
    """Progress on standard error, one line that is written over on a terminal and few lines elsewhere."""
    last = [-1]

    def show(fraction: float, message: str) -> None:
        percent = int(fraction * 100)
        if sys.stderr.isatty():
            print(f"\r{message} {percent:3d} %", end="\n" if fraction >= 1 else "", file=sys.stderr, flush=True)
        elif percent // 25 != last[0]:
            last[0] = percent // 25
            print(f"{message} {percent} %", file=sys.stderr)

    return show


def _print_json(value: Any) -> None:
    print(json.dumps(_finite(value), ensure_ascii=False, indent=1))


def _finite(value: Any) -> Any:
    """JSON knows no NaN: null stands for it."""
    if isinstance(value, float) and value != value:
        return None
    if isinstance(value, dict):
        return {k: _finite(v) for k, v in value.items()}
    return [_finite(v) for v in value] if isinstance(value, list | tuple) else value


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training", description="Train a model to hear, and look at what it learned."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(
        name: str, action: Callable[..., None], text: str, *, runs: bool = False, json_too: bool = False
    ) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(command=action)
        if runs:
            sub.add_argument(
                "--runs",
                default=os.environ.get("HEARSIGHT_RUNS") or "runs",
                help="folder of the runs (default: %(default)s)",
            )
        if json_too:
            sub.add_argument("--json", action="store_true", help="print JSON and nothing else")
        return sub

    run = command("run", _run, "start a run, or the run that FOLDER's config.json describes", runs=True)
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
        ("resume", _resume, "go on from a run's last checkpoint"),
        ("stop", _stop, "ask a run to stop"),
    ):
        command(name, action, text, runs=True).add_argument("run", help="a run's name or folder")
    command("standby", _standby, "load everything and wait for a line that names a run (used by the page)")
    command("list", _list, "list runs", runs=True, json_too=True)
    command("methods", _methods, "list methods and their settings", json_too=True)

    data = commands.add_parser("data", help="list, show and fetch sounds").add_subparsers(
        required=True, metavar="COMMAND"
    )
    for name, action, text in (
        ("list", _data_list, "list the sets that have a name"),
        ("show", _data_show, "what is in a set or folder: clips, labels, what was skipped"),
        ("fetch", _data_fetch, "download a public set"),
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

    embed = command("embed", _embed, "embed sounds with a trained run, into a Parquet file", runs=True)
    embed.add_argument("run", help="a run's name or folder")
    embed.add_argument("paths", nargs="+", help="sound files or folders")
    embed.add_argument("--out", required=True, help="the Parquet file to write")
    embed.add_argument("--step", type=int, help="a kept step (default: the newest)")

    evaluate = command("evaluate", _evaluate, "measure what a run knows of the labels", runs=True, json_too=True)
    evaluate.add_argument("run", help="a run's name or folder")
    evaluate.add_argument("--data", help="other sounds than the run's own")
    evaluate.add_argument("--step", type=int, help="a kept step (default: the newest)")

    finetune = command(
        "finetune", _finetune, "fine-tune a run with few labels, measured on sources never labelled", runs=True,
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
