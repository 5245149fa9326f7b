"""The command that judges a run."""

import argparse
import shlex

from training.commands.arguments import Commands, command
from training.commands.output import again, print_json, worth_longer
from training.commands.runs import named_run
from training.data.names import readable_name
from training.run import RESUMABLE, WENT_WRONG, RunFolder, State, Status
from training.this_python import this_python

ENDED = {State.FAILED: "It has failed", State.CRASHED: "It has crashed", State.DISK_FULL: "The disk was full"}
"""Of WENT_WRONG, in words."""


def add_commands(commands: Commands) -> None:
    """Declare `diagnose`."""
    text = "say whether a run learns or collapses, why, and what to change"
    command(commands, "diagnose", diagnose, text, "run", "json")


def diagnose(options: argparse.Namespace) -> None:
    """Judge a run by its curves as they are now, whoever wrote it; of one that went wrong, say first what did."""
    from training.verdicts import judged_run

    run = named_run(options, reading=True)
    status, verdict = run.status(), judged_run(run)[1]
    if options.json:
        told = verdict.to_json()
        print_json({"verdict": told.pop("kind"), **told, "state": status.state, "message": status.message})
        return
    if status.state in WENT_WRONG:
        print(_failure(status))
    waiting = _unmeasured(run) if run.watched else 0
    if waiting:
        print(
            f"{waiting} of its snapshots not measured yet: {this_python()} -m training measure {shlex.quote(str(run.path))} "
            "does so."
        )
    print(verdict.sentence)
    if run.watched and status.warning and status.warning != verdict.sentence:
        print(status.warning)
    if status.state in RESUMABLE and not run.watched:
        stands = "" if status.state in WENT_WRONG else f"It stands at step {status.step:,}, {status.state}; "
        print(f"{stands}{again(run)} goes on with it.")
    if more := worth_longer(run):
        print(f"It has finished at step {status.step:,}; {more} trains it longer.")
    for evidence in verdict.evidence:
        print(f"  {evidence.key}: {evidence.words}")
    best = "" if verdict.best_step is None else f"step {verdict.best_step}"
    for title, text in (
        ("Likely cause", verdict.cause),
        ("What to change", "" if waiting else verdict.remedy),
        ("Best snapshot, judged without labels", best),
    ):  # fmt: skip
        if text:
            print(f"{title}: {text}")


def _failure(status: Status) -> str:
    said = " ".join(status.message.split())  # a loop of somebody else's may say several lines
    return readable_name(f"{ENDED[status.state]} at step {status.step:,}{f': {said}' if said else '.'}")


def _unmeasured(run: RunFolder) -> int:
    """How many snapshots of a watched run no row tells of: its own loop measures none."""
    told = {row.get("step") for row in run.metrics() if any(key.startswith("measure/") for key in row)}
    return len(set(run.snapshots()) - told)
