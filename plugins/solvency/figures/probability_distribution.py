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
from functools import cached_property
from statistics import NormalDist
from typing import TYPE_CHECKING
from typing import Literal
from typing import NamedTuple

import numpy as np
import scipy

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
        width: between the bounds of PERT.
    """

    kind: Kind
    sign: float
    middle: float
    down: float
    up: float
    width: float
    _moments: _Moments
    _at: int

    @property
    def mean(self) -> float:
        """Return the mean magnitude."""
        return self._moments.of_all[0][self._at]

    @property
    def sigma(self) -> float:
        """Return the standard deviation of the magnitude."""
        return self._moments.of_all[1][self._at]

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
        score = arithmetic.rounded(scipy.special.ndtri(np.array([share])))
        return float(self._magnitude(score)[0])

    def _magnitude(self, score: Array) -> Array:
        if self.kind == "certain":
            return np.full(score.shape, self.middle)
        if self.kind == "pert":
            share = arithmetic.rounded(scipy.special.ndtr(score))
            found = arithmetic.rounded(
                scipy.special.betaincinv(self.down, self.up, share)
            )
            return np.asarray(self.middle + self.width * found)
        side = np.where(score > 0, self.up, self.down)
        if self.kind == "uniform":
            share = arithmetic.normal(score)
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
            return arithmetic.rounded(scipy.special.betainc(self.down, self.up, place))
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
        return arithmetic.rounded(scipy.special.ndtr(score))


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
    given = np.asarray(interval, dtype=float)
    each, where = np.unique(given, return_inverse=True)
    scores = [NormalDist().inv_cdf(one) for one in ((1.0 + each) / 2.0).tolist()]
    return arithmetic.rounded(scores)[where].reshape(given.shape)


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
    halves = np.zeros((len(middle), 2))
    for kind, of in _HALVES.items():
        some = kinds == kind
        if some.any():
            found = of(lows[some], middle[some], highs[some], intervals[some])
            halves[some] = np.stack(found, axis=1)
    moments = _Moments(kinds, halves[:, 0], halves[:, 1], _Ends(lows, middle, highs))
    columns = (kinds, centrals, lows, highs, *halves.T)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return tuple(_amount(moments, at, *row) for at, row in enumerate(rows))


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
    moments: _Moments,
    at: int,
    kind: Kind,
    central: float,
    low: float,
    high: float,
    down: float,
    up: float,
) -> Amount:
    sign, middle = -1.0 if central < 0 else 1.0, abs(central)
    if kind == "pert":
        return Amount("pert", sign, low, down, up, high - low, moments, at)
    return Amount(kind, sign, middle, down, up, 0.0, moments, at)


class _Ends(NamedTuple):
    """Lower ends, medians and upper ends of magnitudes, each of shape (n,)."""

    low: Array
    middle: Array
    high: Array


@dataclass(frozen=True, eq=False)
class _Moments:
    """Means and standard deviations of amounts read together, once any is asked for.

    Draws ask for none, and the functions they take are long to load.
    """

    kinds: NDArray[np.str_]
    down: Array
    up: Array
    ends: _Ends

    @cached_property
    def of_all(self) -> tuple[list[float], list[float]]:
        """Return the means and the standard deviations."""
        # Of what is certain there is no spread.
        means, sigmas = self.ends.middle.copy(), np.zeros(len(self.kinds))
        for kind, moments in _MOMENTS.items():
            some = self.kinds == kind
            if some.any():
                ends = _Ends(*(one[some] for one in self.ends))
                found = moments(self.down[some], self.up[some], ends)
                means[some], sigmas[some] = found
        return means.tolist(), sigmas.tolist()


def _lognormal(
    low: Array, middle: Array, high: Array, interval: Array
) -> tuple[Array, Array]:
    """Return spreads of two half-lognormals."""
    score = _quantile(interval)
    return arithmetic.log(middle / low) / score, arithmetic.log(high / middle) / score


def _of_lognormal(down: Array, up: Array, ends: _Ends) -> tuple[Array, Array]:
    """Return mean and sigma; of `exp(s |Z|)` the mean is `2 exp(s^2 / 2) Phi(s)`."""
    less, more = np.minimum(down, _WIDEST), np.minimum(up, _WIDEST)

    def power(of: float) -> Array:
        rising = arithmetic.exp((of * more) ** 2 / 2.0)
        rising *= arithmetic.rounded(scipy.special.ndtr(of * more))
        # exp(s^2 / 2) Phi(-s), which for a large s is zero times infinity.
        scaled = scipy.special.erfcx(of * less / math.sqrt(2.0))
        return np.asarray(rising + 0.5 * arithmetic.rounded(scaled))

    mean = power(1.0)
    sigma = np.sqrt(np.maximum(power(2.0) - mean**2, 0.0))
    return ends.middle * mean, ends.middle * sigma


def _normal(
    low: Array, middle: Array, high: Array, interval: Array
) -> tuple[Array, Array]:
    """Return spreads of two half-normals."""
    score = _quantile(interval)
    return (middle - low) / score, (high - middle) / score


def _of_normal(down: Array, up: Array, ends: _Ends) -> tuple[Array, Array]:
    """Return mean and sigma; below zero counts as zero."""
    middle = ends.middle
    edge = np.divide(middle, down, out=np.full(len(down), 1e9), where=down > 0)
    density = _PEAK * arithmetic.exp(-(np.minimum(edge, 38.0) ** 2) / 2.0)
    cut = arithmetic.rounded(scipy.special.ndtr(-edge))
    # Moments of Z over -edge to 0: its chance, and integrals of z and of z squared.
    chance, first = 0.5 - cut, density - _PEAK
    second = chance - np.minimum(edge, 38.0) * density
    mean = middle * (0.5 + chance) + up * _PEAK + down * first
    # About the median: a difference of large squares would lose digits.
    square = up**2 / 2.0 + down**2 * second + middle**2 * cut
    return mean, np.sqrt(np.maximum(square - (mean - middle) ** 2, 0.0))


def _uniform(low: Array, middle: Array, high: Array, _: Array) -> tuple[Array, Array]:
    """Return widths of two uniform halves."""
    return middle - low, high - middle


def _of_uniform(down: Array, up: Array, ends: _Ends) -> tuple[Array, Array]:
    shift = (up - down) / 4.0
    square = (down**2 + up**2) / 6.0
    return ends.middle + shift, np.sqrt(square - shift**2)


def _pert(low: Array, middle: Array, high: Array, _: Array) -> tuple[Array, Array]:
    """Return the beta distribution's parameters."""
    width = high - low
    return 1.0 + 4.0 * (middle - low) / width, 1.0 + 4.0 * (high - middle) / width


def _of_pert(alpha: Array, beta: Array, ends: _Ends) -> tuple[Array, Array]:
    low, middle, high = ends
    # Variance of the beta distribution with alpha + beta = 6, scaled.
    sigma = (high - low) * np.sqrt(alpha * beta / (36.0 * 7.0))
    return (low + 4.0 * middle + high) / 6.0, sigma


_HALVES = {
    "lognormal": _lognormal,
    "normal": _normal,
    "uniform": _uniform,
    "pert": _pert,
}
_MOMENTS = {
    "lognormal": _of_lognormal,
    "normal": _of_normal,
    "uniform": _of_uniform,
    "pert": _of_pert,
}
