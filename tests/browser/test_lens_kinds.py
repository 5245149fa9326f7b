"""Every kind of picture that a lens may hold, drawn in a browser: seen, read by pointing and heard by clicking."""

import base64
import io
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_type_hints

import numpy as np
import pytest
from PIL import Image

from tests.browser.conftest import made_up
from tests.browser.seen import PATIENCE_SECONDS, Seen
from tests.browser.site import Site
from tests.browser.test_theme import TOGGLE, TOKEN
from training.run.schema import Picture, Schema

pytestmark = pytest.mark.browser

STEP = 20
CLIPS = 6


@dataclass(frozen=True)
class Case:
    """A picture, an array for it and what the page says of one cell."""

    picture: Picture
    array: np.ndarray
    cell: tuple[int, int]
    """(row, column) of a matrix; (row of strips, panel) of spectrograms; (0, bar) of bars."""
    told: str
    heard: tuple[int, ...] = ()
    """The clips that are heard when the cell is clicked."""


def declared(name: str, kind: Literal["matrix", "spectrograms", "bars"], **more: Any) -> Picture:
    return Picture(name, f"The picture {name}", f"What {name} means.", kind, low=0.0, high=1.0, **more)


STRIPS = np.linspace(0, 1, CLIPS * 8 * 10, dtype=np.float32).reshape(CLIPS, 8, 10)
CASES = {
    "matrix": Case(
        declared("guesses", "matrix", rows="clips", columns="prototypes"),
        np.eye(CLIPS, 4, dtype=np.float32) * 0.75,
        *((1, 3), "clip 2, dog × prototype 4: 0", (1,)),
    ),
    "matrix of no clips": Case(
        declared("outputs", "matrix", rows="outputs", columns="outputs"),
        np.eye(3, dtype=np.float32),
        *((2, 0), "output 3 × output 1: 0"),
    ),
    "spectrograms": Case(declared("original", "spectrograms", rows="clips"), STRIPS, (0, 2), "clip 3, rain", (2,)),
    "bars": Case(
        declared("found", "bars", rows="steps ahead"),
        np.array([0.9, 0.5, 0.25], np.float32),
        *((0, 1), "step ahead 2: 0.5"),
    ),
    "bars with series": Case(
        declared("gaps", "bars", rows="clips", series=("true", "said")),
        np.linspace(0, 1, 2 * CLIPS, dtype=np.float32).reshape(2, CLIPS),
        *((0, 5), "clip 6, bell: true 0.455  ·  said 1", (5,)),
    ),
}
"""By kind; bars with series are drawn in another way than bars without."""
FIGURES = {"matrix": ".lens-matrix", "spectrograms": ".lens-strips", "bars": ".lens-bars"}
SCROLLED_TO = f"""() => {{ document.querySelector('#lens .part-lens')?.scrollIntoView();
  return document.querySelector("#lens .part-lens[data-step='{STEP}'] figure"); }}"""
LISTEN = """() => { window.heard = []; window.signs = []; const said = document.querySelector('.lens-said');
  document.addEventListener('hearsight:sound', e => heard.push(e.detail.key));
  new MutationObserver(() => signs.push(said.textContent)).observe(said, { childList: true }); }"""
WITHIN = """figure => { const box = figure.querySelector('.lens-scroll').getBoundingClientRect();
  return [...figure.querySelectorAll('figcaption')].every(one => one.getBoundingClientRect().right <= box.right + 1); }"""
PLAYED = "signs.some(sign => sign.startsWith('▶')) && !signs.at(-1).startsWith('▶')"
"""Something was played, and is over."""
COUNT = """([figure, colour]) => { const canvas = document.querySelector(figure + ' canvas'), found = {};
  const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  for (let i = 0; i < pixels.length; i += 4) if (pixels[i + 3] === 255) {
    const hex = '#' + [...pixels.slice(i, i + 3)].map(v => v.toString(16).padStart(2, '0')).join(''); found[hex] = (found[hex] ?? 0) + 1; }
  return found[colour] ?? 0; }"""
"""How many pixels of a figure's canvas have a colour."""


@pytest.fixture(scope="module")
def pictured_site(lent_site: Site) -> Site:
    """The site with one more run for each case, named after its picture."""
    made = made_up()
    for case in CASES.values():
        path = lent_site.runs / f"lens-{case.picture.name}"
        about = {"created": "2024-01-01T00:00:00"}  # older than all others
        run = made.write_run(path, snapshots=(STEP,), fingerprint="1" * 64, config=about)
        writer = made.RunWriter(run.path)
        writer.write_schema(Schema(pictures=(case.picture,)))
        arrays = {f"lens/{case.picture.name}": case.array}
        vectors = np.ones((300, 8), np.float16)
        writer.write_snapshot(STEP, {"embeddings": vectors, "lens_clips": np.arange(CLIPS), **arrays})
        writer.close()
    return lent_site


def shown(seen: Seen, case: Case, theme: str = "light") -> Any:
    page = seen.open(f"tab=live&run=lens-{case.picture.name}&__theme={theme}")
    page.locator("#charts .js-plotly-plot").first.wait_for()  # above the lens
    seen.rest()
    page.wait_for_function(SCROLLED_TO, polling=200)
    return page


