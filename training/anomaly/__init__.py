"""How unusual recordings are to a run's encoder: anomaly scores, beside what needs no training."""
