"""Clips as rows: CSV for spreadsheets, Parquet for programs."""

import io

import numpy as np

from explorer.runs.neighbours import nearest_of_all
from explorer.runs.snapshots import embeddings, unit_embeddings
from explorer.take_away.taken import Taken
from training.data.names import write_table

NEIGHBOURS = 10


def as_csv(taken: Taken) -> bytes:
    """A row for each clip, in UTF-8 with the mark by which spreadsheets know it; no cell is taken for a formula."""
    columns = taken.columns()
    text = io.StringIO(newline="")
    write_table(text, list(columns), zip(*columns.values(), strict=True))
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def as_parquet(taken: Taken) -> bytes:
    """As `as_csv`, with `text` (label and tags), `vector` (the embedding, list of float32) and `neighbors`
    ({"ids": rows of this file, "distances": 1 - cosine}, nearest first).

    The layout that Embedding Atlas opens with `--x x --y y --text text --neighbors neighbors`.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = taken.columns()
    labels = columns.get(taken.bundle.points().main_facet, [None] * len(taken.points))
    said = [[label, *taken.tags_of_points[i]] for label, i in zip(labels, taken.points, strict=True)]
    found = {name: pa.array(values) for name, values in columns.items()}
    found["text"] = pa.array([", ".join(filter(None, words)) for words in said])
    found["tags"] = pa.array([taken.tags_of_points[i] for i in taken.points], pa.list_(pa.string()))
    run, step, rows = taken.bundle.run, taken.step, np.array(taken.points, int)
    vectors, units = (None if step is None else read(run, step) for read in (embeddings, unit_embeddings))
    if vectors is not None and units is not None and len(vectors) > max(taken.points, default=0):
        mine = vectors[rows]
        found["vector"] = pa.FixedSizeListArray.from_arrays(pa.array(mine.ravel()), mine.shape[1])
        if len(rows) > 1:
            near, scores = nearest_of_all(units[rows], min(NEIGHBOURS, len(rows) - 1))
            each = [
                {"ids": ids.tolist(), "distances": (1 - cosines).tolist()}
                for ids, cosines in zip(near, scores, strict=True)
            ]
            kind = pa.struct({"ids": pa.list_(pa.int64()), "distances": pa.list_(pa.float64())})
            found["neighbors"] = pa.array(each, kind)
    about = {"hearsight_run": run.name, "hearsight_step": str(step), "hearsight_data": taken.bundle.points().data_name}
    file = io.BytesIO()
    pq.write_table(pa.table(found).replace_schema_metadata(about), file)
    return file.getvalue()
