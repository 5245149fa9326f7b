"""Planted shortcuts must be found, and nothing else."""

import numpy as np
import pytest
import torch

from training.knowledge.properties import Among, Candidate
from training.knowledge.shortcuts import INSEPARABLE, SHORTCUT, Compared, compare, decides, said

N = 400
LABEL = np.arange(N) % 5
GROUPS = np.arange(N) // 5 % 8
RECORDINGS = np.arange(N) // 2
SOURCES: dict[Among, np.ndarray] = {"other groups": GROUPS, "other recordings": RECORDINGS, "all": np.arange(N)}
random = np.random.default_rng(0)
LOUDNESS = random.normal(size=N)
BY_CLASS = LABEL + random.normal(size=N) * 0.02
"""A level of its own for each class, as where each was recorded on another day."""
OF_LABEL = np.eye(5)[LABEL] + random.normal(size=(N, 5)) * 0.1


def ring(values: np.ndarray) -> np.ndarray:
    """(n, 2): places along an arc, so that only what is near in value is near."""
    turn = (values - values.min()) / np.ptp(values) * np.pi
    return np.stack([np.cos(turn), np.sin(turn)], axis=1)


def found(x: np.ndarray, *every: Candidate) -> dict[str, Compared]:
    _, ranked = compare(torch.from_numpy(x), LABEL, SOURCES, list(every))
    assert [one.agreement for one in ranked] == sorted((one.agreement for one in ranked), reverse=True)
    return {one.candidate.name: one for one in ranked}


