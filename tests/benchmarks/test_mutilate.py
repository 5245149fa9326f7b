"""Whatever happens to a folder of runs, whoever looks at it gets an answer."""

import logging
import os
import random
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from benchmarks.looking import Onlooker
from benchmarks.mutilate import _odd_heartbeat, _whole_but_foreign, mutilate


@pytest.fixture(scope="module")
def onlooker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Onlooker]:
    folder = tmp_path_factory.mktemp("onlooker")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        made = Onlooker(folder)
        yield made
        made.close()


def test_bad_input_a_whole_folder_is_looked_at(onlooker: Onlooker, tmp_path: Path) -> None:
    site = Path(shutil.copytree(onlooker.site, tmp_path / "site"))
    onlooker.look(site)
    assert len(list(site.rglob("*"))) > 15


@settings(max_examples=50, derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32))
def test_bad_input_a_mutilated_folder_is_looked_at_without_a_fault(onlooker: Onlooker, seed: int) -> None:
    logging.disable()  # what libraries say of foreign bytes
    try:
        with tempfile.TemporaryDirectory() as folder:
            site = Path(folder, "site")
            shutil.copytree(onlooker.site, site)
            note(mutilate(site, seed))
            onlooker.look(site)
    finally:
        logging.disable(logging.NOTSET)


def test_the_same_seed_breaks_the_same(onlooker: Onlooker, tmp_path: Path) -> None:
    sites = [Path(shutil.copytree(onlooker.site, tmp_path / name)) for name in ("a", "b")]
    for seed in range(20):
        first, second = (mutilate(site, seed) for site in sites)
        assert first == second


def test_nobody_waits_at_a_pipe_that_an_earlier_break_put_there(tmp_path: Path) -> None:
    for name, content in (("config.json", b"{}"), ("000001.state", b"state")):
        (tmp_path / name).write_bytes(content)
    os.mkfifo(tmp_path / "status.json")
    os.mkfifo(tmp_path / "000001.json")
    for how, name in ((_odd_heartbeat, "config.json"), (_whole_but_foreign, "000001.state")):
        with pytest.raises(OSError, match="no regular file"):
            how(tmp_path / name, random.Random(0))
