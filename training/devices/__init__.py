"""Several devices that train one run together: one process for each, all of them with the same weights and the same batch.

What costs is shared out by rows (the clips of a batch): each process encodes its own rows, and all take in those of the
others. What compares rows (losses, queues, banks, clusters) is computed whole on each, so that no method knows of it.
"""
