"""Mean and spread of the language's amounts, by sums over many of their quantiles."""

from __future__ import annotations

import math
from functools import cache
from statistics import NormalDist


@cache
def halves(low, middle, high, interval=0.9, points=20_000):
    """Return mean and standard deviation of an amount, from its quantiles alone."""
    normal = NormalDist()
    z = normal.inv_cdf((1 + interval) / 2)
    total = squares = weight = 0.0
    for at in range(points):
        # Evenly over the scores that matter, each with its density.
        score = 16 * (at + 0.5) / points - 8
        end = high if score > 0 else low
        if low > 0:
            value = middle * (end / middle) ** (abs(score) / z)
        else:
            value = max(0.0, middle + (end - middle) * abs(score) / z)
        density = normal.pdf(score)
        weight += density
        total += density * value
        squares += density * value * value
    mean = total / weight
    # What is certain has a variance of nothing, but for rounding.
    return mean, math.sqrt(max(0.0, squares / weight - mean * mean))
