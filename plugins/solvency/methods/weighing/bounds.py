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
from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np
from scipy.special import gammaincinv
from scipy.special import log_ndtr
from scipy.special import ndtr
from scipy.special import ndtri
from scipy.special import stdtr

from solvency.figures import arithmetic

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from solvency.methods.weighing.model import Model

    Array = NDArray[np.float64]

#: A variance below this share of a row's size is rounding.
_LEAST = 1e-12
#: Shifts of the lattice, and numbers at once.
_SHIFTS, _CELLS = 4, 1 << 21
#: Points of the lattice at each shift, at most and at least.
_MOST, _FEWEST = 4096, 32
_TINY = 1e-300


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


class Held(NamedTuple):
    """How some combinations stand to the observations and the bounds.

    Attributes:
        likelihood: log likelihoods without the bounds, shape (c,).
        holding: log probabilities that the bounds hold besides, shape (c,).
        error: greatest standard error of these.
    """

    likelihood: Array
    holding: Array
    error: float


def held(case: Model, bounds: Bounds, on: NDArray[np.bool_]) -> Held:
    """Return how probable combinations make the bounds, given the rest.

    Args:
        case: the model, without the bounds.
        bounds: the bounds.
        on: which flows happen under each combination, shape (c, f).
    """
    size, count = len(case.observed), len(bounds.edges)
    reach = np.vstack([case.effects, bounds.effects])
    noise = np.zeros((size + count, size + count))
    noise[:size, :size] = case.noise
    noise[size:, size:] = bounds.noise + _LEAST * np.eye(count)
    noise[size:, :size], noise[:size, size:] = bounds.cross, bounds.cross.T
    told = np.concatenate([case.observed, bounds.edges])
    flat = (reach.T[:, :, None] * case.shared[:, None, :]).reshape(len(case.means), -1)
    always = case.established
    fixed = (reach * case.sigmas)[:, always]
    noise += arithmetic.product(fixed, fixed.T)
    parts: list[Held] = []
    step = max(1, _CELLS // (size + count) ** 2)
    for start in range(0, len(on), step):
        live = on[start : start + step].astype(float)
        used = live.any(axis=0) & ~always
        spread = live[:, None, used] * (reach * case.sigmas)[:, used]
        together = arithmetic.product(live, flat).reshape(len(live), len(told), -1)
        columns = np.concatenate([spread, together], axis=2)
        turned = np.ascontiguousarray(columns.transpose(0, 2, 1))
        root = arithmetic.cholesky(noise + arithmetic.product(columns, turned))
        gap = told - arithmetic.product(live * case.means, reach.T)
        first = np.ascontiguousarray(root[:, :size, :size])
        white = arithmetic.forward(first, gap[:, :size, None])[:, :, 0]
        chi2 = (white**2).sum(axis=1)
        pull = (root[:, size:, :size] * white[:, None, :]).sum(axis=2)
        room = bounds.signs * (pull - gap[:, size:])
        below = bounds.signs[:, None] * root[:, size:, size:]
        logs, error = _orthant(case.nu, size, chi2, room, below, len(on))
        likelihood = case.norm() + case.tail(chi2) - 0.5 * arithmetic.log_det(first)
        parts.append(Held(np.asarray(likelihood), logs, error))
    return Held(
        np.concatenate([one.likelihood for one in parts]),
        np.concatenate([one.holding for one in parts]),
        max(one.error for one in parts),
    )


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
    lattice = _lattice(points, count)
    widths = np.ones((1, points, 1))
    found = np.empty((_SHIFTS, len(room)))
    step = max(1, _CELLS // (points * count))
    for number, shift in enumerate(lattice):
        if not math.isinf(nu):
            drawn = gammaincinv(0.5 * (nu + size), shift[:, 0])
            widths = np.sqrt(arithmetic.rounded(drawn))[None, :, None]
        for start in range(0, len(room), step):
            rows = slice(start, start + step)
            scale = np.sqrt(2.0 / (nu + chi2[rows])) if not math.isinf(nu) else None
            found[number, rows] = _summed(
                room[rows], root[rows], shift[:, 1:], widths, scale
            )
    mean = np.maximum(found.mean(axis=0), _TINY)
    spread = found.std(axis=0, ddof=1) / math.sqrt(_SHIFTS)
    worst = float((spread / mean)[mean > 1e-6 * mean.max()].max())
    return arithmetic.log(mean), worst


def _summed(
    room: Array, root: Array, points: Array, widths: Array, scale: Array | None
) -> Array:
    """Return means over a lattice of chances that every sum is above zero."""
    wide = np.broadcast_to(widths[:, :, 0], (len(room), len(points)))
    if scale is not None:
        wide = wide * scale[:, None]
    whole = np.ones(wide.shape)
    drawn: list[Array] = []
    for at in range(room.shape[1]):
        mean = room[:, None, at] * wide
        for before, one in enumerate(drawn):
            mean = mean + root[:, None, at, before] * one
        sign = np.sign(root[:, at, at])[:, None]
        chance = arithmetic.rounded(ndtr(mean / np.abs(root[:, at, at])[:, None]))
        whole *= chance
        inside = np.maximum(chance * points[None, :, at], _TINY)
        drawn.append(-sign * arithmetic.rounded(ndtri(inside)))
    return np.asarray(whole.mean(axis=1))


def _lattice(points: int, count: int) -> Array:
    """Return shifted lattices of points in a unit cube (Richtmyer)."""
    primes = [n for n in range(2, 600) if all(n % d for d in range(2, n))]
    steps = np.sqrt(np.array(primes[: count + 1], dtype=float))
    shifts = np.random.default_rng(0).random((_SHIFTS, 1, count + 1))
    place = np.arange(1, points + 1)[:, None] * steps + shifts
    # Folded at the middle, so that the sum has no jump at the edge.
    folded = np.abs(2.0 * (place - np.floor(place)) - 1.0)
    return np.asarray(np.clip(folded, 1e-12, 1.0 - 1e-12))
