"""Runs are started, queued, paused, resumed and stopped, by trainers that outlive the page's server."""
