"""What one finished run knows of the labels, as JSON on standard output: its part of the catalogue's table.

python -m benchmarks.catalogue_measures RUN
"""

import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.supervised import Supervised
from training.data import quiet
from training.evaluate import evaluation
from training.methods import METHODS
from training.run import RunFolder


def split(found: dict[str, Any]) -> dict[str, Any]:
    """{"main_facet", "group", "clips", "trained", "random_init", "baselines": {"log_mel", "mfcc", "chance"}}."""
    facets = found["facets"]
    scores = {facet: {k: row[k] for k in ("knn", "cross_group_knn", "probe")} for facet, row in facets.items()}
    plain = {
        name: {f: row["baselines"][name] for f, row in facets.items()} for name in ("random_init", "log_mel", "mfcc")
    }
    return {
        "clips": found["clips"],
        "trained": scores,
        "random_init": plain.pop("random_init"),
        "baselines": {**plain, "chance": {facet: row["chance"] for facet, row in facets.items()}},
    }


def main() -> None:
    """Measure and print."""
    METHODS["supervised"] = Supervised  # the ceiling is no method of the catalogue
    run = RunFolder(Path(sys.argv[1]))
    probe = run.probe()
    found = split(evaluation(run, None, None, quiet))
    found["baselines"] |= {"main_facet": probe["main_facet"], "group": probe["group"], "clips": found.pop("clips")}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
