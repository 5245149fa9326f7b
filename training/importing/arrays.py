"""Embeddings in arrays of numpy's: npz with the names among its arrays, npy with the names in a text file. No object is loaded,
since loading one could run code.
"""

import zipfile
from pathlib import Path

import numpy as np

from training.data.names import readable_name
from training.errors import UserError
from training.importing.columns import check_size, names_column, opened, shown, vector_column
from training.run import reading

MOST_NAME_BYTES = 256 << 20


def of_npz(path: Path, names: str | None, vectors: str | None) -> tuple[list[str], np.ndarray]:
    """The names and vectors (n, D) of an npz file: arrays that `names` and `vectors` call, where that is not plain."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.namelist()[: reading.MOST_ENTRIES]
    except Exception:  # what parses foreign bytes raises many kinds, and each means the same here
        raise UserError(f"{shown(path)} cannot be read as npz: it is damaged.") from None
    held = [name.removesuffix(".npy") for name in entries if name.endswith(".npy")]
    arrays = reading.read_arrays(path, lambda name: name in held, kinds="fiubUS")
    if arrays is None or not held:
        most = reading.MOST_ARRAY_BYTES >> 20
        raise UserError(f"{shown(path)} cannot be read as npz: arrays of at most {most} MB together were expected.")
    objects = [name for name in held if name not in arrays]
    if objects:
        raise UserError(
            f"The array “{readable_name(objects[0], 60)}” of {shown(path)} holds Python objects, which could run code when "
            "they are loaded; save it as text or numbers: array.astype(str)."
        )
    texts = [name for name, array in arrays.items() if array.ndim == 1 and array.dtype.kind in "US"]
    tables = [name for name, array in arrays.items() if array.ndim == 2 and array.dtype.kind in "fiu"]
    column = names_column(path, texts, arrays, names)
    chosen = vector_column(path, tables, arrays, vectors)
    check_size(path, *arrays[chosen].shape)
    spelt = arrays[column]
    return (np.char.decode(spelt, errors="replace") if spelt.dtype.kind == "S" else spelt).tolist(), np.asarray(
        arrays[chosen], np.float32
    )


def of_npy(path: Path, names: str | None, vectors: str | None) -> tuple[list[str], np.ndarray]:
    """The vectors (n, D) of an npy file, and their names from the text file `names`, one a line."""
    if names is None:
        raise UserError(
            f"{shown(path)} holds vectors without names: name the files that they are of in a text file, one a line, and give "
            "it with --names."
        )
    array = reading.read_array(path)
    if array is None or array.ndim != 2 or array.dtype.kind not in "fiu":
        most = reading.MOST_ARRAY_BYTES >> 20
        raise UserError(
            f"{shown(path)} cannot be read as npy: an array (n, D) of numbers, of at most {most} MB, was expected; one of "
            "Python objects is refused, since loading it could run code."
        )
    check_size(path, *array.shape)
    listed = Path(names).expanduser()
    with opened(listed) as file:
        content = file.read(MOST_NAME_BYTES)
    return content.decode("utf-8-sig", errors="replace").splitlines(), np.asarray(array, np.float32)
