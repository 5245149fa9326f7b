"""What a run holds, in types: schema.json. Page, documentation, TensorBoard and command line read it, and no second list.

A curve is a number that is logged as training goes on, a column a value of each probe clip, a picture an array of the
method's lens, a verdict a judgement on the run. Each is declared once, where it is computed, and put together here.
Needs no torch.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, asdict, dataclass, fields, replace
from typing import Any, Literal, TypeVar, get_args

VERSION = 1
Writer = Literal["trainer", "projector", "page"]
PictureKind = Literal["matrix", "spectrograms", "bars"]
Look = Literal["plain", "warm", "dotted"]
Shows = Literal["", "identity", "diagonal", "shares"]
AXES: dict[PictureKind, int] = {"matrix": 2, "spectrograms": 3, "bars": 1}
"""How many axes a picture's array has. The first kind with so many is that of an array which nobody described."""
BASELINES = {"random_init": "random initialisation", "mfcc": "MFCC", "log_mel": "log-mel", "chance": "chance"}
"""What needs no training: its name in baselines.json, where its cross-group kNN stands for each facet, and its title.
`assets/js/core/baselines.js` says the same."""
T = TypeVar("T")


@dataclass(frozen=True)
class Line:
    """A level beside a curve: `value`, or what baselines.json holds at `baseline`.

    In `baseline` the part "{main_facet}" stands for the data's main facet.
    """

    text: str
    value: float | None = None
    baseline: tuple[str, ...] = ()
    look: Look = "plain"

    def level(self, baselines: Mapping[str, Any]) -> float | None:
        """Where it lies in a run with these baselines.json; None where that holds no such number."""
        found: Any = baselines if self.baseline else self.value
        for name in self.baseline:
            key = baselines.get("main_facet") if name == "{main_facet}" else name
            found = found.get(key) if isinstance(found, Mapping) and isinstance(key, str) else None
        return float(found) if type(found) in (int, float) and math.isfinite(found) else None


@dataclass(frozen=True)
class Curve:
    """One number of metrics.jsonl's rows over the steps."""

    key: str
    """Its name in a row: "measure/alignment"."""
    title: str
    unit: str = ""
    digits: int = 3
    """Decimals that are worth reading; -1 for scientific notation."""
    meaning: str = ""
    """One sentence for a newcomer."""
    convention: str = ""
    """On which output and by which of the ways that papers differ in it is computed."""
    source: str = ""
    """Paper, or the method's own file."""
    lines: tuple[Line, ...] = ()
    chart: str = ""
    """Title of the chart that it shares with others; empty for one of its own."""
    rhythm: Literal["step", "snapshot"] = "snapshot"
    """Whether it is logged as training goes on, and then worth smoothing, or once a snapshot."""
    collapse: Literal["", "lower", "higher"] = ""
    """Where it goes as a run collapses; empty where it tells nothing of that."""

    def written(self, value: float) -> str:
        """A value with the decimals that are worth reading."""
        return f"{value:.{self.digits}f}" if self.digits >= 0 else f"{value:.1e}"


@dataclass(frozen=True)
class Column:
    """One value of each probe clip, of the clip alone or of the clip at each snapshot."""

    name: str
    title: str
    kind: Literal["category", "number", "flag", "text"]
    per: Literal["clip", "snapshot"] = "clip"
    unit: str = ""
    """Hours ("h") from `low` 0 to `high` 24 are a time of day: shown as 04:30, and their colours meet at midnight."""
    digits: int = 2
    meaning: str = ""
    names: tuple[str, ...] = ()
    """What false and true of a flag are called, in this order, or what the codes of a category per snapshot stand for."""
    low: float | None = None
    high: float | None = None
    """The range of a number's colours, where it is known beforehand; else it is taken from the values that are shown."""
    writer: Writer = "trainer"
    """Which process writes its values; the reader of a run's folder joins them."""


def by_name(columns: Iterable[Column]) -> dict[str, Column]:
    """The first column of each name, in their order."""
    found: dict[str, Column] = {}
    for column in columns:
        found.setdefault(column.name, column)
    return found


