"""Agreement of neighbours against loops and closed cases, and planted shortcuts that must be found."""

import numpy as np
import pytest
import torch

from training.knowledge import shortcuts
from training.knowledge.properties import Among, Candidate
from training.knowledge.ranked import INSEPARABLE, SHORTCUT, Compared, compare, decides, said
from training.knowledge.shortcuts import Neighbourhood, agreement, association, binned, nearest, standard_error

N = 400


def slow(x: np.ndarray, values: list[int], sources: list[int], labels: list[int], k: int) -> tuple[float, float]:
    """Agreement and what of it the labels don't account for, clip by clip."""
    n = len(x)
    z = (x - x.mean(0)) / x.std(0)
    unit = z / np.linalg.norm(z, axis=1, keepdims=True)
    got, chance, most, expected = [], [], [], []
    for i in range(n):
        allowed = [j for j in range(n) if sources[j] != sources[i]]
        near = sorted(allowed, key=lambda j: -float(unit[i] @ unit[j]))[:k]
        near = [j for j in near if values[j] >= 0]
        allowed = [j for j in allowed if values[j] >= 0]
        if values[i] < 0 or not near or not allowed:
            continue
        same = [j for j in allowed if values[j] == values[i]]
        got.append(np.mean([values[j] == values[i] for j in near]))
        chance.append(len(same) / len(allowed))
        most.append(min(len(same), len(near)) / len(near))
        alike = []
        for j in near:
            of_label = [m for m in allowed if labels[m] == labels[j]]
            alike.append(np.mean([values[m] == values[i] for m in of_label]))
        expected.append(np.mean(alike))
    room = np.mean(most) - np.mean(chance)
    return float((np.mean(got) - np.mean(chance)) / room), float((np.mean(got) - np.mean(expected)) / room)


@pytest.mark.parametrize("seed", range(4))
def test_agreement_against_loops(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shortcuts, "CHUNK", 16)
    random = np.random.default_rng(seed)
    n = 60
    values, sources, labels = random.integers(-1, 4, n), random.integers(0, 7, n), random.integers(0, 3, n)
    x = random.normal(size=(n, 5)) + values[:, None] * 0.5
    where = nearest(torch.from_numpy(x), torch.from_numpy(sources), 6)
    found = agreement(torch.from_numpy(values), where, torch.from_numpy(labels))
    expected, beyond = slow(x, values.tolist(), sources.tolist(), labels.tolist(), 6)
    assert found.value == pytest.approx(expected, abs=1e-5) and found.beyond == pytest.approx(beyond, abs=1e-5)
    assert float(found.each.nanmean()) == pytest.approx(found.value, abs=1e-6)


def test_neighbours_of_one_value_agree_as_much_as_they_can_however_rare_it_is() -> None:
    values = torch.arange(N) // 4  # each value has three others, of ten neighbours
    near = torch.stack([torch.tensor([j for j in range(4 * v, 4 * v + 4) if j != i] + [(4 * v + 4 + m) % N for m in range(7)])
                        for i, v in enumerate(values.tolist())])  # fmt: skip
    assert agreement(values, Neighbourhood(near, torch.arange(N))).value == pytest.approx(1)


def test_random_neighbours_agree_as_by_chance_however_the_values_are_shared_out() -> None:
    random = torch.Generator().manual_seed(0)
    values = (torch.rand(N, generator=random) ** 4 * 5).long()  # the commonest has two thirds
    near = torch.stack([torch.randperm(N, generator=random)[:10] for _ in range(N)])
    found = agreement(values, Neighbourhood(near, torch.arange(N)))
    assert abs(found.value) < 4 * standard_error(found.each) and abs(found.value) < 0.03


def test_what_the_label_decides_is_accounted_for() -> None:
    label = torch.arange(N) % 4
    x = torch.eye(4)[label] + 0.01 * torch.randn(N, 4, generator=torch.Generator().manual_seed(0))
    found = agreement(label // 2, nearest(x, torch.arange(N)), label)
    assert found.value == pytest.approx(1, abs=1e-3) and found.beyond == pytest.approx(0, abs=1e-3)


def test_odds_are_told_from_what_neighbours_share() -> None:
    values = torch.arange(N) % 4  # a quarter by chance
    near = torch.stack(
        [
            torch.tensor([(i + 4 * m) % N for m in range(1, 6)] + [(i + 4 * m + 1) % N for m in range(5)])
            for i in range(N)
        ]
    )
    assert agreement(values, Neighbourhood(near, torch.arange(N))).odds == pytest.approx(3, rel=0.02)


def test_without_another_value_or_a_neighbour_nothing_is_told() -> None:
    one = nearest(torch.randn(8, 3), torch.zeros(8, dtype=torch.int64))
    assert (one.near == -1).all()
    for where in (one, nearest(torch.randn(8, 3), torch.arange(8))):
        assert (
            agreement(torch.zeros(8, dtype=torch.int64), where).value != agreement(torch.zeros(8).long(), where).value
        )


def test_bins_are_of_equal_size_and_equal_numbers_share_one() -> None:
    values = np.random.default_rng(0).permutation(np.arange(100.0))
    assert np.bincount(binned(values, 5)).tolist() == [20] * 5
    for zeros in (10, 50, 90):
        codes = binned(np.array([0.0] * zeros + [1.0] * (100 - zeros) + [np.nan]), 5)
        assert len(set(codes[:zeros])) == len(set(codes[zeros:100])) == 1 and codes[99] > codes[0] and codes[100] == -1
    assert (binned(np.full(5, 2.0), 3) >= 0).all()


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (np.arange(N) % 4, np.arange(N) % 4, 1.0),
        (np.arange(N) % 4, np.arange(N) % 2, 1.0),  # decides it
        (np.arange(N) % 4, np.arange(N) // 4 % 5, 0.0),
        (np.zeros(N, np.int64), np.arange(N) % 2, 0.0),
    ],
    ids=["the same", "a coarser one", "independent", "constant"],
)
def test_association(a: np.ndarray, b: np.ndarray, expected: float) -> None:
    assert association(a, b) == pytest.approx(expected, abs=0.01)


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
