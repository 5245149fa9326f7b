"""The catalogue's figures as a table to read and a picture to look at."""

import html
import statistics
from pathlib import Path
from typing import Any

from explorer.catalogue.comparison import KNN, figures, measured_seeds
from explorer.catalogue.gains import RIVALS, gain
from training.data.names import write_table
from training.methods import METHODS

CONTENT = (KNN, "probe")
"""Measures of what is heard, and "knn" of where it comes from: in the table for every method."""


def rows_of(name: str, results: dict[str, Any]) -> list[dict[str, Any]]:
    """One flat row a method of the table `name`, in the order of the methods; then the baselines and the ceiling."""
    table = results[name]
    if "baselines" not in table:
        return []
    rows = [row_of(name, method, results) for method in METHODS if method in table]
    return rows + [plain(name, table, other) for other in ("log_mel", "mfcc", "supervised")]


def row_of(name: str, method: str, results: dict[str, Any]) -> dict[str, Any]:
    """What one method reached, or why it wasn't measured."""
    table = results[name]
    content, source = (table["baselines"][k] for k in ("main_facet", "group"))
    seeds = measured_seeds(results, name, method)
    row: dict[str, Any] = {"table": name, "method": method, "family": METHODS[method].card.family, "seeds": len(seeds)}
    own = gain(results, name, method)
    if own is None:
        return {**row, "note": table[method]["seeds"][0]["error"]}
    row |= {"suited_to": f"{own.facet} {own.measure}", "before": own.before, "after": own.after}
    row |= {"standard_error": own.error}
    row |= {f"beats_{word.replace('-', '_')}": "yes" if word in own.beaten else "no" for word in RIVALS}
    for label, facet, measures in (("content", content, CONTENT), ("source", source, ("knn",))):
        reached = figures(results, name, method, facet)
        assert reached is not None
        for measure in measures:
            row[f"{label}_{measure}_before"] = reached.before[measure]
            row[f"{label}_{measure}_after"] = reached.after[measure]
    for figure in ("clips_per_second", "normalised_std", "effective_rank"):
        row[figure] = statistics.fmean(seed[figure] for seed in seeds)
    return {**row, "note": seeds[-1]["warning"]}


def plain(name: str, table: dict[str, Any], which: str) -> dict[str, Any]:
    """The row of a baseline or of the ceiling."""
    content, source = (table["baselines"][k] for k in ("main_facet", "group"))
    if which == "supervised":
        seeds = table.get(which, {"seeds": []})["seeds"]
        scores = seeds[0].get("trained") if seeds else None
    else:
        scores = table["baselines"][which]
    row = {"table": name, "method": which, "family": "ceiling" if which == "supervised" else "baseline"}
    if scores:
        row |= {"content_cross_group_knn_after": scores[content]["cross_group_knn"]}
        row |= {"content_probe_after": scores[content]["probe"], "source_knn_after": scores[source]["knn"]}
    return row


def write_csv(results: dict[str, Any], path: Path) -> None:
    """All tables below each other."""
    rows = [row for name in results for row in rows_of(name, results)]
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with path.open("w", newline="") as file:
        write_table(file, columns, ([_cell(row.get(column)) for column in columns] for row in rows))


def _cell(value: Any) -> Any:
    if not isinstance(value, float):
        return value
    short = f"{value:.4g}"
    return int(short) if short.lstrip("-").isdigit() else float(short)


ROW, LEFT, WIDTH, HEAD = 18, 190, 520, 46


def write_picture(results: dict[str, Any], path: Path) -> None:
    """A dot for each method before and after training, on what its card names; one panel a table."""
    panels, top = [], 0
    for name, table in results.items():
        rows = [row for row in rows_of(name, results) if "after" in row]
        if rows:
            panels.append(panel(name, table, rows, top))
            top += HEAD + ROW * len(rows) + 24
    style = (
        "text{font:12px system-ui,sans-serif;fill:currentColor}.faint{opacity:.6}"
        "svg{color:#222;background:#fff}@media(prefers-color-scheme:dark){svg{color:#ddd;background:#161616}}"
    )
    size = f'width="{LEFT + WIDTH + 90}" height="{max(top, 40)}"'
    path.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" {size}><style>{style}</style>{"".join(panels)}</svg>\n')


def panel(name: str, table: dict[str, Any], rows: list[dict[str, Any]], top: int) -> str:
    """One table's dots: hollow before training, full after it, a line between them."""

    def across(share: float) -> float:
        return LEFT + share * WIDTH

    content = table["baselines"]["main_facet"]
    log_mel = table["baselines"]["log_mel"][content]["cross_group_knn"]
    bottom = top + HEAD + ROW * len(rows)
    parts = [
        f'<text x="8" y="{top + 18}" font-weight="600">{html.escape(name)}</text>',
        f'<text class="faint" x="{LEFT}" y="{top + 18}">share right before (hollow) and after training, on what each method suits</text>',
        f'<line x1="{across(log_mel):.1f}" x2="{across(log_mel):.1f}" y1="{top + HEAD - 8}" y2="{bottom}" stroke="currentColor" '
        'stroke-dasharray="3 3" opacity=".5"/>',
        f'<text class="faint" x="{across(log_mel) + 4:.1f}" y="{top + HEAD - 8}">log-mel, {html.escape(content)} cross-group kNN</text>',
    ]
    for i, row in enumerate(rows):
        y = top + HEAD + ROW * i + 9
        colour = "#0f7a6c" if row["beats_own"] == "yes" else "#c2542d"
        before, after = across(row["before"]), across(row["after"])
        parts.append(
            f'<text x="8" y="{y + 4}">{row["method"]}</text>'
            f'<line x1="{before:.1f}" x2="{after:.1f}" y1="{y}" y2="{y}" stroke="{colour}" stroke-width="2"/>'
            f'<circle cx="{before:.1f}" cy="{y}" r="4" fill="none" stroke="{colour}"/>'
            f'<circle cx="{after:.1f}" cy="{y}" r="4.5" fill="{colour}"/>'
            f'<text class="faint" x="{LEFT + WIDTH + 8}" y="{y + 4}">{html.escape(row["suited_to"].split()[0])}</text>'
        )
    return "".join(parts)
