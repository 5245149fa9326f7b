"""How quickly the page answers, and what it costs a training."""

from benchmarks.figures.tables import results, told
from explorer.catalogue.markdown import table

NEWCOMER = (
    ("first map drawn after `python app.py`", "page_drawn_seconds", "s"),
    ("first click on a clip to both its views", "first_views_seconds", "s"),
    ("a slider of the augmentations to the new views", "augmentation_ms", "ms"),
)


def page() -> str:
    """How quickly the page answers; what a newcomer waits for is left out where it was not timed."""
    found = results("page")
    firsts = [
        (what, f"{told(found[name], 1 if unit == 's' else 0)} {unit}")
        for what, name, unit in NEWCOMER
        if name in found
        and "first_views_seconds" in found  # before it was timed, a page without a map counted as drawn
    ]
    after_start = [
        (f"{what}, after pressing start", f"{told(found[name], 1)} s")
        for what, name in (
            ("first point of the loss", "first_loss_seconds"),
            ("first map", "first_map_seconds"),
            ("first UMAP", "first_umap_seconds"),
        )
    ]
    clicks = [
        (f"click to {what}, {when}", f"{found[f'click_to_{what}_ms{suffix}']:.0f} ms")
        for when, suffix in (("while training", "_while_training"), ("afterwards", ""))
        for what in ("sound", "neighbours")
    ]
    return table(("the page, while the built-in set is trained beside it", ""), [*firsts, *after_start, *clicks])


def beside_page() -> str:
    """How fast a training is beside an open page, in each round."""
    found = results("page")
    rows = [
        (words, told(found[name], 2), ", ".join(told(one[name], 2) for one in found["rounds"]))
        for words, name in (
            ("from the start until somebody clicks", "throughput"),
            ("while Live is looked at", "throughput_with_live"),
            ("while somebody clicks on the map once a second", "throughput_while_clicking"),
        )
    ]
    slowest = told(found["alone_slowest_to_fastest"], 2)
    return (
        table(("steps a second beside an open page, as a share of those without", "median", "rounds"), rows)
        + f"\n\nOf the trainings without a page, the slowest had {slowest} of the speed of the fastest."
    )


def visitors() -> str:
    """How long visitors of one server wait."""
    found = results("visitors")
    rows = [
        (kind, f"{about['count']:,}", *(told(about[name], 3) for name in ("median", "p95", "longest")))
        for kind, about in found["kinds"].items()
    ]
    memory, errors = found["memory_mb"], sum(found["errors"].values())
    return (
        table(
            (
                f"{found['visitors']} visitors for {found['minutes']:g} minutes",
                "answers",
                "median s",
                "95 % s",
                "longest s",
            ),
            rows,
        )
        + f"\n\nErrors: {errors or 'none'}. Memory of the server: {memory['first']:,.0f} MB at first, "
        f"{memory['most']:,.0f} MB at most, {memory['last_quarter']:,.0f} MB over the last quarter."
    )


def beside_visitors() -> str:
    """How fast a training is beside a class, in each round."""
    found = results("beside")
    ways = (("ask for its news once a second", "looking_on"), ("also do something every ten seconds", "acting"))
    rows = [
        (words, told(found[way], 2), ", ".join(told(one[way], 2) for one in found["rounds"])) for words, way in ways
    ]
    looking, acting = (100 * found[f"{way}_server"] for _, way in ways)
    return (
        table((f"steps a second beside {found['visitors']} visitors who", "of those alone", "rounds"), rows)
        + f"\n\nThe server takes {looking:.0f} % of a core in the first case and {acting:.0f} % in the second."
    )


def arrivals() -> str:
    """How long many wait who come at once."""
    found = results("arrivals")
    rows = [
        (words, *(told(found[f"{what}_{of}_seconds"], 2) for of in ("median", "p95", "longest")))
        for words, what in (("the page itself", "page"), ("with all its scripts", "all"))
    ]
    return (
        table(("thirty visitors within three seconds", "median s", "95 % s", "longest s"), rows)
        + f"\n\nOne page costs the server {found['page_processor_seconds'] * 1000:.0f} ms of its processor."
    )


def drills() -> str:
    """What was tried on purpose, and what was lost."""
    rows = [
        (name, f"{about['tried']:,}", f"{about['survived']:,}", f"{about['lost']:,}", f"{about['torn_lines']:,}")
        for name, about in results("drills").items()
    ]
    return table(("drill", "tried", "survived", "lost", "torn lines"), rows)
