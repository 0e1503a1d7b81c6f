"""Weigh combinations by bounds besides: those that may matter, one by one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np

from solvency.figures import arithmetic
from solvency.methods.weighing.bounds import held

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from solvency.methods.weighing.bounds import Bounds
    from solvency.methods.weighing.likelihood import Model
    from solvency.methods.weighing.marginals import Gathered

    Array = NDArray[np.float64]

#: Belief that combinations not judged may hold before more are.
_REST = 1e-6
#: Combinations judged at a time.
_SOME = 512


class Bounded(NamedTuple):
    """What bounds make of gathered beliefs: belief not judged, and the error."""

    found: Gathered | None
    rest: float
    error: float


def states_of(combinations: Sequence[tuple[int, ...]], count: int) -> NDArray[np.bool_]:
    """Say which hypotheses hold in each combination, shape (c, h)."""
    states = np.zeros((len(combinations), count), dtype=bool)
    for row, chosen in enumerate(combinations):
        states[row, list(chosen)] = True
    return states


def bounded(case: Model, bounds: Bounds, found: Gathered, best: int) -> Bounded:
    """Return beliefs with the bounds, from those without.

    Bounds only lower a likelihood. So combinations are judged in order until the rest
    cannot hold more than a millionth of the belief, were all their bounds kept.

    Args:
        case: the model without the bounds.
        bounds: the bounds.
        found: beliefs without the bounds, the best combinations in order.
        best: combinations to report.

    Returns:
        The beliefs, the belief those not judged could hold, and the greatest standard
        error of a judgement.
    """
    before = found.posteriors
    logs, error = np.zeros(0), 0.0
    for start in range(0, len(before), _SOME):
        some = found.combinations[start : start + _SOME]
        judged = held(case, bounds, states_of(some, case.count))
        logs = np.concatenate([logs, judged.holding])
        error = max(error, judged.error)
        sure = arithmetic.dot(arithmetic.exp(logs), before[: len(logs)])
        rest = max(0.0, 1.0 - float(before[: len(logs)].sum()))
        if rest <= _REST * sure:
            break
    count = len(logs)
    # In units of the best, since a bound that breaks by far leaves no number.
    top = float(logs.max(initial=-np.inf)) if count else 0.0
    weights = before[:count] * arithmetic.exp(logs - top)
    # Of those left the bounds are taken to hold as often as of the last ones judged.
    last = slice(max(0, count - _SOME), count)
    usual = float(weights[last].sum() / max(float(before[last].sum()), 1e-300))
    on = states_of(found.combinations[:count], case.count).astype(float)
    others = found.marginals - arithmetic.product(before[:count], on)
    total = float(weights.sum()) + usual * rest
    marginals = arithmetic.product(weights, on) + usual * np.maximum(others, 0.0)
    order = np.argsort(-arithmetic.rounded(weights, 36), kind="stable")[:best]
    posteriors = weights[order] / total
    return Bounded(
        replace(
            found,
            marginals=np.clip(marginals / total, 0.0, 1.0),
            log_evidence=found.log_evidence + float(arithmetic.log(total)) + top,
            combinations=tuple(found.combinations[at] for at in order.tolist()),
            scores=found.scores[:count][order],
            posteriors=posteriors,
            shares=posteriors,
        ),
        rest / (rest + sure) if rest else 0.0,
        error,
    )


def with_sites(case: Model, bounds: Bounds) -> Model:
    """Return the model with a Gaussian statement in place of each bound near it."""
    kept = np.flatnonzero(~np.isnan(bounds.sites[:, 0]))
    size = len(case.observed)
    noise = np.zeros((size + len(kept), size + len(kept)))
    noise[:size, :size] = case.noise
    at = np.arange(size, size + len(kept))
    noise[at, at] = bounds.sites[kept, 1] ** 2
    return replace(
        case,
        observed=np.concatenate([case.observed, bounds.sites[kept, 0]]),
        noise=noise,
        effects=np.vstack([case.effects, bounds.effects[kept]]),
    )
