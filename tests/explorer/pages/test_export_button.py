"""What is said at once of a run of which no file can be made."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from explorer.jobs.exports import ENCODER, PAGE, Kind
from explorer.pages.export_button import ExportButton
from explorer.runs.library import Library
from training.run import RunFolder, create_run


def begin(run: RunFolder, kind: Kind, begun: list[str]) -> dict[str, Any]:
    """What the button for `kind` says when it is pressed; `begun` gets the runs of which a file was asked for."""

    def ask(name: str, *_: Any) -> Any:
        begun.append(name)
        return SimpleNamespace(name=name, error="", done=False, text="", fraction=0.0)

    quotas = SimpleNamespace(disk_refusal=lambda: None)
    library = Library(run.path.parent)
    button = ExportButton.__new__(ExportButton)
    button._kind, button._exports = kind, SimpleNamespace(begin=ask)
    button._frame = SimpleNamespace(services=SimpleNamespace(library=library, launcher=SimpleNamespace(quotas=quotas)))
    return button._begin({"run": run.name})[0]


def test_no_encoder_is_promised_of_a_run_that_was_trained_elsewhere(tmp_path: Path) -> None:
    theirs = create_run(tmp_path / "theirs", {"method": "mine", "watched": True})
    begun: list[str] = []
    said = begin(theirs, ENCODER, begun)
    assert begun == [] and said["tone"] == "bad" and "The run theirs is trained outside Hearsight" in str(said)
    begin(theirs, PAGE, begun)
    begin(create_run(tmp_path / "own", {"method": "simclr"}), ENCODER, begun)
    assert begun == ["theirs", "own"]
