"""What the page's scripts say once more, since no server tells them: numbers and names that stand in Python too."""

import json

import pytest

from explorer.runs.moved import NEIGHBOURS
from explorer.search.words import LONGEST_TEXT
from explorer.tags.columns import BETWEEN
from explorer.web.assets import FOLDER
from explorer.web.routes.sounds import PICTURES_AT_MOST
from training.comparing.apart import FEWEST, LEVEL
from training.data.dataset import SAMPLE_RATE
from training.data.tags import LONGEST_TAG
from training.run.example import EXAMPLE
from training.run.schema import BASELINES
from training.twins.outcome import LAST_SHARE, SHARE
from training.verdicts import OPEN
from training.verdicts.rules import ROW

TITLES = ", ".join(f"{name}: {json.dumps(title)}" for name, title in BASELINES.items())


@pytest.mark.parametrize(
    ("script", "line"),
    [
        ("charts/band.js", f"const ROW = {ROW};"),
        ("core/address.js", f"const LONGEST_WORDS = {LONGEST_TEXT};"),
        ("core/baselines.js", f"const BASELINES = {{ {TITLES} }};"),
        ("core/export_near.js", f"const NEAREST = {NEIGHBOURS};"),
        ("core/source_live.js", f"this.picturesAtOnce = {PICTURES_AT_MOST};"),
        ("export/page.js", f"const SAMPLE_RATE = {SAMPLE_RATE:_};"),
        ("forms/standing.js", f"const OPEN = new Set({json.dumps(OPEN)});"),
        ("runs/compared.js", f"const FEWEST = {FEWEST};"),
        ("runs/compared.js", f"const LEVEL = {LEVEL};"),
        ("runs/rows.js", f'const EXAMPLE = "{EXAMPLE}";'),
        ("selection/tagging.js", f"const LONGEST = {LONGEST_TAG};"),
        ("selection/tagging.js", f'const BETWEEN = "{BETWEEN}";'),
        ("sound/spectrogram.js", f"const SAMPLE_RATE = {SAMPLE_RATE:_};"),
        ("twins/words.js", f"within {100 * SHARE:g} % of the healthy run's value"),
        ("twins/words.js", f"over the last {100 * LAST_SHARE:g} % of the steps"),
    ],
)
def test_a_script_says_the_same(script: str, line: str) -> None:
    assert line in (FOLDER / "js" / script).read_text(encoding="utf-8")
