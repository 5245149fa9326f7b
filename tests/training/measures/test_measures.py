"""The measures against closed forms and against loops in float64."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from training.data.events import TOGETHER
from training.measures import MEASURES, THOROUGH, measured, measured_stage
from training.measures.discriminant import lidar
from training.measures.knn import CROSS_GROUP_KNN
from training.measures.measure import ALL_THE_SAME, Embedded, singular_values
from training.measures.similarity import STEPS, cka, cosine_shares
from training.measures.spectrum import FIT, alpha_req, effective_rank, participation_ratio, rank_me, stable_rank
from training.measures.spread import alignment, centred_std, mean_cosine, normalised_std, uniformity
from training.measures.stage import Stage
from training.run import RunFolder
from training.trainer import train

ROOT = Path(__file__).parents[3]


def random_matrix(n: int, d: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(n, d, generator=torch.Generator().manual_seed(seed))


def with_singular_values(sigma: list[float], n: int = 30) -> torch.Tensor:
    """A centred (n, D) matrix of these singular values, turned at random."""
    d = len(sigma)
    left = random_matrix(n, d, 1).double()
    left, _ = torch.linalg.qr(left - left.mean(0))  # columns orthogonal, each of mean 0
    right, _ = torch.linalg.qr(random_matrix(d, d, 2).double())
    return left @ torch.diag(torch.tensor(sigma).double()) @ right


@pytest.mark.parametrize("shape", [(40, 7), (7, 40), (9, 9), (1, 5)])
def test_singular_values(shape: tuple[int, int]) -> None:
    x = random_matrix(*shape) + 3
    centred = x.double().numpy() - x.double().numpy().mean(0)
    expected = np.linalg.svd(centred, compute_uv=False)
    found = singular_values(x).numpy()
    np.testing.assert_allclose(found[: len(expected)], expected, atol=1e-5)
    assert (np.diff(found) <= 1e-9).all() and len(found) == min(shape)


@pytest.mark.parametrize("d", [1, 2, 5, 16])
def test_ranks_of_equal_directions_are_their_number(d: int) -> None:
    sigma = singular_values(with_singular_values([2.0] * d))
    assert effective_rank(sigma) == pytest.approx(d, rel=1e-6)
    assert participation_ratio(sigma) == pytest.approx(d, rel=1e-6) and stable_rank(sigma) == pytest.approx(d, rel=1e-6)


def test_ranks_by_the_formula() -> None:
    values = [5.0, 3.0, 1.0, 0.5]
    sigma = singular_values(with_singular_values(values))
    p = [v / sum(values) for v in values]
    assert effective_rank(sigma) == pytest.approx(math.exp(-sum(q * math.log(q) for q in p)), rel=1e-6)
    power = [v * v for v in values]
    assert participation_ratio(sigma) == pytest.approx(sum(power) ** 2 / sum(v * v for v in power), rel=1e-6)
    assert stable_rank(sigma) == pytest.approx(sum(power) / power[0], rel=1e-6)
    x = with_singular_values(values)
    q = [v / sum(values) + 1e-7 for v in values]
    assert rank_me(x) == pytest.approx(math.exp(-sum(v * math.log(v) for v in q)), rel=1e-6)


@pytest.mark.parametrize("alpha", [0.0, 0.7, 2.0])
def test_a_power_law_has_its_exponent(alpha: float) -> None:
    rank = torch.arange(1, 201).double()
    sigma = rank ** (-alpha / 2)
    sigma[: FIT[0] - 1] *= 30  # the largest few follow no law
    assert alpha_req(sigma) == pytest.approx(alpha, abs=1e-9)
    assert alpha_req(sigma[: FIT[0] + 4]) == pytest.approx(alpha, abs=1e-9)  # the fit ends where directions do
    assert math.isnan(alpha_req(sigma[: FIT[0] + 3])) and alpha_req(sigma, (1, 200)) != pytest.approx(alpha, abs=0.1)


def test_lidar_of_a_worked_case() -> None:
    """Four clips at (±a, 0) and (0, ±c), each with views off by ±v in x and ±w in y: both scatters are diagonal."""
    a, c, v, w, delta = 3.0, 2.0, 0.5, 1.5, 1e-4
    clips = torch.tensor([[a, 0], [-a, 0], [0, c], [0, -c]])
    off = torch.tensor([[v, 0], [-v, 0], [0, w], [0, -w]])
    found = [a * a / 2 / (v * v / 2 + delta), c * c / 2 / (w * w / 2 + delta)]
    p = [value / sum(found) + 1e-7 for value in found]
    expected = math.exp(-sum(q * math.log(q) for q in p))
    assert lidar(clips[:, None] + off + 7) == pytest.approx(expected, rel=1e-6)
    turn, _ = torch.linalg.qr(random_matrix(2, 2))
    assert lidar((clips[:, None] + off) @ turn) == pytest.approx(expected, rel=1e-5)
    alike = clips[:1, None] + off  # one clip, or all at one point: nothing tells them apart
    assert lidar(alike) == 0 and lidar(alike.repeat(5, 1, 1)) == 0


def test_lidar_leaves_out_what_views_change() -> None:
    """Ten directions of the clips' own, ten in which views differ as much as clips: effective rank counts both."""
    clips = torch.cat([random_matrix(400, 10), torch.zeros(400, 10)], dim=1)
    noise = torch.cat([torch.zeros(400, 10, 10), random_matrix(4000, 10, 1).view(400, 10, 10)], dim=2)
    assert lidar(clips[:, None] + noise) == pytest.approx(10, abs=0.3)
    assert effective_rank(singular_values((clips[:, None] + noise)[:, 0])) > 19


