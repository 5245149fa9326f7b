"""Which process is meant, and its share of the machine.

A pid alone is not enough to name one, since pids are used again and zombies answer signals.
"""

import contextlib
import os
import resource
import signal
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
"""Variables of the environment of a process that computes on one thread, whichever library does."""
PROJECT = Path(__file__).resolve().parents[1]
"""The folder of this project."""


def import_path() -> str:
    """PYTHONPATH of a process that imports this project, in whatever folder it is started."""
    return os.pathsep.join([str(PROJECT), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))])


def piped(module: str, *arguments: str, **how: Any) -> tuple[subprocess.Popen[bytes], "Connection"]:
    """A process that runs a module of this project, and our end of a pipe to it; its first argument is the descriptor of its
    own end. It reads no input, and what it prints is dropped. `how` is for Popen.
    """
    import multiprocessing  # not at the top: few of the many who want this module talk to another process

    ours, theirs = multiprocessing.Pipe()
    with theirs:
        command = [sys.executable, "-P", "-m", module, str(theirs.fileno()), *arguments]
        nothing = subprocess.DEVNULL
        return subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=nothing, stdout=nothing, **how), ours


@dataclass(frozen=True)
class ProcessIdentity:
    """A process of one boot of one machine, told apart from any later one with the same pid."""

    pid: int
    start: str
    """When it started, in the kernel's own ticks since boot, so that a changed clock changes nothing."""
    boot: str

    def alive(self) -> bool:
        """Whether this very process runs on this machine now. Zombies and reused pids are not alive."""
        return self.boot == boot_id() and process_start(self.pid) == self.start

    def here(self) -> bool:
        """Whether it belongs to the current boot of this machine, so that `alive` can be answered at all."""
        return self.boot == boot_id()

    def terminate(self) -> bool:
        """Send SIGTERM if this very process is alive; True if it was sent."""
        return self._send(signal.SIGTERM)

    def kill(self) -> bool:
        """Send SIGKILL if this very process is alive; True if it was sent."""
        return self._send(signal.SIGKILL)

    def _send(self, number: signal.Signals) -> bool:
        if not self.alive():
            return False
        try:
            os.kill(self.pid, number)
        except ProcessLookupError:
            return False
        return True

    def to_json(self) -> dict[str, Any]:
        """The identity as plain values."""
        return asdict(self)

    @staticmethod
    def from_json(value: Any) -> "ProcessIdentity | None":
        """The identity that `to_json` gave, or None where `value` is anything else."""
        if not isinstance(value, dict):
            return None
        pid, start, boot = value.get("pid"), value.get("start"), value.get("boot")
        if isinstance(pid, int) and pid > 1 and isinstance(start, str) and isinstance(boot, str):
            return ProcessIdentity(pid, start, boot)
        return None


def current_process() -> ProcessIdentity:
    """The identity of the process that asks."""
    pid = os.getpid()
    return ProcessIdentity(pid, process_start(pid) or "", boot_id())


def boot_id() -> str:
    """A text that differs after every boot; on systems without one, the machine's name."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return os.uname().nodename


def usable_cores() -> int:
    """How many cores this process may use; all of the machine's where the system doesn't tell (macOS)."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run_when_idle() -> None:
    """Have the calling thread take only what the cores have left over; it can't be taken back.

    Linux shares the cores out between sessions first, so this is so beside processes of the same session alone.
    """
    if hasattr(os, "SCHED_IDLE"):
        with contextlib.suppress(OSError):  # a sandbox that doesn't allow it
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def limit(kind: int, most: int) -> None:
    """Let this process have no more of a resource, named as in `resource`; not every system knows every one."""
    hard = resource.getrlimit(kind)[1]
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def address_space(otherwise: int) -> int:
    """Bytes of memory that this process has mapped by now; `otherwise` where the system doesn't tell (macOS)."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:
        return otherwise


def process_start(pid: int) -> str | None:
    """When the process started, or None where there is no such process or only its zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")  # a name may be of any bytes
    except FileNotFoundError:
        return None if Path("/proc/self/stat").exists() else _start_by_ps(pid)
    except OSError:
        return None
    fields = stat[stat.rfind(")") + 2 :].split()  # the name before it may hold spaces and brackets
    return None if fields[0] in "ZX" else fields[19]


def _start_by_ps(pid: int) -> str | None:
    """For systems without /proc (macOS)."""
    answer = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    state, _, start = answer.stdout.strip().partition(" ")
    return None if not state or state.startswith("Z") else start.strip()
