"""plotly.js as a browser is done with it soonest.

plotly ships its script inside a function that is handed to another one, for loaders that no page of ours has. V8 first skims
such a function, then reads the same 4.5 MB again when it is called, and so with the functions inside. Without that wrap,
and told that all of them are called, it reads the script once, beside the page's own thread: drawn in half the time.
Other browsers take the hint for a comment.
"""

from importlib.util import find_spec
from pathlib import Path

HINT = "//# allFunctionsCalledOnLoad\n"
WRAP = ('} (typeof self !== "undefined" ? self : this, () => {\n', "return Plotly;\n}));")
"""Between these two stands the script itself, which gives the page `window.Plotly`."""
LICENCE_ENDS = "*/"


def plotly_script() -> bytes:
    """The script of the installed plotly; as it is where it isn't wrapped as we know it."""
    found = find_spec("plotly")
    assert found is not None and found.origin is not None, "requirements.txt installs plotly"
    script = Path(found.origin).parent / "package_data" / "plotly.min.js"
    return unwrapped(script.read_text(encoding="utf-8")).encode()


def unwrapped(script: str) -> str:
    """The script without its wrap, below the hint and its licence."""
    before, begins, rest = script.partition(WRAP[0])
    inside, ends, after = rest.rpartition(WRAP[1])
    licence, marked, _ = before.partition(LICENCE_ENDS)
    if not (begins and ends and marked) or after.strip():
        return script
    return f"{HINT}{licence}{marked}\n{inside}"
