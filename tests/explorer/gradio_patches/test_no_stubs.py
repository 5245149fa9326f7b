"""Gradio's stub writer must be off, and everything else of Gradio must work as always."""

import subprocess
import sys

PROGRAM = """
from explorer.gradio_patches import no_stubs
no_stubs.install()
no_stubs.install()
import sys
assert sum(type(f).__name__ == "_Finder" for f in sys.meta_path) == 1
import gradio, gradio.component_meta as meta
assert meta.create_or_modify_pyi.__name__ == "<lambda>", "the stub writer is still on"
class Own(gradio.HTML):
    pass
with gradio.Blocks():
    Own("text")
sys.modules.pop("gradio.component_meta").create_or_modify_pyi = print
sys.modules["gradio.component_meta"] = meta
no_stubs.install()
assert meta.create_or_modify_pyi.__name__ == "<lambda>", "a Gradio that was there first still writes"
print(all(word not in sys.modules for word in ("torch", "umap", "librosa", "numba")))
"""


def test_gradio_writes_no_stubs_and_components_work() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "True"


def test_the_page_is_built_without_heavy_imports() -> None:
    program = """
from explorer.gradio_patches import no_stubs
no_stubs.install()
import explorer.server, sys
print(sorted({"torch", "umap", "librosa", "numba", "sklearn", "soundfile", "plotly"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