def test_rank_me_is_uncentred_and_effective_rank_is_not() -> None:
    x = with_singular_values([1.0, 1.0, 1.0])
    far = x + torch.tensor([1000.0, 0, 0])
    assert effective_rank(singular_values(far)) == pytest.approx(3, rel=1e-3)
    assert rank_me(far) < 1.01 and rank_me(x) == pytest.approx(3, rel=1e-3)


@pytest.mark.parametrize("scale", [1.0, 1e3, 1e-3])
@pytest.mark.parametrize("n", [20, 600])
def test_one_point_has_no_rank(scale: float, n: int) -> None:
    """Rounding alone must not look like many directions."""
    x = (torch.randn(64, generator=torch.Generator().manual_seed(0)) * scale).repeat(n, 1)
    assert effective_rank(singular_values(x)) <= 1.0 and participation_ratio(singular_values(x)) <= 1.0


def test_normalised_std() -> None:
    x = random_matrix(50, 6).double().numpy() + 0.5
    unit = [row / math.sqrt(sum(v * v for v in row)) for row in x]
    deviations = []
    for d in range(6):
        column = [row[d] for row in unit]
        mean = sum(column) / 50
        deviations.append(math.sqrt(sum((v - mean) ** 2 for v in column) / 50))
    expected = math.sqrt(6) * sum(deviations) / 6
    assert normalised_std(torch.from_numpy(x)) == pytest.approx(expected, rel=1e-5)
    assert normalised_std(torch.from_numpy(x) * 77) == pytest.approx(expected, rel=1e-5)


def test_centred_std() -> None:
    x = random_matrix(50, 6).double() * torch.tensor([1.0, 2, 3, 4, 5, 0]) + 7
    columns = x.numpy().T
    expected = sum(math.sqrt(sum((v - c.mean()) ** 2 for v in c) / 50) for c in columns) / 6
    assert centred_std(x) == pytest.approx(expected, rel=1e-9)
    assert centred_std(-3 * x) == pytest.approx(3 * expected, rel=1e-9)
    assert centred_std(torch.tensor([[1.0, 5.0], [-1.0, 5.0]])) == 0.5  # 1 in the one dimension, 0 in the other


def test_a_cloud_far_away_is_one_point_by_direction_alone() -> None:
    """The two spreads see different things: Barlow Twins, whose loss is blind to the mean, may drift away whole."""
    near = random_matrix(400, 16)
    far = near + 1000 * torch.nn.functional.normalize(torch.ones(16), dim=0)
    assert normalised_std(near) == pytest.approx(1, abs=0.02) and normalised_std(far) < 0.01
    assert centred_std(far) == pytest.approx(centred_std(near), rel=1e-4)
    assert mean_cosine(near) < 0.01 and mean_cosine(far) > 0.99


def cka_of(x: torch.Tensor, y: torch.Tensor) -> float:
    return cka(x, y, singular_values(x), singular_values(y))


