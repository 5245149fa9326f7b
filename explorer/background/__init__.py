"""What the server has done beside it by processes of their own: for a visitor who waits, or for whoever looks at a run."""
