"""What is written beside each clip: its caption, or its label in words."""

from training.data.dataset import Dataset


def texts_of(dataset: Dataset) -> list[str]:
    """Each clip's caption, or the label of its main facet where it has none, or nothing."""
    captions = dataset.companions.get("caption", (None,) * len(dataset))
    facet = dataset.facets[dataset.main_facet]
    labels = [None if dataset.main_facet == dataset.group else facet.label(clip) for clip in range(len(dataset))]
    return [caption or (label or "").replace("_", " ") for caption, label in zip(captions, labels, strict=True)]


def words_in(text: str) -> list[str]:
    """The words of a text, in order, as they are told apart: capitals and what is no letter or digit don't count."""
    return "".join(c if c.isalnum() else " " for c in text.casefold()).split()
