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
}
"""What LaTeX would read as something else, or not at all."""


def latex_table(caption: str, columns: Mapping[str, Sequence[str]]) -> str:
    """A floating table with a line for each row: texts to the left, numbers to the right."""
    aligned = "".join("r" if _are_numbers(cells) else "l" for cells in columns.values())
    lines = [columns.keys(), *zip(*columns.values(), strict=True)]
    heading, *rows = (" & ".join(map(escaped, line)) + r" \\" for line in lines)
    return "\n".join(
        [
            r"\begin{table}",
            r"  \centering",
            rf"  \caption{{{escaped(caption)}}}",
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
