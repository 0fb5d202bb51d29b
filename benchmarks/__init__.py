"""`python -m benchmarks`: what the harness costs, as ratios to a floor or a peer, in CPU time."""
