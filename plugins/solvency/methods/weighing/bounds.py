"""One-sided observations: how probable a combination makes that its bounds hold.

"At least L" with an error s, of a prediction with mean m and variance v, holds with
probability Phi((m - L) / root(v + s^2)), given what is no bound. Several bounds are
the orthant of a multivariate normal; with an unknown scale of all errors, of a
multivariate t, whose scale is one more dimension (Genz and Bretz, Computation of
Multivariate Normal and t Probabilities, 2009). One bound is exact; several are summed
over a lattice of points, shifted a few times, from which the error is read.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np
from scipy.special import gammaincinv
from scipy.special import log_ndtr
from scipy.special import ndtr
from scipy.special import ndtri
from scipy.special import ndtri_exp
from scipy.special import stdtr

from solvency.figures import arithmetic
from solvency.methods.weighing.metric import Metric
from solvency.methods.weighing.metric import chi2_of
from solvency.methods.weighing.metric import live
from solvency.methods.weighing.metric import summed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from solvency.methods.weighing.likelihood import Model

    Array = NDArray[np.float64]

#: A variance below this share of a row's size is rounding.
_LEAST = 1e-12
#: Shifts of the lattice, and numbers at once.
_SHIFTS, _CELLS = 4, 1 << 21
#: Numbers of the lattice that are worked on at once: what the cache holds.
_CACHED = 1 << 17
#: Points of the lattice at each shift, at most and at least.
_MOST, _FEWEST = 4096, 32
_TINY = 1e-300
#: A bound that breaks less often than this takes no part.
_SAFE = 1e-9
#: Spreads beyond its edge from which chances are worked out by their logs.
_DEEP = -25.0
#: What is less probable than the best by more than this in logs tells no error.
_NOTHING = 14.0


@dataclass(frozen=True)
class Bounds:
    """Bounds on sums of amounts.

    Attributes:
        effects: what a unit of each flow adds to each, shape (b, f).
        edges: what it is at least, or at most, shape (b,).
        signs: 1 for at least, -1 for at most, shape (b,).
        noise: covariance of their errors, shape (b, b).
        cross: covariance of these with the errors of the other observations, (b, m).
        sites: mean and error of a Gaussian statement near each, shape (b, 2), nan where
            it says nothing: where a sampler starts from.
    """

    effects: Array
    edges: Array
    signs: Array
    noise: Array
    cross: Array
    sites: Array

    def of(self, kept: NDArray[np.bool_], rows: NDArray[np.bool_]) -> Bounds:
        """Return some of the bounds, beside some of the other observations."""
        return Bounds(
            effects=self.effects[kept],
            edges=self.edges[kept],
            signs=self.signs[kept],
            noise=self.noise[np.ix_(kept, kept)],
            cross=self.cross[np.ix_(kept, rows)],
            sites=self.sites[kept],
        )


class Standing(NamedTuple):
    """How some combinations stand to the observations and the bounds.

    Attributes:
        likelihood: log likelihoods without the bounds, shape (c,).
        holding: log probabilities that the bounds hold besides, shape (c,).
        error: greatest standard error of these.
    """

    likelihood: Array
    holding: Array
    error: float


def held(case: Model, bounds: Bounds, states: NDArray[np.bool_]) -> Standing:
    """Return how probable combinations make the bounds, given the rest.

    Args:
        case: the model, without the bounds.
        bounds: the bounds.
        states: the hypotheses of each combination, shape (c, h).
    """
    told = list(_told(case, bounds, states))
    likelihood, chi2 = (
        np.concatenate([getattr(one, name) for one in told])
        for name in ("likelihood", "chi2")
    )
    room = bounds.signs * np.concatenate([one.ahead for one in told])
    below = bounds.signs[:, None] * np.concatenate([one.root for one in told])
    size = len(case.observed)
    # What no combination can break takes no part.
    scale = np.sqrt((below**2).sum(axis=2))
    if not math.isinf(case.nu):
        scale *= np.sqrt((case.nu + chi2) / (case.nu + size))[:, None]
    apart = -arithmetic.rounded((room / scale).min(axis=0))
    breaks = ndtr(apart) if math.isinf(case.nu) else stdtr(case.nu + size, apart)
    kept = np.flatnonzero(breaks > _SAFE)
    if not len(kept):
        return Standing(likelihood, np.zeros(len(states)), 0.0)
    if len(kept) < len(bounds.edges):
        some = below[:, kept]
        turned = np.ascontiguousarray(some.transpose(0, 2, 1))
        below = arithmetic.cholesky(arithmetic.product(some, turned))
        # A factor of the signed rows: its own diagonal is positive.
        room = room[:, kept]
    logs, error = _orthant(case.nu, size, chi2, room, below, len(states))
    return Standing(likelihood, logs, error)


class _Told(NamedTuple):
    """What combinations say of bounds, given the other observations.

    Attributes:
        likelihood: log likelihoods of these, shape (c,).
        chi2: their squared distances, shape (c,).
        ahead: means of what is bounded, less the edges, shape (c, b).
        root: triangular factors of its covariance, errors with it, shape (c, b, b).
    """

    likelihood: Array
    chi2: Array
    ahead: Array
    root: Array


def _told(case: Model, bounds: Bounds, states: NDArray[np.bool_]) -> Iterator[_Told]:
    """Yield what some combinations at a time say of the bounds."""
    size, count = len(case.observed), len(bounds.edges)
    both = beside(case, bounds)
    first, rest = both.vectors[:size], both.vectors[size:]
    gram = arithmetic.square(first.T)
    lower = both.lower[size:]
    factor = arithmetic.log_det(both.lower[:size, :size])
    step = max(1, _CELLS // len(gram) ** 2)
    for start in range(0, len(states), step):
        on = live(both, states[start : start + step])
        metric = Metric.of(both, on, gram=gram)
        chi2, _, image = chi2_of(gram, metric)
        gap = summed(both.vectors.T, [metric.residual], len(on))[:, 0]
        seen = metric.image(rest.T)
        mean = (seen * image[:, :, None]).sum(axis=1) - gap[:, size:]
        turned = np.ascontiguousarray(seen.transpose(0, 2, 1))
        inner = np.eye(count) + arithmetic.product(turned, seen)
        likelihood = case.norm() + case.tail(chi2) - 0.5 * (factor + metric.log_det)
        yield _Told(
            np.asarray(likelihood),
            chi2,
            arithmetic.product(mean, lower[:, size:].T),
            arithmetic.product(lower[:, size:], arithmetic.cholesky(inner)),
        )


def beside(case: Model, bounds: Bounds) -> Model:
    """Return the model with the bounds' edges as its last observations."""
    size, count = len(case.observed), len(bounds.edges)
    noise = np.zeros((size + count, size + count))
    noise[:size, :size] = case.noise
    noise[size:, size:] = bounds.noise + _LEAST * np.eye(count)
    noise[size:, :size], noise[:size, size:] = bounds.cross, bounds.cross.T
    return replace(
        case,
        observed=np.concatenate([case.observed, bounds.edges]),
        noise=noise,
        effects=np.vstack([case.effects, bounds.effects]),
    )


