"""kill -9 of the page's server: before it answers and after, while a visitor asks and a run is trained.

The trainer goes on, the queue stays as it was, the next server shows every run; and of what the servers started and put
aside nothing is left in the end but the trainer, which then obeys when it is asked to stop.
"""

import http.client
import json
import threading
import time
from pathlib import Path

from benchmarks.drills.ground import TINY, Ground, Served
from benchmarks.drills.tally import Lost, Tally, expect, within
from explorer.jobs.queue_file import QueueFile
from training import durable
from training.config import new_config
from training.process import ProcessIdentity
from training.run import Control, RunFolder, create_run

QUEUED = ("first", "second", "third")
AT_WORK = ("preparing", "training")
LIVES_SECONDS = 3.0
"""After its first answer, at most."""
STOPS_SECONDS = 30.0
"""As it is promised; quick drills are held beside other things, and take longer."""
ENDS_SECONDS = 180.0
"""What is still importing when its server is killed ends once that is done."""


def drill(ground: Ground, tally: Tally) -> None:
    """Kill server after server on one folder of runs."""
    root = ground.folder / "runs"
    for name in QUEUED:
        config = new_config(TINY, method="simclr", data=str(ground.sounds), seconds=36_000, seed=0, device="cpu")
        create_run(root / name, config.to_json())
    if not ground.quick:  # loading a trainer takes longest
        queue_up(root, QUEUED)
    started: list[ProcessIdentity] = []
    first = RunFolder(root / QUEUED[0])
    usual = 0.0
    try:
        for number in range(ground.kills):
            with tally.one(f"kill {number + 1}"):
                began = time.monotonic()
                served = ground.server(root)
                early = usual > 0 and ground.chance.random() < 0.4
                if early:
                    time.sleep(ground.chance.random() * usual)
                else:
                    served.wait()
                    usual = time.monotonic() - began
                    if not ground.quick:
                        within(ENDS_SECONDS, lambda: first.status().state in AT_WORK, "Nobody trains the first run.")
                    look_on(served, root, ground.chance.random() * LIVES_SECONDS)
                started += served.child.descendants()
                expect(served.child.kill(), "The server had ended by itself.")
                check_killed(root, () if ground.quick else QUEUED)
        with tally.also("the end"), ground.served(root) as served:
            started += served.child.descendants()
            look_on(served, root, 0.5)
        with tally.also("what is left in the end"):
            check_end(ground, root, started)
    finally:
        for name in QUEUED:
            process = ProcessIdentity.from_json(RunFolder(root / name).status().process)
            if process is not None:
                process.kill()


def look_on(served: Served, root: Path, seconds: float) -> None:
    """Ask without a pause for so long, then once more: everything must be shown."""
    until = time.monotonic() + seconds
    ended = threading.Event()

    def ask() -> None:
        while not ended.is_set():
            try:
                served.fetch("/")
            except (OSError, Lost, http.client.HTTPException):
                return

    asking = threading.Thread(target=ask)
    asking.start()
    while time.monotonic() < until:
        time.sleep(0.01)
    for name in QUEUED:
        status = json.loads(served.fetch(f"/gradio_api/x/run/{name}/news"))["status"]
        expect(status["state"] in ("waiting", *AT_WORK), f"The run {name} is shown as {status['state']}.")
    ended.set()
    asking.join()


def queue_up(root: Path, names: tuple[str, ...]) -> None:
    """Have runs wait for their turn, these and no others."""
    durable.write_json(
        root / ".queue.json", {"schema": 1, "waiting": [{"name": name, "verb": "run"} for name in names]}
    )


def check_killed(root: Path, queued: tuple[str, ...]) -> None:
    """What must be so after a kill. `queued` are the runs that were put into the queue, of which the first may have left."""
    first = RunFolder(root / QUEUED[0])
    if first.status().state in AT_WORK:
        beat = first.status().heartbeat
        within(ENDS_SECONDS, lambda: first.status().heartbeat > beat, "The trainer does not go on.")
        expect(first.status().attempt == 1, "The trainer was started twice.")
    waiting = tuple(entry.name for entry in QueueFile(root).read().waiting)
    expect(waiting in (queued, queued[1:]), f"The queue holds {', '.join(waiting)}.")
    content = first.metrics_path().read_bytes() if first.metrics_path().exists() else b""
    for line in content[: content.rfind(b"\n") + 1].splitlines():
        json.loads(line)


def check_end(ground: Ground, root: Path, started: list[ProcessIdentity]) -> None:
    """The trainer obeys, and nothing else is left."""
    first = RunFolder(root / QUEUED[0])
    queue_up(root, ())
    if first.status().state in AT_WORK:
        first.ask(Control.STOP)
        seconds = ENDS_SECONDS if ground.quick else STOPS_SECONDS
        within(seconds, lambda: first.status().state == "stopped", f"A stop was not obeyed within {seconds:.0f} s.")
    within(
        ENDS_SECONDS, lambda: not any(child.alive() for child in started), "A process that a server started is left."
    )
    left = [path.name for path in (ground.base / "gradio").glob("hearsight-server-*")]
    expect(not left, f"Temporary folders are left: {left}.")
