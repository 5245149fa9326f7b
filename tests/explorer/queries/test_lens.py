import json

import numpy as np

from explorer.queries.lens import VALUES_AT_MOST, lens


def test_lens_arrays_are_plain_values(make_run, tmp_path):
    run = make_run(tmp_path / "run")
    found = lens(run, 10)
    assert list(found) == ["similarities"]
    np.testing.assert_allclose(found["similarities"], run.snapshot(10)["lens/similarities"], rtol=1e-4)
    json.dumps(found, allow_nan=False)


def test_no_snapshot_no_lens(make_run, tmp_path):
    assert lens(make_run(tmp_path / "run"), 11) is None


def test_odd_arrays_do_no_harm(make_run, tmp_path):
    run = make_run(tmp_path / "run")
    arrays = {
        "lens/odd": np.array([np.nan, np.inf, 0, 1e-320, 123456.0]),
        "lens/words": np.array(["a", "b"]),
        "lens/huge": np.zeros(VALUES_AT_MOST + 1),
        "lens/counts": np.array([1, 2]),
    }
    np.savez(run.snapshot_path(10), **arrays)
    found = lens(run, 10)
    assert found["odd"][:4] == [None, None, 0, 0]
    assert found["odd"][4] == 123460.0
    assert (found["words"], found["counts"]) == (["a", "b"], [1, 2])
    assert "huge" not in found
