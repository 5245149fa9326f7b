"""Clips of a run taken away: as a table, as a file that other tools open, as sounds in a folder for each tag."""

from explorer.take_away.sounds import zipped
from explorer.take_away.tables import as_csv, as_parquet
from explorer.take_away.taken import Taken

__all__ = ["Taken", "as_csv", "as_parquet", "zipped"]
