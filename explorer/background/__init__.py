"""What visitors ask for and wait for, made by a process of its own beside the server."""