def test_cka() -> None:
    x, y = random_matrix(30, 5).double(), random_matrix(30, 7, 1).double()
    a, b = (m.numpy() - m.numpy().mean(0) for m in (x, y))
    of_a, of_b = a @ a.T, b @ b.T  # by the Gram matrices of the clips: their cosine
    expected = (of_a * of_b).sum() / math.sqrt((of_a * of_a).sum() * (of_b * of_b).sum())
    assert cka_of(x, y) == pytest.approx(expected, rel=1e-5) and cka_of(y, x) == pytest.approx(expected, rel=1e-5)
    turn, _ = torch.linalg.qr(random_matrix(5, 5, 2).double())
    assert cka_of(x, -7 * x @ turn + 30) == pytest.approx(1, abs=1e-4)
    assert cka_of(x, 1e-6 * x) == pytest.approx(1, abs=1e-4)
    assert cka_of(random_matrix(4000, 4), random_matrix(4000, 4, 3)) < 0.01
    apart = torch.tensor([[1.0, 1], [-1, 1], [1, -1], [-1, -1]])
    assert cka_of(apart[:, :1], apart[:, 1:]) == 0 and cka_of(apart, apart[:, :1]) == pytest.approx(1 / math.sqrt(2))
    assert math.isnan(cka_of(x, torch.ones(30, 2)))


def test_cosine_shares() -> None:
    x, y = random_matrix(30, 5), random_matrix(30, 5, 1)
    a, b = (m.numpy() / np.linalg.norm(m.numpy(), axis=1, keepdims=True) for m in (x, y))
    edges = np.linspace(-1, 1, STEPS + 1)
    same = [a[i] @ b[i] for i in range(30)]
    others = [a[i] @ b[j] for i in range(30) for j in range(30) if i != j]
    found = cosine_shares(x, y).numpy()
    np.testing.assert_allclose(found[0], np.histogram(same, edges)[0] / 30, atol=1e-6)
    np.testing.assert_allclose(found[1], np.histogram(others, edges)[0] / 870, atol=1e-6)
    collapsed = cosine_shares(torch.ones(9, 4), torch.ones(9, 4))
    assert collapsed[:, -1].tolist() == [1, 1] and float(collapsed.sum()) == 2


def test_the_ends_of_the_spread() -> None:
    ends = torch.cat([torch.eye(8), -torch.eye(8)])
    assert normalised_std(ends) == pytest.approx(1.0, rel=1e-5)
    assert mean_cosine(ends) == pytest.approx(-1 / 15, rel=1e-5)  # of 15 others one is opposite
    one = torch.ones(9, 8)
    assert normalised_std(one) == pytest.approx(0, abs=1e-6) and mean_cosine(one) == pytest.approx(1)
    assert uniformity(one) == pytest.approx(0, abs=1e-6)
    assert normalised_std(random_matrix(4000, 64)) == pytest.approx(1, abs=0.01)
    assert uniformity(random_matrix(2000, 256)) == pytest.approx(-4, abs=0.1)
    assert uniformity(torch.tensor([[1.0, 0], [-1.0, 0]])) == pytest.approx(-8)


def test_many_clips_are_taken_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = torch.randn(50, 6), torch.randn(50, 6)
    whole = uniformity(x), cosine_shares(x, y)
    for name in ("spread", "similarity"):
        monkeypatch.setattr(f"training.measures.{name}.ROWS_AT_ONCE", 16)
    assert uniformity(x) == pytest.approx(whole[0])
    assert torch.equal(cosine_shares(x, y), whole[1])


def test_alignment_uniformity_and_cosine_by_loops() -> None:
    x, y = random_matrix(12, 5, 1), random_matrix(12, 5, 2)
    a, b = (v.double().numpy() / np.linalg.norm(v.double().numpy(), axis=1, keepdims=True) for v in (x, y))
    assert alignment(x, y) == pytest.approx(sum(((p - q) ** 2).sum() for p, q in zip(a, b, strict=True)) / 12, rel=1e-5)
    others = [(i, j) for i in range(12) for j in range(12) if i != j]
    kernel = sum(math.exp(-2 * ((a[i] - a[j]) ** 2).sum()) for i, j in others) / len(others)
    assert uniformity(x) == pytest.approx(math.log(kernel), rel=1e-5)
    assert mean_cosine(x) == pytest.approx(sum(a[i] @ a[j] for i, j in others) / len(others), rel=1e-5)
    assert alignment(x, x) == 0 and alignment(x, -x) == pytest.approx(4, rel=1e-5)


