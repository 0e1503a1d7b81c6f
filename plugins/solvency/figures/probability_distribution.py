"""How sure an amount is: a median and two quantiles, and the distribution they fix.

The written amount is the median; low and high leave `(1 - interval) / 2` of belief
below and above. Two halves meet at the median, each with half the belief: lognormal
where low is above zero, else normal and cut at zero (what would be below is zero), and
uniform between hard bounds (an interval of one). A half whose bound is the median is a
point. So an amount is a function of one normal score, up of it and down of it. PERT
(Malcolm, Roseboom, Clark and Fazar, Operations Research 7, 1959) is there on request.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Literal

import numpy as np
from scipy.special import betainc
from scipy.special import betaincinv
from scipy.special import erfcx
from scipy.special import ndtr
from scipy.special import ndtri

from solvency.figures import arithmetic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

Kind = Literal["certain", "lognormal", "normal", "uniform", "pert"]

#: Density of a standard normal at its middle.
_PEAK = 1.0 / math.sqrt(2.0 * math.pi)
#: Logarithmic spreads count as no more than this in means and variances: beyond it a
#: high is some 10^9 times the median, and no Gaussian stands for the amount.
_WIDEST = 13.0


@dataclass(frozen=True)
class Amount:
    """One uncertain amount, as a function of a standard normal score.

    Attributes:
        kind: which halves meet at the median.
        sign: 1 for a loss, -1 for a gain; everything else is of the magnitude.
        middle: the median; of PERT the lower bound.
        down: spread below the median: of the logarithm, of the normal, or the width;
            of PERT the first parameter of the beta distribution.
        up: spread above it; of PERT the second parameter.
        mean: mean magnitude.
        sigma: standard deviation of the magnitude.
        width: between the bounds of PERT.
    """

    kind: Kind
    sign: float
    middle: float
    down: float
    up: float
    mean: float
    sigma: float
    width: float = 0.0

    def draw(self, rng: np.random.Generator, size: int) -> Array:
        """Draw independent amounts, with their sign."""
        if self.kind == "certain":
            return np.full(size, self.sign * self.middle)
        if self.kind == "pert":
            drawn = arithmetic.rounded(rng.beta(self.down, self.up, size))
            return self.sign * (self.middle + self.width * drawn)
        return self.at(rng.standard_normal(size))

    def at(self, score: Array) -> Array:
        """Return amounts, with their sign, at standard normal scores."""
        return self.sign * self._magnitude(score)

    def quantile(self, share: float) -> float:
        """Return the magnitude not exceeded with a probability."""
        score = arithmetic.rounded(ndtri(np.array([share])))
        return float(self._magnitude(score)[0])

    def _magnitude(self, score: Array) -> Array:
        if self.kind == "certain":
            return np.full(score.shape, self.middle)
        if self.kind == "pert":
            share = arithmetic.rounded(ndtr(score))
            found = arithmetic.rounded(betaincinv(self.down, self.up, share))
            return np.asarray(self.middle + self.width * found)
        side = np.where(score > 0, self.up, self.down)
        if self.kind == "uniform":
            share = arithmetic.rounded(ndtr(score))
            return np.asarray(self.middle + side * (2.0 * share - 1.0))
        moved = side * score
        if self.kind == "lognormal":
            return np.asarray(self.middle * arithmetic.exp(moved))
        return np.maximum(0.0, self.middle + moved)

    def below(self, level: Array) -> Array:
        """Return the probability that the magnitude is no more than a level above 0."""
        if self.kind == "certain":
            return np.where(level >= self.middle, 1.0, 0.0)
        if self.kind == "pert":
            place = np.clip((level - self.middle) / self.width, 0.0, 1.0)
            return arithmetic.rounded(betainc(self.down, self.up, place))
        far = level - self.middle
        if self.kind == "lognormal":
            far = arithmetic.log(level) - float(arithmetic.log(self.middle))
        above = far >= 0
        side = np.where(above, self.up, self.down)
        # Beyond a half that is a point lies nothing.
        beyond = np.where(above, math.inf, -math.inf)
        score = np.divide(far, side, out=beyond, where=side > 0)
        if self.kind == "uniform":
            return np.asarray(0.5 + 0.5 * np.clip(score, -1.0, 1.0))
        return arithmetic.rounded(ndtr(score))


def at_scores(each: Sequence[Amount], scores: Array) -> Array:
    """Return amounts, with their sign, at standard normal scores, all of them at once.

    Args:
        each: The distributions.
        scores: Scores of each, shape (amounts, draws).

    Returns:
        What `Amount.at` returns of each row, to the last bit.
    """
    found = np.empty(scores.shape)
    common = np.array([one.kind == "lognormal" for one in each], dtype=bool)
    some = [one for one in each if one.kind == "lognormal"]
    if some:
        up, down, middle, sign = (
            np.array([getattr(one, name) for one in some])[:, None]
            for name in ("up", "down", "middle", "sign")
        )
        score = scores[common]
        moved = np.where(score > 0, up, down)
        moved *= score
        moved = arithmetic.exp(moved)
        moved *= middle
        moved *= sign
        found[common] = moved
    for at in np.flatnonzero(~common).tolist():
        found[at] = each[at].at(scores[at])
    return found


def spread(low: ArrayLike, high: ArrayLike, interval: ArrayLike = 0.9) -> Array:
    """Return the standard deviation that an interval of belief stands for.

    Args:
        low: lower ends.
        high: upper ends.
        interval: share of belief between them, above 0 and below 1.

    Returns:
        `(high - low) / (2 z)`, z the normal quantile; 1.645 for the default 0.9.
    """
    width = np.asarray(high, float) - np.asarray(low, float)
    return np.asarray(width / (2.0 * _quantile(interval)))


def _quantile(interval: ArrayLike) -> Array:
    """Return the normal score that leaves half of what an interval leaves."""
    return arithmetic.rounded(ndtri((1.0 + np.asarray(interval, dtype=float)) / 2.0))


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
        central: medians, shape (n,); negative for gains.
        high: upper ends, shape (n,).
        interval: share of belief between the ends, one number or shape (n,).
        shape: lognormal, the halves above; or pert, a beta distribution whose mode is
            the central value.

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
    rows = zip(*(column.tolist() for column in columns), strict=True)
    for at, row in enumerate(rows):
        _check(at, *row)
    lows, centrals, highs, intervals = columns
    middle = np.abs(centrals)
    kinds = _kinds(lows, middle, highs, intervals, shape)
    found = np.zeros((len(middle), 4))
    for kind, halves in _HALVES.items():
        some = kinds == kind
        if some.any():
            found[some] = np.stack(
                halves(lows[some], middle[some], highs[some], intervals[some]), axis=1
            )
    rows = zip(
        *(kinds.tolist(), centrals.tolist(), lows.tolist(), highs.tolist()),
        found.tolist(),
        strict=True,
    )
    return tuple(_amount(*row) for row in rows)


def _check(at: int, low: float, central: float, high: float, interval: float) -> None:
    middle = abs(central)
    if not (0.0 <= low <= middle <= high < math.inf):
        raise ValueError(
            f"amount {at}: 0 <= low <= central <= high is asked for, not {low:g}, "
            f"{middle:g}, {high:g}"
        )
    if not 0.0 < interval <= 1.0:
        raise ValueError(f"amount {at}: an interval is a share above 0, to 1")


def _kinds(
    low: Array, middle: Array, high: Array, interval: Array, shape: str
) -> NDArray[np.str_]:
    """Return which halves each amount has."""
    halves = np.where(low > 0, "lognormal", "normal")
    halves = np.where(interval == 1.0, "uniform", halves)
    if shape == "pert":
        halves = np.full(len(middle), "pert", dtype=halves.dtype)
    return np.asarray(np.where(low == high, "certain", halves))


def _amount(
    kind: Kind, central: float, low: float, high: float, found: list[float]
) -> Amount:
    sign, middle = -1.0 if central < 0 else 1.0, abs(central)
    if kind == "certain":
        return Amount("certain", sign, middle, 0.0, 0.0, middle, 0.0)
    down, up, mean, sigma = found
    if kind == "pert":
        return Amount("pert", sign, low, down, up, mean, sigma, high - low)
    return Amount(kind, sign, middle, down, up, mean, sigma)


def _lognormal(
    low: Array, middle: Array, high: Array, interval: Array
) -> tuple[Array, Array, Array, Array]:
    """Return spreads, mean and sigma of two half-lognormals.

    Of `exp(s |Z|)` the mean is `2 exp(s^2 / 2) Phi(s)`.
    """
    score = _quantile(interval)
    down = arithmetic.log(middle / low) / score
    up = arithmetic.log(high / middle) / score
    less, more = np.minimum(down, _WIDEST), np.minimum(up, _WIDEST)

    def power(of: float) -> Array:
        rising = arithmetic.exp((of * more) ** 2 / 2.0)
        rising *= arithmetic.rounded(ndtr(of * more))
        # exp(s^2 / 2) Phi(-s), which for a large s is zero times infinity.
        falling = 0.5 * arithmetic.rounded(erfcx(of * less / math.sqrt(2.0)))
        return np.asarray(rising + falling)

    mean = power(1.0)
    sigma = np.sqrt(np.maximum(power(2.0) - mean**2, 0.0))
    return down, up, middle * mean, middle * sigma


def _normal(
    low: Array, middle: Array, high: Array, interval: Array
) -> tuple[Array, Array, Array, Array]:
    """Return spreads, mean and sigma of two half-normals; below zero counts as zero."""
    score = _quantile(interval)
    down, up = (middle - low) / score, (high - middle) / score
    edge = np.divide(middle, down, out=np.full(len(down), 1e9), where=down > 0)
    density = _PEAK * arithmetic.exp(-(np.minimum(edge, 38.0) ** 2) / 2.0)
    cut = arithmetic.rounded(ndtr(-edge))
    # Moments of Z over -edge to 0: its chance, and integrals of z and of z squared.
    chance, first = 0.5 - cut, density - _PEAK
    second = chance - np.minimum(edge, 38.0) * density
    mean = middle * (0.5 + chance) + up * _PEAK + down * first
    # About the median: a difference of large squares would lose digits.
    square = up**2 / 2.0 + down**2 * second + middle**2 * cut
    return down, up, mean, np.sqrt(np.maximum(square - (mean - middle) ** 2, 0.0))


def _uniform(
    low: Array, middle: Array, high: Array, _: Array
) -> tuple[Array, Array, Array, Array]:
    """Return widths, mean and sigma of two uniform halves."""
    down, up = middle - low, high - middle
    shift = (up - down) / 4.0
    square = (down**2 + up**2) / 6.0
    return down, up, middle + shift, np.sqrt(square - shift**2)


def _pert(
    low: Array, middle: Array, high: Array, _: Array
) -> tuple[Array, Array, Array, Array]:
    """Return the beta distribution's parameters, mean and sigma."""
    width = high - low
    alpha = 1.0 + 4.0 * (middle - low) / width
    beta = 1.0 + 4.0 * (high - middle) / width
    # Variance of the beta distribution with alpha + beta = 6, scaled.
    sigma = width * np.sqrt(alpha * beta / (36.0 * 7.0))
    return alpha, beta, (low + 4.0 * middle + high) / 6.0, sigma


_HALVES = {
    "lognormal": _lognormal,
    "normal": _normal,
    "uniform": _uniform,
    "pert": _pert,
}
