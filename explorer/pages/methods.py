"""Methods: all of them beside each other, and one explained: in plain words, as a formula, as a drawing, as its own file.

The methods bring torch with them, so they are loaded when the page is first opened.
"""

from typing import Any

import gradio as gr

from explorer.catalogue.markdown import LATEX
from explorer.catalogue.words import WORDS_TITLE, words_of_the_field
from explorer.components import MethodTable
from explorer.pages.form_contents import known_method
from explorer.pages.frame import Frame, in_browser


def build(frame: Frame) -> None:
    """The page's components and what they do."""
    comparison = gr.Markdown("Loading the methods …", elem_id="with-and-without")
    with gr.Accordion(WORDS_TITLE, open=False, elem_id="method-vocabulary"):
        gr.Markdown(words_of_the_field())
    table = MethodTable(elem_id="methods-table")
    with gr.Row(elem_id="method-bar"):
        head = gr.Markdown(elem_id="method-head")
        train = gr.Button("Train this", variant="primary", elem_id="train-this", scale=0, min_width=140)
    words = gr.Markdown(latex_delimiters=LATEX, elem_id="method-words")
    drawing = gr.HTML(js_on_load=None, apply_default_css=False, elem_id="method-flow")
    with gr.Row(elem_id="one-method"):
        with gr.Column(scale=6, min_width=320):
            facts = gr.Markdown(elem_id="method-facts")
        with gr.Column(scale=6, min_width=320), gr.Accordion("Its own file", open=True, elem_id="method-source"):
            source = gr.Markdown(latex_delimiters=[], elem_id="method-code")
    with gr.Accordion("What holds for all methods", open=False, elem_id="for-all-methods"):
        for_all = gr.Markdown()
    told = [head, words, drawing, facts, source]
    assert frame.tab is not None, "each page is built inside its tab"
    frame.tab.select(_first, table, [comparison, for_all, table, *told], **frame.quiet)
    table.select(_chosen, table, told, **frame.once_more)
    _wire_train(frame, train, table)


def _wire_train(frame: Frame, button: gr.Button, table: MethodTable) -> None:
    form = frame.new_run
    assert form is not None and frame.tabs is not None, "the page Live is built before this one"

    def train(shown: dict[str, Any] | None) -> tuple[Any, ...]:
        name = known_method((shown or {}).get("chosen"))
        return gr.Tabs(selected="live"), *form.fill(name)

    button.click(train, table, [frame.tabs, *form.parts], js=in_browser("chooseShown"), **frame.quiet)


def _first(shown: dict[str, Any] | None, request: gr.Request) -> tuple[Any, ...]:
    """Everything, at the first opening; the method that the address names, where it names one."""
    if shown and shown.get("rows"):
        return (gr.skip(),) * 8
    from explorer.catalogue.comparison import results, with_and_without
    from explorer.catalogue.method_markdown import for_all

    name = known_method(request.query_params.get("method"))
    return with_and_without(results()), for_all(), table_value(name), *method_told(name)


def _chosen(shown: dict[str, Any] | None) -> tuple[str, ...]:
    return method_told(known_method((shown or {}).get("chosen")))


def method_told(name: str) -> tuple[str, ...]:
    """Head, paragraph and formula, drawing, facts and source of one method."""
    from explorer.catalogue.diagram import diagram
    from explorer.catalogue.markdown import escaped
    from explorer.catalogue.method_markdown import badges, facts, introduction, source, source_path
    from training.methods import METHODS

    method = METHODS[name]
    head = f"## {escaped(method.card.title)}\n\n{' · '.join(badges(method))}"
    code = f"`{source_path(method)}`\n\n```python\n{source(method)}\n```"
    drawing = f'<div class="flow">{diagram(method.card.flow, method.card.title, method.one_view)}</div>'
    return head, introduction(method), drawing, facts(method, "*what holds for all methods* (below)"), code


def table_value(chosen: str) -> dict[str, Any]:
    """The value of the table of all methods."""
    from explorer.catalogue.comparison import KNN, Figures, by_family, facets, figures, results
    from explorer.catalogue.gains import gain
    from explorer.catalogue.method_markdown import FACETS, MEASURES
    from training.methods import METHODS
    from training.methods.method import FAMILIES

    found = results()
    data = {name: measured[0] for name in found if (measured := facets(found, name))}

    def shown(name: str, data: str, reached: Figures | None) -> dict[str, Any] | None:
        """One row's numbers on one set; None where the method wasn't measured there."""
        if reached is None:
            return None
        own = gain(found, data, name)
        pairs = {"knn": KNN, "probe": "probe"}
        both = {word: [reached.before[m], reached.after[m]] for word, m in pairs.items()}
        return {
            **both,
            "speed": reached.clips_per_second,
            "std": reached.normalised_std,
            "rank": reached.effective_rank,
            "suited": [own.before, own.after] if own else None,
            "beats": own.words if own else None,
        }

    def row(name: str) -> dict[str, Any]:
        card = METHODS[name].card
        about = {"name": name, "title": card.title, "family": card.family, "year": card.year, "needs": card.needs}
        suits = f"{FACETS[card.suits.facet].partition(' (')[0]}, {MEASURES[card.suits.measure]}"
        measured = {d: shown(name, d, figures(found, d, name, facet)) for d, facet in data.items()}
        return {**about, "negatives": card.negatives, "suits": suits, "figures": measured}

    families = by_family()
    return {
        "families": [{"name": family, "about": FAMILIES[family]} for family, names in families.items() if names],
        "rows": [row(name) for names in families.values() for name in names],
        "data": [{"name": name, "facet": facet} for name, facet in data.items()],
        "chosen": chosen,
    }
