"""What a user calls a stream, and which shards that means."""

from pathlib import Path

import pytest

from training.data import open_dataset, whole_reference
from training.data.stream import is_stream, references
from training.data.stream.references import name_of, places_of, whole_stream
from training.errors import UserError


def test_what_is_a_stream() -> None:
    assert all(
        map(is_stream, ("shards:/a/x.tar", "shards:https://host/x.tar", "stream:me/birds", "stream:me/birds:all"))
    )
    assert not any(map(is_stream, ("starter", "hf:me/birds", "/shards:/a", "./stream:me", "shards")))


@pytest.mark.parametrize(
    ("place", "names"),
    [
        ("/a/x-{00..03}.tar", ["/a/x-00.tar", "/a/x-01.tar", "/a/x-02.tar", "/a/x-03.tar"]),
        ("/a/x-{8..11}.tar", ["/a/x-8.tar", "/a/x-9.tar", "/a/x-10.tar", "/a/x-11.tar"]),
        ("/a/{0..1}/{5..6}.tar", ["/a/0/5.tar", "/a/0/6.tar", "/a/1/5.tar", "/a/1/6.tar"]),
        ("https://host/x-{1..2}.tar?key=1", ["https://host/x-1.tar?key=1", "https://host/x-2.tar?key=1"]),
        ("/a/one.tar", ["/a/one.tar"]),
        ("/a/{odd}.tar", ["/a/{odd}.tar"]),
    ],
)
def test_numbers_stand_for_shards(place: str, names: list[str]) -> None:
    assert places_of(f"shards:{place}") == names


def test_a_folder_of_shards(tmp_path: Path) -> None:
    for name in ("b.tar", "a.tar.gz", ".c.tar", "labels.csv"):
        (tmp_path / name).touch()
    assert places_of(f"shards:{tmp_path}") == [f"{tmp_path}/a.tar.gz", f"{tmp_path}/b.tar"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match=r"holds no shards; files that end in \.tar were expected"):
        places_of(f"shards:{tmp_path}/empty")


def test_what_can_be_no_stream_is_one_sentence() -> None:
    for place in ("s3://bucket/x.tar", "pipe:cat /etc/passwd", "file:///etc/passwd", "ftp://host/x.tar"):
        with pytest.raises(UserError, match="a path, http or https was expected"):
            places_of(f"shards:{place}")
    with pytest.raises(UserError, match="names no shards; numbers that rise"):
        places_of("shards:/a/{3..1}.tar")
    with pytest.raises(
        UserError,
        match=r"nothing at /a/x; tar files, a folder of them, or /a/x-\{000000\.\.000127\}\.tar were expected",
    ):
        places_of("shards:/a/x")
    with pytest.raises(UserError, match="No shards were named"):
        open_dataset("shards:")  # of whose reader it is the answer
    with pytest.raises(UserError, match="owner/name was expected"):
        open_dataset("stream:../birds")


def test_more_shards_than_are_read_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(references, "MOST_SHARDS", 10)
    assert len(places_of("shards:/a/{1..10}.tar")) == 10
    for place in ("/a/{1..11}.tar", "/a/{000000000000..999999999999}.tar", "/a/{1..4}/{1..4}.tar"):
        with pytest.raises(UserError, match="more than 10 shards"):
            places_of(f"shards:{place}")


def test_a_path_becomes_whole_and_an_address_stays() -> None:
    assert whole_reference("shards:x/{0..1}.tar", "/home/me") == "shards:/home/me/x/{0..1}.tar"
    assert whole_reference("bog's", "/home/me") == "/home/me/bog's"
    for quote in ("'", '"'):
        assert whole_reference(f" {quote}/home/me/May 12{quote} ") == "/home/me/May 12"
    assert whole_stream("shards:~/x.tar") == f"shards:{Path.home()}/x.tar"
    for reference in ("shards:https://host/x.tar", "stream:me/birds", "shards:pipe:ls", "shards:"):
        assert whole_reference(reference, "/home/me") == reference


def test_what_it_is_called() -> None:
    assert name_of("shards:/a/x-{0..3}.tar") == "x-{0..3}" and name_of("shards:/a/sounds/") == "sounds"
    assert name_of("stream:me/birds:all") == "me/birds:all" and name_of("shards:/") == "shards"
