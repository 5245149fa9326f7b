"""Who feeds whom in a method, as a drawing: branches from left to right that meet at the loss.

Plain SVG that takes its ink from the text around it, so that it reads in the light and in the dark. One colour stands
for one set of weights; what learns nothing is grey.
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise

from training.methods.flow import STATIONS, Flow

BOX, ROW, GAP, MARGIN = 30, 66, 32, 12
"""Pixels: height of a station, distance of two branches, room for an arrow, edge of the drawing."""
LETTER, PADDING, FONT, SMALL, LINE = 7.2, 24, 13, 11, 17
LOSS_LETTERS = 14
"""About as many letters stand in one line of the loss."""
HUES = ("#0f8b8d", "#c8691c", "#7d62c4", "#bf3f7b", "#5d8c1f", "#3d7ac4")
"""They stand out on white and on near black."""
PLAIN = f'fill="currentColor" fill-opacity=".05" stroke="currentColor" stroke-opacity=".35" rx="{BOX / 2:g}"'
STOP = "stop-gradient"
SLOW = "slow "
SAME_WHEREVER = frozenset({"clip", "frames", "patches", "waveform", "spectrogram", "caption", "picture"})
"""Two branches that begin with one of these begin with the same one; two views or segments are different draws."""
MADE_ONCE = frozenset({"view", "masked", "corrupted", "pieces"})
"""So are these where one of the branches goes through no network: it is what the other must arrive at."""
VIEW = frozenset({"view"})
"""And so is this where the method draws one view of a clip."""


@dataclass
class Node:
    """One station, in the column and the rows where it stands; where several branches share it, between their rows."""

    station: str
    column: int
    rows: list[int]
    follows: list["Node"] = field(default_factory=list)

    @property
    def row(self) -> float:
        """Rows from the top, 0 the first."""
        return sum(self.rows) / len(self.rows)


def diagram(flow: Flow, title: str, one_view: bool = False) -> str:
    """The drawing as one <svg>; `title` is what a screen reader calls it, `one_view` whether all views in it are the same one."""
    paths = _paths(flow.branches, one_view)
    return _Drawing(flow, paths).svg(f"{title}: {in_words(flow)}")


def as_file(svg: str) -> str:
    """The same as a file of its own: ink and paper are chosen by what the reader's screen is set to."""
    style = (
        "<style>svg{color:#1b2430}.paper{fill:#fffdf9}"
        "@media(prefers-color-scheme:dark){svg{color:#e8ebef}.paper{fill:#171e27}}</style>"
        '<rect class="paper" width="100%" height="100%" rx="10"/>'
    )
    opening, rest = svg.split(">", 1)
    return f'{opening} xmlns="http://www.w3.org/2000/svg">{style}{rest}\n'


def in_words(flow: Flow) -> str:
    """The diagram as a sentence."""
    return "; ".join(" → ".join(branch) for branch in flow.branches) + f"; they meet at: {flow.loss}."


def is_learned(station: str) -> bool:
    """Whether it has weights that training moves, or that follow such weights."""
    return STATIONS[station].startswith(("learned", "another network", "follows"))


def _paths(branches: Sequence[Sequence[str]], one_view: bool) -> list[list[Node]]:
    """The nodes of each branch, those at the beginning shared with earlier branches where they are the same thing."""
    paths: list[list[Node]] = []
    for row, branch in enumerate(branches):
        shared: list[Node] = []
        for other, nodes in zip(branches, paths, strict=False):
            count = _shared(branch, other, one_view)
            if count > len(shared):
                shared = nodes[:count]
        for node in shared:
            node.rows.append(row)
        paths.append([*shared, *(Node(s, column, [row]) for column, s in enumerate(branch) if column >= len(shared))])
    for nodes in paths:
        for before, after in pairwise(nodes):
            if before not in after.follows:
                after.follows.append(before)
    return paths


def _shared(one: Sequence[str], other: Sequence[str], one_view: bool) -> int:
    """How many stations two branches have in common from the beginning."""
    both_learn = all(any(map(is_learned, branch)) for branch in (one, other))
    same = SAME_WHEREVER | (VIEW if one_view else frozenset()) | (frozenset() if both_learn else MADE_ONCE)
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b or a not in same:
            break
        count += 1
    return count


