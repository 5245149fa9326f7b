"""Two runs that differ in one thing alone, trained step by step in turn: twin.json in the folder of each names the other."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from training import durable
from training.errors import UserError
from training.run import reading
from training.run.folder import RunFolder
from training.run.naming import new_run_name
from training.run.status import SCHEMA, State

FILE = "twin.json"
MOST_BYTES = 1 << 14
NAME = re.compile(r"(?!\.)[^/\\\x00-\x1f\x7f]{1,200}")
"""Of a folder beside this one."""
WRONG = re.compile(r"(part|mistake):[a-z0-9_]{1,60}")
MEASURES = {
    "loss": "train/loss",
    "spread": "measure/normalised_std",
    "rank": "measure/effective_rank",
    "knn": "measure/cross_group_knn",
}
"""Of what is foretold how the broken run's ends beside the healthy one's → the curve that it is read from."""
DIRECTIONS = ("lower", "same", "higher")
UNFINISHED = frozenset({State.WAITING, State.PREPARING, State.STOPPED, State.CRASHED, State.DISK_FULL})


def check_alone(devices: int) -> None:
    """Raises UserError where several devices are to train twins."""
    if devices > 1:
        raise UserError(f"Twins are trained side by side on one device, but {devices} devices were asked for.")


class Role(StrEnum):
    """Which of the two a run is."""

    HEALTHY = "healthy"
    BROKEN = "broken"

    @property
    def other(self) -> "Role":
        """The other one's."""
        return Role.BROKEN if self is Role.HEALTHY else Role.HEALTHY


@dataclass(frozen=True)
class Prediction:
    """What somebody expected of the broken run, beside the healthy one, before both were trained."""

    loss: str
    spread: str
    rank: str
    knn: str
    collapses: bool

    @classmethod
    def from_json(cls, found: Any) -> "Prediction | None":
        """None where `found` is not a whole prediction."""
        if not isinstance(found, Mapping) or type(found.get("collapses")) is not bool:
            return None
        directions = {name: found.get(name) for name in MEASURES}
        if not all(value in DIRECTIONS for value in directions.values()):
            return None
        return cls(**directions, collapses=found["collapses"])  # type: ignore[arg-type]  # looked at above


@dataclass(frozen=True)
class Twin:
    """The contents of twin.json."""

    role: Role
    twin: str
    """The other run's folder, which lies beside this one."""
    wrong: str
    """What is wrong with the broken one, see training.breaks.wrong."""
    prediction: Prediction | None = None

    @property
    def words(self) -> str:
        """What tells the run from its twin where both are listed."""
        if self.role is Role.HEALTHY:
            return ", healthy twin"
        kind, _, name = self.wrong.partition(":")
        return "" if kind == "part" else f" with {name.replace('_', ' ')}"  # the list tells of parts anyway

    def to_json(self) -> dict[str, Any]:
        """As the file holds it."""
        return asdict(self)

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> "Twin | None":
        """None where `found` is not one. A prediction that is none is left out."""
        role, twin, wrong = (found.get(name) for name in ("role", "twin", "wrong"))
        if role not in tuple(Role) or not isinstance(twin, str) or not isinstance(wrong, str):
            return None
        if not NAME.fullmatch(twin) or not WRONG.fullmatch(wrong):
            return None
        return cls(Role(role), twin, wrong, Prediction.from_json(found.get("prediction")))


def new_twin_names(root: Path, config: Mapping[str, Any]) -> dict[Role, str]:
    """What two new runs are called, of which nothing lies in `root` yet."""
    name = new_run_name(root, config, endings=[f"-{role}" for role in Role])
    return {role: f"{name}-{role}" for role in Role}


def write_twin(folder: Path, twin: Twin) -> None:
    """Into the folder of a run that is being made. Raises OSError where it can't be written."""
    folder.mkdir(parents=True, exist_ok=True)
    durable.write_json(folder / FILE, {"schema": SCHEMA, **twin.to_json()})


def twin_of(run: RunFolder) -> Twin | None:
    """What a run's folder says of its twin; None for a run without."""
    return Twin.from_json(reading.read_object(run.path / FILE, MOST_BYTES))


def other_of(run: RunFolder) -> RunFolder | None:
    """The run's twin, where it is there and names this one as its own."""
    own = twin_of(run)
    if own is None:
        return None
    other = RunFolder(run.path.absolute().parent / own.twin)
    named = twin_of(other) if other.exists() else None
    fits = named is not None and (named.role, named.twin, named.wrong) == (
        own.role.other,
        run.path.absolute().name,
        own.wrong,
    )
    return other if fits else None


def trained_with(run: RunFolder, *, longer: bool = False) -> RunFolder | None:
    """The twin with which a run that begins or goes on is trained in turn; None where it is trained alone.

    So it is where the twin has ended for good, or where no checkpoint of both is of the same step. One that has finished
    goes on where both are to be trained `longer`.
    """
    twin = other_of(run)
    if twin is None or twin.is_newer():
        return None
    steps, others = set(run.resumable()), set(twin.resumable())
    if not any(steps | others):  # neither has come beyond its first snapshot
        return twin if twin.status().state in {*UNFINISHED, State.FAILED} else None
    goes_on = UNFINISHED | {State.FINISHED} if longer else UNFINISHED
    return twin if twin.status().state in goes_on and steps & others else None