def test_geometry_reads_collapse_on_the_projections() -> None:
    h, z, other = random_matrix(30, 9), random_matrix(30, 4, 1), random_matrix(30, 4, 2)
    embedded = Embedded(h, z, (z, other))
    found = measured(embedded)
    assert found.keys() == MEASURES.keys() - {"cross_group_knn", "cka_to_last"}
    assert measured(replace(embedded, before=(h.half(), singular_values(h))))["cka_to_last"] == pytest.approx(
        1, abs=1e-3
    )
    assert found["effective_rank"] == pytest.approx(effective_rank(singular_values(z)))
    assert found["encoder_effective_rank"] == pytest.approx(effective_rank(singular_values(h)))
    assert found["alignment"] == pytest.approx(alignment(z, other)) and torch.equal(
        embedded.sigma_h, singular_values(h)
    )


def test_a_collapse_lies_where_measures_declare_it() -> None:
    def nearly_one_point(x: torch.Tensor) -> torch.Tensor:
        return 1 + x[:, :1] * torch.linspace(0.01, 0.02, x.shape[1])

    apart = random_matrix(30, 9), random_matrix(30, 4, 1), random_matrix(30, 4, 2)
    h, z, other = map(nearly_one_point, apart)
    healthy, collapsed = measured(Embedded(*apart[:2], apart[1:])), measured(Embedded(h, z, (z, other)))
    declared = {name: side for name, measure in MEASURES.items() if (side := measure.curve.collapse)}
    found = {name: "lower" if collapsed[name] < healthy[name] else "higher" for name in declared}
    assert found == declared and set(declared.values()) == {"lower", "higher"}


def test_every_measure_is_described_logged_and_documented(made_run: Callable[..., RunFolder]) -> None:
    run = made_run(steps=1)
    train(run.path)
    rows = [row for row in run.metrics() if "measure/alignment" in row]
    page = (ROOT / "docs" / "measures.md").read_text()
    for name, measure in MEASURES.items():
        curve = measure.curve
        assert measure.name == name and curve.key == f"measure/{name}" and curve.title
        assert curve.meaning.endswith(".") and curve.convention and curve.source
        told = rows[1:] if name == "cka_to_last" else rows  # the first snapshot has none before it
        assert told and all(isinstance(row[f"measure/{name}"], float) for row in told), name
        assert f"\n### `{name}` — " in page, f"docs/measures.md has a section of each measure, and none of {name}"
    logged = {
        name.removeprefix("measure/").split("/")[0] for row in rows for name in row if name.startswith("measure/")
    }
    assert logged == set(MEASURES)


def test_every_thorough_measure_is_described_computed_and_documented() -> None:
    page = (ROOT / "docs" / "measures.md").read_text()
    x, start, views = random_matrix(60, 20), random_matrix(60, 20, 1), random_matrix(120, 20, 2).view(12, 10, 20)
    whole, alone = measured_stage(Stage(x, start, views)), measured_stage(Stage(x))
    assert whole.keys() == alone.keys() == THOROUGH.keys()
    assert all(isinstance(value, float) for value in whole.values())
    assert {name for name, value in alone.items() if value is None} == {
        "alignment", "uniformity", "lidar", "cka_to_start",
    }  # fmt: skip
    for name, measure in THOROUGH.items():
        curve = measure.curve
        assert curve.key == f"stage/{name}" and curve.title and curve.meaning.endswith(".")
        assert curve.convention and curve.source and "projector" not in curve.convention
        assert f"`{name}`" in page, f"docs/measures.md says nothing of {name}"
    collapsed = measured_stage(Stage(torch.ones(60, 20), start, torch.ones(12, 10, 20)))
    assert collapsed["alpha_req"] is None and collapsed["cka_to_start"] is None and collapsed["effective_rank"] == 0


def test_it_is_said_when_clips_with_several_labels_count_as_alike() -> None:
    of_all = TOGETHER.format("species")
    main, *by_facet = CROSS_GROUP_KNN.curves(("species", of_all))
    assert [curve.title for curve in by_facet] == ["species", of_all]
    assert all(curve.meaning == f"{main.meaning} {ALL_THE_SAME}" for curve in by_facet), "one sentence of one chart"
    assert "(all)" in ALL_THE_SAME and ALL_THE_SAME not in main.meaning
    assert CROSS_GROUP_KNN.curves(("species", "place"))[1].meaning == main.meaning
