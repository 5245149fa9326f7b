"""What a browser is told to fetch at once is all that it would find out level by level."""

import re

import pytest

from explorer.web import modules
from explorer.web.assets import FOLDER, asset_url, files
from explorer.web.modules import imports, needed, preloads


@pytest.mark.parametrize(
    ("line", "target"),
    [
        ('import { make } from "./elements.js";', "elements.js"),
        ('import { make as made, icon } from "../core/elements.js";', "elements.js"),
        ('import "./tab_keys.js";', "tab_keys.js"),
        ('import {\n  make,\n  icon,\n} from "./elements.js";', "elements.js"),
        ('export { make } from "./elements.js";', "elements.js"),
        ('/** @import { Part } from "./types.d.ts" */', None),
        ('const later = () => import("./elements.js");', None),
        ('export const where = "./elements.js";', None),
        ("// import { make } from './elements.js';", None),
    ],
)
def test_an_import_is_read_from_a_script(line: str, target: str | None) -> None:
    found = modules.IMPORTED.findall(f"// A script.\n\n{line}\n")
    assert [name.rsplit("/", 1)[1] for name in found] == ([] if target is None else [target])


def test_every_import_of_every_script_is_known_and_is_a_script() -> None:
    for name in files():
        if name.endswith(".js"):
            targets = re.findall(
                r"""^(?:import|export|\}) .*?["'](\..*?\.js)["'];$""", files()[name].read_text(), re.MULTILINE
            )
            assert len(imports(name)) == len(targets), name
            assert set(imports(name)) <= set(files()), name


def test_a_script_that_is_needed_brings_all_it_imports_each_once() -> None:
    found = needed(["js/core/page.js", "js/map/map.js"])
    assert found[:2] == ["js/core/page.js", "js/map/map.js"]
    assert len(found) == len(set(found)) > 30
    for name in found:
        assert set(imports(name)) <= set(found), name
    assert "js/sound/listen_views.js" not in found


def test_each_is_told_of_by_its_address() -> None:
    tags = preloads(["js/core/elements.js"])
    assert tags == f'<link rel="modulepreload" href="{asset_url("js/core/elements.js")}" />'
    assert (FOLDER / "js" / "core" / "elements.js").is_file()
