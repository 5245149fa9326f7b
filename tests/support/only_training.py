"""A Python that finds nothing but what training stands on: for tests of what must run on a machine without the page."""

ENOUGH = ("torch", "torchaudio", "numpy", "scipy", "sklearn", "safetensors")
"""The packages that training needs."""
BELOW = (
    *("torchgen", "functorch", "triton", "nvidia", "cuda", "sympy", "mpmath", "networkx", "jinja2", "markupsafe"),
    *("filelock", "fsspec", "typing_extensions", "joblib", "threadpoolctl", "packaging", "setuptools"),
)
"""What these stand on themselves."""
OURS = ("training", "benchmarks", "sitecustomize")

ALONE = f"""
import sys
class Alone:
    finders = sys.meta_path[:]
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top in {(*ENOUGH, *BELOW, *OURS)!r} or top in sys.stdlib_module_names or top.startswith("_"):
            return next(filter(None, (finder.find_spec(name, path, target) for finder in self.finders)), None)
sys.meta_path[:] = [Alone()]
"""
"""A program's first lines, or a sitecustomize.py: any other package is as if it weren't installed."""
