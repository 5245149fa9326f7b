"""What several methods share: heads, the slow copy, losses."""
