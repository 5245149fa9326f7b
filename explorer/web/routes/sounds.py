"""Sounds and their pictures: clips of open data sets, and what visitors sent."""

import base64
import struct
from functools import lru_cache
from typing import Any

import numpy as np
from fastapi import APIRouter, Request, Response

from explorer.runs.library import Library
from explorer.sounds.open_datasets import StillOpening
from explorer.sounds.spectrogram_image import SpectrogramImage, picture
from explorer.sounds.text_search import clips_with
from explorer.sounds.uploads import Uploads
from explorer.web.routes.answers import FOR_GOOD, NEVER, Refused, headers, json_answer, number, refused_by
from training.data.dataset import SAMPLE_RATE, Dataset
from training.units import counted

LONGEST_TEXT = 100
PICTURES_AT_MOST = 24
"""In one answer; assets/js/core/source_live.js asks for no more."""


def add_sounds(router: APIRouter, library: Library, uploads: Uploads) -> None:
    """`clip`, `pictures`, `clips` and `upload`."""

    @router.get("/clip/{fingerprint}/{index}")
    def clip(fingerprint: str, index: str) -> Response:
        dataset, place = _clip(library, fingerprint, index)
        with refused_by(503):  # a built-in set that is being made may fail to give it
            return wav(dataset.int16(place), FOR_GOOD)

    @router.get("/pictures/{fingerprint}")
    def clip_pictures(fingerprint: str, request: Request) -> Response:
        """Those of the clips that `of` names, in its order: a list of ten asks once."""
        indices = request.query_params.get("of", "").split(",")
        if len(indices) > PICTURES_AT_MOST:
            raise Refused(f"{len(indices)} pictures are more than the {PICTURES_AT_MOST} of one answer.")
        clips = [_clip(library, fingerprint, index) for index in indices]
        with refused_by(503):
            waveforms = [dataset.waveform(place) for dataset, place in clips]
        return json_answer([picture_values(picture(waveform)) for waveform in waveforms], FOR_GOOD)

    @router.get("/clips/{fingerprint}")
    def clips(fingerprint: str, request: Request) -> Response:
        """Those with the text `with` in a label or in their file's name."""
        text = request.query_params.get("with", "")
        if len(text) > LONGEST_TEXT:
            raise Refused(f"A text of at most {LONGEST_TEXT} letters was expected.")
        return json_answer(clips_with(_dataset(library, fingerprint), text))

    @router.get("/upload/{token}/clip")
    def upload_clip(token: str) -> Response:
        return wav(_upload(uploads, token), NEVER)

    @router.get("/upload/{token}/picture")
    def upload_picture(token: str) -> Response:
        return json_answer(picture_values(picture(_upload(uploads, token).astype(np.float32) / 32768)), NEVER)


def picture_values(shown: SpectrogramImage) -> dict[str, Any]:
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


def _clip(library: Library, fingerprint: str, index: str) -> tuple[Dataset, int]:
    clip, dataset = number(index, "clip"), _dataset(library, fingerprint)
    if clip >= len(dataset):
        raise Refused(f"There is no clip {clip}: these sounds are {counted(len(dataset), 'clip')}.")
    return dataset, clip


def _dataset(library: Library, fingerprint: str) -> Dataset:
    try:
        dataset = library.open_datasets.one_by_one(fingerprint)
    except StillOpening as error:
        raise Refused(str(error), 503) from None
    if dataset is None:
        raise Refused("These sounds are not on this machine.")
    return dataset


def _upload(uploads: Uploads, token: str) -> np.ndarray:
    samples = uploads.samples(token)
    if samples is None:
        raise Refused(
            "There is no such sound, or it was removed: sounds that are sent here are kept for less than an hour."
        )
    return samples


def wav(samples: np.ndarray, keep: str) -> Response:
    """A sound that browsers can decode: int16 at 16 kHz."""
    content = np.asarray(samples, dtype="<i2").tobytes()
    return Response(_wav_header(len(content)) + content, 200, headers(keep), "audio/wav")


@lru_cache(maxsize=64)
def _wav_header(size_bytes: int) -> bytes:
    """RIFF, mono, 16 bits."""
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, SAMPLE_RATE, 2 * SAMPLE_RATE, 2, 16)
    return struct.pack("<4sI4s", b"RIFF", 36 + size_bytes, b"WAVE") + form + struct.pack("<4sI", b"data", size_bytes)
