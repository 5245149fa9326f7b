"""A run that has ended is trained longer: it is given a later end, to which a resume then goes on.

What changes over a run, such as its learning rate, goes on as in one that had been begun with that end, see `scheduled_rate`.
"""

from collections.abc import Mapping
from contextlib import ExitStack, closing
from dataclasses import replace
from typing import Any

from training.config import BOUNDS, RunConfig
from training.data import check_there
from training.errors import UserError
from training.run import RunFolder, RunWriter, State, Status
from training.run.twins import trained_with
from training.settings import describe
from training.units import counted

TIMES = (1.5, 2, 4)
"""How many times as long as it was a run that has finished is offered to be."""


def longer_lengths(run: RunFolder) -> tuple[str, list[int]]:
    """One of BOUNDS, and the whole lengths to which a run that has finished could be trained on; none of one that can't be."""
    config, status = run.config(), run.status()
    bound = bound_of(config)
    whole = config.get(bound)
    finished = status.state is State.FINISHED and not run.watched and not run.is_newer()
    if not finished or not isinstance(whole, int | float) or not run.resumable():
        return bound, []
    lengths = sorted({round(whole * times) for times in TIMES})
    return bound, [length for length in lengths if length > _trained(status, bound)]


def bound_of(config: Mapping[str, Any]) -> str:
    """Which of BOUNDS ends a run of this configuration."""
    return next((name for name in BOUNDS if config.get(name) is not None), BOUNDS[-1])


def lengthen(run: RunFolder, bound: str, whole: float) -> None:
    """Give a run that has ended, and a twin that is trained with it, an end after `whole` steps or seconds in all; both are
    then stopped ones, with which a resume goes on.

    Raises UserError for one that is only watched, was written by a newer version, is being trained or waits for it, couldn't
    go on, has lost its sounds, or was trained as long already.
    """
    whole = next(setting for setting in describe(RunConfig) if setting.name == bound).check(whole)
    twin = trained_with(run, longer=True)
    runs = [run] if twin is None else [run, twin]
    for each in runs:
        _check(each, bound, whole)
    with ExitStack() as held:
        for writer in [held.enter_context(closing(RunWriter(each.path))) for each in runs]:
            config, status = writer.config(), writer.status()
            until_now = {"step": status.step, **{name: config.get(name) for name in BOUNDS}}
            end: dict[str, Any] = {**dict.fromkeys(BOUNDS), bound: whole}
            far = _trained(status, bound) / whole
            # The status first: if nothing follows it, a resume comes to the end that was.
            writer.write_status(replace(status, state=State.STOPPED, message="", steps=end["steps"], progress=far))
            writer.write_config({**config, **end, "lengthened": [*config.get("lengthened", ()), until_now]})


def check_sounds(run: RunFolder) -> None:
    """Raises UserError where it is plain, before anything is opened, that a run can't go on for want of its sounds."""
    data = run.config().get("data")
    if not isinstance(data, str):
        return  # its trainer says what is wrong with such a configuration
    try:
        check_there(data)
    except UserError as error:
        raise UserError(f"The run {run.name} needs its sounds to go on, but {error}") from None


def _check(run: RunFolder, bound: str, whole: float) -> None:
    """Raises UserError for all that speaks against it, before anything is written."""
    from training.building import check_goes_on  # not at the top: it takes torch along

    run.check_trained_here()
    run.check_not_newer()
    status = run.status()
    if status.active or status.state is State.WAITING:
        raise UserError(
            f"The run {run.name} is being trained or waits for it; once it has ended it can be trained longer."
        )
    if not run.resumable():
        raise UserError(f"The run {run.name} keeps no checkpoint to go on from, so it can't be trained longer.")
    check_goes_on(RunConfig.from_json(run.config()))
    check_sounds(run)
    trained = _trained(status, bound)
    if whole <= trained:
        said = counted(trained, bound.removesuffix("s"))
        raise UserError(
            f"The run {run.name} has been trained for {said} already. These count too, so its new length must be more."
        )


def _trained(status: Status, bound: str) -> float:
    """How many steps or seconds so far, over all attempts."""
    return status.step if bound == "steps" else status.seconds
