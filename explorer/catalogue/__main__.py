"""Writes docs/methods.md, docs/diagrams/, docs/settings.md, the table of docs/measures.md, the types in docs/run-folder.md and the
titles of the methods anew, from what methods, measures and settings declare and what was measured: `make docs`.
"""

from pathlib import Path

from explorer.catalogue import settings_document
from explorer.catalogue.document import document, drawings
from explorer.catalogue.measures_table import with_table
from explorer.catalogue.schema_types import with_types
from explorer.runs.method_titles import FILE, titles_file
from training.process import PROJECT


def write(docs: Path) -> None:
    """The documents, and one drawing a method; drawings of methods that are gone are removed."""
    (docs / "diagrams").mkdir(parents=True, exist_ok=True)
    (docs / "methods.md").write_text(document())
    (docs / "settings.md").write_text(settings_document.document())
    measures = docs / "measures.md"
    measures.write_text(with_table(measures.read_text()))
    run_folder = docs / "run-folder.md"
    run_folder.write_text(with_types(run_folder.read_text()))
    wanted = drawings()
    for name, svg in wanted.items():
        (docs / "diagrams" / name).write_text(svg)
    for left in (docs / "diagrams").glob("*.svg"):
        if left.name not in wanted:
            left.unlink()


if __name__ == "__main__":
    write(PROJECT / "docs")
    FILE.write_text(titles_file())
