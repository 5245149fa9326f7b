"""Maps of the runs that somebody looks at, made by a process of low priority, which is a `Worker` of the server's."""

IN_SPACE = "\0in space"
"""Behind a folder of a run that is wanted: its maps with three axes are. No folder's name can end so."""
