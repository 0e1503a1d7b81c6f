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
    from solvency.methods.weighing.laplace import Narrow
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
    narrow: Narrow,
    on: NDArray[np.bool_],
    wide: NDArray[np.bool_],
) -> Array:
    """Return log probabilities that the bounds hold, given what is no bound.

    Args:
        case: the model, without the bounds.
        bounds: the bounds.
        modes: the most probable unknowns of each combination.
        narrow: what is not wide in them.
        on: which flows happen under each, shape (c, f).
        wide: which amounts are wide, shape (f,).
    """
    several, amounts = len(bounds.edges), int(wide.sum())
    kinds = np.arange(amounts, amounts + case.shared.shape[1])
    unknown = amounts + len(kinds) + several
    wanted = _CELLS // max(1, len(on) * unknown)
    shifts = lattice(min(_MOST, max(_FEWEST, wanted)), unknown)
    points = shifts.reshape(-1, shifts.shape[2])
    scores = arithmetic.rounded(ndtri(points[:, 1:-several]))
    inside = points[:, -several:]
    size = len(case.observed)
    told = _told(case, bounds, narrow, on, wide)
    found = np.empty(len(on))
    for at, (room, added, root) in enumerate(zip(*told, strict=True)):
        widths = np.ones(len(points))
        if not math.isinf(case.nu):
            # One over the scale of all variances, given what is no bound.
            drawn = gammaincinv(0.5 * (case.nu + size), points[:, 0])
            drawn = arithmetic.rounded(drawn)
            widths = np.sqrt(2.0 * drawn / (case.nu + modes.chi2[at]))
        some = np.concatenate([modes.problem.used[at], kinds])
        moved = arithmetic.backward(modes.root[at], scores[:, some].T).T
        each = modes.added(at, modes.unknowns[at] + moved / widths[:, None])
        mean = room + arithmetic.product(each, added[:, some].T)
        found[at] = _held(mean * widths[:, None], root, inside)
    return found


def _told(
    case: Model,
    bounds: Bounds,
    narrow: Narrow,
    on: NDArray[np.bool_],
    wide: NDArray[np.bool_],
) -> tuple[Array, Array, Array]:
    """Return what each bound has to spare, given what is no bound.

    Args:
        case: the model.
        bounds: the bounds.
        narrow: what is not wide in each combination.
        on: which flows happen, shape (c, f).
        wide: which amounts are wide, shape (f,).

    Returns:
        Its mean where wide amounts and shared errors are nil, shape (c, b); what a unit
        of each of these adds, (c, b, n); and the root of its covariance, (c, b, b).
    """
    live = (on & ~wide).astype(float)
    count, several = len(on), len(bounds.edges)
    own = bounds.effects * case.sigmas * live[:, None, :]
    cross = arithmetic.product(own, (case.effects * case.sigmas).T) + bounds.cross
    towards = arithmetic.forward(narrow.root, _turned(cross))
    joint = bounds.noise + _LEAST * np.eye(several)
    joint = joint + arithmetic.product(own, _turned(own))
    joint -= arithmetic.product(_turned(towards), towards)
    # What an observation beyond its mean says of each bound.
    weights = _turned(arithmetic.backward(narrow.root, towards))
    level = arithmetic.product(live * case.means, bounds.effects.T) - bounds.edges
    room = level + (weights * narrow.gap[:, None, :]).sum(axis=2)
    flat = np.einsum("fb,fk->fbk", bounds.effects.T, case.shared)
    brought = arithmetic.product(live, flat.reshape(live.shape[1], -1))
    brought = brought.reshape(count, several, -1)
    amounts = bounds.effects[:, wide] - arithmetic.product(
        weights, case.effects[:, wide]
    )
    errors = brought - arithmetic.product(weights, narrow.brought)
    signs = bounds.signs[:, None]
    return (
        bounds.signs * room,
        signs * np.concatenate([amounts, errors], axis=2),
        signs * arithmetic.cholesky(joint),
    )


def _turned(stack: Array) -> Array:
    return np.ascontiguousarray(stack.transpose(0, 2, 1))


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
