"""What grows with the number of clips, and what doesn't."""
