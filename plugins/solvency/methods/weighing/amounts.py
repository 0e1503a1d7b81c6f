"""What is believed of each amount after the observations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solvency.figures import arithmetic
from solvency.methods.weighing.bound_weights import states_of
from solvency.methods.weighing.metric import Metric
from solvency.methods.weighing.metric import chi2_of
from solvency.methods.weighing.metric import live
from solvency.methods.weighing.metric import summed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from solvency.methods.weighing.likelihood import Model

    Array = NDArray[np.float64]

#: Combinations the amounts are averaged over at a time.
_SOME = 64


def believed(
    case: Model,
    some: Sequence[tuple[int, ...]],
    shares: Array,
    flows: NDArray[np.intp],
) -> tuple[Array, Array, Array]:
    """Mix the Gaussian posteriors of the amounts over combinations.

    Args:
        case: the model.
        some: combinations that stand for all.
        shares: what each stands for, of sum one.
        flows: those that are asked about.

    Returns:
        Share of them in which each flow happened; its mean and spread if it did; nan
        where none of them has it; shapes (flows,).
    """
    weights, first, second = np.zeros((3, len(flows)))
    states = states_of(some, case.count)
    for start in range(0, len(some), _SOME):
        rows = slice(start, start + _SOME)
        on = np.array([case.active(one) for one in some[rows]], dtype=float)
        shift, variance = _posterior(case, states[rows], on, flows)
        share = shares[rows, None] * on[:, flows]
        weights += share.sum(axis=0)
        # Of shifts, not of amounts: their squares leave a spread to what is certain.
        first += (share * shift).sum(axis=0)
        second += (share * (variance + shift**2)).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        shift = np.where(weights > 0, first / weights, np.nan)
        variance = np.where(weights > 0, second / weights - shift**2, np.nan)
    return weights, case.means[flows] + shift, np.sqrt(np.maximum(variance, 0.0))


def _posterior(
    case: Model, states: NDArray[np.bool_], on: Array, flows: NDArray[np.intp]
) -> tuple[Array, Array]:
    """Return shifts of means and variances under combinations, (c, flows)."""
    # Of the others only those with which some error is shared.
    asked = np.isin(np.arange(len(case.means)), flows)
    near = np.flatnonzero(asked | case.shared.any(axis=1))
    seen, count = case.whiten(case.effects[:, near]), len(states)
    mine = np.searchsorted(near, flows)
    own, ties = case.sigmas[flows], case.shared[flows]
    alone = seen[:, mine] * own**2
    metric = Metric.of(case, live(case, states))
    chi2, _, pull = chi2_of(case.gram, metric)
    gap = summed(case.vectors.T, [metric.residual], count)[:, 0]
    # What amounts share, over the flows that are in: shape (c, m, k).
    flat = seen.T[:, :, None] * case.shared[near][:, None, :]
    # Sizes written out: there may be no flow, or nothing stated, to tell them from.
    kinds = case.shared.shape[1]
    common = arithmetic.product(on[:, near], flat.reshape(len(flat), len(seen) * kinds))
    common = common.reshape(count, len(seen), kinds)
    told = alone + arithmetic.product(common, ties.T)
    products = arithmetic.product(case.vectors.T, alone) + arithmetic.product(
        arithmetic.product(case.vectors.T, common), ties.T
    )
    image = metric.image(products)
    shift = (told * gap[:, :, None]).sum(axis=1)
    shift -= (image * pull[:, :, None]).sum(axis=1)
    taken = (told**2).sum(axis=1) - (image**2).sum(axis=1)
    prior = own**2 + (ties**2).sum(axis=1)
    wider = np.array([case.widened(one) for one in chi2.tolist()])
    return shift, np.maximum(prior - taken, 0.0) * wider[:, None]
