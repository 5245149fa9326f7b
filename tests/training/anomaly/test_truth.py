"""What labels and names say of anomalies, and the areas under the ROC curve."""

from itertools import product

import numpy as np
import pytest

from training.anomaly.truth import areas, is_anomalous
from training.data.clip_writer import ClipWriter


@pytest.mark.parametrize(
    ("file", "labels", "expected"),
    [
        ("anomaly/a.wav", {"class": "anomaly"}, True),
        ("normal/a.wav", {"class": "normal"}, False),
        ("test/anomaly_id_00_00000001.wav", {}, True),
        ("section_00_source_test_normal_0001_f_1.wav", {}, False),
        ("pump/abnormal/3.wav", {"class": "pump"}, True),
        ("anomaly/a.wav", {"verdict": "normal"}, False),
        ("pump/3.wav", {"class": "pump"}, None),
        ("normalised/3.wav", {}, None),
        ("normal/anomaly/3.wav", {}, None),
    ],
)
def test_words_of_labels_and_names_say_it(
    file: str,
    labels: dict[str, str],
    expected: bool | None,
    tmp_path: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    writer = ClipWriter("few", "f" * 32)
    writer.add(np.ones(9, np.int16), id="a", file=file, labels={"source": "one", **labels})
    assert is_anomalous(writer.finish("source"), 0) is expected


def test_auc_is_how_often_an_anomalous_one_scores_higher() -> None:
    random = np.random.default_rng(0)
    scores = random.integers(0, 6, 30) + np.arange(30) % 3
    truth = [None if row % 5 == 0 else row % 3 == 2 for row in range(30)]
    pairs = list(product(*([s for s, t in zip(scores, truth, strict=True) if t is kind] for kind in (True, False))))
    found = areas(scores.astype(float), truth)
    assert found is not None
    assert found["auc"] == pytest.approx(np.mean([(a > n) + 0.5 * (a == n) for a, n in pairs]))
    assert 0 <= found["pauc"] <= 1


def test_there_are_no_areas_where_one_kind_alone_is_known() -> None:
    assert areas(np.arange(3.0), [True, None, True]) is None
    assert areas(np.arange(3.0), [None, None, None]) is None
