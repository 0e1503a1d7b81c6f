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
    case: Model, some: Sequence[tuple[int, ...]], shares: Array
) -> tuple[Array, Array, Array]:
    """Mix the Gaussian posteriors of the amounts over combinations.

    Args:
        case: the model.
        some: combinations that stand for all.
        shares: what each stands for, of sum one.

    Returns:
        Share of them in which each flow happened; its mean and spread if it did; nan
        where none of them has it; shapes (f,).
    """
    flows = len(case.means)
    weights, first, second = np.zeros(flows), np.zeros(flows), np.zeros(flows)
    states = states_of(some, case.count)
    for start in range(0, len(some), _SOME):
        rows = slice(start, start + _SOME)
        on = np.array([case.active(one) for one in some[rows]], dtype=float)
        mean, variance = _posterior(case, states[rows], on)
        share = shares[rows, None] * on
        weights += share.sum(axis=0)
        first += (share * mean).sum(axis=0)
        second += (share * (variance + mean**2)).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(weights > 0, first / weights, np.nan)
        variance = np.where(weights > 0, second / weights - mean**2, np.nan)
    return weights, mean, np.sqrt(np.maximum(variance, 0.0))


def _posterior(
    case: Model, states: NDArray[np.bool_], on: Array
) -> tuple[Array, Array]:
    """Return means and variances of amounts under combinations, shapes (c, f)."""
    seen, count = case.whiten(case.effects), len(states)
    alone = seen * case.sigmas**2
    metric = Metric.of(case, live(case, states))
    chi2, _, pull = chi2_of(case.gram, metric)
    gap = summed(case.vectors.T, [metric.residual], count)[:, 0]
    # What amounts share, over the flows that are in: shape (c, m, k).
    flat = seen.T[:, :, None] * case.shared[:, None, :]
    # Sizes written out: there may be no flow, or nothing stated, to tell them from.
    kinds = case.shared.shape[1]
    common = arithmetic.product(on, flat.reshape(len(flat), len(seen) * kinds))
    common = common.reshape(count, len(seen), kinds)
    told = alone + arithmetic.product(common, case.shared.T)
    products = arithmetic.product(case.vectors.T, alone) + arithmetic.product(
        arithmetic.product(case.vectors.T, common), case.shared.T
    )
    image = metric.image(products)
    shift = (told * gap[:, :, None]).sum(axis=1)
    shift -= (image * pull[:, :, None]).sum(axis=1)
    taken = (told**2).sum(axis=1) - (image**2).sum(axis=1)
    prior = case.sigmas**2 + (case.shared**2).sum(axis=1)
    wider = np.array([case.widened(one) for one in chi2.tolist()])
    return case.means + shift, np.maximum(prior - taken, 0.0) * wider[:, None]
