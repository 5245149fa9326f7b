"""The table of docs/measures.md, from what measures declare."""

from explorer.catalogue.markdown import table
from explorer.catalogue.method_markdown import linked
from training.evaluate import label_measures
from training.measures import MEASURES
from training.run.schema import Curve

BEGIN, END = "<!-- The table is made by `make docs`. -->\n", "<!-- Here it ends. -->\n"
HEAD = ("logged as", "title", "what it tells", "unit", "computed on", "source")


def measures_table() -> str:
    """One line a measure: those that a run logs, then those that commands tell."""
    logged = [_cells(measure.curve, f"`{name}`") for name, measure in MEASURES.items()]
    others = [m for m in label_measures() if m.name not in MEASURES]
    return table(HEAD, [*logged, *(_cells(measure.curve, "on demand") for measure in others)]) + "\n"


def with_table(page: str) -> str:
    """The page with the table as it is now. Raises ValueError where there is no place for it."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError("The page does not say where its table of measures begins and ends.")
    return before + BEGIN + "\n" + measures_table() + "\n" + END + after


def _cells(curve: Curve, logged: str) -> list[str]:
    cells = (logged, curve.title, curve.meaning, curve.unit, curve.convention, linked(curve.source))
    return [cell.replace("|", "\\|") for cell in cells]
