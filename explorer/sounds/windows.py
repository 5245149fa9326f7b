"""Where in its file a clip lies, in words: what tells two windows of one file apart."""

from training.data.dataset import Dataset


def window_words(dataset: Dataset, clip: int) -> str:
    """Such as "2.0–4.0 s"; empty where the file gives this clip alone."""
    window = dataset.window(clip)
    return "" if window is None else f"{window[0]:.1f}–{window[1]:.1f} s"
