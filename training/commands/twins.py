"""The command that trains a broken run beside its healthy twin."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from training.commands.arguments import Commands, add_settings, asked_config, command
from training.commands.output import exit_code, steps_told, tell_how_to_go_on
from training.errors import UserError
from training.run import RESUMABLE
from training.run.twins import DIRECTIONS, MEASURES, Prediction, Role, new_twin_names

if TYPE_CHECKING:
    from training.twins import Outcome

COLLAPSE = "collapse"


def add_commands(commands: Commands) -> None:
    """Declare `twins`."""
    both = command(commands, "twins", twins, "train a run that is broken on purpose beside its healthy twin", "runs")
    add_settings(both)
    wrong = both.add_mutually_exclusive_group(required=True)
    wrong.add_argument("--break", metavar="NAME", help="take this part out of the method, see `methods`")
    wrong.add_argument("--mistake", metavar="NAME", help="make this mistake, see docs/verdicts.md")
    both.add_argument("--out", help="the folder in which both runs are made (default: --runs)")
    both.add_argument(
        "--predict",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="what you expect of the broken run, all or nothing: loss, spread, rank and knn are lower, same or higher, "
        "collapse is yes or no",
    )


def twins(options: argparse.Namespace) -> int:
    """Train both in turn, then say what came of it; returns the exit code."""
    from training.breaks.wrong import MISTAKE, PART, wrongs_of
    from training.twins import create_twins, outcome_of

    part = getattr(options, "break")
    wrong = f"{MISTAKE}{options.mistake}" if part is None else f"{PART}{part}"
    config, foretold = asked_config(options), prediction(options.predict)
    _check_named(config.method, wrong)
    root = Path(options.out or options.runs)
    names = {role: role.value for role in Role} if options.out else new_twin_names(root, config.to_json())
    folders = {role: root / name for role, name in names.items()}
    runs = create_twins(config, wrong, folders, foretold, trained_here=True)
    print(f"Training in {folders[Role.BROKEN]} and {folders[Role.HEALTHY]}", file=sys.stderr)
    broken = runs[Role.BROKEN]
    try:
        from training.trainer import train  # not at the top: it takes torch along

        with steps_told(broken):
            state = train(broken.path)
    except KeyboardInterrupt:  # before the trainer heeds it
        tell_how_to_go_on(broken)
        raise
    print(f"The broken run is {state}, its twin {runs[Role.HEALTHY].status().state}.", file=sys.stderr)
    if state in RESUMABLE:
        tell_how_to_go_on(broken)
    outcome = outcome_of(broken)
    if outcome is not None:
        print(table(outcome))
        print(f"What should happen: {wrongs_of(config.method)[wrong].expected}")
    return exit_code(broken)


def _check_named(method: str, wrong: str) -> None:
    """Raises UserError, in the words of the command line, where the method can't be broken so."""
    from training.breaks.wrong import MISTAKE, PART, wrongs_of

    offered = wrongs_of(method)
    if wrong in offered:
        return
    flag, kind = ("--break", PART) if wrong.startswith(PART) else ("--mistake", MISTAKE)
    names = ", ".join(name.removeprefix(kind) for name in offered if name.startswith(kind)) or "nothing"
    raise UserError(f"With the method {method}, {flag} takes {names}; {wrong.removeprefix(kind)!r} was given.")


def prediction(pairs: Sequence[str]) -> Prediction | None:
    """What was foretold, None where nothing was. Raises UserError for anything else than a whole prediction."""
    if not pairs:
        return None
    given = dict(pair.partition("=")[::2] for pair in pairs)
    said = given.get(COLLAPSE)
    collapses = {"yes": True, "no": False}.get(said) if said is not None else None
    found = Prediction.from_json({**given, "collapses": collapses})
    if found is None or set(given) != {*MEASURES, COLLAPSE}:
        raise UserError(
            f"--predict {' --predict '.join(pairs)} was given, but each of {', '.join(MEASURES)} as one of "
            f"{', '.join(DIRECTIONS)}, and {COLLAPSE} as yes or no, was expected."
        )
    return found


def table(outcome: "Outcome") -> str:
    """What happened beside what was foretold, as text."""
    early = [f"They ended before their {outcome.early:,} steps were over."] if outcome.early else []
    lines = [*early, f"At step {outcome.step:,}:  broken     healthy    the broken one's is"]
    for row in outcome.measures:
        values = [f"{value:<10.4g}" if value is not None else f"{'-':10}" for value in (row.broken, row.healthy)]
        lines.append(
            f"  {row.name:14} {values[0]} {values[1]} {row.happened or '-'}{_prediction_words(row.predicted, row.right)}"
        )
    words = {True: "yes", False: "no", None: outcome.open}
    predicted = None if outcome.predicted is None else words[outcome.predicted]
    lines.append(f"  {'collapsed':14} {words[outcome.collapsed]}{_prediction_words(predicted, outcome.right)}")
    return "\n".join(lines)


def _prediction_words(predicted: str | None, right: bool | None) -> str:
    verdict = {True: ", right", False: ", wrong", None: ""}[right]
    return f" (predicted: {predicted}{verdict})" if predicted is not None else ""