class _Drawing:
    """Places and draws the nodes of all paths."""

    def __init__(self, flow: Flow, paths: list[list[Node]]):
        self.paths = paths
        self.nodes = list({id(node): node for nodes in paths for node in nodes}.values())
        self.loss = textwrap.wrap(flow.loss, LOSS_LETTERS, break_long_words=False, break_on_hyphens=False)
        learned = [node.station.removeprefix(SLOW) for node in self.nodes if is_learned(node.station)]
        self.hues = {name: HUES[i % len(HUES)] for i, name in enumerate(dict.fromkeys(learned))}
        columns = max(map(len, paths))
        self.widths = [max(_width(n.station) for n in self.nodes if n.column == c) for c in range(columns)]
        self.lefts = [MARGIN + sum(self.widths[:c]) + c * GAP for c in range(columns + 1)]
        self.loss_width = max(map(len, self.loss)) * LETTER + PADDING
        self.width = self.lefts[-1] + self.loss_width + MARGIN

    def svg(self, words: str) -> str:
        """The whole drawing; `words` are its title for those who cannot see it."""
        edges = [edge for node in self.nodes for edge in self._arrivals(node)]
        edges += [self._to_loss(nodes[-1], row) for row, nodes in enumerate(self.paths)]
        parts = [*edges, *map(self._slow, self.nodes), *map(self._station, self.nodes), self._loss()]
        height = 2 * MARGIN + BOX + ROW * (len(self.paths) - 1) + 2 * self._overhang()
        if any(nodes[-1].station == STOP for nodes in self.paths[-1:]):
            height += SMALL  # its word stands below it
        legend = self._legend()
        if legend:
            height += SMALL + MARGIN
            below = f'x="{MARGIN}" y="{height - MARGIN:g}" font-size="{SMALL}" opacity=".75"'
            parts.append(f'<text class="legend" {below}>{escape(legend)}</text>')
        width = max(self.width, 2 * MARGIN + len(legend) * SMALL * 0.56)
        return (
            f'<svg viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}" role="img"'
            f' font-family="system-ui, sans-serif" font-size="{FONT}" fill="currentColor">'
            f"<title>{escape(words)}</title>{''.join(parts)}</svg>"
        )

    def _overhang(self) -> float:
        """How far the loss reaches above the first and below the last branch."""
        return max(0.0, (self._loss_height() - BOX - ROW * (len(self.paths) - 1)) / 2)

    def _loss_height(self) -> float:
        return max(len(self.loss) * LINE + 16, BOX + (len(self.paths) - 1) * 22)

    def _y(self, row: float) -> float:
        return MARGIN + BOX / 2 + row * ROW + self._overhang()

    def _left(self, node: Node) -> float:
        return self.lefts[node.column] + (self.widths[node.column] - _width(node.station)) / 2

    def _right(self, node: Node) -> float:
        return self._left(node) + _width(node.station)

    def _arrivals(self, node: Node) -> list[str]:
        end = (self._left(node), self._y(node.row))
        starts = [(self._right(before), self._y(before.row)) for before in node.follows]
        return [_arrow(f"M{x:g},{y:g}{_bend((x, y), end)}", end) for x, y in starts]

    def _to_loss(self, node: Node, row: int) -> str:
        """Along the branch's own row to the loss, where each branch arrives at a place of its own."""
        spread = self._loss_height() - 22
        share = row / (len(self.paths) - 1) - 0.5 if len(self.paths) > 1 else 0.0
        end = (self.lefts[-1], self._y((len(self.paths) - 1) / 2) + share * spread)
        x, y, along = self._right(node), self._y(node.row), self._y(row)
        turn = max(x, self.lefts[-1] - GAP)
        onto_row = "" if y == along else _bend((x, y), (x + GAP, along))
        return _arrow(f"M{x:g},{y:g}{onto_row} H{turn:g}{_bend((turn, along), end)}", end)

    def _station(self, node: Node) -> str:
        x, y, width = self._left(node), self._y(node.row), _width(node.station)
        about = f"<title>{escape(node.station)}: {escape(STATIONS[node.station])}</title>"
        if node.station == STOP:
            bars = "".join(f'<path d="M{x + width / 2 + d:g},{y - 14:g} v28" stroke-width="2.5"/>' for d in (-3, 3))
            words = f'<text x="{x + width / 2:g}" y="{y + 28:g}" text-anchor="middle" font-size="{SMALL}">{STOP}</text>'
            line = f'<path d="M{x:g},{y:g} h{width:g}" opacity=".55"/>'
            return f'<g class="stop">{about}<g stroke="currentColor" fill="none">{line}{bars}</g>{words}</g>'
        hue = self.hues.get(node.station.removeprefix(SLOW))
        ink = f'fill="{hue}" fill-opacity=".16" stroke="{hue}" rx="7"' if hue else PLAIN
        edge = ' stroke-dasharray="5 3"' if node.station.startswith(SLOW) else ""
        place = f'x="{x:g}" y="{y - BOX / 2:g}" width="{width:g}" height="{BOX}"'
        box = f'<rect {place} {ink}{edge} stroke-width="1.5"/>'
        return f"<g>{about}{box}{_text(x + width / 2, y, node.station)}</g>"

    def _slow(self, node: Node) -> str:
        """The dashed arrow to a slow station from the nearest one that it follows."""
        twins = [n for n in self.nodes if SLOW + n.station == node.station]
        if not twins:
            return ""
        twin = min(twins, key=lambda n: (abs(n.row - node.row), abs(n.column - node.column)))
        down = 1 if twin.row < node.row else -1
        x = (self._left(twin) + self._right(twin)) / 2, (self._left(node) + self._right(node)) / 2
        y = self._y(twin.row) + down * BOX / 2, self._y(node.row) - down * BOX / 2
        hue = self.hues[twin.station]
        head = f"M{x[1] - 4:g},{y[1] - down * 7:g} L{x[1]:g},{y[1]:g} L{x[1] + 4:g},{y[1] - down * 7:g}"
        line = f'<path d="M{x[0]:g},{y[0]:g} L{x[1]:g},{y[1]:g}" stroke-dasharray="4 4"/><path d="{head}"/>'
        return f'<g class="slow" stroke="{hue}" stroke-width="1.6" fill="none">{line}</g>'

    def _loss(self) -> str:
        height, x, middle = self._loss_height(), self.lefts[-1], self._y((len(self.paths) - 1) / 2)
        place = f'x="{x:g}" y="{middle - height / 2:g}" width="{self.loss_width:g}" height="{height:g}"'
        box = f'<rect {place} rx="7" fill="none" stroke="currentColor" stroke-width="1.8"/>'
        first = middle - (len(self.loss) - 1) * LINE / 2
        lines = [_text(x + self.loss_width / 2, first + i * LINE, line, bold=True) for i, line in enumerate(self.loss)]
        return f'<g class="loss">{box}{"".join(lines)}</g>'

    def _legend(self) -> str:
        """What of the drawing's own signs needs a word."""
        stations = [node.station for node in self.nodes]
        words = []
        if any(stations.count(name) > 1 for name in self.hues):
            words.append("one colour: the same weights")
        if any(station.startswith(SLOW) for station in stations):
            words.append("dashed: follows slowly, learns nothing itself")
        return " · ".join(words)


def _arrow(path: str, tip: tuple[float, float]) -> str:
    """A line with a head at its end, where it arrives from the left."""
    x, y = tip
    head = f"M{x - 7:g},{y - 4:g} L{x:g},{y:g} L{x - 7:g},{y + 4:g}"
    ink = 'stroke="currentColor" stroke-width="1.5" fill="none" opacity=".6"'
    return f'<g {ink}><path d="{path}"/><path d="{head}"/></g>'


def _bend(start: tuple[float, float], end: tuple[float, float]) -> str:
    """The rest of a path that leaves `start` and arrives at `end` level."""
    (x0, y0), (x1, y1) = start, end
    middle = (x0 + x1) / 2
    return f" H{x1:g}" if y0 == y1 else f" C{middle:g},{y0:g} {middle:g},{y1:g} {x1:g},{y1:g}"


def _text(x: float, y: float, words: str, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{x:g}" y="{y + FONT * 0.35:g}" text-anchor="middle"{weight}>{escape(words)}</text>'


def _width(station: str) -> float:
    return 14.0 if station == STOP else round(len(station) * LETTER + PADDING, 1)
