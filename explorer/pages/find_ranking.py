"""Find: several sounds of the visitor's own, ranked by how unusual they are beside the run's own recordings."""

import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from explorer.components import InView, Looked, Notice, RankingList, run_of, said, upload_sound
from explorer.pages.find_comparison import named
from explorer.pages.find_search import step_of
from explorer.pages.frame import Frame
from explorer.sounds.uploads import LONGEST_SECONDS, floats, received
from training.anomaly.recording import (
    Recording,
    is_above,
    most_unusual_first,
    scores_table,
    seconds_of_recordings,
    unlike_lengths,
)
from training.data.archives import extract_zip, is_zip
from training.data.decode import decode_upload
from training.data.files import content_hash
from training.data.names import readable_name, sent_name
from training.data.progress import quiet
from training.data.sniff import NotRead
from training.errors import UserError
from training.units import counted

MOST_RANKED = 100
"""Sounds at a time: they share the room for uploads with those of others."""
WAIT_SECONDS = 1.0
SAY_SECONDS = 0.5
NONE_RANKED = "Drop several sounds: they are listed here, the most unusual beside the run's own recordings first."
READING = "() => ({text: 'Reading the sounds …', tone: 'busy'})"


class Ranking:
    """Where files are dropped, one sentence below it, and the list beside it."""

    def __init__(self, frame: Frame):
        self._frame = frame
        with gr.Row(elem_id="ranking"):
            with gr.Column(scale=4, min_width=320):
                self._zone = gr.File(
                    label=f"Up to {MOST_RANKED} sounds of {LONGEST_SECONDS:g} s: files, a folder or a zip",
                    file_count="multiple",
                    type="filepath",
                    height=130,
                    elem_id="ranking-drop",
                    elem_classes="sound-drop",
                )
                self._notice = Notice(elem_id="ranking-notice")
            with gr.Column(scale=9, min_width=320):
                self._list = RankingList(empty=NONE_RANKED, elem_id="ranking-list")

    def wire(self, in_view: InView, step: gr.Dropdown) -> None:
        """What is dropped is ranked by the run that is looked at; the list shows it while that run is."""
        shown = [self._zone, self._notice, self._list]
        taken: dict[str, Any] = {**self._frame.private, "concurrency_id": "ranking", "concurrency_limit": 2}
        self._zone.upload(None, None, self._notice, js=READING)
        self._zone.upload(self._rank, [in_view, step, self._zone], shown, **taken)

    def _rank(self, looked: Looked, step: int | None, paths: Sequence[str] | None) -> Iterator[tuple[Any, Any, Any]]:
        """The zone is emptied for the next; the sentence says how far it is, or what is wrong."""
        try:
            with tempfile.TemporaryDirectory() as unpacked:
                files = sent_files(paths or (), Path(unpacked))
                for text, fraction, value in self._ranked(named(run_of(looked)), step_of(step), files):
                    yield None, said(text, "busy" if text else "", fraction), value or gr.skip()
        except UserError as error:
            yield None, said(str(error), "bad"), gr.skip()

    def _ranked(
        self, run: str, step: int | None, files: Sequence[tuple[str, Path]]
    ) -> Iterator[tuple[str, float | None, dict[str, Any] | None]]:
        """Sentences with a fraction, and in the end none with the list's value. Raises UserError."""
        finder, uploads = self._frame.services.finder, self._frame.services.uploads
        folder = self._frame.services.library.run(run)
        if folder is None:
            raise UserError(f"There is no run called {run}.")
        while self._frame.services.library.sounds(folder).opening or (
            self._frame.services.library.sounds(folder).dataset is not None and finder.prepare(run, step)
        ):
            yield f"The run's own sounds come first. {finder.prepare(run, step)}", None, None
            time.sleep(WAIT_SECONDS)
        usual = finder.usual(run, step)
        rows: list[tuple[Recording, dict[str, Any]]] = []
        refused, seconds, told_at = [], [], -SAY_SECONDS
        for number, (name, path) in enumerate(files):
            if time.monotonic() - told_at > SAY_SECONDS:
                told_at = time.monotonic()
                yield f"{number:,} of {counted(len(files), 'sound')} scored …", number / len(files), None
            try:
                content, heard = (
                    content_hash(str(path), follow_links=False),
                    decode_upload(path, max_seconds=LONGEST_SECONDS),
                )
            except (UserError, NotRead) as reason:
                refused.append(str(reason))
                continue
            sound = uploads.add(heard.samples, heard.notes)
            rows.append((finder.ranked(run, usual, name, content, floats(heard.samples)), upload_sound(sound.token)))
            seconds.append(sound.seconds)
        if not rows:
            raise UserError(
                f"None of these files is a sound that can be ranked. {refused[0] if refused else ''}".strip()
            )
        threshold, sounds = usual.reference.threshold, {id(row): sound for row, sound in rows}
        recordings = most_unusual_first([row for row, _ in rows])
        above = sum(map(is_above, recordings))
        sentences = [
            f"{above:,} of {counted(len(rows), 'sound')} score above the threshold of {threshold:.2f}, as 1 % of the run's own "
            f"{counted(len(usual.reference.usual), 'recording')} do, by the weights of step {usual.step:,}.",
            unlike_lengths(seconds_of_recordings(usual.dataset), np.array(seconds)),
            f"{counted(len(refused), 'file')} left out: {refused[0]}" if refused else "",
        ]
        value = {
            "run": run,
            "text": " ".join(filter(None, sentences)),
            "rows": [row_of(row, sounds[id(row)]) for row in recordings],
            "table": scores_table(recordings),
            "name": f"unusual-{run}.csv",
        }
        yield "", None, value


def row_of(row: Recording, sound: dict[str, Any]) -> dict[str, Any]:
    """A recording as a row of the list."""
    told = [
        f"score {row['score']:.2f}",
        f"more unusual than {row['percentile']:.1f} % of the run's own",
        "above the threshold" if is_above(row) else "",
        f"most unusual at {row['seconds']:g} s" if row["seconds"] else "",
    ]
    return {"sound": sound, "label": row["file"], "note": "  ·  ".join(filter(None, told)), "file": row["file"]}


def sent_files(paths: Sequence[str], unpacked: Path) -> list[tuple[str, Path]]:
    """The name and the place of each file that was sent, a zip's unpacked into a folder. Raises UserError."""
    sent = [received(path) for path in paths]
    if len(sent) == 1 and is_zip(sent[0], follow_links=False):
        extract_zip(sent[0], unpacked, quiet)
        inside = sorted(path for path in unpacked.rglob("*") if path.is_file())
        files = [(readable_name(path.relative_to(unpacked).as_posix()), path) for path in inside]
    else:
        files = [(readable_name(sent_name(path.name)), path) for path in sent]
    if not files:
        raise UserError("Nothing was dropped.")
    if len(files) > MOST_RANKED:
        raise UserError(
            f"{len(files):,} files were dropped, and {MOST_RANKED} are the most here; python -m training anomalies ranks any number."
        )
    return files
