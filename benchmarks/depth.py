"""Value a grid of price shocks by depths, beside integrating the price numerically."""

from __future__ import annotations

import numpy as np
from scipy.integrate import quad
from timing import best
from timing import line

from solvency.depth import price_after
from solvency.depth import proceeds


def main() -> None:
    """Print the comparison."""
    prices = np.linspace(1, 30, 1_000)[:, None]
    halvings = np.geomspace(1e5, 1e9, 1_000)[None, :]
    ours = best(lambda: proceeds(2e8, prices, halvings))
    floor = best(lambda: prices * np.exp(halvings * 1e-9))
    line("a million cells", ours, "one exponential a cell", floor, "")
    one = best(lambda: quad(price_after, 0, 2e8, args=(22.0, 2e7)))
    print(f"  one cell by quadrature: {one:.1e} s")


if __name__ == "__main__":
    main()