LOUD = Candidate("loudness", LOUDNESS, "")
BACKGROUND = Candidate("background level", BY_CLASS, "")
FILE = Candidate("file", RECORDINGS, "", "all")
SPEAKER = Candidate("speaker", GROUPS, "", "other recordings")
FAMILY = Candidate("family", LABEL // 2, "", is_label=True)


def test_embeddings_of_loudness_are_found_out() -> None:
    one = found(ring(LOUDNESS), LOUD, BACKGROUND, SPEAKER, FILE)["loudness"]
    assert one.judged == SHORTCUT and one.agreement > 0.9 and abs(one.label) < 0.1 and one.association < 0.1
    assert one.sentence("digit").startswith("Neighbours agree more in loudness (.9")
    assert one.sentence("digit").endswith("the model may listen to loudness.")


def test_embeddings_of_the_speaker_are_found_out_among_all_recordings() -> None:
    x = np.eye(8)[GROUPS] + random.normal(size=(N, 8)) * 0.1
    one = found(x, LOUD, SPEAKER)["speaker"]
    assert one.judged == SHORTCUT and "may recognise the speaker" in one.sentence("digit")


def test_embeddings_of_the_file_are_found_out_although_it_decides_the_label() -> None:
    label = RECORDINGS % 5
    x = random.normal(size=(N // 2, 16))[RECORDINGS] + random.normal(size=(N, 16)) * 0.05
    _, ranked = compare(torch.from_numpy(x), label, SOURCES, [FILE])
    assert decides(RECORDINGS, label) and ranked[0].judged == SHORTCUT and abs(ranked[0].label) < 0.1


def test_a_label_that_is_heard_across_its_sources_is_told_from_them() -> None:
    """Each source has one label, as an instrument of its own."""
    patch = Candidate("patch", np.arange(N) % 20, "", "other recordings")
    sources: dict[Among, np.ndarray] = {**SOURCES, "other groups": np.arange(N) % 20}
    one = compare(torch.from_numpy(OF_LABEL), LABEL, sources, [patch])[1][0]
    assert decides(np.arange(N) % 20, LABEL) and one.association > 0.9 and one.label > 0.9 and abs(one.beyond) < 0.05
    assert one.judged == ""


def test_files_of_the_same_label_and_speaker_are_not_taken_for_what_is_heard() -> None:
    """A model of words and voices puts clips of one file together, as it does all that one speaker says."""
    files = np.arange(N) % 80  # five clips each, of one label and one speaker; two files of every pair
    label, speaker = files % 5, files // 5 % 8
    sources = {**SOURCES, "other groups": speaker}
    heard = np.concatenate([np.eye(5)[label], np.eye(8)[speaker]], axis=1) + random.normal(size=(N, 13)) * 0.2
    of_file = np.random.default_rng(5).normal(size=(80, 13))[files] * 0.6
    file = Candidate("file", files, "", "all")
    alone, with_file = (compare(torch.from_numpy(x), label, sources, [file])[1][0] for x in (heard, heard + of_file))
    assert decides(files, label) and alone.agreement > 0.3 and abs(alone.beyond) < 0.05 and alone.judged == ""
    assert with_file.judged == SHORTCUT and with_file.beyond > 0.3


def test_a_level_that_each_class_has_for_itself_cannot_be_told_from_the_label() -> None:
    one = found(ring(BY_CLASS), LOUD, BACKGROUND)["background level"]
    assert one.association > 0.9 and one.judged == INSEPARABLE
    assert one.sentence("digit") == (
        f"In this data background level goes together with digit (association {one.association:.2f}): from neighbours nobody can say "
        "which of them the model listens to."
    ).replace("n 0.", "n .")


def test_a_device_of_each_class_cannot_be_told_from_the_label_but_a_family_is_one() -> None:
    device = Candidate("device", LABEL % 3, "")
    assert found(OF_LABEL, device, FAMILY)["device"].judged == INSEPARABLE
    assert found(OF_LABEL, device, FAMILY)["family"].judged == ""
    assert found(ring(LOUDNESS), device)["device"].judged == ""  # a model that hears neither


@pytest.mark.parametrize("share", [0.0, 0.5, 0.8])
def test_a_device_that_most_clips_of_a_class_have_is_named_where_the_model_hears_it(share: float) -> None:
    draw = np.random.default_rng(3)
    codes = np.where(draw.random(N) < share, LABEL, draw.integers(0, 5, N))
    device = Candidate("device", codes, "")
    heard = np.eye(5)[codes] + draw.normal(size=(N, 5)) * 0.1
    assert found(heard, device)["device"].judged == SHORTCUT
    assert found(OF_LABEL, device)["device"].judged in ("", INSEPARABLE)  # the label is heard, and the device with it


def test_healthy_embeddings_raise_nothing() -> None:
    ranked = found(OF_LABEL, LOUD, SPEAKER, FILE, FAMILY)
    assert {one.judged for one in ranked.values()} == {""}
    assert ranked["family"].agreement > 0.9 and ranked["family"].beyond == pytest.approx(0, abs=0.01)
    sentences = said(list(ranked.values()), "digit", 0.95)
    assert sentences == [
        "No shortcut was found: neighbours agree in digit (.95), and in nothing clearly more that digit doesn't account for."
    ]


@pytest.mark.parametrize("values", [2, 4])
def test_what_has_fewer_values_is_not_named_where_it_is_heard_no_better(values: int) -> None:
    """Each class and each device has a direction of its own, all of them equally loud, in the same noise."""
    draw = np.random.default_rng(7)
    n, classes = 1200, 20
    label, codes = np.arange(n) % classes, draw.integers(0, values, n)
    sources: dict[Among, np.ndarray] = {"other groups": np.arange(n) // classes % 6}
    device = Candidate("device", codes, "")

    def heard(loudness: float) -> Compared:
        parts = np.eye(classes)[label] * 2, np.eye(values)[codes] * loudness
        x = (
            np.concatenate(parts, axis=1) @ draw.normal(size=(classes + values, 64)) / 8
            + draw.normal(size=(n, 64)) * 0.5
        )
        return compare(torch.from_numpy(x), label, sources, [device])[1][0]

    alike, louder = heard(2), heard(4)
    assert alike.agreement > alike.label + 0.1 and alike.judged == ""
    assert louder.judged == SHORTCUT


@pytest.mark.parametrize("seed", range(10))
def test_what_has_nothing_to_do_with_embeddings_is_never_named(seed: int) -> None:
    random = np.random.default_rng(seed)
    x, values = random.normal(size=(N, 16)), random.normal(size=N)
    assert found(x, Candidate("loudness", values, ""), SPEAKER)["loudness"].judged == ""


@pytest.mark.parametrize(("agreement", "judged"), [(0.31, INSEPARABLE), (0.29, ""), (0.04, "")])
def test_what_goes_together_with_the_label_is_inseparable_where_neighbours_agree_half_as_much(
    agreement: float, judged: str
) -> None:
    candidate = Candidate("microphone", np.zeros(3, np.int64), "")
    label = 0.6 if agreement > 0.05 else 0.01
    told = Compared(
        candidate, agreement, error=0.01, beyond=0.0, label=label, ahead=-1.0, association=0.9, odds_ahead=False
    )
    assert told.judged == judged
