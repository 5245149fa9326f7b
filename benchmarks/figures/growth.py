"""What grows with the number of clips: a table, and a picture of what a trainer holds in memory and how long a step takes."""

import html
import math
from collections.abc import Mapping, Sequence

from benchmarks.figures.forest import COLOURS, STYLE
from benchmarks.figures.tables import results, told
from explorer.catalogue.markdown import table

LEFT, WIDTH, TOP, HEIGHT, BOTTOM, RIGHT = 70, 520, 56, 220, 40, 60
Row = Mapping[str, float]


def growth() -> str:
    """The table."""
    head = ["clips", "in", "prepared", "opened", "memory", "step", "snapshot", "map", "search", "page"]
    rows = []
    for name, row in results("growth").items():
        clips, where = name.split()
        rows.append(
            [
                f"{int(clips):,}",
                where,
                _told(row, "prepare_seconds", "s"),
                _told(row, "open_seconds", "s"),
                f"{row['memory_mb'] / 1000:.1f} GB",
                f"× {told(row['step_over_few'], 2)}" if "step_over_few" in row else "–",
                _told(row, "snapshot_seconds", "s"),
                _told(row, "projection_seconds", "s"),
                f"{row['search_ms']:.1f} ms",
                _told(row, "paint_seconds", "s"),
            ]
        )
    return (
        "Clips of one second; up to 100,000 are files, beyond that the same ones under other numbers. *step*: beside one of a "
        "thousand clips, in turn with it. *page*: from the address to the map of a run, just after the server's start, the map being "
        "made meanwhile. One round on two quiet cores.\n\n"
        + table(head, rows)
        + "\n\n![Memory and step time by the number of clips](../benchmarks/results/growth.svg)"
    )


def search() -> str:
    """A question among more clips than are all compared."""
    found = results("search")
    return (
        f"Among {found['clips']:,} clips a question takes {found['compared_ms']:.0f} ms when all are compared, and "
        f"{found['indexed_ms']:.1f} ms through the index, which finds {100 * found['recall']:.1f} % of the ten truly nearest. Making it takes "
        f"{found['index_seconds']:.0f} s of the processor and {found['index_mb']:,} MB."
    )


def growth_picture() -> str:
    """The SVG: memory in GB on disk and in memory, and the step beside that of a thousand clips."""
    found: Mapping[str, Row] = results("growth")
    lines = [
        ("GB, clips in memory", _line(found, "memory", "memory_mb", 1000)),
        ("GB, clips on disk", _line(found, "disk", "memory_mb", 1000)),
        ("step, × that of 1,000 clips", _line(found, "disk", "step_over_few", 1)),
    ]
    return _drawn("What a trainer holds, and how long its step takes", [line for line in lines if line[1]])


def _line(found: Mapping[str, Row], where: str, name: str, unit: float) -> list[tuple[int, float]]:
    of_where = [(int(key.split()[0]), row) for key, row in found.items() if key.endswith(f" {where}")]
    return [(clips, row[name] / unit) for clips, row in of_where if name in row]


def _drawn(title: str, lines: Sequence[tuple[str, Sequence[tuple[int, float]]]]) -> str:
    """Both axes logarithmic."""
    everything = [point for _, line in lines for point in line]
    low, high = math.log10(min(clips for clips, _ in everything)), math.log10(max(clips for clips, _ in everything))
    least, most = 0.3, max(value for _, value in everything) * 1.2

    def across(clips: float) -> float:
        return LEFT + (math.log10(clips) - low) / (high - low) * WIDTH

    def down(value: float) -> float:
        return TOP + HEIGHT * (1 - math.log(value / least) / math.log(most / least))

    parts = [f'<text x="8" y="18" font-weight="600">{html.escape(title)}</text>']
    for mark in range(round(low), round(high) + 1):
        x = across(10**mark)
        parts.append(f'<line x1="{x}" x2="{x}" y1="{TOP}" y2="{TOP + HEIGHT}" stroke="currentColor" opacity=".15"/>')
        parts.append(f'<text class="faint" x="{x}" y="{TOP + HEIGHT + 18}" text-anchor="middle">{10**mark:,}</text>')
    for value in (0.5, 1, 2, 5):
        y = down(value)
        parts.append(f'<line x1="{LEFT}" x2="{LEFT + WIDTH}" y1="{y}" y2="{y}" stroke="currentColor" opacity=".15"/>')
        parts.append(f'<text class="faint" x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{value:g}</text>')
    for i, (name, line) in enumerate(lines):
        colour = (*COLOURS, "#6b6b6b")[i]
        places = " ".join(f"{across(clips):.1f},{down(value):.1f}" for clips, value in line)
        parts.append(f'<polyline points="{places}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<text x="{LEFT + 190 * i}" y="40" style="fill:{colour}">{html.escape(name)}</text>')
    size = f'width="{LEFT + WIDTH + RIGHT}" height="{TOP + HEIGHT + BOTTOM}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}><style>{STYLE}</style>{"".join(parts)}</svg>\n'


def _told(row: Row, name: str, unit: str) -> str:
    return f"{row[name]:.1f} {unit}" if name in row else "–"
