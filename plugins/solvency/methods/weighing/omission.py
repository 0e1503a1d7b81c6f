"""Belief with each group of sources left out in turn.

Few hypotheses are weighed again from scratch; where observations are many, the belief
in each combination is divided by how probable it makes the group's given the rest. With
more hypotheses, the combinations a sampler visits with all groups are given the weight
they would have without one: the inverse of that probability (importance sampling as in
leave-one-out cross-validation: Gelfand, Dey and Chang, Bayesian Statistics 4, 1992).
Where a group decides so much that few visits would count, or that none has what would
be believed without it, the chains go on from them without it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np

from solvency.defaults import WEIGHING_SEED
from solvency.figures import arithmetic
from solvency.methods.weighing.bound_weights import bounded
from solvency.methods.weighing.bound_weights import with_sites
from solvency.methods.weighing.marginals import gather
from solvency.methods.weighing.metric import Metric
from solvency.methods.weighing.metric import chi2_of
from solvency.methods.weighing.metric import live
from solvency.methods.weighing.metric import scores_of
from solvency.methods.weighing.metric import summed
from solvency.methods.weighing.reweighting import moved
from solvency.methods.weighing.sampler import CHAINS
from solvency.methods.weighing.sampler import visits

if TYPE_CHECKING:
    from collections.abc import Hashable
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from solvency.methods.weighing.bounds import Bounds
    from solvency.methods.weighing.likelihood import Model
    from solvency.methods.weighing.reweighting import Followed
    from solvency.methods.weighing.sampler import Visits

    Array = NDArray[np.float64]
    States = NDArray[np.bool_]

#: Hypotheses up to which each group is left out exactly.
FEW = 12
#: Observations beyond which their covariance is not factored anew for each group.
_MANY = 64
#: Visits that are weighted, and the fewest they may be worth.
_VISITS, _WORTH = 1024, 192
#: Visits that are asked what another answer to what all of them share would weigh.
_ASKED = 64
#: Numbers of several groups that are worked on at once.
_CELLS = 1 << 20
#: Standard error at which chains stop.
_ERROR = 0.015


class Without(NamedTuple):
    """Belief without one group: posteriors and their standard errors, shapes (h,)."""

    posteriors: Array
    errors: Array


def leaving_out(
    case: Model,
    groups: Sequence[Hashable],
    bounds: Bounds | None = None,
    followed: Followed | None = None,
) -> dict[Hashable, Without]:
    """Return the beliefs with each group of observations left out in turn.

    Args:
        case: the model.
        groups: the group of each observation, and of each bound, shape (m + b,).
        bounds: the bounds; beyond a few hypotheses what is near them stands for them.
        followed: visits of chains with all groups, where there are any.

    Returns:
        Beliefs by the group left out; the priors where it was the only one.

    Raises:
        ValueError: groups and observations differ in number.
    """
    size = len(case.observed) + (0 if bounds is None else len(bounds.edges))
    if len(groups) != size:
        raise ValueError(f"{size} observations and {len(groups)} groups")
    if bounds is not None and case.count > FEW:
        said = ~np.isnan(bounds.sites[:, 0])
        kept = [True] * len(case.observed) + said.tolist()
        groups = [one for one, stays in zip(groups, kept, strict=True) if stays]
        case, bounds = with_sites(case, bounds), None
    out = {
        group: np.array([other == group for other in groups])
        for group in dict.fromkeys(groups)
    }
    nothing = np.zeros(case.count)
    if any(gone.all() for gone in out.values()):
        return {group: Without(case.admitted[0], nothing) for group in out}
    if case.count <= FEW and bounds is None and size > _MANY:
        found = _divided(case, list(out.values()))
        return {
            group: Without(one, nothing) for group, one in zip(out, found, strict=True)
        }
    if case.count <= FEW:
        return {
            group: Without(_exactly(case, bounds, gone), nothing)
            for group, gone in out.items()
        }
    whole = visits(case, _ERROR, WEIGHING_SEED) if followed is None else followed.seen
    states = whole.states
    rng = np.random.default_rng(WEIGHING_SEED)
    taken = min(_VISITS, len(states))
    some = states[rng.choice(len(states), size=taken, replace=False)]
    # Many visits are to one combination, which is asked once.
    unique, back = np.unique(some, axis=0, return_inverse=True)
    each = _surprises(case, unique, list(out.values()))
    logs = [one[back.ravel()] for one in each]
    return {
        group: _weighted(case, gone, whole, some, log, WEIGHING_SEED)
        for (group, gone), log in zip(out.items(), logs, strict=True)
    }


def _exactly(case: Model, bounds: Bounds | None, gone: NDArray[np.bool_]) -> Array:
    """Return the beliefs without some observations and bounds."""
    size = len(case.observed)
    rest = _rest(case, gone[:size])
    if bounds is None or gone[size:].all():
        return gather(rest, 1).marginals
    found = bounded(
        rest, bounds.of(~gone[size:], ~gone[:size]), gather(rest, 1 << FEW), 1
    ).found
    assert found is not None  # noqa: S101 (bounds were given)
    return found.marginals


def _divided(case: Model, out: list[NDArray[np.bool_]]) -> list[Array]:
    """Return the beliefs without each of some groups, from all combinations."""
    bits = np.arange(1 << case.count)
    states = (bits[:, None] >> np.arange(case.count) & 1).astype(bool)
    clashes = arithmetic.product(states, case.conflicts) * states
    states = states[~clashes.any(axis=1)]
    scores = scores_of(case, states)
    beliefs = []
    for surprise in _surprises(case, states, out):
        logs = scores + surprise
        weights = arithmetic.exp(logs - logs.max())
        beliefs.append(arithmetic.product(weights / weights.sum(), states))
    return beliefs


def _rest(case: Model, gone: NDArray[np.bool_]) -> Model:
    """Return the model without some observations."""
    kept = ~gone
    return replace(
        case,
        observed=case.observed[kept],
        noise=case.noise[np.ix_(kept, kept)],
        effects=case.effects[kept],
    )


def _weighted(
    case: Model,
    gone: NDArray[np.bool_],
    whole: Visits,
    some: States,
    logs: Array,
    seed: int,
) -> Without:
    """Return belief without a group from visits made with it."""
    weights = arithmetic.exp(logs - logs.max())
    weights /= weights.sum()
    rest, rng = _rest(case, gone), np.random.default_rng(seed)
    few = arithmetic.dot(weights, weights) * _WORTH > 1
    if few or _unseen(rest, some, weights, rng) > _ERROR:
        start = some[rng.choice(len(some), size=CHAINS, p=weights)]
        found = visits(rest, _ERROR, seed, start)
        return Without(found.marginals, found.errors)
    return Without(*moved(whole, some, weights))


def _unseen(
    rest: Model, some: States, weights: Array, rng: np.random.Generator
) -> float:
    """Return the most belief in what no visit has: no weight brings that back.

    Args:
        rest: the model without the group.
        some: visits made with it, shape (n, h).
        weights: their weights without it, shape (n,).
        rng: draws the visits that are asked.

    Returns:
        For the hypothesis on which all visits agree, the greatest odds that it is
        otherwise, from each visit with that one turned and what it excludes struck out.
    """
    agreed = np.flatnonzero(some.all(axis=0) | ~some.any(axis=0))
    asked = some[rng.choice(len(some), size=_ASKED, p=weights)]
    before = scores_of(rest, asked)
    odds = [0.0]
    for at in agreed:
        turned = asked.copy()
        turned[:, at] ^= True
        turned &= ~(turned[:, at, None] & (rest.conflicts[at] > 0))
        ratios = arithmetic.exp(np.minimum(scores_of(rest, turned) - before, 0.0))
        odds.append(float(ratios.sum()) / _ASKED)
    return max(odds)


def _surprises(
    case: Model, states: States, out: list[NDArray[np.bool_]]
) -> list[Array]:
    """Return how improbable each state makes each group given the other observations.

    A group's conditional density needs only its block of the inverse covariance.

    Returns:
        For each group minus the log density, but for a constant, shape (states,).
    """
    size = len(case.observed)
    # Columns that pick each observation, whitened: their products in a combination's
    # metric are the inverse of its covariance.
    picked = case.whiten(np.eye(size))
    products = arithmetic.product(case.vectors.T, picked)
    whole = arithmetic.square(picked.T)
    found: list[list[Array]] = [[] for _ in out]
    alike: dict[int, list[int]] = {}
    for at, gone in enumerate(out):
        alike.setdefault(int(gone.sum()), []).append(at)
    for part in np.array_split(states, max(1, len(states) // 256)):
        metric = Metric.of(case, live(case, part))
        chi2, _, image = chi2_of(case.gram, metric)
        seen = metric.image(products)
        gap = summed(products, [metric.residual], len(part))[:, 0]
        pull = gap - (seen * image[:, :, None]).sum(axis=1)
        for several, numbers in alike.items():
            # Groups of as many observations side by side.
            step = max(1, _CELLS // max(1, len(part) * seen.shape[1] * several))
            for start in range(0, len(numbers), step):
                some = numbers[start : start + step]
                rows = np.array([np.flatnonzero(out[at]) for at in some])
                mine = np.ascontiguousarray(seen[:, :, rows].transpose(2, 0, 1, 3))
                turned = np.ascontiguousarray(mine.transpose(0, 1, 3, 2))
                block = whole[rows[:, :, None], rows[:, None, :]][:, None]
                block = block - arithmetic.product(turned, mine)
                root = arithmetic.cholesky(block.reshape(-1, several, several))
                right = pull[:, rows].transpose(1, 0, 2).reshape(-1, several, 1)
                told = arithmetic.forward(root, np.ascontiguousarray(right))[:, :, 0]
                shape = len(some), len(part)
                fewer = chi2 - (told**2).sum(axis=1).reshape(shape)
                score = case.tail(fewer, size - several) - case.tail(chi2)
                logs = score - 0.5 * arithmetic.log_det(root).reshape(shape)
                for at, log in zip(some, logs, strict=True):
                    found[at].append(log)
    return [np.concatenate(parts) for parts in found]


__all__ = ["FEW", "Without", "leaving_out"]
