"""Clips of a run taken away: as a table, as a file that other tools open, as sounds in a folder for each tag, as times in their
recordings.
"""

from explorer.take_away.sounds import zipped
from explorer.take_away.tables import as_csv, as_parquet
from explorer.take_away.taken import Taken, tagged_beyond
from explorer.take_away.tracks import zipped_tracks

__all__ = ["Taken", "as_csv", "as_parquet", "tagged_beyond", "zipped", "zipped_tracks"]
