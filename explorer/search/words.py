"""Which words belong to a sound, and which clips to words, for a model that has learned to read.

Sounds and texts are compared where the run's loss compares them, as projections without anything taken away.
Shapes:  n clips, D encoder width, P projection width.
"""

from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np

from explorer.runs.snapshots import embeddings, unit_projections, unit_rows
from explorer.search.index import Index
from explorer.search.matches import Said
from explorer.search.process import EmbeddingProcess
from explorer.search.vectors import MOST_COMPARED, Vectors
from training.data.dataset import Dataset
from training.data.names import readable_name
from training.data.texts import PIECES, pieces_of, texts_of, words_in
from training.errors import UserError
from training.run import RunFolder

LONGEST_TEXT = 500
"""Characters of a question."""
PROJECTED_ROWS = 20_000
"""Clips that are projected at a time, evenly spread over all, since a projector takes the statistics of what it is given."""
MOST_TEXTS = 2_000
"""Texts of the data that a sound is compared with, the commonest first."""
UNREAD = 3
"""Words of a question that are told to lie beside no sound."""
NEGATIONS = frozenset(words_in("no not without never nor neither except"))
FUNCTION_WORDS = NEGATIONS | frozenset(
    words_in(
        "a an the this that these those some any and or but as of in on at by to from with into onto over under near is are was "
        "were be been being has have had it its there he she they his her their who which while then"
    )
)
"""Words that say nothing of a sound by themselves, which captions and labels may do without."""
LONGEST_WORD = 30
"""Characters of such a word."""
SAID = 3
"""Texts that are told of a sound."""
KEPT = 4
"""Answers that are kept, of which the projections of a million clips take half a gigabyte."""

Made = TypeVar("Made")


def reads(run: RunFolder) -> bool:
    """Whether the run's method reads what lies beside its sounds."""
    return not run.watched and _method_reads(str(run.config().get("method")))


@dataclass(frozen=True)
class _Read:
    """What lies beside the sounds of a data set."""

    texts: list[str]
    """The different ones, the commonest first."""
    words: frozenset[str]
    pieces: frozenset[int]


class Words:
    """Texts and sounds beside each other; what was projected for the last few questions is kept."""

    def __init__(self, process: EmbeddingProcess, index: Index):
        self._process = process
        self._index = index
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()

    def place(self, run: RunFolder, step: int, text: str, dataset: Dataset | None) -> np.ndarray:
        """(1, P): where a text lies, by those of its pieces that lie beside sounds of `dataset`, the run's data: of others
        the model has learned nothing. Raises UserError where none is left, for a text that is too long, and for a run that
        reads nothing.
        """
        if len(text) > LONGEST_TEXT:
            raise UserError(f"The text has {len(text):,} characters; at most {LONGEST_TEXT} were expected.")
        asked = pieces_of(text)
        read = [piece for piece in asked if piece and (dataset is None or piece in self._read(dataset).pieces)]
        if not any(asked):
            raise UserError("These are no words: a few that say what is heard were expected.")
        if not read:
            raise UserError(
                "Neither these words nor parts of them lie beside a sound of the data; its own words were expected."
            )
        return self._process.text_projections(run, step, [read + [0] * (PIECES - len(read))])

    def clips(self, run: RunFolder, step: int, dataset: Dataset) -> Vectors:
        """All clips of the data, where they are all embedded. Raises UserError for too many."""
        if len(dataset) > MOST_COMPARED:
            raise UserError(
                f"Words are compared with {MOST_COMPARED:,} clips at most, and this data has {len(dataset):,}."
            )

        def projected() -> np.ndarray:
            embedded = self._index.kept(run, step, dataset)
            if embedded is None:
                raise UserError("The embeddings of the clips were removed just now; search once more.")
            parts = -(-len(embedded) // PROJECTED_ROWS)
            found = [self._process.projections(run, step, embedded[i::parts].astype(np.float32)) for i in range(parts)]
            units = np.empty((len(embedded), found[0].shape[1]), np.float32)
            for i, part in enumerate(found):
                units[i::parts] = unit_rows(part)
            return units

        return beside_words(self._once(self._index.path(run, step, dataset.fingerprint), projected))

    def of_sound(self, run: RunFolder, step: int, snapshot: int | None, heard: np.ndarray, dataset: Dataset) -> Said:
        """The texts of the data that lie nearest to a sound, of which `heard` (1, D) is the embedding."""
        texts = self._read(dataset).texts[:MOST_TEXTS]
        if not texts:
            return ()
        others = None if snapshot is None else embeddings(run, snapshot)
        among = heard if others is None else np.concatenate([heard, others])
        sound = unit_rows(self._process.projections(run, step, among)[:1])[0]
        key = (self._index.path(run, step, dataset.fingerprint), "texts")
        pieces = [pieces_of(text) for text in texts]
        near = self._once(key, lambda: unit_rows(self._process.text_projections(run, step, pieces))) @ sound
        return tuple((texts[i], float(near[i])) for i in np.argsort(-near, kind="stable")[:SAID])

    def unread(self, text: str, dataset: Dataset) -> str:
        """A sentence on those of the words that lie beside no sound of the data and would say something; empty where there are none."""
        known = self._read(dataset).words
        words = [word for word in dict.fromkeys(words_in(text)) if word in known or word not in FUNCTION_WORDS]
        unread = [word for word in words if word not in known]
        if len(unread) == len(words):
            return "None of these words lies beside a sound of the data: what is found hangs on how they are spelled."
        named = ", ".join(f"“{readable_name(word, LONGEST_WORD)}”" for word in unread[:UNREAD])
        more = f" and {len(unread) - UNREAD} more" if len(unread) > UNREAD else ""
        return f"Not beside any sound of the data: {named}{more}." if unread else ""

    def _read(self, dataset: Dataset) -> "_Read":
        def counted() -> _Read:
            texts = [text for text, _ in Counter(text for text in texts_of(dataset) if text).most_common()]
            words = frozenset(word for text in texts for word in words_in(text))
            return _Read(texts, words, frozenset(piece for text in texts for piece in pieces_of(text) if piece))

        return self._once((dataset.fingerprint, "read"), counted)

    def _once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        kept: Made | None = self._kept.pop(key, None)
        found = make() if kept is None else kept
        self._kept[key] = found  # behind those that were asked for before
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return found


def negated(text: str) -> str:
    """A sentence where a text denies something, which a mean over words can't tell; empty where it doesn't."""
    words = words_in(text)
    said = next((word for word in words[:-1] if word in NEGATIONS), None)  # the last one denies nothing: a spoken "no"
    return (
        "" if said is None else f"“{said}” leaves nothing out: words are searched for, and negation is not understood."
    )


def beside_words(units: np.ndarray) -> Vectors:
    """Projections (n, P) of length 1 as vectors to be searched, of which nothing was taken away."""
    return Vectors(units, np.zeros(units.shape[1], np.float32))


def clips_of_map(run: RunFolder, step: int | None) -> np.ndarray | None:
    """(n, P) rows of length 1: the clips of the map beside words, at a snapshot."""
    return None if step is None else unit_projections(run, step)


@lru_cache(maxsize=64)
def _method_reads(method: str) -> bool:
    from training.methods import METHODS  # brings torch, which the first page must not wait for

    return method in METHODS and METHODS[method].reads()
