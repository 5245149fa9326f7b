"""Measures of runs that Hearsight only watches, see `training.watching`, by a process which is a `Worker` of the server's.

It is told of those that somebody looks at, and ends by itself when there are none.
"""
