"""In one sentence: where the run that is looked at stands against random initialisation, MFCC and chance."""

from explorer.components.browser_part import BrowserPart


class Standing(BrowserPart):
    """It has no value: it is read from the run's curves and baselines in the browser."""

    module = "forms/standing.js"
    kind = "part-standing"
