"""Weigh all combinations of 20, 22 and 24 hypotheses, beside a covariance for each."""

from __future__ import annotations

import resource
import time
from typing import Any

import numpy as np
from scipy.linalg import cho_factor
from scipy.linalg import cho_solve

from solvency.weighing import weigh


def case(hypotheses: int, rank: tuple[int, int], seen: int = 60) -> tuple[Any, ...]:
    """Generate hypotheses that switch some flows each, and observations of them."""
    rng = np.random.default_rng(0)
    belongs = [(h,) for h in range(hypotheses) for _ in range(rng.integers(*rank))]
    belongs += [()] * 20
    flows = len(belongs)
    means = rng.lognormal(0, 0.7, flows)
    sigmas = 0.2 * means
    effects = rng.choice([0.0, 0.0, 0.0, 1.0, -1.0], (seen, flows))
    on = rng.random(hypotheses) < 0.5
    active = np.array([not tags or on[tags[0]] for tags in belongs])
    noise = rng.uniform(1, 3, seen)
    observed = effects @ (means * active) + noise * rng.standard_normal(seen)
    return observed, noise, effects, means, sigmas, belongs, np.full(hypotheses, 0.5)


def main() -> None:
    """Print times, memory and the self-check."""
    for hypotheses, rank in ((20, (1, 4)), (20, (6, 7)), (22, (1, 4)), (24, (1, 4))):
        arguments = case(hypotheses, rank)
        start = time.perf_counter()
        result = weigh(*arguments, wide=9)
        ours = time.perf_counter() - start
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        each = covariance(arguments)
        print(
            f"{hypotheses} hypotheses, {rank[0]} to {rank[1] - 1} flows: {ours:.2f} s, "
            f"{memory:.0f} MB so far, check {result.check:.0e} nats; one covariance "
            f"each would take {each * 2**hypotheses:.0f} s"
        )


def covariance(arguments: tuple[Any, ...], runs: int = 200) -> float:
    """Return seconds a combination takes by its own covariance matrix."""
    observed, noise, effects, means, sigmas, belongs, priors = arguments
    rng = np.random.default_rng(1)
    start = time.perf_counter()
    for _ in range(runs):
        on = rng.random(len(priors)) < 0.5
        active = np.array([not tags or on[tags[0]] for tags in belongs])
        joint = np.diag(noise**2) + (effects * (sigmas**2 * active)) @ effects.T
        factor = cho_factor(joint, lower=True)
        gap = observed - effects @ (means * active)
        gap @ cho_solve(factor, gap) + 2 * np.log(np.diag(factor[0])).sum()
    return (time.perf_counter() - start) / runs


if __name__ == "__main__":
    main()
