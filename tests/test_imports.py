"""Imports run one way, and training never needs what only the page needs."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE_ONLY = ("explorer", "gradio", "plotly", "librosa", "umap", "numba")
SHOWN = ("gradio", "plotly", "explorer.figures", "explorer.components", "explorer.pages", "explorer.server", "app")
STARTED = ("explorer.launcher", "explorer.trainers", "explorer.standby", "explorer.queue_file")
SERVED = ("explorer.library", "explorer.finder", "explorer.routes", *STARTED)
LAYERS = {
    # a folder or file → what it may not import
    "training": (*PAGE_ONLY, "app"),
    "explorer/queries": (*SHOWN, *SERVED, "explorer.embedding", "explorer.projector"),
    "explorer/figures": (
        "gradio",
        "explorer.queries",
        "explorer.components",
        "explorer.pages",
        "explorer.server",
        "app",
    ),
    "explorer/components": ("explorer.pages", "explorer.server", *SERVED, "app"),
    "explorer/pages": ("explorer.server", "app"),
    "explorer/projector": (*SHOWN, *SERVED, "explorer.embedding"),
    "explorer/embedding": (*SHOWN, *SERVED, "explorer.projector"),
    "explorer/shelf.py": (*SHOWN, *SERVED, "explorer.queries"),
    "explorer/library.py": (*SHOWN, *SERVED, "explorer.embedding", "explorer.projector"),
    "explorer/finder.py": (*SHOWN, *STARTED, "explorer.routes", "explorer.projector"),
    "explorer/routes.py": (*SHOWN, *STARTED, "explorer.finder", "explorer.embedding", "explorer.projector"),
    "explorer/launcher.py": (*SHOWN, "explorer.library", "explorer.finder", "explorer.routes", "explorer.queries"),
    "explorer/trainers.py": (*SHOWN, "explorer.launcher", "explorer.library", "explorer.finder", "explorer.queries"),
    "explorer/server.py": ("app",),
}


def imported(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_imports_nothing_above_it(layer: str) -> None:
    files = sorted((ROOT / layer).rglob("*.py")) or [ROOT / layer]
    forbidden = LAYERS[layer]
    wrong = {
        f"{file.relative_to(ROOT)} imports {name}"
        for file in files
        for name in imported(file)
        if any(name == f or name.startswith(f + ".") for f in forbidden)
    }
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
