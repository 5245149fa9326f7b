"""Bytes for the page's own components: sounds, pictures, curves, places. Small and fast, looking only.

Names from outside are looked up in what the server knows; none becomes part of a path. Whatever isn't there is
answered by 404 and one sentence.
"""

import base64
import json
import struct
from collections.abc import Callable
from dataclasses import asdict
from functools import lru_cache
from typing import Any

import numpy as np
from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from explorer.runs.layouts import LayoutFolders
from explorer.runs.lens import lens
from explorer.runs.library import Library
from explorer.runs.metrics import rows_since
from explorer.runs.points import points
from explorer.search.neighbours import neighbours_of_point
from explorer.sounds.open_datasets import StillOpening
from explorer.sounds.spectrogram_image import Picture, picture
from explorer.sounds.uploads import Uploads
from training.data.dataset import SAMPLE_RATE, Dataset
from training.run import RunFolder, State

PREFIX = "/gradio_api/x"
GUARDS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}
FOR_GOOD = "private, max-age=31536000, immutable"
NEVER = "no-store"
PICTURES_AT_MOST = 24
"""In one answer; assets/js/core/source.js says so to those who ask."""
CARD = ("title", "family", "year", "paper", "summary", "formula", "negatives", "prevents_collapse", "breaks")
"""What the page is told of a method's card."""

Looked = Callable[[str], None]
Queued = Callable[[str], dict[str, Any]]


class Refused(HTTPException):
    """What was asked for isn't there; `detail` is one plain sentence."""

    def __init__(self, sentence: str, status: int = 404):
        super().__init__(status, sentence, {**GUARDS, "Cache-Control": NEVER})


def byte_routes(
    library: Library,
    uploads: Uploads,
    layouts: LayoutFolders,
    looked_at: Looked = lambda name: None,
    queued: Queued = lambda name: {},
) -> APIRouter:
    """The routes of the page's components. `looked_at` is called with a run's name whenever its map is looked at;
    `queued` says more of the status of a run that waits for its turn.
    """
    router = APIRouter(prefix=PREFIX)
    _sounds(router, library, uploads)
    _runs(router, library)
    _news(router, library, layouts, looked_at, queued)
    _map(router, library, layouts)
    _lens(router, library)
    return router


def _sounds(router: APIRouter, library: Library, uploads: Uploads) -> None:
    @router.get("/clip/{fingerprint}/{index}")
    def clip(fingerprint: str, index: str) -> Response:
        dataset, number = _clip(library, fingerprint, index)
        start = int(dataset.starts[number])
        return _wav(dataset.samples[start : start + int(dataset.lengths[number])], FOR_GOOD)

    @router.get("/pictures/{fingerprint}")
    def clip_pictures(fingerprint: str, request: Request) -> Response:
        """Those of the clips that `of` names, in its order: a list of ten asks once."""
        indices = request.query_params.get("of", "").split(",")
        if len(indices) > PICTURES_AT_MOST:
            raise Refused(f"{len(indices)} pictures are more than the {PICTURES_AT_MOST} of one answer.")
        clips = [_clip(library, fingerprint, index) for index in indices]
        return _json([picture_values(picture(dataset.waveform(number))) for dataset, number in clips], FOR_GOOD)

    @router.get("/upload/{token}/clip")
    def upload_clip(token: str) -> Response:
        return _wav(_upload(uploads, token), NEVER)

    @router.get("/upload/{token}/picture")
    def upload_picture(token: str) -> Response:
        return _json(picture_values(picture(_upload(uploads, token).astype(np.float32) / 32768)), NEVER)


def _runs(router: APIRouter, library: Library) -> None:
    @router.get("/runs")
    def runs() -> Response:
        rows = [{"name": summary.name, "title": summary.title} for summary in library.summaries()]
        return _json({"runs": rows, "latest": library.latest()})

    @router.get("/run/{name}/method")
    def run_method(name: str) -> Response:
        """What a newcomer is told of the run's method."""
        from training.methods import METHODS  # brings torch, which the first page must not wait for

        word = str(_run(library, name).config().get("method"))
        if word not in METHODS:
            raise Refused("This version has no such method as this run's.")
        card = METHODS[word].card
        return _json({"name": word, **{part: getattr(card, part) for part in CARD}})


def _news(router: APIRouter, library: Library, layouts: LayoutFolders, looked_at: Looked, queued: Queued) -> None:
    @router.get("/run/{name}/news")
    def news(name: str, request: Request) -> Response:
        """What moves while a run trains, in one answer: asking costs more than answering.

        `parts` names what is wanted of status, metrics (those after `since`) and layouts.
        """
        run = _run(library, name)
        parts = request.query_params.get("parts", "status,metrics,layouts").split(",")
        found: dict[str, Any] = {}
        if "status" in parts:
            status = run.status()
            more = queued(name) if status.state == State.WAITING else {}
            found["status"] = {**asdict(status), **more, "read_only": library.read_only(name)}
        if "metrics" in parts:
            found["metrics"] = asdict(rows_since(run, request.query_params.get("since", "")))
        if "layouts" in parts:
            looked_at(name)
            found["layouts"] = asdict(layouts.summary(run))
        return _json(found)

    @router.get("/run/{name}/baselines")
    def baselines(name: str) -> Response:
        return _json(_run(library, name).baselines())


