"""Recall and average precision, against counting by hand."""

import numpy as np
import pytest

from training.retrieval import retrieval


def slow(questions: np.ndarray, answers: np.ndarray, right: np.ndarray) -> dict[str, float]:
    """One question after the other."""
    recalls: dict[int, list[bool]] = {1: [], 5: [], 10: []}
    precisions = []
    for question, fits in zip(questions, right, strict=True):
        cosines = [float(question @ answer / np.linalg.norm(question) / np.linalg.norm(answer)) for answer in answers]
        ranked = [bool(fits[i]) for i in sorted(range(len(answers)), key=lambda i: -cosines[i])]
        for k, found in recalls.items():
            found.append(any(ranked[:k]))
        hits = [sum(ranked[: k + 1]) / (k + 1) for k in range(min(10, len(ranked))) if ranked[k]]
        precisions.append(sum(hits) / min(10, sum(ranked)))
    return {f"recall_{k}": float(np.mean(found)) for k, found in recalls.items()} | {
        "map_10": float(np.mean(precisions)),
        "chance": float(np.mean(right)),
    }


@pytest.mark.parametrize("texts", [2, 7, 30])
def test_they_are_what_counting_finds(texts: int) -> None:
    random = np.random.default_rng(texts)
    text_of = np.concatenate([np.arange(texts), random.integers(0, texts, 60)])  # each text has a sound
    words = random.normal(size=(texts, 16))
    sounds = words[text_of] * random.uniform(0.1, 3, (len(text_of), 1)) + 1.5 * random.normal(size=(len(text_of), 16))
    found = retrieval(sounds, words, text_of)
    right = np.arange(texts)[:, None] == text_of
    assert found["text_to_sound"] == pytest.approx(slow(words, sounds, right))
    assert found["sound_to_text"] == pytest.approx(slow(sounds, words, right.T))
    assert found["sound_to_text"]["chance"] == pytest.approx(1 / texts)


def test_what_lies_where_it_belongs_is_always_found() -> None:
    found = retrieval(np.eye(12), 3 * np.eye(12), np.arange(12))
    for way in found.values():
        assert way == pytest.approx({"recall_1": 1, "recall_5": 1, "recall_10": 1, "map_10": 1, "chance": 1 / 12})
