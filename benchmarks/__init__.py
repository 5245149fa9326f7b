"""Speed and quality, measured on the real thing; results lie in benchmarks/results/."""
