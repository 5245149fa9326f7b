"""Have Hearsight's page show a training of your own, in PyTorch, JAX or anything else. Copy this one file beside your loop.

    with Watch("runs/mine", sounds="sounds", clips=names, labels={"class": classes}, about={"method": "my CPC"}) as run:
        run.embeddings(0, encoder(probe))
        for step, batch in enumerate(batches, 1):
            run.log(step, loss=train(batch))
            if step % 200 == 0:
                run.embeddings(step, encoder(probe))

It needs numpy alone. Measures, maps and sounds are the work of the page, which `python app.py --runs runs` opens. A mistake in
the arguments raises ValueError with one sentence; a disk that can't be written is a warning, and the training goes on.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import platform
import re
import subprocess
import sys
import threading
import time
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

SCHEMA, MOST_CLIPS, MOST_SNAPSHOTS, BEAT_SECONDS, LARGEST_HALF = 1, 20_000, 200, 1.0, 6e4


class Watch:
    """A run's folder, as docs/run-folder.md describes it, written while you train.

    With `with`, the run ends as finished, stopped (Ctrl-C) or failed; without it, call `close`, or it is read as crashed.
    """

    def __init__(self, folder: str | os.PathLike[str], *, sounds: str | os.PathLike[str] | None = None,
                 clips: Sequence[str] = (), labels: Mapping[str, Any] | None = None,
                 groups: Sequence[Any] | None = None, about: Mapping[str, Any] | None = None,
                 steps: int | None = None, resumed_from: int | None = None):  # fmt: skip
        """`folder`: of a new run, or of one that goes on after the step `resumed_from`; `steps`: how many are planned.

        `sounds`: the folder of the sound files; `clips`: the names of n of them, relative to it, one for each row of the
        embeddings. `labels`: by what they tell, what each clip is (None: unknown), besides what the folder's own names and
        tables tell. `groups`: where each clip comes from (speaker, recording), so that kNN is asked across them.
        `about`: whatever is worth reading beside the run; "method" becomes its title.
        """
        self.path, self._clips = Path(folder).absolute(), [str(name) for name in clips]
        facets = {**(labels or {}), **({} if groups is None else {"group": groups})}
        self._check(sounds, facets, resumed_from)
        (self.path / "snapshots").mkdir(parents=True, exist_ok=True)
        self._lock = _locked(self.path / ".lock")
        before = _read(self.path / "status.json")
        self._began, self._torn = time.monotonic() - before.get("seconds", 0), resumed_from is not None
        self._ended, self._turn = threading.Event(), threading.Lock()
        self._status: dict[str, Any] = {
            "state": "training", "attempt": before.get("attempt", 0) + 1, "step": max(0, resumed_from or 0), "steps": steps,
            "message": "", "warning": "", "heartbeat": 0, "process": _identity(),
        }  # fmt: skip
        self._write_status()
        data = os.path.abspath(sounds) if sounds is not None and os.path.isdir(sounds) else str(sounds or "")
        if resumed_from is None:
            told = json.loads(json.dumps(dict(about or {}), default=str))
            coded = {name: _coded(values) for name, values in facets.items()}
            probe = {"ids": self._clips, "clips": [-1] * len(self._clips), "files": self._clips, "facets": coded}
            named = {"group": "group" if groups is not None else "", "data": data, "data_name": os.path.basename(data)}
            self._write_json("probe.json", {**probe, **named, "main_facet": next(iter(coded), "")})
            about = {"about": told, "created": time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime()), "watched": True}
            config = {"method": str(told.get("method", self.path.name)), "data": data, **about}
            self._write_json("config.json", config)  # last, as it makes the folder a run
        else:
            for step in [step for step in self._snapshots() if step > resumed_from]:
                self._snapshot(step).unlink()
            self._append({"resumed_from": resumed_from, "attempt": self._status["attempt"]})
        threading.Thread(target=self._beat, daemon=True).start()

    def log(self, step: int, **numbers: Any) -> None:
        """Numbers after `step` of the optimiser, such as loss=…, lr=…: each becomes a curve. Tensors of one value are taken."""
        plain = {name: _number(name, value) for name, value in numbers.items()}
        self._note(step, {f"train/{name}": value if np.isfinite(value) else None for name, value in plain.items()})

    def embeddings(self, step: int, h: Any, z: Any = None, views: tuple[Any, Any] | None = None) -> None:
        """The encoder's outputs h (n, D) of the clips after `step`, in evaluation mode and in the order of `clips`.

        `z` (n, P): the projector's; `views`: those (m, P) of two views of the same m clips. What is given at step 0, before
        the first step, becomes the line "random initialisation".
        """
        seen = [] if views is None else [_array(view) for view in views]
        arrays = {"embeddings": _array(h), "projections": _array(h if z is None else z)}
        n, shapes = len(self._clips), {name: array.shape for name, array in arrays.items()}
        rows = all(len(shape) == 2 and shape[0] == n for shape in shapes.values())
        _expect(rows, f"Embeddings of shapes {shapes} were given, but one row for each of the {n} clips was expected.")
        pair = views is None or (len(seen) == 2 and seen[0].shape == seen[1].shape and seen[0].ndim == 2)
        told = [view.shape for view in seen]
        _expect(pair, f"Views of shapes {told} were given, but two arrays (m, P) of the same shape were expected.")
        arrays |= dict(zip(("views/first", "views/second"), seen, strict=False))
        if not all(np.isfinite(array).all() for array in arrays.values()):
            self._status["warning"] = f"The embeddings of step {step} are not finite, so they were left out."
            return
        held = io.BytesIO()
        np.savez(held, schema=np.array(SCHEMA), **arrays)  # type: ignore[arg-type]  # numpy types **kwds as bool
        with self._surviving():
            _replace(self._snapshot(step), held.getvalue())
            while len(steps := self._snapshots()) > MOST_SNAPSHOTS:  # the one with the closest neighbours goes
                logs = np.log1p(steps)
                self._snapshot(steps[1 + int(np.argmin(logs[2:-1] - logs[:-3]))]).unlink()
        self._note(step, {})

    def close(self, state: str = "finished", message: str = "") -> None:
        """End the run: "finished", "stopped" or "failed", with one sentence. A second call does nothing."""
        with self._turn, self._surviving():
            if not self._ended.is_set():
                self._ended.set()
                self._status |= {"state": state, "message": message[:500]}
                self._write_status()
                self._lock.close()

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: Any) -> None:
        failed = isinstance(error, Exception)
        state = "failed" if failed else "finished" if error is None else "stopped"  # Ctrl-C, sys.exit
        self.close(state, f"{type(error).__name__}: {error}" if failed else "")

    def _check(self, sounds: Any, facets: Mapping[str, Sequence[Any]], resumed_from: int | None) -> None:
        n, old, goes_on = len(self._clips), _read(self.path / "probe.json"), resumed_from is not None
        there = "no run to go on with" if goes_on else "a run already; give a new folder, or resumed_from"
        _expect((self.path / "config.json").exists() == goes_on, f"The folder {self.path} holds {there}.")
        _expect(not goes_on or old.get("files") == self._clips, f"The run {self.path} was begun with other clips.")
        _expect(n <= MOST_CLIPS, f"{n:,} clips were given, but at most {MOST_CLIPS:,} were expected.")
        for name, times in Counter(self._clips).most_common(1):
            _expect(times < 2, f"The clip {name} was given {times} times, but each was expected once.")
        for name, values in facets.items():
            _expect(len(values) == n, f"{len(values):,} labels of {name!r} were given, but there are {n:,} clips.")
        if sounds is not None and os.path.isdir(sounds):
            missing = [name for name in self._clips if not os.path.isfile(os.path.join(sounds, name))]
            _expect(
                not missing, f"{len(missing):,} of {n:,} clips are not in {sounds}, such as {''.join(missing[:1])}."
            )
        elif sounds is not None:
            told = f"There is no folder {sounds} here: until there is, no clip of the run can be heard."
            warnings.warn(told, RuntimeWarning, stacklevel=3)

    def _note(self, step: int, numbers: Mapping[str, Any]) -> None:
        self._status["step"] = max(int(step), self._status["step"])
        about = {"step": int(step), "attempt": self._status["attempt"], **self._seconds()}
        with self._surviving():
            self._append({**about, **numbers})

    def _append(self, row: Mapping[str, Any]) -> None:
        line = b"\n" * self._torn + json.dumps({"schema": SCHEMA, **row}).encode() + b"\n"
        with open(self.path / "metrics.jsonl", "ab", buffering=0) as file:
            self._torn = file.write(line) < len(line)  # the next row ends what a crash or a full disk left

    def _beat(self) -> None:
        while not self._ended.wait(BEAT_SECONDS):
            with self._turn, contextlib.suppress(OSError):
                if not self._ended.is_set():
                    self._write_status()

    def _write_status(self) -> None:
        self._status["heartbeat"] += 1
        planned, step = self._status["steps"], self._status["step"]
        share = 1.0 if self._status["state"] == "finished" else min(1.0, step / planned) if planned else 0.0
        self._write_json("status.json", {**self._status, **self._seconds(), "updated": time.time(), "progress": share})

    def _seconds(self) -> dict[str, float]:
        return {"seconds": round(time.monotonic() - self._began, 3)}

    def _write_json(self, name: str, value: Mapping[str, Any]) -> None:
        _replace(self.path / name, json.dumps({"schema": SCHEMA, **value}).encode())

    def _snapshot(self, step: int) -> Path:
        return self.path / "snapshots" / f"{int(step):06d}.npz"

    def _snapshots(self) -> list[int]:
        names = os.listdir(self.path / "snapshots")
        return sorted(int(name[:-4]) for name in names if re.fullmatch(r"\d{6,12}\.npz", name))

    @contextlib.contextmanager
    def _surviving(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            warnings.warn(f"The run {self.path} can't be written: {error}.", RuntimeWarning, stacklevel=4)


def _expect(good: bool, sentence: str) -> None:
    if not good:
        raise ValueError(sentence)


def _number(name: str, value: Any) -> float:
    try:
        return float(value.detach() if hasattr(value, "detach") else value)
    except (TypeError, ValueError, RuntimeError):
        told = f"{name} of shape {tuple(value.shape)}" if hasattr(value, "shape") else f"{name} {value!r:.40}"
        raise ValueError(f"{told} was given, but a number, or a tensor of one value, was expected.") from None


def _array(value: Any) -> np.ndarray:
    """As float16 where they fit, from whatever holds numbers: a tensor on any device, with or without a gradient."""
    array = np.asarray(value.detach().float().cpu() if hasattr(value, "detach") else value, np.float32)
    return array.astype(np.float16) if np.abs(array).max(initial=0.0) < LARGEST_HALF else array


def _coded(values: Sequence[Any]) -> dict[str, Any]:
    """The labels of n clips as names and codes; None and NaN are no labels."""
    plain = [value.item() if hasattr(value, "item") else value for value in values]
    texts = [None if value is None or value != value else str(value) for value in plain]
    names = sorted({text for text in texts if text is not None})
    code: dict[str | None, int] = {None: -1, **{name: i for i, name in enumerate(names)}}
    return {"names": names, "codes": [code[text] for text in texts]}


def _read(path: Path) -> dict[str, Any]:
    with contextlib.suppress(OSError, ValueError, TypeError):
        return dict(json.loads(path.read_text(encoding="utf-8")))
    return {}


def _replace(path: Path, content: bytes) -> None:
    """The old file or the new one, never half of it: a temporary file beside it, fsync, rename."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with open(temporary, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _locked(path: Path) -> Any:
    """The lock file, held until the run is closed or the process ends. Raises ValueError where another process writes."""
    lock = open(path, "ab")  # noqa: SIM115 - it stays open
    try:
        import fcntl

        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except ImportError:
        pass  # Windows
    except BlockingIOError:
        lock.close()
        raise ValueError(f"The run {path.parent} is being written by another process.") from None
    return lock


def _identity() -> dict[str, Any]:
    """This process, so that a reader can tell whether it lives: its number, when it started, of which boot of which machine."""
    pid, boot, start = os.getpid(), platform.node(), ""
    if sys.platform == "linux":
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")
        start = stat[stat.rfind(")") + 2 :].split()[19]  # in ticks since boot
    elif sys.platform == "darwin":
        said = subprocess.run(
            ["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        start = said.stdout.strip().partition(" ")[2].strip()
    return {"pid": pid, "start": start, "boot": boot}
