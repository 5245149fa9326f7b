"""A button that has a file made of the chosen run, and one sentence below it: how far it is, and then where the file is."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from explorer.background.tasks import Task
from explorer.components import Notice, refusal, said
from explorer.components.run_choice import run_of
from explorer.jobs.exports import ENCODER, ENCODER_ONNX, PAGE, Kind
from explorer.pages.frame import ASK_SECONDS, Frame
from explorer.runs.points import points
from explorer.web.routes.exports import export_address
from training.errors import UserError

MB = 1_000_000


@dataclass(frozen=True)
class Words:
    """What is said of one kind of file; `{name}` stands for the run."""

    button: str
    busy: str
    done: str
    download: str


WORDS = {
    PAGE: Words(
        button="Export this run",
        busy="Exporting {name}.",
        done="{name} is exported: a folder that any file host can show.",
        download="Download the zip",
    ),
    ENCODER: Words(
        button="Encoder for PyTorch",
        busy="Writing the encoder of {name}.",
        done="The encoder of {name} as PyTorch alone opens it: torch.export.load(file).module() takes (sounds, samples) at 16 kHz.",
        download="Download the file",
    ),
    ENCODER_ONNX: Words(
        button="Encoder as ONNX",
        busy="Writing the encoder of {name}.",
        done="The encoder of {name} for browsers, phones and other languages: onnxruntime.InferenceSession(file) takes waveforms "
        "(sounds, samples) at 16 kHz.",
        download="Download the file",
    ),
}


class ExportButton:
    """Nothing of it is there on a page where visitors may only look."""

    def __init__(self, frame: Frame, kind: Kind):
        self._frame = frame
        self._kind = kind
        self._exports = next((exports for exports in frame.services.exports if exports.kind == kind), None)
        with gr.Column(min_width=240):
            words = WORDS[kind].button
            self._button = gr.Button(words, size="sm", elem_id=f"{kind.name}-run", visible=not frame.read_only)
            self._notice = Notice(reveals=True, elem_id=f"{kind.name}-notice")

    def wire(self) -> None:
        """Begin by the button, and follow until it is done."""
        timer = gr.Timer(ASK_SECONDS, active=False)
        shown = [self._notice, timer]
        self._button.click(self._begin, self._frame.run, shown, **self._frame.private)
        timer.tick(self._follow, self._notice, shown, **self._frame.quiet)

    def _begin(self, looked: dict[str, Any] | None) -> tuple[Any, gr.Timer]:
        name = run_of(looked)
        services = self._frame.services
        run = services.library.run(name or "")
        if self._exports is None or run is None:
            raise refusal("There is no run that could be exported here.")
        if (refused := services.launcher.quotas.disk_refusal()) is not None:
            return said(refused, "bad"), gr.Timer(active=False)
        title = services.library.summary(str(name), run).described
        try:
            if self._kind is not PAGE:
                run.check_trained_here()
            task = self._exports.begin(str(name), run, title, len(points(run)))
        except UserError as error:
            return said(str(error), "bad"), gr.Timer(active=False)
        return standing(self._kind, task, None), gr.Timer(active=True)

    def _follow(self, shown: dict[str, Any] | None) -> tuple[Any, gr.Timer]:
        task = None if self._exports is None else self._exports.known((shown or {}).get("reference") or "")
        if self._exports is None or task is None:
            return None, gr.Timer(active=False)
        return standing(self._kind, task, self._exports.made(task.name)), gr.Timer(active=not task.done)


def standing(kind: Kind, task: Task, made: Path | None) -> dict[str, Any]:
    """What the page says of a file that is asked for, and of what was `made`."""
    about, words = {"reference": task.name}, WORDS[kind]
    if task.error:
        return about | said(task.error, "bad")
    if not task.done or made is None:
        return about | said(f"{words.busy.format(name=task.name)} {task.text}", "busy", task.fraction)
    size = f"{made.stat().st_size / MB:.1f} MB" if made.is_file() else "gone"
    link = {"address": export_address(task.name, kind), "words": f"{words.download} ({size})"}
    return about | said(words.done.format(name=task.name)) | {"link": link}
