"""What was measured of a run beyond its curves: spectra, similarities, the ladder of stages."""

from explorer.components.browser_part import BrowserPart


class MeasuredPictures(BrowserPart):
    """Shows the run that is looked at, folded; it has no value."""

    module = "lens/measured.js"
    kind = "part-measured"
