"""What every page is given."""

import re
from pathlib import Path

from explorer.pages.frame import Frame, in_browser
from explorer.web.assets import FOLDER, asset_url
from training.data.dropped import dropped_root


def test_functions_of_the_pages_script_that_events_name_are_there() -> None:
    assert asset_url("js/core/page.js") in in_browser("tabOpened")
    pages = Path(str(__import__("explorer.pages", fromlist=["pages"]).__file__)).parent.glob("*.py")
    named = {name for page in pages for name in re.findall(r'in_browser\("(\w+)"\)', page.read_text())}
    script = (FOLDER / "js" / "core" / "page.js").read_text()
    assert {"tabOpened", "askedTab", "chooseMethod", "chooseShown", "holdWrong"} == named
    for name in named:
        assert re.search(rf"^export (function|const) {name}\b", script, re.M), name


def test_security_a_folder_of_the_machine_is_not_opened_for_visitors_from_elsewhere(
    cache: Path, tmp_path: Path
) -> None:
    nothing = None  # no services
    own, others = (
        Frame(nothing, str(tmp_path / "shown"), False, None, None, None, started_in=str(tmp_path), paths=paths)
        for paths in (True, False)
    )
    drop = dropped_root() / ("0a" * 16) / "3 dropped files"
    (drop / "below").mkdir(parents=True)
    (dropped_root() / ("0b" * 16)).symlink_to(tmp_path)
    (tmp_path / "private").mkdir()
    for named in ("starter", "esc50", "hf:owner/name", str(drop), str(tmp_path / "shown"), "shown", "", None):
        assert others.reference(named) == own.reference(named)
    for named in (
        *("/", "/etc", "~", "private", "./private", f"{tmp_path}/shown/../private", f"{tmp_path}/shown/below"),
        *(str(dropped_root()), str(drop.parent), str(drop / "below"), f"{drop}/../..", f"{dropped_root()}/*/x"),
        *(f"{dropped_root()}/{'0b' * 16}/private", f"{dropped_root()}/{'0c' * 16}/x", "a\0b"),
        *("shards:/etc", "shards:private", "shards:http://127.0.0.1/x.tar", "stream:owner/name"),
    ):
        assert others.reference(named) == ""
        assert own.reference(named) != ""
