"""What others trained or computed, as runs to look at: curves of TensorBoard, embeddings of any model.

Such a run is one that is only watched (`training.watching`), and ended before it was begun.
"""
