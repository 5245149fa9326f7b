"""docs/operations.md, SECURITY.md and the Dockerfile say what is so.

`python -m tests.test_operations` writes the table of limits anew.
"""

import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from dataclasses import fields
from pathlib import Path

import pytest

import app
from explorer.visitors.limits import Limits
from tests.test_promises import PROMISES

pytestmark = pytest.mark.whole

ROOT = Path(__file__).resolve().parents[1]
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
SECURITY = (ROOT / "SECURITY.md").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def flags_of_the_parser(capsys: pytest.CaptureFixture[str]) -> set[str]:
    with pytest.raises(SystemExit):
        app.options(["--help"])
    flags = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help"}
    return {flag for flag in flags if not flag.startswith("--no-")}


def test_every_flag_is_told_and_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    told = set(re.findall(r"^\| `(--[a-z-]+)", OPERATIONS, re.MULTILINE))
    assert told == flags_of_the_parser(capsys)


def test_flags_in_commands_and_prose_exist(capsys: pytest.CaptureFixture[str]) -> None:
    known = flags_of_the_parser(capsys)
    commands = re.findall(r"python app\.py (.*)", OPERATIONS)
    named = {flag for command in commands for flag in re.findall(r"--[a-z-]+", command)}
    named |= set(re.findall(r"`(--(?!no-)[a-z-]+)`", OPERATIONS + SECURITY))
    assert named <= known and len(named) > 5


def limits_told() -> str:
    """The table of limits, as the document holds it."""
    rows = [(f"`--{f.name.replace('_', '-')}`", f.metadata) for f in fields(Limits)]
    return "".join(f"| {flag} | {of['own']:,} | {of['hosted']:,} | {of['meaning']} |\n" for flag, of in rows)


def test_limits_are_told_with_their_values() -> None:
    assert limits_told() in OPERATIONS, "docs/operations.md is old: python -m tests.test_operations"


def test_variables_exist() -> None:
    source = (ROOT / "app.py").read_text()
    limits = {f"HEARSIGHT_{f.name.upper()}" for f in fields(Limits)} | {"HEARSIGHT_LIMITS"}
    named = set(re.findall(r"HEARSIGHT_[A-Z_]+[A-Z]", OPERATIONS + SECURITY + DOCKERFILE))
    assert named and all(name in source or name in limits for name in named)


def test_security_names_promises_that_are_held() -> None:
    named = [int(n) for group in re.findall(r"\(([\d, –and]+)\)", SECURITY) for n in re.findall(r"\d+", group)]
    assert len(named) > 12 and set(named) <= set(PROMISES)


def copied() -> list[tuple[list[str], str]]:
    """(sources, target) of each COPY."""
    words = [line.split()[1:] for line in DOCKERFILE.splitlines() if line.startswith("COPY ")]
    return [(line[:-1], line[-1]) for line in words]


def test_the_container_holds_all_that_the_page_needs(tmp_path: Path) -> None:
    """What the Dockerfile copies, and nothing else, is enough to build the page and to load the trainer."""
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    for sources, target in copied():
        for source in sources:
            assert f"!{source}" in ignored, source
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, tmp_path / target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / source, tmp_path / target)
    program = (
        "from pathlib import Path; import app, training.trainer; from explorer.server import Server; "
        "server = Server(Path('/nowhere/runs'), data='starter', read_only=True, limits=app.options([]).limits); "
        "assert server.services.library.runs(), 'the example is missing'; server.close(); print('built')"
    )
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache"), "GRADIO_TEMP_DIR": str(tmp_path / "gradio")}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.endswith("built\n"), done.stderr


def test_the_container_runs_as_nobody_special_and_keeps_what_it_writes() -> None:
    lines = DOCKERFILE.splitlines()
    user = next(i for i, line in enumerate(lines) if line.startswith("USER "))
    assert lines[user] not in ("USER root", "USER 0") and user < next(
        i for i, x in enumerate(lines) if x.startswith("CMD ")
    )
    volumes = re.search(r"^VOLUME \[(.*)\]", DOCKERFILE, re.MULTILINE)
    environment = dict(re.findall(r"([A-Z_]+)=(\S+)", DOCKERFILE[DOCKERFILE.index("ENV ") :]))
    assert volumes is not None
    kept = {environment[name] for name in ("HEARSIGHT_RUNS", "XDG_DATA_HOME", "XDG_CACHE_HOME")}
    assert kept == set(re.findall(r'"([^"]+)"', volumes[1])) == set(re.findall(r"-v hearsight-\w+:(/\w+)", OPERATIONS))


def docker() -> bool:
    """Whether a container can be built here."""
    return shutil.which("docker") is not None and not subprocess.run(["docker", "info"], capture_output=True).returncode


@pytest.mark.timeout(3600)
@pytest.mark.skipif(not docker(), reason="there is no docker that answers")
def test_the_container_is_built_and_serves() -> None:
    subprocess.run(["docker", "build", "-q", "-t", "hearsight-test", str(ROOT)], check=True)
    run = ["docker", "run", "--rm", "-d", "-p", "127.0.0.1::7860", "hearsight-test"]
    name = subprocess.run(run, capture_output=True, text=True, check=True).stdout.strip()
    try:
        told = subprocess.run(["docker", "port", name, "7860"], capture_output=True, text=True, check=True).stdout
        page = ""
        for _ in range(300):
            try:
                with urllib.request.urlopen(f"http://{told.split()[0]}/", timeout=5) as reply:
                    page = reply.read().decode()
                break
            except OSError:
                time.sleep(1)
        assert "Hearsight" in page
        who = subprocess.run(["docker", "exec", name, "id", "-u"], capture_output=True, text=True, check=True).stdout
        assert who.strip() == "1000"
    finally:
        subprocess.run(["docker", "rm", "-f", name], capture_output=True, check=False)


if __name__ == "__main__":
    first = rf"\| `--{fields(Limits)[0].name.replace('_', '-')}`"
    document = re.sub(rf"^{first}.*?\n(?=\n)", lambda _: limits_told(), OPERATIONS, flags=re.MULTILINE | re.DOTALL)
    (ROOT / "docs" / "operations.md").write_text(document)
