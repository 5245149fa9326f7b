"""A set of the hub as a stream, by a package of the library's interface that readers find where they look for it."""

from contextlib import closing
from pathlib import Path

import pytest

from tests.support.shards import wav
from training.data import open_dataset
from training.data.stream.feed import Feed
from training.data.stream.order import Team
from training.data.stream.sample import listed
from training.errors import UserError

LIBRARY = """
import json, os
from contextlib import closing
from pathlib import Path

class Audio:
    def __init__(self, decode=True):
        self.decode = decode

class Value:
    def __init__(self, dtype):
        self.dtype = dtype

class ClassLabel:
    dtype = "int64"
    names = ["owl", "wren"]
    def int2str(self, code):
        return self.names[code]

class Rows:
    def __init__(self, sounds, parts=3, part=None):
        self.sounds, self.num_shards, self.part = sounds, parts, part
        self.features = {"clip": Audio(), "speaker": Value("string"), "label": ClassLabel(), "x": Value("float32")}
    def cast_column(self, column, feature):
        assert column == "clip" and not feature.decode
        return self
    def shard(self, num_shards, index):
        assert num_shards == self.num_shards
        return Rows(self.sounds, self.num_shards, index)
    def __iter__(self):
        for number, path in list(enumerate(self.sounds))[self.part :: self.num_shards]:
            if path.name == "away":
                raise ConnectionError("the hub went away")
            content = None if path.name == "none" else path.read_bytes()
            yield {"clip": {"bytes": content, "path": "/etc/passwd"}, "speaker": f"s{number % 2}", "label": number % 2, "x": 1.0}

def load_dataset(name, configuration, streaming):
    assert streaming
    folder = Path(os.environ["SOUNDS"]) / name.replace("/", "--")
    if not folder.is_dir():
        raise FileNotFoundError(f"Dataset {name!r} doesn't exist on the Hub.\\nmore")
    splits = {p.name: Rows(sorted(p.iterdir())) for p in sorted(folder.iterdir())}
    return splits if configuration is None else {configuration: splits[configuration]}
"""


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, own_cache: Path, tmp_path: Path) -> Path:
    """A folder of sets, of which the library that readers import knows."""
    (tmp_path / "library").mkdir()
    (tmp_path / "library" / "datasets.py").write_text(LIBRARY)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "library"))
    monkeypatch.setenv("SOUNDS", str(tmp_path / "sets"))
    for split, count in (("train", 7), ("test", 2)):
        folder = tmp_path / "sets" / "me--birds" / split
        folder.mkdir(parents=True)
        for number in range(count):
            (folder / f"{number}.wav").write_bytes(wav(number + 10 * len(split)))
    return tmp_path / "sets" / "me--birds"


def test_its_sample(hub: Path) -> None:
    (hub / "train" / "none").write_bytes(b"")
    dataset = open_dataset("stream:me/birds")
    assert dataset.name == "me/birds (stream)" and len(dataset) == 9 and dataset.group == "speaker"
    assert dict(dataset.facets["label"].counts()) == {"owl": 5, "wren": 4}
    assert [s.reason for s in dataset.skipped] == ["it has no sound beside it"], (
        "a file of this machine is never opened"
    )
    assert {file.partition("/")[0] for file in dataset.files} >= {"train-00000", "test-00001"}
    assert len(open_dataset("stream:me/birds:test")) == 2


def test_its_feed(hub: Path) -> None:
    shards, _ = listed("stream:me/birds")
    assert len(shards) == 6
    with closing(Feed("stream:me/birds", shards, 1_600, 0, Team(6, 2))) as feed:
        clips = feed.next(18)
        assert clips is not None and len({clip.clip for clip in clips[:9]}) == 9
    (hub / "train" / "away").write_bytes(b"")
    with closing(Feed("stream:me/birds", shards, 1_600, 0, Team(6, 2))) as feed:
        assert feed.next(18) and "the hub stopped giving it (the hub went away)" in feed.troubles.sentence


def test_what_can_go_wrong_is_one_sentence(hub: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"could not be opened: Dataset 'me/none' doesn't exist on the Hub\.$"):
        open_dataset("stream:me/none")
    with pytest.raises(UserError, match="owner/name was expected"):
        open_dataset("stream:birds")
    (tmp_path / "library" / "datasets.py").write_text("raise ImportError")
    with pytest.raises(UserError, match="pip install datasets"):
        open_dataset("stream:me/birds")
