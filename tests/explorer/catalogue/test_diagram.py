"""Who feeds whom, drawn: everything of the flow is there, once, inside the picture and clear of everything else."""

import itertools
import re
from xml.etree import ElementTree

import pytest

from explorer.catalogue.diagram import as_file, diagram, in_words, is_learned
from explorer.catalogue.document import drawings
from training.methods import METHODS
from training.methods.flow import STATIONS, Flow

FLOWS = [method.card.flow for method in METHODS.values()]
TWO_VIEWS = Flow((("clip", "view", "encoder", "projector"), ("clip", "view", "encoder", "projector")), "alike")
TARGET = Flow(
    (("clip", "view", "encoder", "predictor"), ("clip", "view", "slow encoder", "stop-gradient")), "cosine distance"
)
REBUILT = Flow((("clip", "view", "masked", "encoder", "decoder"), ("clip", "view", "frames")), "difference")


def parsed(flow: Flow) -> ElementTree.Element:
    return ElementTree.fromstring(diagram(flow, "A method"))


def words(svg: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in svg.iter("text")]


def boxes(svg: ElementTree.Element) -> list[tuple[float, float, float, float]]:
    return [tuple(float(rect.attrib[name]) for name in ("x", "y", "width", "height")) for rect in svg.iter("rect")]


def hue_of(svg: ElementTree.Element, station: str) -> set[str]:
    groups = [g for g in svg.iter("g") if any(t.text == station for t in g.findall("text"))]
    return {rect.attrib["stroke"] for g in groups for rect in g.findall("rect")}


@pytest.mark.parametrize("name", METHODS)
def test_every_station_of_every_method_is_drawn(name: str) -> None:
    flow = METHODS[name].card.flow
    svg = parsed(flow)
    (loss,) = [g for g in svg.iter("g") if g.get("class") == "loss"]
    assert " ".join(words(loss)) == flow.loss
    drawn = words(svg)
    for station in {station for branch in flow.branches for station in branch}:
        most = sum(branch.count(station) for branch in flow.branches)
        assert 1 <= drawn.count(station) - words(loss).count(station) <= most
    assert svg.findtext("title") == f"A method: {in_words(flow)}"


ONE_VIEW = sorted(name for name, method in METHODS.items() if method.one_view and name != "multi_format")
"""Of several formats each has a view of its own."""


@pytest.mark.parametrize("name", ONE_VIEW)
def test_one_view_is_drawn_once(name: str) -> None:
    assert drawings()[f"{name}.svg"].count(">view</text>") <= 1


@pytest.mark.parametrize("flow", [*FLOWS, TWO_VIEWS, TARGET, REBUILT], ids=lambda flow: flow.loss)
def test_boxes_lie_inside_and_apart(flow: Flow) -> None:
    svg = parsed(flow)
    width, height = float(svg.attrib["width"]), float(svg.attrib["height"])
    found = boxes(svg)
    for x, y, w, h in found:
        assert min(x, y) > 0 and x + w < width and y + h <= height
    for (x, y, w, h), (u, v, s, t) in itertools.combinations(found, 2):
        assert x + w <= u or u + s <= x or y + h <= v or v + t <= y


@pytest.mark.parametrize("station", STATIONS)
def test_every_station_can_be_drawn(station: str) -> None:
    svg = parsed(Flow(((station,), ("clip", station)), "anything"))
    assert station in words(svg)
    assert any(f"{station}: {STATIONS[station]}" == title.text for title in svg.iter("title"))
    if station.startswith("slow "):
        assert is_learned(station.removeprefix("slow "))


def test_two_views_are_two_but_the_clip_is_one() -> None:
    drawn = words(parsed(TWO_VIEWS))
    assert (drawn.count("clip"), drawn.count("view"), drawn.count("encoder")) == (1, 2, 2)


def test_what_is_rebuilt_is_the_view_that_was_spoiled() -> None:
    drawn = words(parsed(REBUILT))
    assert (drawn.count("clip"), drawn.count("view"), drawn.count("masked"), drawn.count("frames")) == (1, 1, 1, 1)


def test_a_slow_copy_has_the_colour_of_what_it_follows_and_an_arrow_from_it() -> None:
    svg = parsed(TARGET)
    assert hue_of(svg, "encoder") == hue_of(svg, "slow encoder") != hue_of(svg, "predictor")
    (slow,) = [g for g in svg.iter("g") if g.get("class") == "slow"]
    assert slow.attrib["stroke"] in hue_of(svg, "encoder")
    assert any("stroke-dasharray" in path.attrib for path in slow.iter("path"))
    assert "follows slowly" in words(svg)[-1]


def test_a_stopped_gradient_is_a_bar_and_no_box() -> None:
    svg = parsed(TARGET)
    (stop,) = [g for g in svg.iter("g") if g.get("class") == "stop"]
    assert not stop.findall("rect") and len(list(stop.iter("path"))) == 3


def test_a_file_brings_its_paper_and_ink() -> None:
    text = as_file(diagram(TARGET, "A <method>"))
    svg = ElementTree.fromstring(text)
    assert svg.tag == "{http://www.w3.org/2000/svg}svg"
    assert "prefers-color-scheme" in text and "A &lt;method&gt;" in text
    assert not re.search(r"<script|href|url\(", text)


def test_a_branch_leaves_the_one_with_which_it_has_most_in_common() -> None:
    """And not the last one that begins as it does."""
    svg = parsed(
        Flow((("clip", "frames", "encoder"), ("clip", "patches", "encoder"), ("clip", "frames", "predictor")), "l")
    )
    assert [words(svg).count(station) for station in ("clip", "frames", "patches")] == [1, 1, 1]
