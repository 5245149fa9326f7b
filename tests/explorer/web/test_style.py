"""The style sheets: no rule for what nobody makes, and no colour in which words cannot be read."""

import itertools
import re
from pathlib import Path

import pytest

from explorer.web.assets import FOLDER

ROOT = FOLDER.parent
SHEETS = "\n".join(path.read_text() for path in sorted((FOLDER / "css").rglob("*.css")))
RULES = re.sub(r"/\*.*?\*/", "", SHEETS, flags=re.S)
SELECTORS = re.sub(r"\{[^{}]*\}", "\n", RULES)
WRITTEN = [*(FOLDER / "js").rglob("*.js"), *(ROOT / "explorer").rglob("*.py")]
WORDS = frozenset(re.findall(r"[A-Za-z_][\w-]*", "\n".join(path.read_text() for path in WRITTEN)))
OTHERS = {
    *("fillable", "gradio-container", "html-container", "icon-wrap", "katex-display", "tab-container", "tab-wrapper"),
    *("tabitem", "toast-wrap", "upload-container", "wrap", "wrap-inner"),  # Gradio's
    *("builtin", "class-name", "punctuation"),  # of code that Gradio shows
    *("controls", "mic-select", "record-button"),  # of Gradio's recorder
    *("hoverlayer", "js-plotly-plot", "nsewdrag"),  # Plotly's
}
PUT_TOGETHER = {"lens-bars", "lens-matrix", "lens-strips", "listen-player", "tab-live"}
"""Of a word and another one, such as an f-string's."""
TOKENS = (FOLDER / "css" / "core" / "tokens.css").read_text()
READ = ("text", "faint-text", "accent", "accent-strong", "warm", "good", "bad")
GROUNDS = ("page", "panel", "sunk", "accent-wash")


def test_every_rule_is_for_something_that_is_made() -> None:
    named = set(re.findall(r"[.#]([a-zA-Z_][\w-]*)", SELECTORS))
    assert sorted(named - WORDS - OTHERS - PUT_TOGETHER) == []


def test_every_token_is_used_and_no_other() -> None:
    known = set(re.findall(r"--h-([\w-]+)\s*:", TOKENS))
    asked = set(re.findall(r"var\(--h-([\w-]+)", RULES))
    assert sorted(asked - known) == []
    assert sorted(name for name in known - asked - WORDS if not name.startswith("curve-")) == []


@pytest.mark.parametrize("theme", ["body", "body.dark"])
@pytest.mark.parametrize(("ink", "ground"), [*itertools.product(READ, GROUNDS)])
def test_words_can_be_read(theme: str, ink: str, ground: str) -> None:
    """WCAG 2.2, 1.4.3: at least 4.5 : 1."""
    found = re.search(re.escape(theme) + r" \{(.*?)\n\}", TOKENS, re.S)
    assert found is not None
    colours = dict(re.findall(r"--h-([\w-]+): (#[0-9a-f]{6})", found[1]))
    dark, bright = sorted(map(luminance, (colours[ink], colours[ground])))
    assert (bright + 0.05) / (dark + 0.05) >= 4.5


def luminance(colour: str) -> float:
    """Relative luminance of "#rrggbb", 0 to 1."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_export_of_a_script_is_imported() -> None:
    """By another script, by a test, or named by a handler of the page; `mount` is called by whoever shows a part."""
    scripts = {path: path.read_text() for path in (FOLDER / "js").rglob("*.js")}
    tests = {path: path.read_text() for path in (ROOT / "tests").rglob("*.test.js")}
    python = "\n".join(path.read_text() for path in (ROOT / "explorer").rglob("*.py"))
    unused = [
        f"{path.relative_to(FOLDER)}: {name}"
        for path, text in scripts.items()
        for name in re.findall(r"^export (?:async )?(?:function|class|const|let) (\w+)", text, re.M)
        if name != "mount" and f'"{name}"' not in python and not _named(name, path, scripts | tests)
    ]
    assert unused == []


def _named(name: str, path: Path, texts: dict[Path, str]) -> bool:
    return any(re.search(rf"\b{name}\b", text) for other, text in texts.items() if other != path)
