"""Commands are tested without asking git, which takes long to answer."""

import pytest


@pytest.fixture
def no_git(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.config.git_revision", lambda: None)
