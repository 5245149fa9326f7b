"""The server's hand on the process that measures runs that Hearsight only watches, see `training.watching`."""

from explorer.projector import Projector


class Measurer(Projector):
    """One process for all pages, told of the watched runs that somebody looks at. It ends by itself when there are none."""

    module = "explorer.measurer"
