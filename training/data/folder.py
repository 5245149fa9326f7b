"""Your own sounds: a folder, a zip, a playlist or single files."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from training.data.alignments import ALIGNMENTS
from training.data.archives import extracted_zip, is_zip
from training.data.dataset import Dataset, Progress, Skipped
from training.data.dropped import LONGEST_SECONDS, is_dropped, mark_used
from training.data.file_metadata import read_metadata, with_metadata
from training.data.files import (
    Content,
    File,
    content_hash,
    contents,
    file_at,
    files_below,
)
from training.data.labels import labelling
from training.data.names import readable_name
from training.data.playlist import is_playlist, listed_files
from training.data.progress import part_of
from training.data.sniff import SOUND_EXTENSIONS, NotRead
from training.data.sources import NoSound, Rules, Source, dataset_of, fingerprint_of, sources_of
from training.errors import UserError

BESIDE = (".csv", ".tsv", ".txt", *ALIGNMENTS)
"""How files end that may say something of the sounds."""
LONGEST_SHOWN_PATH = 200
UNPACKING, LOOKING, ASKING = 0.2, 0.08, 0.02
"""Their part of the progress that is shown."""


def open_path(
    path: str | Path, *, window_seconds: float, progress: Progress, fingerprint: str | None = None
) -> Dataset:
    """The clips of a folder, a zip, a playlist or a sound file of the user's own; `fingerprint`: see Rules.

    Raises UserError with one sentence.
    """
    whole = Path(os.path.expanduser(path))
    rules, dropped = Rules(window_seconds, fingerprint=fingerprint), is_dropped(whole)
    if dropped:
        rules = replace(rules, follow_links=False, max_seconds=LONGEST_SECONDS)
        mark_used(whole)
    check_path(path)
    if os.path.isdir(whole):  # unlike Path's own, it never raises
        return open_folder(whole, rules, progress)
    if is_playlist(whole) and not dropped:
        return _open_playlist(whole, rules, progress)
    return open_file(whole, rules, progress)


def check_path(path: str | Path) -> None:
    """Raises UserError where there is neither a folder nor a file; nothing of it is read."""
    whole = Path(os.path.expanduser(path))
    if os.path.isdir(whole):
        return
    try:
        file_at(whole, whole.name)
    except NotRead as reason:
        shown = "What was dropped" if is_dropped(whole) else readable_name(str(path), LONGEST_SHOWN_PATH)
        raise UserError(f"{shown} cannot be used: {reason}.") from None


def open_folder(root: Path, rules: Rules, progress: Progress, *, name: str = "") -> Dataset:
    """The clips of every sound below `root`, which is called `name` or else as the folder is."""
    seen = folder_sounds(root, rules, progress)
    return seen.dataset(name or readable_name(root.resolve().name, 80) or "sounds", rules, progress)


def folder_sounds(root: Path, rules: Rules, progress: Progress) -> "Seen":
    """The sound files below `root`, not yet decoded. Raises UserError where there are none."""
    shown = readable_name(str(root), LONGEST_SHOWN_PATH)
    try:
        os.listdir(root)
    except OSError as error:
        raise UserError(f"The folder {shown} cannot be opened: {error.strerror}.") from None
    files, skipped = files_below(root)
    found = contents(files, part_of(progress, 0.0, LOOKING), follow_links=rules.follow_links, memory=root)
    tables = _tables(files)
    above = root.resolve().parent / "meta" / "esc50.csv"
    if root.resolve().name == "audio" and os.path.isfile(above):
        tables["esc50.csv"] = str(above)
    what = "What was dropped" if is_dropped(root) else f"The folder {shown}"
    return _seen(what, files, found, tables, skipped, root, rules, progress)


def open_file(path: Path, rules: Rules, progress: Progress) -> Dataset:
    """The clips of a single sound file. A zip is opened as the folder in it."""
    name = readable_name(path.stem, 80)
    try:
        file = file_at(path, path.name, rules.follow_links)
        if is_zip(path, rules.follow_links):
            return _open_zip(file, name, rules, progress)
    except NotRead as reason:
        raise NoSound("What was given", 1, [Skipped(readable_name(path.name), str(reason))]) from None
    found = contents([file], part_of(progress, 0.0, LOOKING), follow_links=rules.follow_links)
    return _seen("What was given", [file], found, {}, [], path, rules, progress).dataset(name, rules, progress)


def _open_playlist(path: Path, rules: Rules, progress: Progress) -> Dataset:
    shown = readable_name(str(path), LONGEST_SHOWN_PATH)
    try:
        files, skipped = listed_files(path)
    except NotRead as reason:
        raise UserError(f"The playlist {shown} cannot be used: {reason}.") from None
    looking = part_of(progress, 0.0, LOOKING)
    found = contents(files, looking, follow_links=rules.follow_links, memory=path)
    seen = _seen(f"The playlist {shown}", files, found, {}, skipped, path, rules, progress)
    return seen.dataset(readable_name(path.stem, 80), rules, progress)


def _open_zip(file: File, name: str, rules: Rules, progress: Progress) -> Dataset:
    content = content_hash(file.path, rules.follow_links)
    inside = replace(rules, follow_links=False)
    folder = extracted_zip(file.path, content, part_of(progress, 0.0, UNPACKING))
    return open_folder(folder, inside, part_of(progress, UNPACKING, 1.0), name=name)


@dataclass(frozen=True)
class Seen:
    """Sound files and what is known of them, before any is decoded."""

    sources: Sequence[Source]
    group: str
    """The facet that says where each comes from."""
    skipped: tuple[Skipped, ...]
    warnings: tuple[Skipped, ...]
    before: Callable[[], tuple[Sequence[Source], str]]
    """`sources` and `group` by what earlier versions read."""

    def dataset(self, name: str, rules: Rules, progress: Progress) -> Dataset:
        """Their clips. Raises NoSound where none has any."""
        sources, group = self.sources, self.group
        if rules.fingerprint not in (None, fingerprint_of(sources, group, rules)):
            before, its_group = self.before()
            if fingerprint_of(before, its_group, rules) == rules.fingerprint:
                sources, group = before, its_group
        try:
            dataset = dataset_of(name, sources, group, rules, part_of(progress, LOOKING + ASKING, 1.0))
        except NoSound as error:
            raise NoSound(name, error.looked_at + len(self.skipped), (*error.skipped, *self.skipped)) from None
        warnings = (*self.warnings, *dataset.warnings)
        return replace(dataset, skipped=(*self.skipped, *dataset.skipped), warnings=warnings)


def _seen(
    what: str,
    files: Sequence[File],
    found: Sequence[Content],
    tables: dict[str, str],
    skipped: Sequence[Skipped],
    memory: Path,
    rules: Rules,
    progress: Progress,
) -> Seen:
    """`found` says what each of `files` holds; `skipped` are those that could not even be looked at; `memory`: where all lie."""
    sounds = [(file, content.hash) for file, content in zip(files, found, strict=True) if content.hash]
    silent = {file.name: content.reason for file, content in zip(files, found, strict=True) if content.reason}
    reported = [name for name in silent if PurePosixPath(name).suffix.lower() in SOUND_EXTENSIONS]
    all_skipped = (*skipped, *(Skipped(readable_name(name), silent[name]) for name in reported))
    if not sounds:
        raise NoSound(what, len(files), all_skipped)
    names, beside = [file.name for file, _ in sounds], {file.name: file for file in files}
    known = labelling(names, tables)
    if len(sounds) > 1 and not known.of_layout:
        asking = part_of(progress, LOOKING, LOOKING + ASKING)
        said = read_metadata(sounds, asking, follow_links=rules.follow_links, memory=memory)
        known = with_metadata(known, said)
    sources, repeated = sources_of(sounds, beside, known)

    def before() -> tuple[Sequence[Source], str]:
        earlier = labelling(names, tables, earlier=True)
        return sources_of(sounds, beside, earlier)[0], earlier.group

    return Seen(sources, known.group, all_skipped, (*known.warnings, *repeated), before)


def _tables(files: Sequence[File]) -> dict[str, str]:
    return {file.name: file.path for file in files if file.name.lower().endswith(BESIDE)}
