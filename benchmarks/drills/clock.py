"""The clock jumps by a day under the trainer and under the page.

A living trainer never reads crashed and a killed one does at once; steps go on one after the other; a run bounded by
seconds takes these seconds, one bounded by steps ends with the weights of its undisturbed twin; the page goes on.
"""

import json
import time

from benchmarks.drills.ground import Ground
from benchmarks.drills.tally import Tally, expect
from benchmarks.drills.trainer import check_finished
from training.run import RunFolder

MOVED = ("-m", "benchmarks.drills.moved_clock")
SECONDS = 3.0
LOOKS = 10


def drill(ground: Ground, tally: Tally) -> None:
    """A fifth as many runs as kills, of three kinds in turn, and one page."""
    twin = ground.twin
    for number in range(max(1, ground.kills // 5)):
        run = RunFolder(ground.folder / "runs" / f"moved-{number}")
        with tally.one(f"run {number + 1}"):
            kind = number % 3
            bound = {"seconds": SECONDS} if kind else {}
            child = ground.trainer(run, (*MOVED, "-m", "training"), **bound)
            began = False
            while child.process.poll() is None:
                state = run.status().state if (run.path / "status.json").exists() else "waiting"
                expect(state != "crashed" or child.process.poll() is not None, "A living trainer reads crashed.")
                began |= state == "training"
                if kind == 2 and began:
                    child.kill()
                    expect(run.status().state == "crashed", f"A killed trainer reads {run.status().state}.")
                time.sleep(0.02)
            if kind == 0:
                check_finished(run, twin)
            elif kind == 1:
                took = run.status().seconds
                expect(SECONDS <= took < SECONDS + 2, f"A run of {SECONDS} s took {took} s.")
            steps = [row["step"] for row in run.metrics()]
            expect(steps == sorted(steps), "Steps don't follow one another.")
    if not ground.quick:
        with tally.one("the page"):
            look_on(ground)


def look_on(ground: Ground) -> None:
    """The page whose clock jumps shows a run that is trained."""
    run = RunFolder(ground.folder / "runs" / "looked-at")
    child = ground.trainer(run, seconds=600)
    try:
        with ground.served(run.path.parent, by=MOVED) as served:
            for _ in range(LOOKS):
                served.fetch("/")
                news = json.loads(served.fetch(f"/gradio_api/x/run/{run.name}/news"))
                state = news["status"]["state"]
                expect(state in ("waiting", "preparing", "training"), f"The page shows the run as {state}.")
                time.sleep(0.3)
    finally:
        child.kill()
