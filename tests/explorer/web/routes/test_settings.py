"""What a run was started with, as the page asks it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from explorer.runs.layouts import LayoutFolders
from explorer.runs.library import Library
from explorer.sounds.uploads import Uploads
from explorer.web.routes import PREFIX, byte_routes
from training.config import new_config
from training.run import create_run


@pytest.mark.parametrize(("open_to", "told"), [({"places": True}, "/home/me/sounds"), ({}, "FOLDER")])
def test_security_the_command_of_a_run_names_a_folder_only_where_visitors_may_name_some(
    open_to: dict[str, Any], told: str, tmp_path: Path
) -> None:
    create_run(tmp_path / "a", replace(new_config({}, steps=20), data="/home/me/sounds").to_json())
    host = FastAPI()
    host.include_router(byte_routes(Library(tmp_path), Uploads(tmp_path), LayoutFolders(), **open_to))
    answer = TestClient(host).get(f"{PREFIX}/run/a/settings")
    assert answer.json()["command"] == f"python -m training run --data {told} --method simclr --steps 20"
    assert ("/home/me" in answer.text) is bool(open_to)
