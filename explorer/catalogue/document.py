"""docs/methods.md: every method by family, from the same cards as the page Methods."""

from explorer.catalogue.comparison import (
    KNN,
    NOT_MEASURED,
    Figures,
    Results,
    baselines,
    by_family,
    facets,
    figures,
    results,
    with_and_without,
)
from explorer.catalogue.diagram import as_file, diagram
from explorer.catalogue.gains import RIVALS, Gain, gain
from explorer.catalogue.markdown import escaped, table
from explorer.catalogue.method_markdown import (
    FOR_ALL_TITLE,
    MEASURES,
    badges,
    facts,
    for_all,
    introduction,
    linked,
    source_path,
)
from explorer.catalogue.words import WORDS_TITLE, words_of_the_field
from training.methods import METHODS
from training.methods.method import FAMILIES

HEAD = """# The methods

Every method is one file of `training/methods/`; this page is made from their cards by `make docs`, and the page *Methods* shows the
same with the source beside the formula and a button that trains it. Diagrams: one colour is one set of weights, grey learns nothing,
a dashed arrow is a copy that follows slowly, two bars stop the gradient.

## With and without negatives

{comparison}

The comparison in words follows Liu et al., *Audio Self-supervised Learning: A Survey*, arXiv 2203.01205. Both kinds gain from a larger
model and a larger representation; those with negatives also from more and better ones.

## What was measured

Every method trains for the same time on one thread; *there* is what its card named beforehand, before training → after it.
*beats* says whom it lies above there by more than two standard errors: {rivals}.
"""
UNMEASURED = (
    f"""The benchmark of the whole catalogue was {NOT_MEASURED}; `python -m benchmarks.catalogue` fills these tables."""
)
COLUMNS = (
    "method",
    "year",
    "negatives",
    "suited to",
    "there",
    "beats",
    "cross-group kNN",
    "linear probe",
    "clips/s",
    "normalised std",
    "effective rank",
)


def document() -> str:
    """The whole text."""
    found = results()
    rivals = ", ".join(f"*{word}* ({meaning})" for word, meaning in RIVALS.items())
    parts = [HEAD.format(comparison=with_and_without(found), rivals=rivals).rstrip(), *_measured(found)]
    parts.append(f"## {WORDS_TITLE}\n\n{words_of_the_field()}")
    parts.append(f"## {FOR_ALL_TITLE}\n\nWhere all methods differ from their papers in the same way:\n\n{for_all()}")
    for family, names in by_family().items():
        parts.append(f"## {family[0].upper()}{family[1:]}\n\n{FAMILIES[family]}")
        parts += [entry(name) for name in names] or ["None yet."]
    return linked_survey("\n\n".join(parts)) + "\n"


def entry(name: str) -> str:
    """One method: paragraph, formula, diagram, facts."""
    method = METHODS[name]
    return "\n\n".join(
        [
            f"### {escaped(method.card.title)}",
            f"`{name}` · {' · '.join(badges(method))} · [{source_path(method)}](../{source_path(method)})",
            introduction(method),
            f"![Who feeds whom in {escaped(method.card.title)}](diagrams/{name}.svg)",
            facts(method),
        ]
    )


def drawings() -> dict[str, str]:
    """File name → diagram, for each method."""
    return {f"{name}.svg": as_file(diagram(m.card.flow, m.card.title, m.one_view)) for name, m in METHODS.items()}


def linked_survey(text: str) -> str:
    """The survey's number in the head as a link."""
    return text.replace("arXiv 2203.01205", linked("arXiv 2203.01205"), 1)


def _measured(found: Results) -> list[str]:
    measured = [data for data in found if facets(found, data)]
    return [_table(found, data) for data in measured] or [UNMEASURED, _table({}, "")]


def _table(found: Results, data: str) -> str:
    facet = next(iter(facets(found, data)), "")
    reached = {name: figures(found, data, name, facet) for names in by_family().values() for name in names}
    missing = [_link(name) for name, figure in reached.items() if figure is None]
    shown = [name for name, figure in reached.items() if figure is not None] or list(reached)
    rows = [_row(name, reached[name], gain(found, data, name)) for name in shown]
    if not data:
        return table(COLUMNS, rows)
    beside = [f"{words} {_number(value)}" for words, value in baselines(found, data, facet).items()]
    told = f" Cross-group kNN without learning: {', '.join(beside)}." if beside else ""
    head = f"**{escaped(data)}**, facet {escaped(facet)}: before training → after it.{told}"
    rest = f"\n\nNot measured there: {', '.join(missing)}." if 0 < len(missing) < len(shown) else ""
    return f"{head}\n\n{table(COLUMNS, rows)}{rest}"


def _row(name: str, reached: Figures | None, own: Gain | None) -> list[str]:
    card = METHODS[name].card
    known = [_link(name), str(card.year), "with" if card.negatives else "without"]
    if reached is None:
        return [*known, NOT_MEASURED, *[""] * 7]
    judged = ["", "", ""]
    if own is not None:
        judged = [f"{escaped(own.facet)}, {MEASURES[own.measure]}", _pair(own.before, own.after), own.words]
    pairs = [_pair(reached.before[m], reached.after[m]) for m in (KNN, "probe")]
    rest = [
        _number(reached.clips_per_second, 0),
        _number(reached.normalised_std, 2),
        _number(reached.effective_rank, 1),
    ]
    return [*known, *judged, *pairs, *rest]


def _link(name: str) -> str:
    title = METHODS[name].card.title
    return f"[{escaped(title)}](#{anchor(title)})"


def _pair(before: float | None, after: float | None) -> str:
    return f"{_number(before)} → **{_number(after)}**"


def anchor(title: str) -> str:
    """The address of a heading, as GitHub makes it."""
    kept = "".join(c for c in title.lower() if c.isalnum() or c in " -_")
    return kept.replace(" ", "-")


def _number(value: float | None, digits: int = 3) -> str:
    return "–" if value is None else f"{value:,.{digits}f}"
