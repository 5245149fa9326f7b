"""Run folder → arrays: everything a page shows of a run, with no drawing in it."""