@dataclass(frozen=True)
class Picture:
    """How one array of a lens is drawn and read. `rows` and `columns` say what they are, in the plural.

    matrix: (R, C). spectrograms: (n, F, T), low bands first. bars: (K,), or (S, K) with `series` naming the S sets.
    Where `rows` (or `columns`) is "clips", the i-th one is the i-th clip of the batch, and can be heard.
    """

    name: str
    title: str
    meaning: str
    """One sentence."""
    kind: PictureKind
    rows: str = ""
    columns: str = ""
    series: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    """The range of the colours or of the bars, where it is known beforehand."""
    shows: Shows = ""
    """What a matrix is to become. identity: 1 on its diagonal, 0 elsewhere. diagonal: more on its diagonal than elsewhere,
    where a model that learned nothing has the same. shares: rows are shares of 1, which such a model spreads evenly."""

    def takes(self, shape: Sequence[int]) -> bool:
        """Whether an array of this shape is one; another version of the method may have left it."""
        first = (len(self.series),) if self.series else ()
        return len(shape) == len(first) + AXES[self.kind] and tuple(shape[: len(first)]) == first


@dataclass(frozen=True)
class VerdictKind:
    """A judgement that may be passed on this run."""

    kind: str
    title: str
    meaning: str = ""


@dataclass(frozen=True)
class Schema:
    """Everything that a run declares."""

    curves: tuple[Curve, ...] = ()
    columns: tuple[Column, ...] = ()
    pictures: tuple[Picture, ...] = ()
    verdicts: tuple[VerdictKind, ...] = ()
    version: int = VERSION

    def charts(self) -> dict[str, tuple[Curve, ...]]:
        """The curves by the title of the chart that they are drawn in, in the order in which they are declared."""
        found: dict[str, tuple[Curve, ...]] = {}
        for curve in self.curves:
            title = curve.chart or curve.title
            found[title] = (*found.get(title, ()), curve)
        return found

    def to_json(self) -> dict[str, Any]:
        """As schema.json holds it."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Any) -> "Schema":
        """What can be understood of a file in any condition: what contradicts the types is left out, unknown words too."""
        known = value if isinstance(value, Mapping) else {}
        version = known.get("version")
        return cls(
            curves=_all(Curve, known.get("curves"), "key"),
            columns=_all(Column, known.get("columns"), "name"),
            pictures=_all(Picture, known.get("pictures"), "name"),
            verdicts=_all(VerdictKind, known.get("verdicts"), "kind"),
            version=version if type(version) is int else VERSION,
        )


def joined(loop: Any, measured: Any) -> Schema:
    """Of a run that is only watched: what its loop declares and what was measured of it, as the files hold them.

    The loop's first curve comes first, then whether anything is learned, as in every run.
    """
    of_loop, added = Schema.from_json(loop), Schema.from_json(measured)
    curves = (*of_loop.curves[:1], *added.curves[:1], *of_loop.curves[1:], *added.curves[1:])
    return replace(added, curves=curves, columns=(*of_loop.columns, *added.columns))


def _all(kind: type[T], values: Any, key: str) -> tuple[T, ...]:
    """Those that can be read, the first one of each name."""
    read = (_read(kind, value) for value in (values if isinstance(values, list | tuple) else ()))
    found: dict[str, T] = {}
    for one in read:
        if one is not None:
            found.setdefault(getattr(one, key), one)
    return tuple(found.values())


def _read(kind: type[T], value: Any) -> T | None:
    if not isinstance(value, Mapping):
        return None
    taken: dict[str, Any] = {}
    for field in fields(kind):  # type: ignore[arg-type]  # all kinds are dataclasses
        if field.name in value:
            read = _value(field.type, value[field.name])
            if read is not _WRONG:
                taken[field.name] = read
        if field.name not in taken and field.default is MISSING:
            return None
    return kind(**taken)


_WRONG = object()


def _value(kind: Any, value: Any) -> Any:
    """`value` where it has the type, else _WRONG."""
    if kind is str:
        return value if isinstance(value, str) else _WRONG
    if kind is int:
        return value if type(value) is int and abs(value) < 100 else _WRONG
    if kind == float | None:
        number = type(value) in (int, float) and abs(value) < 1e300 and math.isfinite(value)
        return float(value) if number else (None if value is None else _WRONG)
    if kind == tuple[str, ...]:
        texts = isinstance(value, list | tuple) and all(isinstance(text, str) for text in value)
        return tuple(value) if texts else _WRONG
    if kind == tuple[Line, ...]:
        lines = value if isinstance(value, list | tuple) else ()
        return tuple(line for line in (_read(Line, one) for one in lines) if line is not None)
    return value if value in get_args(kind) else _WRONG
