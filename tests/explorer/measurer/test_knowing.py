"""What a run knows, computed by another process and really kept."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from explorer.measurer.knowing import Knowing
from training.knowledge.kept import kept
from training.run import RunFolder


def test_it_is_asked_for_and_a_mistake_is_one_sentence(make_run: Callable[..., RunFolder], tmp_path: Path) -> None:
    knowing = Knowing()
    run = make_run(tmp_path / "run", snapshots=())
    try:
        assert knowing.known("run") is None and knowing.begin("run", run).text == "Getting ready"
        end = time.monotonic() + 240
        while (task := knowing.known("run")) is not None and not task.done:
            assert time.monotonic() < end
            time.sleep(0.05)
        assert task is not None and task.error == "The run run has no snapshots yet."
    finally:
        knowing.close()


def test_the_process_says_how_far_it_is_and_keeps_the_parts(make_run: Callable[..., RunFolder], tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", n=60, config={"data": str(tmp_path / "no sounds")})
    command = [sys.executable, "-m", "explorer.measurer", "know", str(run.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [json.loads(line) for line in process.stdout]
        assert process.wait() == 0
    fractions = [one["fraction"] for one in said]
    assert fractions == sorted(fractions) and fractions[-1] == 1
    facets, shortcuts = kept(run, "facets"), kept(run, "shortcuts")
    assert facets is not None and facets["facets"][0]["probe"]["values"][-1] > 0.9
    assert shortcuts is not None and shortcuts["sentences"]