def test_every_kind_has_a_case() -> None:
    kinds = get_args(get_type_hints(Picture)["kind"])
    assert {case.picture.kind for case in CASES.values()} == set(kinds) == set(FIGURES)
    assert {bool(case.picture.series) for case in CASES.values() if case.picture.kind == "bars"} == {True, False}


@pytest.mark.parametrize("kind", CASES)
def test_it_is_drawn_read_and_heard(pictured_site: Site, look: Callable[..., Seen], kind: str) -> None:
    case = CASES[kind]
    seen = look(pictured_site)
    page = shown(seen, case)
    page.evaluate(LISTEN)
    figure = page.locator(FIGURES[case.picture.kind])
    figure.wait_for()
    assert case.picture.title in figure.text_content() and case.picture.meaning in figure.text_content()
    row, column = case.cell
    if case.picture.kind == "spectrograms":
        cell = figure.locator(".lens-strip").nth(row).locator(".lens-panel").nth(column)
        assert figure.locator(".lens-panel").count() == CLIPS
        assert figure.evaluate(WITHIN), "words are cut off"
        assert cell.get_attribute("title") == case.told and cell.get_attribute("aria-label") == f"Play {case.told}"
        assert_rises(cell)
        cell.click()
    else:
        assert_values(figure, case)
        rows, columns = case.array.shape if case.picture.kind == "matrix" else (1, case.array.shape[-1])
        field = figure.locator(".lens-field")
        box = field.bounding_box()
        place = {"x": box["width"] * (column + 0.5) / columns, "y": box["height"] * (row + 0.5) / rows}
        assert read_at(figure, place) == case.told
        field.click(position=place)
    if case.heard:
        page.wait_for_function(PLAYED)
        assert [int(key.split(":")[1]) for key in page.evaluate("heard")] == list(case.heard)
    else:
        field.click(position=place)  # what was asked for by the first click has come before this one is over
        assert figure.locator(".lens-field.heard").count() == 0 and page.evaluate("[heard, signs]") == [[], []]
    assert seen.troubles == []


def read_at(figure: Any, place: dict[str, float]) -> str:
    """What is read out at a place of a figure's field. One that is pushed elsewhere, or drawn anew, under a resting pointer
    is pointed at by nothing, and is pointed at once more."""
    field, read = figure.locator(".lens-field"), figure.locator(".lens-read")
    until = time.monotonic() + PATIENCE_SECONDS
    while not (told := str(read.text_content())) and time.monotonic() < until:
        for x in (place["x"] + 1, place["x"]):
            field.hover(position=place | {"x": x})
    return told


def pixels(element: Any) -> np.ndarray:
    """(height, width, 3) of what was drawn on the element's canvas, on white; nothing that lies over it is seen."""
    canvas = element.locator("xpath=descendant-or-self::canvas")
    drawn = Image.open(io.BytesIO(base64.b64decode(canvas.evaluate("it => it.toDataURL().split(',')[1]"))))
    ground = Image.new("RGBA", drawn.size, "white")
    return np.asarray(Image.alpha_composite(ground, drawn.convert("RGBA")).convert("RGB"), dtype=int)


def assert_rises(panel: Any) -> None:
    """The values of a made-up strip rise with the frequency, which goes upwards; so must its brightness."""
    seen = pixels(panel.locator("canvas")).sum(axis=2)
    assert seen[: len(seen) // 3].mean() > seen[-len(seen) // 3 :].mean()


def assert_values(figure: Any, case: Case) -> None:
    """The cells of a matrix are the brighter, and bars the higher, the greater the value."""
    field = pixels(figure.locator(".lens-field"))
    height, width, _ = field.shape
    if case.picture.kind == "matrix":
        rows, columns = case.array.shape
        seen = [
            [field[int((r + 0.5) * height / rows), int((c + 0.5) * width / columns)].sum() for c in range(columns)]
            for r in range(rows)
        ]
        assert np.min(np.array(seen)[case.array > 0]) > np.max(np.array(seen)[case.array == 0])
        return
    series, count = len(case.array.reshape(-1, case.array.shape[-1])), case.array.shape[-1]
    ground = field[2, 1]
    for s in range(series):
        tall = []
        for k in range(count):
            across = (k + 0.5 + 0.8 * ((s + 0.5) / series - 0.5)) * width / count
            tall.append(np.any(field[:-3, int(across)] != ground, axis=1).sum() / height)
        np.testing.assert_allclose(tall, case.array.reshape(series, count)[s], atol=0.05)


@pytest.mark.parametrize("kind", ["bars", "bars with series"])
def test_bars_take_the_colours_of_the_theme(pictured_site: Site, look: Callable[..., Seen], kind: str) -> None:
    page = shown(look(pictured_site), CASES[kind])
    for dark in (True, False):
        before = [page.evaluate(TOKEN, f"curve-{s}") for s in range(2)]
        page.evaluate(TOGGLE, dark)
        for s in range(max(1, len(CASES[kind].picture.series))):
            now = page.evaluate(TOKEN, f"curve-{s}")
            assert page.evaluate(COUNT, [".lens-bars", now]) > 100
            assert page.evaluate(COUNT, [".lens-bars", before[s]]) == 0
