"""Makes `import gradio` two seconds faster, so that the first page is there within six.

On every import Gradio 6.31 parses its own source to write type stubs (`.pyi`) beside each component class: 2 to 4 of
the 4 to 6 seconds that importing it takes. Nothing at run time reads them. This import hook lets the module that does
it load as always and then turns the writing off; where a later version has no such function, nothing happens.
"""

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

STUB_WRITER = "gradio.component_meta"


class _WithoutStubs(Loader):
    """Loads the module as its own loader would, then silences its stub writer."""

    def __init__(self, loader: Loader):
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        _silence(module)


class _Finder(MetaPathFinder):
    """Finds that one module and no other."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name != STUB_WRITER:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _WithoutStubs(spec.loader)
        return spec


def install() -> None:
    """Put the hook in place, or silence the writer at once where Gradio is imported already."""
    if STUB_WRITER in sys.modules:
        _silence(sys.modules[STUB_WRITER])
    elif not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


def _silence(module: ModuleType) -> None:
    if hasattr(module, "create_or_modify_pyi"):
        vars(module)["create_or_modify_pyi"] = lambda *_: None
