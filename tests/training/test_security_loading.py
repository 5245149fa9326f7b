"""No file is loaded in a way that would run what is in it: no pickles, no YAML but by the safe loader."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OWN_PIPE = {"training/data/starter/making.py", "training/data/starter/worker.py"}
"""They pass sounds through the pipe between a process and its own child; no file is involved."""
FORBIDDEN = {"pickle", "marshal", "shelve", "dill", "joblib", "yaml"}


def calls(path: Path, name: str) -> list[ast.Call]:
    """Calls of `name`, written as "module.function"."""
    text = path.read_text()
    nodes = ast.walk(ast.parse(text)) if name in text else ()
    return [node for node in nodes if isinstance(node, ast.Call) and ast.unparse(node.func) == name]


def given(call: ast.Call, name: str) -> object:
    """What a call gives for a parameter by its name, if that is written out."""
    return next((word.value.value for word in call.keywords if word.arg == name and isinstance(word.value, ast.Constant)), None)  # fmt: skip


def ours() -> list[Path]:
    return [ROOT / "app.py", *(ROOT / "training").rglob("*.py"), *(ROOT / "explorer").rglob("*.py")]


def test_security_nothing_imports_what_runs_code_from_files() -> None:
    for path in ours():
        text = path.read_text()
        for node in ast.walk(ast.parse(text)) if any(name in text for name in FORBIDDEN) else ():
            named = {part.name for part in node.names} if isinstance(node, ast.Import) else set()
            named |= {node.module or ""} if isinstance(node, ast.ImportFrom) else set()
            found = {name.partition(".")[0] for name in named} & FORBIDDEN
            assert not found or str(path.relative_to(ROOT)) in OWN_PIPE, path


def test_security_tensors_and_arrays_are_loaded_without_objects() -> None:
    loads = [(path, call) for path in ours() for call in calls(path, "torch.load")]
    assert loads and all(given(call, "weights_only") is True for _, call in loads)
    arrays = [(path, call) for path in ours() for call in calls(path, "np.load")]
    assert all(given(call, "allow_pickle") is False for _, call in arrays)
