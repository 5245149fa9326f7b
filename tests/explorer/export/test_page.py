"""The page of an export holds every module that it imports, and asks for nothing else."""

import posixpath
import re

from explorer.export.page import page_files


def test_every_module_that_is_imported_is_there() -> None:
    files = page_files("run")
    found = [name.removeprefix("page/") for name in files if name.startswith("page/js/")]
    assert "js/core/source_static.js" in found and "js/map/map.js" in found
    assert "js/core/source_live.js" not in found
    for name in found:
        content = files[f"page/{name}"].decode()
        assert content.startswith("//")
        for named in re.findall(r'^(?:import|.* from) ?.*?"([^"]+)";$', content, re.M):
            assert named.startswith("."), f"{name} imports {named}"
            assert f"page/{posixpath.normpath(posixpath.join(posixpath.dirname(name), named))}" in files
        assert not re.search(r"^[^/*]*[^{]\bimport\(", content, re.M), f"{name} imports as it goes"


def test_a_title_is_text() -> None:
    page = page_files("<script>alert(1)</script>")["index.html"].decode()
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page
    assert page.count("<script") == 1
    assert "default-src 'none'" in page and "script-src 'self';" in page
