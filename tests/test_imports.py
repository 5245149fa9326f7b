"""Imports run one way, and training never needs what only the page needs."""

import ast
import functools
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = (
    "training",
    "explorer.background",
    "explorer.visitors",
    "explorer.sounds",
    "explorer.tags",
    "explorer.runs",
    "explorer.suspects",
    "explorer.take_away",
    "explorer.projector",
    "explorer.measurer",
    "explorer.search",
    "explorer.jobs",
    "explorer.services",
    "explorer.catalogue",
    "explorer.web",
    "explorer.export",
    "explorer.gradio_patches",
    "explorer.components",
    "explorer.pages",
    "explorer.server",
    "explorer.__main__",
    "app",
)
"""From the ground up: each may import those before it."""
FIRST_OF_ALL = "explorer.gradio_patches.no_stubs"
"""Must be in place before anything below explorer imports gradio, and imports nothing of ours."""
PAGE_ONLY = ("gradio", "plotly", "librosa", "umap", "numba")
WITHOUT_GRADIO = (
    "training",
    "explorer.background",
    "explorer.tags",
    "explorer.runs",
    "explorer.suspects",
    "explorer.take_away",
    "explorer.projector",
    "explorer.measurer",
    "explorer.search",
    "explorer.jobs",
    "explorer.catalogue",
    "explorer.export",
)
"""What other processes than the server import, or what documents are made with."""


@functools.cache
def imported(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def within(name: str, layer: str) -> bool:
    return name == layer or name.startswith(layer + ".")


def module_of(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = [*(ROOT / "training").rglob("*.py"), *(ROOT / "explorer").rglob("*.py"), ROOT / "app.py"]


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_imports_nothing_above_it(layer: str) -> None:
    files = [file for file in FILES if within(module_of(file), layer)]
    assert files, f"There is no {layer}."
    above = LAYERS[LAYERS.index(layer) + 1 :]
    wrong = {
        f"{module_of(file)} imports {name}"
        for file in files
        for name in imported(file)
        if any(within(name, a) for a in above)
    }
    assert wrong == set()


def test_every_file_has_its_layer() -> None:
    unplaced = {module_of(file) for file in FILES if not any(within(module_of(file), layer) for layer in LAYERS)}
    assert unplaced == {"explorer"}
    assert {name for name in imported(ROOT / "explorer" / "__init__.py") if name.startswith("explorer.")} == {
        "explorer.gradio_patches",
        FIRST_OF_ALL,
    }
    assert not {
        n for n in imported(ROOT / (FIRST_OF_ALL.replace(".", "/") + ".py")) if n.startswith(("explorer", "training"))
    }


def test_torchaudio_is_imported_whole() -> None:
    """Its parts import each other: a thread that asks for one, while another thread brings the whole, gets half of it."""
    parts = {f"{module_of(file)} imports {name}" for file in FILES for name in imported(file) if "torchaudio." in name}
    assert parts == set()


@pytest.mark.parametrize("layer", WITHOUT_GRADIO)
def test_what_other_processes_import_needs_no_page(layer: str) -> None:
    forbidden = PAGE_ONLY if layer == "training" else ("gradio",)
    files = [file for file in FILES if within(module_of(file), layer)]
    wrong = {f"{module_of(f)} imports {n}" for f in files for n in imported(f) if any(within(n, x) for x in forbidden)}
    assert wrong == set()


def test_training_imports_without_the_packages_of_the_page() -> None:
    blocked = (
        "gradio",
        "plotly",
        "librosa",
        "umap",
        "numba",
        "pyarrow",
        "tensorboard",
        "soundfile",
        "soxr",
        "pretty_midi",
    )
    script = f"""
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {blocked!r}:
            raise ImportError("blocked: " + name)
sys.meta_path.insert(0, Blocked())
import training.trainer, training.methods, training.embedder, training.evaluate, training.data, training.__main__
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


RACE = """
import os, sys, threading
import torch
sys.setswitchinterval(1e-6)
def race(*names):
    barrier, wrong = threading.Barrier(len(names)), []
    def bring(name):
        barrier.wait()
        try:
            __import__(name)
        except BaseException as error:
            wrong.append(f"{name}: {error!r}")
    both = [threading.Thread(target=bring, args=(name,)) for name in names]
    [thread.start() for thread in both]
    [thread.join() for thread in both]
    print("; ".join(wrong), file=sys.stderr, flush=True)
    os._exit(bool(wrong))
children = [os.fork() or race("training.methods", name) for name in sys.argv[1:]]  # torch is imported once for all
sys.exit(any([os.waitpid(child, 0)[1] for child in children]))
"""


@pytest.mark.whole
def test_two_threads_may_bring_the_methods_at_once() -> None:
    """The server's first thread brings them while a visitor's handler asks for a part of them."""
    command = [sys.executable, "-c", RACE, "training.breaks", "training.building", "training.encoders"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
