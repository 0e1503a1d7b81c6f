"""How probable combinations make bounds, with wide amounts as they are.

Given what is no bound, the unknowns of wide amounts are about normal near the most
probable ones (Laplace's method). They are drawn there over a lattice of points; with
the amounts they stand for, all that is left is Gaussian, and the bounds are the orthant
of a multivariate normal as in `bounds.py`. Where nothing else was seen the unknowns are
drawn from what they are before, and the only error is that of drawing.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaincinv
from scipy.special import log_ndtr
from scipy.special import ndtri
from scipy.special import ndtri_exp

from solvency.figures import arithmetic
from solvency.methods.weighing.bounds import lattice

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from solvency.methods.weighing.bounds import Bounds
    from solvency.methods.weighing.laplace import Modes
    from solvency.methods.weighing.likelihood import Model

    Array = NDArray[np.float64]

#: Points of the lattice at each of its shifts, at least and at most, and numbers drawn
#: at each for all combinations.
_FEWEST, _MOST, _CELLS = 16, 256, 1 << 17
#: A variance below this share of a row's size is rounding.
_LEAST = 1e-12


def holding(
    case: Model,
    bounds: Bounds,
    modes: Modes,
    on: NDArray[np.bool_],
    wide: NDArray[np.bool_],
) -> Array:
    """Return log probabilities that the bounds hold, given what is no bound.

    Args:
        case: the model, without the bounds.
        bounds: the bounds.
        modes: the most probable unknowns of each combination.
        on: which flows happen under each, shape (c, f).
        wide: which amounts are wide, shape (f,).
    """
    several = len(bounds.edges)
    wanted = _CELLS // max(1, len(on) * (modes.unknowns.shape[1] + several))
    shifts = lattice(
        min(_MOST, max(_FEWEST, wanted)), modes.unknowns.shape[1] + several
    )
    points = shifts.reshape(-1, shifts.shape[2])
    scores = arithmetic.rounded(ndtri(points[:, 1:-several]))
    inside = points[:, -several:]
    size = len(case.observed)
    found = np.empty(len(on))
    for at, flows in enumerate(on):
        widths = np.ones(len(points))
        if not math.isinf(case.nu):
            # One over the scale of all variances, given what is no bound.
            drawn = gammaincinv(0.5 * (case.nu + size), points[:, 0])
            drawn = arithmetic.rounded(drawn)
            widths = np.sqrt(2.0 * drawn / (case.nu + modes.chi2[at]))
        moved = arithmetic.backward(modes.root[at], scores.T).T / widths[:, None]
        added = modes.added(at, modes.unknowns[at] + moved)
        room, root = _room(case, bounds, flows, wide, added)
        found[at] = _held(room * widths[:, None], root, inside)
    return found


def _room(
    case: Model,
    bounds: Bounds,
    flows: NDArray[np.bool_],
    wide: NDArray[np.bool_],
    added: Array,
) -> tuple[Array, Array]:
    """Return means of what each bound has to spare, and the root of its covariance.

    Args:
        case: the model.
        bounds: the bounds.
        flows: which flows happen, shape (f,).
        wide: which amounts are wide, shape (f,).
        added: wide amounts and shared errors, a row a point, shape (p, n).
    """
    size, narrow = len(case.observed), flows & ~wide
    reach = np.vstack([case.effects, bounds.effects])
    own = reach[:, narrow] * case.sigmas[narrow]
    brought = arithmetic.product(reach[:, narrow], case.shared[narrow])
    level = arithmetic.product(reach[:, narrow], case.means[narrow])
    expected = arithmetic.product(added, np.hstack([reach[:, wide], brought]).T) + level
    joint = np.zeros((len(reach), len(reach)))
    joint[:size, :size], joint[size:, size:] = case.plain, bounds.noise
    joint[size:, :size], joint[:size, size:] = bounds.cross, bounds.cross.T
    joint += arithmetic.square(own)
    joint[size:, size:] += _LEAST * np.eye(len(reach) - size)
    # Of one factor of both, the lower corner is that of the bounds given the rest.
    root = arithmetic.cholesky(joint)
    gap = arithmetic.forward(root[:size, :size], (case.observed - expected[:, :size]).T)
    mean = expected[:, size:] + arithmetic.product(root[size:, :size], gap).T
    return bounds.signs * (mean - bounds.edges), bounds.signs[:, None] * root[
        size:, size:
    ]


def _held(room: Array, root: Array, inside: Array) -> float:
    """Return the log of the mean chance that all sums are above zero.

    Args:
        room: means of the sums at each point, shape (p, b).
        root: triangular root of their covariance, shape (b, b).
        inside: where the sums are drawn, as shares of their chances, shape (p, b).
    """
    whole, drawn = np.zeros(len(room)), np.zeros(room.shape)
    for at in range(room.shape[1]):
        own = float(root[at, at])
        mean = room[:, at] + arithmetic.product(drawn[:, :at], root[at, :at])
        chance = arithmetic.rounded(log_ndtr(mean / abs(own)))
        whole += chance
        within = ndtri_exp(chance + arithmetic.log(inside[:, at]))
        drawn[:, at] = -math.copysign(1.0, own) * arithmetic.rounded(within)
    peak = float(whole.max())
    share = float(np.add.reduce(arithmetic.exp(whole - peak))) / len(whole)
    return peak + float(arithmetic.log(share))
