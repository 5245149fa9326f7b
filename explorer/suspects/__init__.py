"""Clips that are worth a second hearing: doubtful labels, near-duplicates, outliers, silent and clipped ones."""
