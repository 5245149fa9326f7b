"""How well sounds and the texts beside them find each other, as methods of audio and text are measured.

Shapes:  n sounds, m different texts, P projection width.
"""

import numpy as np

RECALLS = (1, 5, 10)
RANKED = 10
"""Mean average precision looks at so many."""


def retrieval(sounds: np.ndarray, texts: np.ndarray, text_of: np.ndarray) -> dict[str, dict[str, float]]:
    """{"text_to_sound": {"recall_1", "recall_5", "recall_10", "map_10", "chance"}, "sound_to_text": the same}, by cosine.

    `sounds` (n, P), `texts` (m, P), `text_of` (n,): the text of each sound. recall_k: the share of questions with a right
    answer among the first k; map_10: mean over questions of the average precision of the first 10 (Oncescu et al. 2021,
    arXiv 2105.02192); chance: recall_1 of answers drawn at random. Several sounds may have one text: all are right.
    """
    similar = _units(texts) @ _units(sounds).T  # (m, n)
    right = np.arange(len(texts))[:, None] == text_of
    return {"text_to_sound": _found(similar, right), "sound_to_text": _found(similar.T, right.T)}


def _found(similar: np.ndarray, right: np.ndarray) -> dict[str, float]:
    """Of questions and answers: how alike they are and whether each is right, (questions, answers)."""
    first = np.argsort(-similar, axis=1, kind="stable")[:, :RANKED]
    hits = np.take_along_axis(right, first, axis=1)
    so_far = hits.cumsum(axis=1)
    precision = (hits * so_far / np.arange(1, hits.shape[1] + 1)).sum(axis=1)
    recalls = {f"recall_{k}": float(so_far[:, min(k, hits.shape[1]) - 1].astype(bool).mean()) for k in RECALLS}
    ranked = float((precision / np.minimum(right.sum(axis=1), RANKED)).mean())
    return {**recalls, f"map_{RANKED}": ranked, "chance": float(right.mean())}


def _units(rows: np.ndarray) -> np.ndarray:
    units: np.ndarray = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    return units
