"""Where drills are held: a temporary folder with a few sounds, and processes that are started and ended there."""

import contextlib
import http.client
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from benchmarks.drills.forked import Forked
from benchmarks.drills.tally import Lost, expect
from benchmarks.served import free_port
from training.process import PROJECT, ProcessIdentity, boot_id, process_start
from training.run import RunFolder

TINY = {"batch_size": 8, "probe_clips": 16, "mels": 16, "crop_seconds": 0.32, "warmup_steps": 1}
CLIPS = 24
SAMPLE_RATE = 16_000
START_SECONDS = 120.0
"""The longest that a server may take until it answers on a busy machine."""
TRAINING_SECONDS = 300.0
"""The longest that a small training may take."""


@dataclass
class Ground:
    """One for all drills of a call; the sounds and the undisturbed run are made once."""

    base: Path
    name: str
    """Of the drill that is held just now."""
    kills: int
    """How often each process is killed."""
    folders: int
    """How many folders are mutilated."""
    quick: bool
    chance: random.Random
    kept: Path
    """Where a long drill notes how far it came, so that the next call goes on."""
    started: list["Child"] = field(default_factory=list)
    usual_seconds: float = 0.0
    """How long the undisturbed run took, its imports included."""

    @property
    def folder(self) -> Path:
        """Where this drill writes."""
        return self.base / self.name

    @cached_property
    def sounds(self) -> Path:
        """A folder with tones of three classes."""
        import soundfile

        times = np.arange(SAMPLE_RATE // 2) / SAMPLE_RATE
        for number in range(CLIPS):
            path = self.base / "sounds" / "abc"[number % 3] / f"{number}.wav"
            path.parent.mkdir(parents=True, exist_ok=True)
            soundfile.write(path, 0.5 * np.sin(2 * np.pi * (200 + 37 * number) * times), SAMPLE_RATE)
        return self.base / "sounds"

    @cached_property
    def steps(self) -> int:
        """How long the training of one run is."""
        return 16 if self.quick else 240

    @cached_property
    def twin(self) -> RunFolder:
        """A run that nobody disturbed."""
        run = RunFolder(self.base / "undisturbed")
        began = time.perf_counter()
        finish(self.trainer(run))
        self.usual_seconds = time.perf_counter() - began
        expect(run.status().state == "finished", f"An undisturbed run is {run.status().state}: {run.status().message}")
        return run

    def trainer(self, run: RunFolder, by: tuple[str, ...] = ("-m", "training"), **length: float) -> "Child":
        """A trainer that begins a run, or goes on with one that is there; of `steps` steps, or as `length` says."""
        if run.exists():
            return self.python(*by, "resume", str(run.path))
        bound = length or {"steps": self.steps}
        flags = [word for name, value in bound.items() for word in (f"--{name}", str(value))]
        settings = [word for name, value in TINY.items() for word in ("--set", f"{name}={value}")]
        about = ("--out", str(run.path), "--data", str(self.sounds), "--device", "cpu", "--seed", "0")
        return self.python(*by, "run", *about, *flags, *settings)

    def python(self, *words: str) -> "Child":
        """A Python of ours at work; its words go to a file."""
        said = self.base / "said.txt"
        self.started.append(Child(Forked(list(words), said)) if self.quick else start([sys.executable, *words], said))
        return self.started[-1]

    def close(self) -> None:
        """End what is still at work, as after a drill that broke off."""
        for child in self.started:
            child.kill()
        self.started.clear()

    @contextmanager
    def served(self, runs: Path, *flags: str, port: int | None = None, by: tuple[str, ...] = ()) -> Iterator["Served"]:
        """The page on a loopback address, as soon as it answers; ended as a supervisor would."""
        served = self.server(runs, *flags, port=port, by=by)
        try:
            served.wait()
            yield served
        finally:
            served.child.end()

    def server(self, runs: Path, *flags: str, port: int | None = None, by: tuple[str, ...] = ()) -> "Served":
        """The page's server, just started."""
        chosen = free_port() if port is None else port
        about = ("--host", "127.0.0.1", "--port", str(chosen), "--runs", str(runs), "--data", str(self.sounds))
        return Served(self.python(*by, "app.py", *about, *flags), chosen)


@dataclass(frozen=True)
class Child:
    """A process that a drill started."""

    process: subprocess.Popen[bytes] | subprocess.Popen[str] | Forked

    def kill(self) -> bool:
        """kill -9; whether it was still alive."""
        alive = self.process.poll() is None
        self.process.kill()
        self.process.wait()
        return alive

    def end(self) -> None:
        """SIGTERM, and kill -9 where that takes long."""
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()

    def descendants(self) -> list[ProcessIdentity]:
        """Its children, now."""
        found = []
        for task in Path(f"/proc/{self.process.pid}/task").glob("*"):
            with contextlib.suppress(OSError):
                for pid in map(int, (task / "children").read_text().split()):
                    found.append(ProcessIdentity(pid, process_start(pid) or "", boot_id()))
        return found


@dataclass(frozen=True)
class Served:
    """A server of ours."""

    child: Child
    port: int

    def wait(self) -> None:
        """Until it answers. Raises Lost where it never does."""
        until = time.monotonic() + START_SECONDS
        while not self.answers():
            alive = self.child.process.poll() is None
            expect(alive and time.monotonic() < until, f"The page did not answer within {START_SECONDS:.0f} s.")
            time.sleep(0.1)

    def answers(self) -> bool:
        """Whether it gives out its page."""
        try:
            self.fetch("/")
        except (OSError, http.client.HTTPException, Lost):
            return False
        return True

    def fetch(self, path: str, seconds: float = 30.0, body: bytes | None = None) -> bytes:
        """One answer's body. Raises Lost where it isn't 200, OSError where there is none."""
        asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            headers = {"Content-Type": "application/json"} if body is not None else {}
            asked.request("GET" if body is None else "POST", path, body, headers)
            reply = asked.getresponse()
            content = reply.read()
        finally:
            asked.close()
        expect(reply.status == 200, f"{path} was answered by {reply.status}: {content[:200]!r}.")
        return content


def start(command: list[str], said: Path) -> Child:
    """A process in a group of its own, in the project's folder."""
    with said.open("ab") as output:
        return Child(
            subprocess.Popen(
                command, cwd=PROJECT, stdin=subprocess.DEVNULL, stdout=output, stderr=output, process_group=0
            )
        )


def finish(child: Child) -> int:
    """Wait for the end of a training; its exit code. Raises Lost where it takes too long."""
    try:
        return child.process.wait(TRAINING_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        raise Lost(f"A small training took more than {TRAINING_SECONDS:.0f} s.") from None


@contextmanager
def own_folder() -> Iterator[Path]:
    """A temporary folder, with caches and temporary files of this process and its children below it."""
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="hearsight-drills-"))
    (folder / "temporary").mkdir()
    for name in [name for name in os.environ if name.startswith("HEARSIGHT_")]:
        del os.environ[name]
    os.environ |= {
        "XDG_CACHE_HOME": str(folder / "cache"),
        "TMPDIR": str(folder / "temporary"),
        "GRADIO_TEMP_DIR": str(folder / "gradio"),
        "OMP_NUM_THREADS": "1",
    }
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
