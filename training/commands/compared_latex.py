"""A table of `compare` for a paper: LaTeX that needs the package booktabs."""

from collections.abc import Mapping, Sequence

from training.data.names import readable_name

SIGNS = {
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "±": r"$\pm$",
    "−": "$-$",
    "<": "$<$",
    ">": "$>$",
    "–": "--",
    "×": r"$\times$",
    "÷": r"$\div$",
    "√": r"$\surd$",
    "|": "$|$",
    **{sign: f"{{{sign}}}" for sign in "[]*"},
}
"""What LaTeX would read as something else, such as an option of the line before, or not at all."""


def latex_table(caption: str, columns: Mapping[str, Sequence[str]]) -> str:
    """A floating table with a line for each row: texts to the left, numbers to the right.

    What is the same in all rows, such as a baseline, is said once, in the caption: a page has room for few columns.
    """
    _, *others = columns
    shared = {title: columns[title][0] for title in others if len({*columns[title]}) == 1 < len(columns[title])}
    shown = {title: cells for title, cells in columns.items() if title not in shared}
    of_all = ", ".join(f"{title} {cell}" for title, cell in shared.items())
    aligned = "".join("r" if _are_numbers(cells) else "l" for cells in shown.values())
    lines = [shown.keys(), *zip(*shown.values(), strict=True)]
    heading, *rows = (" & ".join(map(escaped, line)) + r" \\" for line in lines)
    return "\n".join(
        [
            r"\begin{table}",
            r"  \centering",
            rf"  \caption{{{escaped(f'{caption} In all rows: {of_all}.' if of_all else caption)}}}",
            rf"  \begin{{tabular}}{{{aligned}}}",
            *(f"    {line}" for line in (r"\toprule", heading, r"\midrule", *rows, r"\bottomrule")),
            r"  \end{tabular}",
            r"\end{table}",
        ]
    )


def escaped(text: str) -> str:
    """Text that is nothing but text in LaTeX."""
    return "".join(SIGNS.get(sign, sign) for sign in readable_name(text))


def _are_numbers(cells: Sequence[str]) -> bool:
    return not any(sign.isalpha() for cell in cells for sign in cell)
