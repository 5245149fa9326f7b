"""Public sets, served from this machine in their own layout, become data sets with the right facets."""

import dataclasses
import functools
import hashlib
import io
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import soundfile

from training.data import list_datasets, open_dataset, public
from training.data.public import PUBLIC_SETS, fetch, folder_of
from training.errors import UserError

NAMES = {
    "fsdd": ("free-spoken-digit-dataset-1.0.9/recordings/0_jackson_0.wav", "x/recordings/1_theo_0.wav"),
    "esc50": ("ESC-50-master/audio/1-100032-A-0.wav", "ESC-50-master/audio/1-100038-A-14.wav"),
    "speech_commands": ("./yes/00f0204f_nohash_0.wav", "./no/0132a06d_nohash_1.wav"),
    "nsynth": ("nsynth/audio/bass_electronic_018-022-100.wav", "nsynth/audio/vocal_acoustic_000-060-075.wav"),
    "gtzan": ("genres/blues/blues.00000.wav", "genres/rock/rock.00001.wav"),
}
FACETS = {
    "fsdd": ({"digit": ("0", "1"), "speaker": ("jackson", "theo")}, "speaker"),
    "esc50": (
        {
            "class": ("chirping_birds", "dog"),
            "fold": ("1",),
            "esc10": ("False", "True"),
            "src_file": ("100032", "100038"),
            "take": ("A",),
        },
        "src_file",
    ),
    "speech_commands": ({"class": ("no", "yes"), "speaker": ("00f0204f", "0132a06d")}, "speaker"),
    "nsynth": (
        {
            "class": ("bass", "vocal"),
            "pitch": ("022", "060"),
            "instrument": ("bass_electronic_018", "vocal_acoustic_000"),
        },
        "instrument",
    ),
    "gtzan": ({"class": ("blues", "rock"), "file": NAMES["gtzan"]}, "file"),
}
ESC50_TABLE = (
    "filename,fold,target,category,esc10,src_file,take\n"
    "1-100032-A-0.wav,1,0,dog,True,100032,A\n1-100038-A-14.wav,1,14,chirping_birds,False,100038,A\n"
)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *arguments: object) -> None:
        """Says nothing."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder and the address at which it is served."""
    http = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(tmp_path)))
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield tmp_path, f"http://127.0.0.1:{http.server_port}/"
    http.shutdown()
    thread.join()
    http.server_close()


def sound(seed: str) -> bytes:
    content = io.BytesIO()
    samples = np.random.default_rng(list(seed.encode())).uniform(-0.5, 0.5, 1_600)
    soundfile.write(content, samples, 16_000, format="WAV")
    return content.getvalue()


def publish(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small archives in the set's layout under their real names, with their own checksums in the table."""
    entries = {entry: sound(entry) for entry in NAMES[name]}
    if name == "esc50":
        entries["ESC-50-master/meta/esc50.csv"] = ESC50_TABLE.encode()
    archives = []
    for number, archive in enumerate(PUBLIC_SETS[name].archives):
        shared = list(entries.items())[number :: len(PUBLIC_SETS[name].archives)]
        path = folder / archive.url.rpartition("/")[2]
        if path.suffix == ".zip":
            with zipfile.ZipFile(path, "w") as packed:
                for entry, content in shared:
                    packed.writestr(entry, content)
        else:
            with tarfile.open(path, "w:gz") as packed_tar:
                for entry, content in shared:
                    about = tarfile.TarInfo(entry)
                    about.size = len(content)
                    packed_tar.addfile(about, io.BytesIO(content))
        checksum = hashlib.sha256(path.read_bytes()).hexdigest()
        archives.append(dataclasses.replace(archive, sha256=archive.sha256 and checksum))
    monkeypatch.setitem(PUBLIC_SETS, name, dataclasses.replace(PUBLIC_SETS[name], archives=tuple(archives)))


def state(name: str) -> tuple[str, int | None]:
    row = next(row for row in list_datasets() if row.name == name)
    return row.state, row.clips


@pytest.mark.parametrize("name", list(PUBLIC_SETS))
def test_a_set_is_fetched_and_opened(
    name: str, site: tuple[Path, str], own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(name, site[0], monkeypatch)
    with pytest.raises(UserError, match=f"data fetch {name}"):
        open_dataset(name)
    assert state(name) == ("to be downloaded", None)
    seen: list[float] = []
    folder = fetch(name, lambda fraction, _: seen.append(fraction), base_url=site[1])
    assert folder == folder_of(name) and seen == sorted(seen) and seen[-1] == 1.0
    assert state(name) == ("to be made", None)
    dataset = open_dataset(name)
    assert dataset.name == name and dataset.skipped == ()
    assert ({key: facet.names for key, facet in dataset.facets.items()}, dataset.group) == FACETS[name]
    assert state(name) == ("ready", 2)
    assert [path.name for path in (own_cache / "downloads").iterdir() if path.suffix != ".lock"] == []
    monkeypatch.setattr(public, "download", lambda *_: pytest.fail("downloaded again"))
    assert fetch(name) == folder


def test_a_wrong_checksum_a_missing_file_and_a_damaged_one(
    site: tuple[Path, str], own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UserError, match="404"):
        fetch("esc50", base_url=site[1])
    (site[0] / "v1.0.9.tar.gz").write_bytes(b"not what was published")
    with pytest.raises(UserError, match="checksum"):
        fetch("fsdd", base_url=site[1])
    (site[0] / "genres.tar.gz").write_bytes(b"no archive")
    with pytest.raises(UserError, match="damaged"):
        fetch("gtzan", base_url=site[1])
    assert not any(folder_of(name).exists() for name in PUBLIC_SETS)
    publish("gtzan", site[0], monkeypatch)
    assert fetch("gtzan", base_url=site[1]).is_dir(), "what was damaged is not kept"


def test_unknown_names_are_told_what_there_is(own_cache: Path) -> None:
    with pytest.raises(UserError, match=r"fsdd, esc50, .* hf:owner/name"):
        fetch("nothing")


def test_the_table_is_whole() -> None:
    for name, known in PUBLIC_SETS.items():
        assert known.name == name and known.title and known.size and known.licence and known.archives
        assert all(archive.url.startswith(("http://", "https://")) for archive in known.archives)
        assert all(archive.sha256 is None or len(archive.sha256) == 64 for archive in known.archives)
