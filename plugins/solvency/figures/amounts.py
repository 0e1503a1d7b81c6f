"""The distributions of uncertain amounts: lognormal, cut normal, PERT, certain."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Literal

import numpy as np
from scipy.special import betainc
from scipy.special import betaincinv
from scipy.special import ndtr
from scipy.special import ndtri

from solvency.figures import arithmetic

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

Kind = Literal["certain", "lognormal", "cut", "pert"]


@dataclass(frozen=True)
class Amount:
    """One uncertain amount, as a function of a standard normal score.

    Attributes:
        kind: which distribution.
        sign: 1 for a loss, -1 for a gain; everything else is of the magnitude.
        first: mean of the logarithm, location of the normal, or lower bound.
        second: spread of the logarithm or of the normal, or width between bounds.
        alpha: first parameter of the beta distribution; for a cut normal the
            probability cut away.
        beta: second parameter of the beta distribution.
        mean: mean magnitude.
        sigma: standard deviation of the magnitude.
    """

    kind: Kind
    sign: float
    first: float
    second: float
    alpha: float
    beta: float
    mean: float
    sigma: float

    def draw(self, rng: np.random.Generator, size: int) -> Array:
        """Draw independent amounts, with their sign."""
        if self.kind == "pert":
            drawn = arithmetic.rounded(rng.beta(self.alpha, self.beta, size))
            return self.sign * (self.first + self.second * drawn)
        if self.kind == "certain":
            return np.full(size, self.sign * self.first)
        return self.at(rng.standard_normal(size))

    def at(self, score: Array) -> Array:
        """Return amounts, with their sign, at standard normal scores; reuses them."""
        if self.kind == "certain":
            return np.full(score.shape, self.sign * self.first)
        if self.kind == "lognormal":
            score *= self.second
            score += self.first
            return self.sign * arithmetic.exp(score)
        return self.sign * self._magnitude(arithmetic.rounded(ndtr(score)))

    def quantile(self, share: float) -> float:
        """Return the magnitude not exceeded with a probability."""
        if self.kind == "lognormal":
            score = arithmetic.rounded(ndtri(share))
            return float(arithmetic.exp(self.first + self.second * score))
        return float(self._magnitude(np.array([share]))[0])

    def _magnitude(self, share: Array) -> Array:
        if self.kind == "certain":
            return np.full(share.shape, self.first)
        if self.kind == "pert":
            found = arithmetic.rounded(betaincinv(self.alpha, self.beta, share))
            return np.asarray(self.first + self.second * found)
        rank = self.alpha + (1.0 - self.alpha) * share
        score = arithmetic.rounded(ndtri(rank))
        return np.maximum(0.0, self.first + self.second * score)

    def below(self, level: Array) -> Array:
        """Return the probability that the magnitude is no more than a level."""
        if self.kind == "certain":
            return np.where(level >= self.first, 1.0, 0.0)
        if self.kind == "lognormal":
            return arithmetic.rounded(
                ndtr((arithmetic.log(level) - self.first) / self.second)
            )
        if self.kind == "pert":
            place = np.clip((level - self.first) / self.second, 0.0, 1.0)
            return arithmetic.rounded(betainc(self.alpha, self.beta, place))
        rank = arithmetic.rounded(ndtr((level - self.first) / self.second))
        return np.clip((rank - self.alpha) / (1.0 - self.alpha), 0.0, 1.0)


def spread(low: ArrayLike, high: ArrayLike, interval: ArrayLike = 0.9) -> Array:
    """Return the standard deviation that an interval of belief stands for.

    Args:
        low: lower ends.
        high: upper ends.
        interval: share of belief between them, above 0 and below 1.

    Returns:
        `(high - low) / (2 z)`, z the normal quantile; 1.645 for the default 0.9.
    """
    half = arithmetic.rounded(ndtri((1.0 + np.asarray(interval, dtype=float)) / 2.0))
    return np.asarray((np.asarray(high, float) - np.asarray(low, float)) / (2.0 * half))


def amounts(
    low: ArrayLike,
    central: ArrayLike,
    high: ArrayLike,
    interval: ArrayLike,
    shape: str,
) -> tuple[Amount, ...]:
    """Read amounts with their ends into distributions.

    Args:
        low: lower ends of the magnitudes, shape (n,).
        central: central values, shape (n,); negative for gains.
        high: upper ends, shape (n,).
        interval: share of belief between the ends, one number or shape (n,).
        shape: lognormal or pert.

    Returns:
        One distribution an amount.

    Raises:
        ValueError: ends that do not enclose the central value, an interval outside 0 to
            1, or an unknown shape; the amount is named by position.
    """
    if shape not in {"lognormal", "pert"}:
        raise ValueError(f"amounts are lognormal or pert, not {shape!r}")
    columns = np.broadcast_arrays(
        *(np.atleast_1d(np.asarray(c, dtype=float)) for c in (low, central, high)),
        np.asarray(interval, dtype=float),
    )
    # Of ends that are refused below these are no numbers.
    with np.errstate(all="ignore"):
        sigma = spread(columns[0], columns[2], columns[3])
        middle = np.abs(columns[1])
        log_sigma = np.sqrt(arithmetic.log1p((sigma / middle) ** 2))
        log_mean = arithmetic.log(middle) - log_sigma**2 / 2.0
    rows = zip(
        *(column.tolist() for column in (*columns, sigma, log_sigma, log_mean)),
        strict=True,
    )
    return tuple(_amount(at, row, shape) for at, row in enumerate(rows))


def _amount(at: int, row: tuple[float, ...], shape: str) -> Amount:
    low, central, high, interval, sigma, log_sigma, log_mean = row
    sign = -1.0 if central < 0 else 1.0
    middle = abs(central)
    if not (0.0 <= low <= middle <= high < math.inf):
        raise ValueError(
            f"amount {at}: 0 <= low <= central <= high is asked for, not {low:g}, "
            f"{middle:g}, {high:g}"
        )
    if not 0.0 < interval <= 1.0:
        raise ValueError(f"amount {at}: an interval is a share above 0, to 1")
    if low == high:
        return Amount("certain", sign, middle, 0.0, 0.0, 0.0, middle, 0.0)
    if shape == "pert" or interval == 1.0:
        return _pert(sign, low, middle, high)
    if low > 0:
        return Amount("lognormal", sign, log_mean, log_sigma, 0, 0, middle, sigma)
    return _cut(sign, middle, sigma)


def _pert(sign: float, low: float, middle: float, high: float) -> Amount:
    width = high - low
    alpha = 1.0 + 4.0 * (middle - low) / width
    beta = 1.0 + 4.0 * (high - middle) / width
    mean = (low + 4.0 * middle + high) / 6.0
    # Variance of the beta distribution with alpha + beta = 6, scaled.
    sigma = width * math.sqrt(alpha * beta / (36.0 * 7.0))
    return Amount("pert", sign, low, width, alpha, beta, mean, sigma)


def _cut(sign: float, middle: float, sigma: float) -> Amount:
    """Return a normal cut off at zero; the cut raises its mean above the central."""
    edge = -middle / sigma
    cut = float(arithmetic.rounded(ndtr(edge)))
    density = float(arithmetic.exp(-(edge**2) / 2.0)) / math.sqrt(2.0 * math.pi)
    hazard = density / (1.0 - cut)
    mean = middle + sigma * hazard
    variance = sigma**2 * (1.0 + edge * hazard - hazard**2)
    return Amount("cut", sign, middle, sigma, cut, 0.0, mean, math.sqrt(variance))
