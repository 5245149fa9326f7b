"""The catalogue's figures as a table to read and a picture to look at.

The standard error of a gain (after − before) is that of two shares of right answers among all clips, over the square root of
the seeds; where there are several seeds and they differ by more than that, it is theirs.
"""

import csv
import html
import math
import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.methods import METHODS

MEASURES = ("knn", "cross_group_knn", "probe")
NOT_METHODS = ("baselines", "supervised")


@dataclass(frozen=True)
class Gain:
    """A measure before and after training, over all seeds."""

    before: float
    after: float
    error: float

    @property
    def is_sure(self) -> bool:
        """Whether the gain is more than two standard errors."""
        return self.after - self.before > 2 * self.error


def gain(seeds: list[dict[str, Any]], facet: str, measure: str, clips: int) -> Gain | None:
    """Means over the seeds that were measured; None where there are none."""
    rows = [row for row in seeds if "trained" in row and row["trained"][facet][measure] is not None]
    if not rows:
        return None
    before = [row["random_init"][facet][measure] for row in rows]
    after = [row["trained"][facet][measure] for row in rows]
    b, a = statistics.mean(before), statistics.mean(after)
    error = math.sqrt((b * (1 - b) + a * (1 - a)) / clips)
    if len(rows) > 1:
        error = max(error, statistics.stdev([y - x for x, y in zip(before, after, strict=True)]))
    return Gain(b, a, error / math.sqrt(len(rows)))


def suited(method: str, table: dict[str, Any]) -> tuple[str, str]:
    """The facet and the measure that a method's card names, in the words of this data set."""
    suits = METHODS[method].card.suits
    baselines = table["baselines"]
    facet = baselines["main_facet"] if suits.facet == "content" else baselines["group"]
    # Cross-group kNN and probe mean nothing for the facet that is the group itself.
    return facet, "knn" if facet == baselines["group"] else suits.measure


def rows_of(name: str, table: dict[str, Any]) -> list[dict[str, Any]]:
    """One flat row a method, in the order of the table of methods; then the baselines and the ceiling."""
    if "baselines" not in table:
        return []
    clips, content, source = (table["baselines"][k] for k in ("clips", "main_facet", "group"))
    rows = []
    for method in [m for m in METHODS if m in table]:
        seeds = table[method]["seeds"]
        measured = [row for row in seeds if "trained" in row]
        row: dict[str, Any] = {"table": name, "method": method, "family": METHODS[method].card.family}
        row["seeds"] = len(measured)
        if not measured:
            rows.append({**row, "note": seeds[0]["error"] if seeds else ""})
            continue
        facet, measure = suited(method, table)
        best = gain(seeds, facet, measure, clips)
        assert best is not None
        row |= {"suited_to": f"{facet} {measure}", "before": best.before, "after": best.after}
        row |= {"standard_error": best.error, "beats_own_random_init": "yes" if best.is_sure else "no"}
        for label, about, what in (
            ("content", content, "cross_group_knn"),
            ("content", content, "probe"),
            ("source", source, "knn"),
        ):
            found = gain(seeds, about, what, clips)
            if found is not None:
                row |= {f"{label}_{what}_before": found.before, f"{label}_{what}_after": found.after}
        for figure in ("clips_per_second", "normalised_std", "effective_rank"):
            row[figure] = statistics.mean(r[figure] for r in measured)
        rows.append({**row, "note": measured[-1]["warning"]})
    return rows + [plain(name, table, other) for other in ("log_mel", "mfcc", "supervised")]


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
    rows = [row for name, table in results.items() for row in rows_of(name, table)]
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        for row in rows:
            writer.writerow({k: f"{v:.4g}" if isinstance(v, float) else v for k, v in row.items()})


ROW, LEFT, WIDTH, HEAD = 18, 190, 520, 46


def write_picture(results: dict[str, Any], path: Path) -> None:
    """A dot for each method before and after training, on what its card names; one panel a table."""
    panels, top = [], 0
    for name, table in results.items():
        rows = [row for row in rows_of(name, table) if "after" in row]
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
        colour = "#0f7a6c" if row["beats_own_random_init"] == "yes" else "#c2542d"
        before, after = across(row["before"]), across(row["after"])
        parts.append(
            f'<text x="8" y="{y + 4}">{row["method"]}</text>'
            f'<line x1="{before:.1f}" x2="{after:.1f}" y1="{y}" y2="{y}" stroke="{colour}" stroke-width="2"/>'
            f'<circle cx="{before:.1f}" cy="{y}" r="4" fill="none" stroke="{colour}"/>'
            f'<circle cx="{after:.1f}" cy="{y}" r="4.5" fill="{colour}"/>'
            f'<text class="faint" x="{LEFT + WIDTH + 8}" y="{y + 4}">{html.escape(row["suited_to"].split()[0])}</text>'
        )
    return "".join(parts)
