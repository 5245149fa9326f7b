"""Map: where the model puts the clips it is watched by, snapshot by snapshot."""

from explorer.components import EmbeddingMap
from explorer.pages.frame import Frame


def build(frame: Frame) -> None:
    """The page's components; all that happens on it happens in the browser."""
    EmbeddingMap(elem_id="map")
