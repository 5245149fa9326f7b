"""What `compare` tells as a CSV: a line for each row of its tables, means and standard deviations in columns of their own."""

from collections.abc import Iterator
from typing import IO, TYPE_CHECKING

from training.data.names import readable_name, write_table

if TYPE_CHECKING:
    from training.comparing import Comparison, OnClips, Row, Spread

Line = dict[str, object]


def write_csv(found: "Comparison", file: IO[str]) -> int:
    """Write them to a text file that was opened with newline=""; returns how many lines, the heading not counted.

    Empty are cells of what a row lacks, and the standard deviation of a single run.
    """
    lines = [_line(one, row) for one in found.clips for row in one.rows]
    columns = list(dict.fromkeys(name for line in lines for name in line))
    write_table(file, columns, ([_cell(line.get(name)) for name in columns] for line in lines))
    return len(lines)


def _line(one: "OnClips", row: "Row") -> Line:
    about = {
        name: one.probe.get(of) for name, of in (("data", "data_name"), ("label", "main_facet"), ("across", "group"))
    }
    below = row.below
    return {
        **about,
        "clips": one.count,
        "hash": one.hash[:8],
        "method": row.method,
        "differs": ", ".join(row.differs),
        "seeds": len(row.runs),
        "verdicts": ", ".join(f"{count} {title}" for title, count in row.verdicts.items()),
        "below": None if below is None else below.difference,
        "p": None if below is None else below.p,
        **dict(_numbers({"steps": row.steps, "seconds": row.seconds, **row.measures})),
    }  # fmt: skip


def _numbers(spreads: "dict[str, Spread]") -> Iterator[tuple[str, object]]:
    for name, spread in spreads.items():
        yield name, spread.mean
        yield f"{name}_std", spread.std


def _cell(value: object) -> object:
    return readable_name(value) if isinstance(value, str) else value
