"""How well a collapse is found: what counts as one, runs that collapse on purpose beside healthy twins, and verdicts on both."""
