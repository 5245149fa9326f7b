"""Tests leave nothing in the machine's temporary folder, whatever they and what they start put aside."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

from tests.support.session_folder import PREFIX

ROOT = Path(__file__).resolve().parents[1]
LEAVES = """
import subprocess, sys, tempfile

def test_puts_aside(tmp_path):
    (tmp_path / "kept").write_text("by a test")
    tempfile.mkdtemp(prefix="by-this-process-")
    subprocess.run([sys.executable, "-c", "import tempfile; tempfile.mkdtemp()"], check=True)
"""


def test_what_tests_put_aside_goes_with_their_session(tmp_path: Path) -> None:
    machines, leaves = tmp_path / "machine", tmp_path / "test_leaves.py"
    (machines / f"{PREFIX}of-one-that-was-killed" / "pytest-of-me").mkdir(parents=True)
    (machines / f"{PREFIX}of-one-that-lives").mkdir()
    living = os.open(machines / f"{PREFIX}of-one-that-lives", os.O_RDONLY)
    fcntl.flock(living, fcntl.LOCK_EX)
    leaves.write_text(LEAVES)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-n",
        "1",
        "-p",
        "tests.conftest",
        "--rootdir",
        str(ROOT),
        str(leaves),
    ]
    ran = subprocess.run(
        command, cwd=ROOT, env={**environment, "TMPDIR": str(machines)}, capture_output=True, text=True
    )
    assert "1 passed" in ran.stdout, ran.stdout + ran.stderr
    os.close(living)
    assert [path.name for path in machines.iterdir()] == [f"{PREFIX}of-one-that-lives"]
