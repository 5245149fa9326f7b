"""Tags of one's own: who keeps them, which columns of clips they make, and what is most like the clips that carry one."""

from explorer.tags.store import TagStore

__all__ = ["TagStore"]