def expected(
    case: Model, bounds: Bounds, states: NDArray[np.bool_]
) -> tuple[Array, Array]:
    """Return means and variances of what is bounded, given the rest.

    Args:
        case: the model, without the bounds.
        bounds: the bounds; their errors are no part of the variances.
        states: the hypotheses of each combination, shape (c, h).

    Returns:
        Means and variances, shapes (c, b).
    """
    told = list(_told(case, bounds, states))
    means = bounds.edges + np.concatenate([one.ahead for one in told])
    variances = (np.concatenate([one.root for one in told]) ** 2).sum(axis=2)
    return means, np.maximum(variances - np.diag(bounds.noise) - _LEAST, 0.0)


def _orthant(
    nu: float, size: int, chi2: Array, room: Array, root: Array, many: int
) -> tuple[Array, float]:
    """Return log probabilities that all of several sums are above zero.

    Args:
        nu: degrees of freedom of the scale.
        size: observations that were no bounds.
        chi2: their squared distances, shape (c,).
        room: means of the sums, shape (c, b).
        root: triangular roots of their covariance, rows signed, shape (c, b, b).
        many: combinations there are in all.
    """
    count = room.shape[1]
    if count == 1:
        score = room[:, 0] / np.abs(root[:, 0, 0])
        if math.isinf(nu):
            return arithmetic.rounded(log_ndtr(score)), 0.0
        df = nu + size
        score = score * np.sqrt(df / (nu + chi2))
        chance = arithmetic.rounded(stdtr(df, score))
        return arithmetic.log(np.maximum(chance, _TINY)), 0.0
    points = min(_MOST, max(_FEWEST, _CELLS // (many * count)))
    shifts = lattice(points, count)
    scores = (room / np.sqrt((root**2).sum(axis=2))).min(axis=1)
    # A scale at which the worst of the bounds may hold is drawn more often, and counts
    # for less.
    tilt = np.minimum(scores, 0.0) ** 2 / (nu + chi2)
    deep = np.isinf(nu) & (scores < _DEEP)
    found = np.empty((_SHIFTS, len(room)))
    step = max(1, _CACHED // (points * count))
    for number, shift in enumerate(shifts):
        drawn = None
        if not math.isinf(nu):
            drawn = arithmetic.rounded(gammaincinv(0.5 * (nu + size), shift[:, 0]))
        for start in range(0, len(room), step):
            rows = slice(start, start + step)
            wide, logs = np.ones((len(room[rows]), points)), None
            if drawn is not None:
                tilted = 1.0 + tilt[rows, None]
                inverse = drawn / tilted
                wide = np.sqrt(2.0 / (nu + chi2[rows, None]) * inverse)
                logs = tilt[rows, None] * inverse
                logs = logs - 0.5 * (nu + size) * arithmetic.log(tilted)
            some = _deeply if deep[rows].any() else _summed
            found[number, rows] = some(room[rows], root[rows], shift[:, 1:], wide, logs)
    peak = found.max(axis=0)
    shares = arithmetic.exp(found - peak)
    mean = shares.mean(axis=0)
    spread = shares.std(axis=0, ddof=1) / math.sqrt(_SHIFTS)
    logs = peak + arithmetic.log(mean)
    worst = float((spread / mean)[logs > logs.max() - _NOTHING].max())
    return logs, worst


def _summed(
    room: Array, root: Array, points: Array, wide: Array, logs: Array | None
) -> Array:
    """Return logs of means over a lattice of chances that every sum is above zero.

    Args:
        room: means of the sums, shape (c, b).
        root: triangular roots of their covariance, shape (c, b, b).
        points: of the lattice, shape (p, b).
        wide: what the means are multiplied by at each, shape (c, p).
        logs: logs of weights of each, shape (c, p); None where they are one.
    """
    whole = np.ones(wide.shape) if logs is None else arithmetic.exp(logs)
    drawn: list[Array] = []
    last = room.shape[1] - 1
    for at in range(last + 1):
        mean = room[:, None, at] * wide
        for before, one in enumerate(drawn):
            mean += root[:, None, at, before] * one
        sign = np.sign(root[:, at, at])[:, None]
        chance = arithmetic.rounded(ndtr(mean / np.abs(root[:, at, at])[:, None]))
        whole *= chance
        if at == last:
            break
        inside = np.maximum(chance * points[None, :, at], _TINY)
        drawn.append(-sign * arithmetic.rounded(ndtri(inside)))
    return arithmetic.log(np.maximum(whole.mean(axis=1), _TINY))


def _deeply(
    room: Array, root: Array, points: Array, wide: Array, _: Array | None
) -> Array:
    """Return what `_summed` does, by logs: chances too small to be numbers."""
    whole = np.zeros(wide.shape)
    drawn: list[Array] = []
    for at in range(room.shape[1]):
        mean = room[:, None, at] * wide
        for before, one in enumerate(drawn):
            mean += root[:, None, at, before] * one
        sign = np.sign(root[:, at, at])[:, None]
        chance = log_ndtr(mean / np.abs(root[:, at, at])[:, None])
        chance = arithmetic.rounded(chance)
        whole += chance
        inside = ndtri_exp(chance + arithmetic.log(points[None, :, at]))
        drawn.append(-sign * arithmetic.rounded(inside))
    peak = whole.max(axis=1)
    shares = arithmetic.exp(whole - peak[:, None]).mean(axis=1)
    return np.asarray(peak + arithmetic.log(shares))


def lattice(points: int, count: int) -> Array:
    """Return shifted lattices of points in a unit cube (Richtmyer).

    Args:
        points: how many at each shift.
        count: dimensions less one.

    Returns:
        The points, shape (shifts, points, count + 1).
    """
    # The n-th prime is less than n times its logarithm and half as much again.
    most = max(600, math.ceil(1.5 * (count + 2) * math.log(count + 2)))
    primes = [
        n for n in range(2, most) if all(n % d for d in range(2, math.isqrt(n) + 1))
    ]
    steps = np.sqrt(np.array(primes[: count + 1], dtype=float))
    shifts = np.random.default_rng(0).random((_SHIFTS, 1, count + 1))
    place = np.arange(1, points + 1)[:, None] * steps + shifts
    # Folded at the middle, so that the sum has no jump at the edge.
    folded = np.abs(2.0 * (place - np.floor(place)) - 1.0)
    return np.asarray(np.clip(folded, 1e-12, 1.0 - 1e-12))
