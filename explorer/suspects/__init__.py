"""Clips that are worth a second hearing: doubtful labels, near-duplicates, outliers, silent and clipped ones."""

KINDS = {
    "label": "Doubtful labels",
    "copy": "Near-duplicates",
    "outlier": "Outliers",
    "silent": "Silent",
    "clipped": "Clipped",
}
"""In the order of the list → what each is called."""
