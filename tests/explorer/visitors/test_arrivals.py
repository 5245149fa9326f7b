"""What visitors send is counted while it comes in, for as long as it lies here; what broke off leaves nothing."""

import os
import time
from pathlib import Path

import pytest

from explorer.visitors import arrivals as module
from explorer.visitors.arrivals import Arrival, Arrivals, remove_old
from explorer.visitors.limits import Limits

MB = 1_000_000


def begun(arrivals: Arrivals, visitor: str, size: int = 0) -> Arrival:
    found = arrivals.begin(visitor, size)
    assert isinstance(found, Arrival)
    assert arrivals.grow(found, size) is None
    return found


def test_visitors_get_their_share_back_when_their_files_are_gone() -> None:
    now = [0.0]
    arrivals = Arrivals(Limits(visitor_mb=1), clock=lambda: now[0])
    slow, quick = begun(arrivals, "a", MB // 2), begun(arrivals, "a", MB // 2)
    arrivals.end(quick, whole=True)
    now[0] = module.KEPT_SECONDS + module.SWEEP_SECONDS - 1
    assert not isinstance(arrivals.begin("a", 1), Arrival)
    now[0] += 2
    arrivals.end(begun(arrivals, "a", MB // 2), whole=True)
    assert not isinstance(arrivals.begin("a", 1), Arrival), "one that still comes in is kept from its end on"
    arrivals.end(slow, whole=True)
    now[0] += module.KEPT_SECONDS + module.SWEEP_SECONDS + 1
    begun(arrivals, "a", MB)


def test_visitors_who_break_off_leave_nothing_once_nobody_sends(tmp_path: Path) -> None:
    arrivals = Arrivals(Limits(), tmp_path)
    (tmp_path / "whole").mkdir()
    (tmp_path / "whole" / "sound.wav").touch()
    (tmp_path / "tmpleft").touch()
    first, second = begun(arrivals, "a"), begun(arrivals, "b")
    arrivals.end(first, whole=False)
    assert (tmp_path / "tmpleft").exists()
    arrivals.end(second, whole=False)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["whole"]
    assert (tmp_path / "whole" / "sound.wav").exists()


def test_visitors_files_go_by_age_and_empty_folders_with_them(tmp_path: Path) -> None:
    old = time.time() - module.KEPT_SECONDS - 1
    for name in ("old/sound.wav", "both/old.wav", "both/new.wav", "tmpold", "new/sound.wav"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    outside = tmp_path.with_name("outside.wav")
    outside.touch()
    os.utime(outside, (old, old))
    (tmp_path / "link").symlink_to(outside)
    for name in ("old/sound.wav", "both/old.wav", "tmpold"):
        os.utime(tmp_path / name, (old, old))
    remove_old(tmp_path)
    os.utime(tmp_path / "old", (old, old))
    remove_old(tmp_path)
    left = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*"))
    assert left == ["both", "both/new.wav", "link", "new", "new/sound.wav"]
    assert outside.exists()


def test_a_folder_that_is_gone_is_no_error(tmp_path: Path) -> None:
    remove_old(tmp_path / "none")
    arrivals = Arrivals(Limits(), tmp_path / "none")
    arrivals.end(begun(arrivals, "a"), whole=False)


def test_visitors_uploads_are_gone_within_the_hour() -> None:
    from explorer.sounds.uploads import LIFETIME_SECONDS

    assert max(module.KEPT_SECONDS, LIFETIME_SECONDS) + module.SWEEP_SECONDS < 3600


@pytest.mark.parametrize("limits", [Limits(), Limits(0, 0, 0, 0, 0, 0)])
def test_ones_own_machine_takes_a_large_set_at_once(limits: Limits) -> None:
    begun(Arrivals(limits), "a", 900 * MB)


def test_visitors_files_that_come_at_once_are_bounded_in_all() -> None:
    arrivals = Arrivals(Limits(), most_files=10)
    first, second = begun(arrivals, "a"), begun(arrivals, "b")
    assert arrivals.grow(first, 1, files=8) is None
    assert arrivals.grow(second, 1, files=3) == (
        503,
        "More files are being sent here than can be taken; wait a moment and try again.",
    )
    arrivals.end(first, whole=True)
    assert arrivals.grow(second, 1, files=1) is None
