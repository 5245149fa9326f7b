"""Whatever a stranger sends to whatever function of the page, no file is given out for it. Asked of a running server."""

import concurrent.futures
import contextlib
import importlib.util
import json
import shutil
import stat
import urllib.error
import urllib.request
import wave
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
SECRET = "the secret of this test"
AT_ONCE = 4


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A server with a finished run, started in a folder that holds a secret, as its temporary folder does."""
    spec = importlib.util.spec_from_file_location("sites", ROOT / "tests" / "browser" / "conftest.py")
    assert spec is not None and spec.loader is not None
    sites = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sites)
    folder = tmp_path_factory.mktemp("site")
    for name in ("started", "started/.git", "temporary", "gradio", "sounds"):
        (folder / name).mkdir()
    with wave.open(str(folder / "sounds" / "tone.wav"), "wb") as out:
        out.setparams((1, 2, 16_000, 8000, "NONE", ""))
        out.writeframes((np.sin(np.arange(8000) / 10) * 8000).astype("<i2").tobytes())
    made = sites.Site(folder, folder / "started")
    made.environment |= {"TMPDIR": str(folder / "temporary"), "HEARSIGHT_DATA": str(folder / "sounds")}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in made.environment.items():
            patch.setenv(name, value)
        sites._write_run(sites.made_up(), made.runs / "made-up", "1" * 64)
    for name in ("started/plain.txt", "started/.git/config", "temporary/plain.txt", "runs/made-up/secret.json"):
        (folder / name).write_text(SECRET)
    made.open()
    yield made
    made.close()


def files(site: Any) -> list[str]:
    """Paths that a stranger would try: of the working folder, the temporary one, a run."""
    return [
        ".git/config",
        str(site.folder / "temporary/plain.txt"),
        "plain.txt",
        str(site.folder / "runs/made-up/secret.json"),
    ]


def shapes(path: str) -> list[Any]:
    """A file as Gradio writes one, alone, in lists, and at every place where a value of ours has something."""
    file = {"path": path, "meta": {"_type": "gradio.FileData"}}
    hidden = {"path": "", "x": file, "list": [[file]]}  # Gradio's own check looks no deeper than the first path
    sound = {"sound": {"upload": hidden, "fingerprint": hidden, "index": hidden}, "title": hidden, "play": hidden}
    row = {**sound, "label": hidden, "note": hidden, "heard": True, "clip": hidden, "run": hidden}
    form = {"groups": [hidden], "filled": {"run": {"steps": hidden}, "x": hidden}, "wrong": hidden}
    everything = {**row, **form, "text": hidden, "reference": hidden, "chosen": hidden, "rows": [hidden]}
    return [everything, {**file, "url": f"file://{path}"}, [file], path]


def ask(site: Any, path: str, body: Any = None) -> tuple[int, str]:
    """The status and the text of an answer."""
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(site.address + path, content, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=240) as reply:
            return reply.status, reply.read().decode(errors="replace")
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.read().decode(errors="replace")


def functions(site: Any) -> Iterator[tuple[dict[str, Any], list[Any]]]:
    """The index of every function of the page, private ones too, and what is usually its input."""
    config = json.loads(ask(site, "/config")[1])
    usual = {part["id"]: part["props"].get("value") for part in config["components"]}
    for function in config["dependencies"]:
        trigger = next((target[0] for target in function["targets"] if target[0] is not None), None)
        about = {"fn_index": function["id"], "trigger_id": trigger}
        yield about, [usual.get(part) for part in function["inputs"]]


def calls(site: Any) -> Iterator[dict[str, Any]]:
    """Each shape in every place of every function's inputs and of its event."""
    for about, inputs in functions(site):
        everything, *others = shapes(files(site)[0])
        for shape in [*(shapes(path)[0] for path in files(site)), *others]:
            event = {"index": shape, "value": shape, "run": shape}
            yield {**about, "data": [shape] * len(inputs), "event_data": event}
            if shape == everything:
                yield {**about, "data": inputs, "event_data": event}
                for i in range(len(inputs)):
                    yield {**about, "data": [*inputs[:i], shape, *inputs[i + 1 :]]}