def _map(router: APIRouter, library: Library, layouts: LayoutFolders) -> None:
    @router.get("/run/{name}/points")
    def run_points(name: str) -> Response:
        return _json(points_values(library, _run(library, name)))

    @router.get("/run/{name}/layout/{step}")
    def run_layout(name: str, step: str) -> Response:
        found = layouts.find(_run(library, name), _number(step, "step"))
        if found is None:
            raise Refused(f"This run has no map of step {_shown(step)} yet.")
        content = found.places.T.astype("<f4").tobytes()
        return Response(content, 200, _headers(NEVER) | {"X-Kind": found.shown_kind}, "application/octet-stream")

    @router.get("/run/{name}/neighbours/{step}/{point}")
    def neighbours(name: str, step: str, point: str, request: Request) -> Response:
        run = _run(library, name)
        count = min(100, _number(request.query_params.get("k", "10"), "k"))
        found = neighbours_of_point(run, _number(step, "step"), _number(point, "point"), count)
        if found is None:
            raise Refused(f"This run has no point {_shown(point)} at step {_shown(step)}.")
        clips = points(run).clips
        rows = [{"point": n.row, "clip": clips[n.row], "score": round(n.score, 4)} for n in found if n.row < len(clips)]
        return _json({"neighbours": rows})


def _lens(router: APIRouter, library: Library) -> None:
    @router.get("/run/{name}/lens")
    def run_lens_steps(name: str) -> Response:
        return _json({"steps": _run(library, name).snapshots()})

    @router.get("/run/{name}/lens/{step}")
    def run_lens(name: str, step: str) -> Response:
        run = _run(library, name)
        found = lens(run, _number(step, "step"))
        if found is None:
            raise Refused(f"This run has no snapshot of step {_shown(step)}.")
        sounds = library.sounds(run)
        at_hand = {"fingerprint": points(run).fingerprint, "sounds": sounds.dataset is not None, "note": sounds.note}
        return _json({**found, **at_hand})


def picture_values(shown: Picture) -> dict[str, Any]:
    """A picture as JSON values: arrays of bytes as base64."""
    return {
        "seconds": shown.seconds,
        "rms_db": round(shown.rms_db, 2),
        "peak_db": round(shown.peak_db, 2),
        "mels": shown.spectrogram.shape[0],
        "frames": shown.spectrogram.shape[1],
        "hop_seconds": shown.hop_seconds,
        "mel_hz": [round(float(hz), 1) for hz in shown.mel_hz],
        "low_db": shown.low_db,
        "high_db": shown.high_db,
        "spectrogram": base64.b64encode(shown.spectrogram.tobytes()).decode(),
        "peaks": base64.b64encode(shown.peaks.tobytes()).decode(),
    }


def points_values(library: Library, run: RunFolder) -> dict[str, Any]:
    """What the map must know of a run's points, and whether they can be heard here."""
    about, sounds = points(run), library.sounds(run)
    return {
        "n": len(about),
        "facets": {name: {"names": names, "codes": codes} for name, (names, codes) in about.facets.items()},
        "group": about.group,
        "main_facet": about.main_facet,
        "clips": about.clips,
        "fingerprint": about.fingerprint,
        "data_name": about.data_name,
        "sounds": sounds.dataset is not None,
        "note": sounds.note,
    }


def _run(library: Library, name: str) -> RunFolder:
    run = library.run(name)
    if run is None:
        raise Refused("There is no such run.")
    return run


def _clip(library: Library, fingerprint: str, index: str) -> tuple[Dataset, int]:
    number = _number(index, "clip")
    try:
        dataset = library.open_datasets.dataset(fingerprint)
    except StillOpening:
        raise Refused("These sounds are being opened; try again in a moment.", 503) from None
    if dataset is None:
        raise Refused("These sounds are not on this machine.")
    if number >= len(dataset):
        raise Refused(f"There is no clip {number}: these sounds are {len(dataset)} clips.")
    return dataset, number


def _upload(uploads: Uploads, token: str) -> np.ndarray:
    samples = uploads.samples(token)
    if samples is None:
        raise Refused(
            "There is no such sound, or it was removed: sounds that are sent here are kept for less than an hour."
        )
    return samples


def _number(text: str, name: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 12):
        raise Refused(f"The {name} must be a whole number.")
    return int(text)


def _shown(number: str) -> str:
    return f"{int(number):,}"


def _wav(samples: np.ndarray, keep: str) -> Response:
    content = np.asarray(samples, dtype="<i2").tobytes()
    return Response(_wav_header(len(content)) + content, 200, _headers(keep), "audio/wav")


@lru_cache(maxsize=64)
def _wav_header(size_bytes: int) -> bytes:
    """RIFF, mono, 16 bits."""
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, SAMPLE_RATE, 2 * SAMPLE_RATE, 2, 16)
    return struct.pack("<4sI4s", b"RIFF", 36 + size_bytes, b"WAVE") + form + struct.pack("<4sI", b"data", size_bytes)


def _json(value: Any, keep: str = NEVER) -> Response:
    return Response(_json_text(value).encode(), 200, _headers(keep), "application/json")


def _json_text(value: Any) -> str:
    try:
        return json.dumps(value, allow_nan=False, separators=(",", ":"))
    except ValueError:  # a file written by hand may hold NaN, which no browser reads
        return json.dumps(_finite(value), allow_nan=False, separators=(",", ":"))


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value


def _headers(keep: str) -> dict[str, str]:
    return {**GUARDS, "Cache-Control": keep}
