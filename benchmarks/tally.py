"""Draw a tally of 20 hypotheses a million times, beside bare NumPy and squigglepy."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from timing import best
from timing import line

from solvency.tally import draw
from solvency.tally import exact

DRAWS = 1_000_000
CENTRAL = np.linspace(0.3, 2.4, 20)
LOW, HIGH = CENTRAL * 0.5, CENTRAL * 1.9
BELIEF = np.linspace(0.9, 0.2, 20)


def bare() -> np.ndarray:
    """Draw and add with NumPy alone, nothing else."""
    rng = np.random.default_rng(0)
    total = np.zeros(DRAWS)
    for low, central, high, belief in zip(LOW, CENTRAL, HIGH, BELIEF, strict=True):
        sigma = (high - low) / 3.2897072539
        spread = math.sqrt(math.log1p((sigma / central) ** 2))
        amount = np.exp(
            rng.standard_normal(DRAWS) * spread + (math.log(central) - spread**2 / 2)
        )
        total += amount * (rng.random(DRAWS) < belief)
    return total


def squiggle() -> float:
    """Draw the same model with squigglepy."""
    import squigglepy as sq  # noqa: PLC0415 - a peer, not needed otherwise

    total: np.ndarray = np.zeros(DRAWS)
    for low, central, high, belief in zip(LOW, CENTRAL, HIGH, BELIEF, strict=True):
        sigma = (high - low) / 3.2897072539
        loss = sq.lognorm(lognorm_mean=central, lognorm_sd=sigma)
        total = total + sq.sample(loss, n=DRAWS) * (
            sq.sample(sq.bernoulli(belief), n=DRAWS)
        )
    return float(total.mean())


def main() -> None:
    """Print the comparisons."""
    ours = best(lambda: draw(LOW, CENTRAL, HIGH, BELIEF, draws=DRAWS))
    line("1m draws of 20", ours, "bare NumPy", best(bare), "< 1.5 times")
    with ThreadPoolExecutor(2) as pool:
        shared = best(lambda: draw(LOW, CENTRAL, HIGH, BELIEF, executor=pool))
    print(f"  on two threads: {shared:.3f} s")
    print(f"  exact: {best(lambda: exact(LOW, CENTRAL, HIGH, BELIEF)):.3f} s")
    try:
        line("1m draws of 20", ours, "squigglepy", best(squiggle, 1), "")
    except ImportError:
        print("squigglepy is not installed: not compared")


if __name__ == "__main__":
    main()
