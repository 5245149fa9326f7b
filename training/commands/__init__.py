"""What `python -m training` does, one function a command."""
