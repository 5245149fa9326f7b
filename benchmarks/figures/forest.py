"""A picture of correlations with their intervals, one row a measure."""

import html
from collections.abc import Mapping, Sequence

ROW, LEFT, WIDTH, HEAD, RIGHT = 20, 230, 460, 52, 20
COLOURS = ("#0f7a6c", "#c2542d")
STYLE = (
    "text{font:12px system-ui,sans-serif;fill:currentColor}.faint{opacity:.6}"
    "svg{color:#222;background:#fff}@media(prefers-color-scheme:dark){svg{color:#ddd;background:#161616}}"
)
Answer = Mapping[str, float] | None
"""{"rho", "low", "high"}, each from −1 to 1."""


def forest(title: str, questions: Sequence[str], rows: Sequence[tuple[str, Sequence[Answer]]]) -> str:
    """The SVG. `rows`: the name of a measure, and its answer to each of at most two questions."""

    def across(rho: float) -> float:
        return LEFT + (rho + 1) / 2 * WIDTH

    bottom = HEAD + ROW * len(rows)
    parts = [f'<text x="8" y="18" font-weight="600">{html.escape(title)}</text>']
    for i, question in enumerate(questions):
        x = LEFT + i * WIDTH / 2
        parts.append(f'<circle cx="{x + 4}" cy="32" r="4.5" fill="{COLOURS[i]}"/>')
        parts.append(f'<text class="faint" x="{x + 14}" y="36">{html.escape(question)}</text>')
    for mark in (-1, -0.5, 0, 0.5, 1):
        x = across(mark)
        dash = "" if mark == 0 else ' stroke-dasharray="2 4"'
        parts.append(
            f'<line x1="{x}" x2="{x}" y1="{HEAD - 6}" y2="{bottom}" stroke="currentColor" opacity=".4"{dash}/>'
        )
        parts.append(
            f'<text class="faint" x="{x}" y="{bottom + 16}" text-anchor="middle">{f"{mark:+g}" if mark else 0}</text>'
        )
    for i, (name, answers) in enumerate(rows):
        y = HEAD + ROW * i + ROW / 2
        parts.append(f'<text x="8" y="{y + 4}">{html.escape(name)}</text>')
        for k, answer in enumerate(answers):
            if answer is None:
                continue
            at = y + (k - (len(answers) - 1) / 2) * 6
            low, rho, high = (f"{across(answer[side]):.1f}" for side in ("low", "rho", "high"))
            parts.append(f'<line x1="{low}" x2="{high}" y1="{at}" y2="{at}" stroke="{COLOURS[k]}" stroke-width="2"/>')
            parts.append(f'<circle cx="{rho}" cy="{at}" r="3.5" fill="{COLOURS[k]}"/>')
    size = f'width="{LEFT + WIDTH + RIGHT}" height="{bottom + 26}"'
    text = "".join(parts).replace(">-", ">−")
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}><style>{STYLE}</style>{text}</svg>\n'