def kept(site: Any) -> list[Path]:
    """Files with the secret that the server made."""
    own = [site.folder / "gradio", *(p for p in (site.folder / "temporary").iterdir() if p.is_dir())]
    found = []
    for path in (path for folder in own for path in folder.rglob("*") if path.is_file()):
        with contextlib.suppress(FileNotFoundError):  # the server sweeps meanwhile
            found += [path] if SECRET.encode() in path.read_bytes() else []
    return found


def given_out(answers: Iterable[str]) -> list[str]:
    """Those that name a file as Gradio does when it gives one out, or hold the secret."""
    return [answer for answer in answers if "gradio.FileData" in answer or "/file=" in answer or SECRET in answer]


@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="asks Linux where a process works")
def test_security_the_server_works_in_a_folder_that_holds_nothing(site: Any) -> None:
    working = Path(f"/proc/{site._process.pid}/cwd").readlink()
    assert list(working.iterdir()) == []
    assert stat.S_IMODE(working.parent.stat().st_mode) == 0o700


def test_security_no_function_gives_out_a_file_that_a_stranger_names(site: Any) -> None:
    def call(numbered: tuple[int, dict[str, Any]]) -> str:
        number, body = numbered
        return ask(site, "/gradio_api/run/predict", {**body, "session_hash": f"s{number % 7}"})[1]

    bodies = list(calls(site))
    assert len({body["fn_index"] for body in bodies}) > 40
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as several:
        assert given_out(several.map(call, enumerate(bodies))) == []
    assert kept(site) == []


def test_security_nor_does_one_that_is_asked_through_the_queue(site: Any) -> None:
    def call(function: tuple[dict[str, Any], list[Any]]) -> str:
        about, inputs = function
        session = f"queued{about['fn_index']}"
        shape = shapes(files(site)[0])[0]
        event = {"index": shape, "value": shape, "run": shape}
        body = {**about, "data": [shape] * len(inputs), "event_data": event, "session_hash": session}
        _, joined = ask(site, "/gradio_api/queue/join", body)
        return joined + (ask(site, f"/gradio_api/queue/data?session_hash={session}")[1] if "event_id" in joined else "")

    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as several:
        answers = list(several.map(call, functions(site)))
    assert sum("process_completed" in answer for answer in answers) > 20
    assert given_out(answers) == []
    assert kept(site) == []


def test_durability_a_session_that_the_server_never_met_can_act(site: Any) -> None:
    shutil.copytree(site.runs / "made-up", site.runs / "deleted")
    config = json.loads(ask(site, "/config")[1])
    table = next(part["id"] for part in config["components"] if part["props"].get("elem_id") == "runs")
    function = next(f["id"] for f in config["dependencies"] if [table, "remove"] in f["targets"])
    about = {"fn_index": function, "trigger_id": table, "session_hash": "unheard"}
    body = {**about, "data": [], "event_data": {"runs": ["deleted"], "asked": 1}}
    status, answer = ask(site, "/gradio_api/run/predict", body)
    assert status == 200, answer
    assert not (site.runs / "deleted").exists()


def test_durability_no_choice_depends_on_what_a_session_remembers(site: Any) -> None:
    config = json.loads(ask(site, "/config")[1])
    choices = {part["id"] for part in config["components"] if part["type"] == "dropdown"}
    bodies = [
        {
            **about,
            "data": ["nonsense" if part in choices else None for part in function["inputs"]],
            "session_hash": "other",
        }
        for (about, _), function in zip(functions(site), config["dependencies"], strict=True)
        if choices.intersection(function["inputs"]) and function["backend_fn"]
    ]
    assert len(bodies) > 10
    assert [
        answer for body in bodies if "list of choices" in (answer := ask(site, "/gradio_api/run/predict", body)[1])
    ] == []
