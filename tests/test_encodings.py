"""On a system whose encoding is not UTF-8, and with names that no encoding knows, everything works as elsewhere."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from explorer.pages.frame import Frame
from explorer.server import Server
from explorer.web.address import NotServed
from explorer.web.modules import preloads
from explorer.web.plotly_script import plotly_script

ROOT = Path(__file__).resolve().parents[1]
UTF_8 = ("PYTHONUTF8", "PYTHONIOENCODING")


def in_ascii(*arguments: str) -> bytes:
    """What a Python says on standard output where the system knows ASCII alone."""
    if not str(ROOT).isascii():
        pytest.skip("a Python that knows ASCII alone cannot load compiled packages from here")
    kept = {name: value for name, value in os.environ.items() if name not in UTF_8}
    environment = {**kept, "LC_ALL": "C", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-X", "utf8=0", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@pytest.mark.parametrize("program", ["run_path('app.py'", "run_module('training'", "run_module('explorer'"])
def test_a_letter_that_the_output_lacks_is_escaped(program: str) -> None:
    helped = r"argparse.ArgumentParser.format_help = lambda _: '\u03b1'; sys.argv[1:] = ['--help']"
    assert in_ascii("-c", f"import argparse, runpy, sys; {helped}; runpy.{program}, run_name='__main__')") == rb"\u03b1"


def test_json_is_utf_8_or_plain_ascii() -> None:
    told = in_ascii("-c", r"from training.commands.output import print_json; print_json('\xe9\udcf6')")
    assert json.loads(told) == "é\udcf6"


def test_the_page_gets_the_same_scripts() -> None:
    made = "from explorer.web.plotly_script import plotly_script; sys.stdout.buffer.write(plotly_script())"
    assert in_ascii("-c", f"import sys; {made}") == plotly_script()
    names = ["js/lens/lens.js", "js/core/elements.js"]
    told = in_ascii("-c", f"from explorer.web.modules import preloads; print(preloads({names}), end='')")
    assert told.decode() == preloads(names)


def test_a_decoder_reads_names_as_its_starter_does() -> None:
    own = "sys.getfilesystemencoding()"
    asked = f"subprocess.run([sys.executable, '-c', 'import sys; print({own})'], env=_environment())"
    told = in_ascii("-c", f"import subprocess, sys; from training.data.decoder import _environment; {asked}")
    assert told == b"ascii\n"


def test_bad_input_a_page_cannot_show_sounds_whose_name_is_no_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sounds = tmp_path / os.fsdecode(b"T\xf6ne")
    sounds.mkdir()
    assert Frame(None, "starter", False, None, None, None).reference(str(sounds)) == ""  # as a run holds it
    said = f"No page can show {tmp_path}/T\\udcf6ne: its name is not in utf-8; give it another."
    with pytest.raises(NotServed, match=re.escape(said)):
        Server(tmp_path / "runs", data=str(sounds), read_only=False)
    monkeypatch.setattr(sys, "getfilesystemencoding", lambda: "ascii")
    with pytest.raises(NotServed, match="not in ascii; give it another, or set PYTHONUTF8=1"):
        Server(tmp_path / "runs", data=str(sounds), read_only=False)


def test_such_a_name_is_printed_as_it_is_beside_what_is_escaped() -> None:
    script = r"from training.commands.parser import escape_output; escape_output(); print('\udcf6 \u03b1')"
    assert in_ascii("-c", script) == b"\xf6 \\u03b1\n"
