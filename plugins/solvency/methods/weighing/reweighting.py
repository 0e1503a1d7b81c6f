"""Beliefs from the combinations that chains visited, weighted anew.

Chains follow a model near the one asked about: without bounds, or with other errors.
Each visit is then given the weight it has under the model itself (importance sampling);
only how that moves belief is taken from the visits weighted, so that their small number
costs little. Where few would count, chains go on from them under the model itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np

from solvency.figures import arithmetic
from solvency.methods.weighing.bound_weights import with_sites
from solvency.methods.weighing.bounds import held
from solvency.methods.weighing.marginals import Gathered
from solvency.methods.weighing.metric import scores_of
from solvency.methods.weighing.sampler import CHAINS
from solvency.methods.weighing.sampler import Visits
from solvency.methods.weighing.sampler import visits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from solvency.methods.weighing.bounds import Bounds
    from solvency.methods.weighing.likelihood import Model

    Array = NDArray[np.float64]
    States = NDArray[np.bool_]

#: Visits that are weighted: of one's own chains, and of another model's; and the
#: fewest these may be worth.
_JUDGED, _BORROWED, _WORTH = 1024, 512, 128


@dataclass(frozen=True)
class Followed:
    """What chains visited, and the model they followed."""

    model: Model
    seen: Visits

    def some(self, most: int, seed: int) -> _Some:
        """Return some of the visits, drawn once for each number of them and seed."""
        kept = self._drawn.get((most, seed))
        if kept is None:
            kept = self._drawn[most, seed] = self._some(most, seed)
        return kept

    @cached_property
    def _drawn(self) -> dict[tuple[int, int], _Some]:
        return {}

    def _some(self, most: int, seed: int) -> _Some:
        some = self.seen.states
        each, back, counts = _unique(some)
        if len(each) > most:
            rng = np.random.default_rng([seed, 3])
            some = some[rng.choice(len(some), size=most, replace=False)]
            each, back, counts = _unique(some)
        unique = np.unpackbits(each, axis=1, count=some.shape[1]).astype(bool)
        return _Some(some, unique, back, counts, scores_of(self.model, unique))


class _Some(NamedTuple):
    """Some of the visits, and the combinations among them.

    Attributes:
        some: the visits, shape (n, h).
        unique: the combinations, shape (u, h).
        back: the combination of each visit, shape (n,).
        counts: how often each was visited, shape (u,).
        scores: their scores under the model that was followed, shape (u,).
    """

    some: States
    unique: States
    back: NDArray[np.intp]
    counts: NDArray[np.intp]
    scores: Array


def _unique(
    states: States,
) -> tuple[NDArray[np.uint8], NDArray[np.intp], NDArray[np.intp]]:
    """Return combinations as bits, that of each visit, and how often each was."""
    each, back, counts = np.unique(
        np.packbits(states, axis=1), axis=0, return_inverse=True, return_counts=True
    )
    return each, back.ravel(), counts


class _Anew(NamedTuple):
    """Some visits as another model sees them.

    Attributes:
        some: the visits, shape (n, h).
        unique: the combinations among them, and how often each was visited.
        scores: their log likelihoods and prior odds under the model asked about.
        each: weights of the combinations, not yet of sum one.
        weights: of the visits, of sum one.
        error: of the judgement of bounds.
    """

    some: States
    unique: States
    counts: NDArray[np.intp]
    scores: Array
    each: Array
    weights: Array
    error: float

    @property
    def worth(self) -> float:
        """Return how many visits of equal weight these are worth."""
        return 1.0 / arithmetic.dot(self.weights, self.weights)


def sample(
    case: Model,
    bounds: Bounds | None,
    best: int,
    error: float,
    seed: int,
    like: Followed | None = None,
) -> tuple[Gathered, Followed]:
    """Weigh combinations by sampling.

    Args:
        case: the model.
        bounds: its bounds.
        best: combinations to report.
        error: standard error of any belief at which chains may stop.
        seed: of the chains.
        like: visits under a model of the same hypotheses like this one.

    Returns:
        Beliefs with their standard errors, the evidence from the visits to the best
        combinations, and the visits.
    """
    start = None
    if like is not None:
        anew = _anew(like, case, bounds, seed, _BORROWED)
        if anew.worth >= _WORTH:
            return _gathered(case, anew, like.seen, best), like
        rng = np.random.default_rng([seed, 4])
        drawn = rng.choice(len(anew.some), size=CHAINS, p=anew.weights)
        start = anew.some[drawn]
    near = case if bounds is None else with_sites(case, bounds)
    followed = Followed(near, visits(near, error, seed, start))
    anew = _anew(followed, case, bounds, seed, _JUDGED if like is None else _BORROWED)
    return _gathered(case, anew, followed.seen, best), followed


def _anew(
    like: Followed, case: Model, bounds: Bounds | None, seed: int, most: int
) -> _Anew:
    """Return some visits with the weights they have under a model."""
    some, unique, back, counts, before = like.some(most, seed)
    wrong = 0.0
    if bounds is None:
        same = case is like.model
        scores = (before if same else scores_of(case, unique)) + case.constant
    else:
        judged = held(case, bounds, unique)
        odds = arithmetic.product(unique, case.log_odds)
        scores = judged.likelihood + judged.holding + odds
        wrong = judged.error
    logs = scores - before
    mass = arithmetic.exp(logs - logs.max())
    weights = mass[back]
    weights /= weights.sum()
    return _Anew(some, unique, counts, scores, mass, weights, wrong)


def moved(seen: Visits, some: States, weights: Array) -> tuple[Array, Array]:
    """Return beliefs as weights move them, and their standard errors.

    Args:
        seen: all visits.
        some: those that are weighted, shape (n, h).
        weights: their weights, of sum one.
    """
    own = arithmetic.product(weights, some)
    told = len(some) * weights[:, None] * (some - own)
    plain = some - some.mean(axis=0)
    square = (plain**2).sum(axis=0)
    # How far the mean of the few is from that of all says how far theirs may be; of
    # what never changed among them, all visits say how often it does.
    share = np.divide(
        (told * plain).sum(axis=0), square, out=np.ones_like(own), where=square > 0
    )
    belief = own + share * (seen.marginals - some.mean(axis=0))
    spread = ((told - share * plain) ** 2).sum(axis=0) / len(some) ** 2
    # What none of them saw may be half a visit's worth, where their weights differ.
    worth = 1.0 / arithmetic.dot(weights, weights)
    unseen = max(0.0, 1.0 - worth / len(some)) * (0.5 / worth) ** 2
    errors = np.sqrt((share * seen.errors) ** 2 + np.maximum(spread, unseen))
    return np.clip(belief, 0.0, 1.0), errors


def _gathered(case: Model, anew: _Anew, seen: Visits, best: int) -> Gathered:
    """Return beliefs and evidence from visits weighted anew."""
    belief, errors = moved(seen, anew.some, anew.weights)
    scores, mass = anew.scores, anew.each * anew.counts
    order = np.argsort(-arithmetic.rounded(scores, 36), kind="stable")[:best]
    shares = mass[order] / float(mass.sum())
    # Joint density over belief is the same for every combination: the evidence.
    peak = float(scores[order].max())
    summed = float(arithmetic.exp(scores[order] - peak).sum())
    evidence = peak + float(arithmetic.log(summed / shares.sum()))
    priors, admitted = case.admitted
    return Gathered(
        priors=priors,
        marginals=belief,
        errors=np.sqrt(errors**2 + anew.error**2 / len(anew.some)),
        log_evidence=evidence - float(arithmetic.log(admitted)) - case.constant,
        combinations=tuple(
            tuple(np.flatnonzero(one).tolist()) for one in anew.unique[order]
        ),
        scores=scores[order] - case.constant,
        posteriors=arithmetic.exp(scores[order] - evidence),
        shares=shares,
        worth=anew.worth,
    )
