"""Folders of runs are mutilated, thousands of them, and everybody looks: nobody may raise, hang or die.

Looking is done by another process, so that one which hangs or dies costs one folder. An interrupted drill goes on where
it was: it notes how far it came.

    python -m benchmarks.drills.folders FOLDER BEGIN END    what that process does: a line for each folder
"""

import json
import shutil
import subprocess
import sys
import threading
import traceback
from pathlib import Path
from queue import Empty, Queue
from typing import IO

from benchmarks.drills.ground import Ground
from benchmarks.drills.tally import Lost, Tally, expect
from training import durable
from training.process import PROJECT

LOOK_SECONDS = 60.0
"""The longest that a look may take on a busy machine."""
READY_SECONDS = 180.0
NOTED_EVERY = 100


def drill(ground: Ground, tally: Tally) -> None:
    """Look at as many as the ground says, and go on where the last drill was interrupted."""
    note = ground.kept / "folders.json"
    tally.tried, tally.losses = (0, []) if ground.quick else _noted(note)
    while tally.tried < ground.folders:
        try:
            _look_on(ground, tally, note)
        except Lost as error:
            tally.losses.append(f"folder {tally.tried}: {error}")
            tally.tried += 1
    if not ground.quick:
        note.unlink(missing_ok=True)


def _look_on(ground: Ground, tally: Tally, note: Path) -> None:
    """From the next folder on, by one process. Raises Lost where it hangs or dies."""
    shutil.rmtree(ground.folder, ignore_errors=True)
    ground.folder.mkdir(parents=True)
    command = [
        sys.executable,
        "-m",
        "benchmarks.drills.folders",
        str(ground.folder),
        str(tally.tried),
        str(ground.folders),
    ]
    with (ground.base / "said.txt").open("ab") as said:
        process = subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said)
    lines: Queue[bytes] = Queue()
    assert process.stdout is not None
    threading.Thread(target=_pass_on, args=(process.stdout, lines), daemon=True).start()
    try:
        expect(_next(lines, READY_SECONDS) == b"ready\n", "Nothing to mutilate could be made.")
        while tally.tried < ground.folders:
            word = json.loads(_next(lines, LOOK_SECONDS) or b"null")
            expect(word is not None, "Looking ended the process.")
            if word:
                tally.losses.append(f"folder {tally.tried}: {word}")
            tally.tried += 1
            if not ground.quick and tally.tried % NOTED_EVERY == 0:
                note.parent.mkdir(parents=True, exist_ok=True)
                durable.write_json(note, {"tried": tally.tried, "losses": tally.losses})
    finally:
        process.kill()
        process.wait()


def _pass_on(output: IO[bytes], lines: "Queue[bytes]") -> None:
    for line in output:
        lines.put(line)
    lines.put(b"")


def _next(lines: "Queue[bytes]", seconds: float) -> bytes:
    try:
        return lines.get(timeout=seconds)
    except Empty:
        raise Lost(f"Looking took more than {seconds:.0f} s.") from None


def _noted(note: Path) -> tuple[int, list[str]]:
    try:
        found = json.loads(note.read_bytes())
        return int(found["tried"]), [str(loss) for loss in found["losses"]]
    except (OSError, ValueError, KeyError, TypeError):
        return 0, []


def main() -> None:
    """Mutilate a copy for each number and look; a line of JSON says what went wrong, "" where nothing did."""
    from benchmarks.looking import Onlooker
    from benchmarks.mutilate import mutilate

    folder, begin, end = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    onlooker = Onlooker(folder)
    print("ready", flush=True)
    for seed in range(begin, end):
        site = folder / "copy"
        shutil.rmtree(site, ignore_errors=True)
        shutil.copytree(onlooker.site, site, symlinks=True)
        done = mutilate(site, seed)
        wrong = ""
        try:
            onlooker.look(site)
        except Exception:  # each is what is looked for
            wrong = f"{done}: {traceback.format_exc(limit=-3)}"
        print(json.dumps(wrong), flush=True)
    onlooker.close()


if __name__ == "__main__":
    main()
