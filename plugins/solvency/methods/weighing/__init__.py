"""Weigh rival explanations by how well each makes the books agree with what was seen.

Hypotheses switch flows on. Each combination of hypotheses predicts the observations,
with the spread its uncertain amounts and the errors of observation leave; how probable
it makes what was in fact observed is its likelihood. All combinations are compared:
exactly up to `MOST_ENUMERATED` hypotheses, by a sampler with a stated error beyond.

Amounts are Gaussian here; where some are uncertain by so much that this matters, the
combinations that hold nearly all the belief are weighed again with lognormal amounts by
Laplace's method (Tierney and Kadane, JASA 81, 1986), and the difference is reported.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Literal

import numpy as np

from solvency.defaults import MOST_ENUMERATED
from solvency.defaults import WEIGHING_SEED
from solvency.figures import arithmetic
from solvency.methods.weighing.amounts import believed
from solvency.methods.weighing.bound_weights import Bounded
from solvency.methods.weighing.bound_weights import bounded
from solvency.methods.weighing.bound_weights import states_of
from solvency.methods.weighing.bounds import Bounds
from solvency.methods.weighing.bounds import held
from solvency.methods.weighing.fitting import closest
from solvency.methods.weighing.laplace import Curves
from solvency.methods.weighing.likelihood import Model
from solvency.methods.weighing.likelihood import model
from solvency.methods.weighing.lognormal import Reweighed
from solvency.methods.weighing.lognormal import reweigh
from solvency.methods.weighing.marginals import gather
from solvency.methods.weighing.omission import Without
from solvency.methods.weighing.omission import leaving_out
from solvency.methods.weighing.reweighting import Followed
from solvency.methods.weighing.reweighting import sample

if TYPE_CHECKING:
    from collections.abc import Hashable
    from collections.abc import Iterable
    from collections.abc import Sequence

    from numpy.typing import ArrayLike
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

# Combinations at most whose bounds are judged one by one.
JUDGED = 4096
# Combinations that amounts are averaged over.
_AVERAGED = 128


@dataclass(frozen=True)
class Combination:
    """One combination of hypotheses and how it fares.

    Attributes:
        hypotheses: those that hold.
        posterior: belief in exactly this combination.
        log_likelihood: log probability density of the observations under it.
        chi2: squared, standardised distance of the observations from its prediction.
    """

    hypotheses: tuple[int, ...]
    posterior: float
    log_likelihood: float
    chi2: float


@dataclass(frozen=True)
class Weighing:
    """Belief in hypotheses after the observations.

    Attributes:
        priors: belief before, exclusions respected, shape (h,).
        posteriors: belief after, shape (h,).
        errors: standard error of `posteriors`, zero where exact, shape (h,).
        log_evidence: log probability density of the observations over all
            combinations.
        combinations: the best ones, in order.
        covered: belief they hold together.
        least: chi-square of the best-fitting combination of all; where sampled, of
            the best that a search from those that chains visited finds.
        no_less: chi-square below which none of all is; nan where sampled and but one
            combination was asked for.
        shares: weights by which they stand for all combinations: their beliefs, or,
            where sampled, their shares of the sampler's visits.
        worth: of how many visits of one weight these are; none where exact.
        method: exact or sampled.
        check: greatest difference, in nats, between the fast likelihood of the best
            combinations and a stable reference, itself mostly rounding: print
            `quantised.bound` of it; nan where sampled.
        floored: observations whose error was raised to the least that can be computed
            with.
        lognormal: the answer with lognormal amounts, where wide ones make it differ;
            None if no amount is wide.
    """

    priors: Array
    posteriors: Array
    errors: Array
    log_evidence: float
    combinations: tuple[Combination, ...]
    covered: float
    least: float
    no_less: float
    shares: Array
    worth: float
    method: Literal["exact", "sampled"]
    check: float
    floored: tuple[int, ...]
    lognormal: Reweighed | None
    #: Belief the combinations whose bounds were not judged one by one could hold, and
    #: the greatest standard error of the log probability of one's bounds.
    unjudged: float
    bounds_error: float
    _model: Model
    _bounds: Bounds | None
    _followed: Followed | None

    @property
    def bayes_factors(self) -> Array:
        """Return posterior odds over prior odds: what the observations add."""
        return _odds(self.posteriors) / _odds(self.priors)

    @property
    def widened(self) -> tuple[int, ...]:
        """Return observations whose errors a wide amount has raised."""
        return self._model.raised

    def at_prior(self, prior: ArrayLike) -> Array:
        """Return each hypothesis's posterior had its own prior been another.

        Args:
            prior: belief before, one number or shape (h,); the beliefs in the others
                stay.

        Returns:
            Posteriors, shape (h,).
        """
        odds = self.bayes_factors * _odds(np.asarray(prior, dtype=float))
        # Odds without bound are certainty.
        return np.where(np.isinf(odds), 1.0, odds / (1.0 + np.minimum(odds, 1e300)))

    def leaving_out(self, groups: Sequence[Hashable]) -> dict[Hashable, Without]:
        """Return the posteriors with each group of sources left out in turn.

        Args:
            groups: the group each observation comes from, and each bound, shape
                (m + b,).

        Returns:
            Beliefs and their standard errors by the group left out; the priors where
            it was the only one.

        Raises:
            ValueError: groups and observations differ in number.
        """
        return leaving_out(self._model, groups, self._bounds, followed=self._followed)

    def amounts(self, asked: list[int] | None = None) -> tuple[Array, Array, Array]:
        """Return what is believed afterwards of flows, all or those asked for.

        Returns:
            Probability that each happened, by all combinations at hand; mean and spread
            of its amount if it did, averaged over some that stand for all; nan where
            none of these has it; shapes (asked,).
        """
        flows = np.arange(len(self._model.means))[... if asked is None else asked]
        some, shares = self.standing(_AVERAGED)
        averaged = [one.hypotheses for one in some]
        chance, mean, sigma = believed(self._model, averaged, shares, flows)
        # Belief in a flow of one hypothesis is known; in one of several it is that in
        # all combinations at hand, which say it better than those averaged over.
        every = [one.hypotheses for one in self.combinations]
        at_hand = states_of(every, self._model.count)
        whole = self.shares / max(float(self.shares.sum()), 1e-300)
        for at, names in enumerate(map(self._model.belongs.__getitem__, flows)):
            if len(names) == 1:
                chance[at] = self.posteriors[next(iter(names))]
            elif names:
                chance[at] = whole[at_hand[:, list(names)].any(axis=1)].sum()
        return chance, mean, sigma

    def standing(self, most: int) -> tuple[tuple[Combination, ...], Array]:
        """Return combinations that stand for all, and what each stands for.

        All that are at hand or, where these are more than asked for, some at even
        steps of their shares: the best alone would leave out what many share.
        """
        shares = self.shares / max(float(self.shares.sum()), 1e-300)
        if len(shares) <= most:
            return self.combinations, shares
        places = (np.arange(most) + 0.5) / most
        ends = np.cumsum(shares)
        at = np.searchsorted(ends, places * ends[-1])
        some, counts = np.unique(at, return_counts=True)
        return tuple(self.combinations[one] for one in some.tolist()), counts / most


@dataclass(frozen=True)
class Fit:
    """How one combination, such as a scenario, stands to the observations.

    Attributes:
        log_likelihood: log probability density of the observations.
        chi2: squared, standardised distance.
        dof: number of observations.
        residuals: observed less predicted, shape (m,).
        z: residuals in units of their predicted spread, shape (m,).
        worst: observation with the largest absolute z; -1 if there are none.
    """

    log_likelihood: float
    chi2: float
    dof: int
    residuals: Array
    z: Array
    worst: int


def weigh(
    observed: ArrayLike,
    noise: ArrayLike,
    effects: ArrayLike,
    means: ArrayLike,
    sigmas: ArrayLike,
    belongs: Sequence[Iterable[int]],
    priors: ArrayLike,
    exclusions: Iterable[tuple[int, int]] = (),
    *,
    shared: ArrayLike | None = None,
    nu: float = math.inf,
    curves: Curves | None = None,
    bounds: Bounds | None = None,
    best: int = 1000,
    wide: float = 0.25,
    error: float = 0.004,
    seed: int = WEIGHING_SEED,
    like: Weighing | None = None,
) -> Weighing:
    """Compare all combinations of hypotheses by what was observed.

    Args:
        observed: observations, shape (m,).
        noise: their errors: standard deviations, shape (m,), or covariance, (m, m).
        effects: what one unit of each flow adds to each observation, shape (m, f).
        means: central amount of each flow, shape (f,).
        sigmas: its spread, shape (f,).
        belongs: for each flow the hypotheses it happens under, if any of them holds;
            empty for an established flow.
        priors: belief in each hypothesis, above 0 and below 1, shape (h,).
        exclusions: pairs of hypotheses that cannot both hold.
        shared: spreads by errors that amounts have in common, which `sigmas` leave
            out: a column an error, shape (f, k).
        nu: degrees of freedom of one unknown scale of all spreads and errors; without
            end they are as stated.
        curves: the amounts as they are, for those that are wide.
        bounds: observations that are one-sided.
        best: combinations to report.
        wide: spread over mean from which an amount counts as wide; 0.25 is an upper
            end of one and a half times the central value.
        error: standard error of any belief at which the sampler may stop.
        seed: of the sampler.
        like: a weighing of the same hypotheses with other errors: what its sampler
            visited is weighted anew where that suffices.

    Returns:
        Belief in each hypothesis and in the best combinations.

    Raises:
        ValueError: shapes that do not fit, numbers that are none, a prior of 0 or 1, or
            an exclusion of a hypothesis by itself.
    """
    case = model(
        *(observed, noise, effects, means, sigmas, belongs, priors, exclusions),
        shared=shared,
        nu=nu,
    )
    exact = case.count <= MOST_ENUMERATED
    judged, followed = Bounded(None, 0.0, 0.0), None
    if exact:
        found = gather(case, best if bounds is None else max(best, JUDGED))
        if bounds is not None:
            judged = bounded(case, bounds, found, best)
    else:
        before = None if like is None else like._followed  # noqa: SLF001 (its own)
        found, followed = sample(case, bounds, best, error, seed, before)
    found = judged.found or found
    combinations = []
    fast = found.scores + case.log_prior(()) + case.constant
    check = 0.0
    stably = case.log_likelihoods(found.combinations)
    for chosen, posterior, joint, (stable, chi2) in zip(
        *(found.combinations, found.posteriors.tolist(), fast.tolist(), stably),
        strict=True,
    ):
        check = max(check, abs(stable + case.log_prior(chosen) - joint))
        combinations.append(Combination(chosen, posterior, stable, chi2))
    chi2s = [one.chi2 for one in combinations]
    least, no_less = closest(case, found, chi2s, exact=exact, search=best > 1)
    return Weighing(
        priors=found.priors,
        posteriors=found.marginals,
        errors=found.errors,
        log_evidence=found.log_evidence + case.log_prior(()) + case.constant,
        combinations=tuple(combinations),
        covered=float(found.posteriors.sum()),
        least=least,
        no_less=no_less,
        shares=found.shares,
        worth=found.worth,
        method="exact" if exact else "sampled",
        check=check if exact else math.nan,
        floored=case.floored,
        lognormal=reweigh(
            case, found.combinations, found.posteriors, wide, curves, bounds
        ),
        unjudged=judged.rest,
        bounds_error=judged.error,
        _model=case,
        _bounds=bounds,
        _followed=followed,
    )


def fit(
    observed: ArrayLike,
    noise: ArrayLike,
    effects: ArrayLike,
    means: ArrayLike,
    sigmas: ArrayLike,
    *,
    shared: ArrayLike | None = None,
    nu: float = math.inf,
    bounds: Bounds | None = None,
) -> Fit:
    """Compare one account of what happened with the observations.

    Args:
        observed: observations, shape (m,).
        noise: their errors, as in `weigh`.
        effects: what one unit of each flow that happened adds, shape (m, f).
        means: central amount of each flow, shape (f,).
        sigmas: its spread, shape (f,).
        shared: as in `weigh`.
        nu: as in `weigh`.
        bounds: as in `weigh`; they count in the likelihood alone.

    Returns:
        Likelihood, chi-square and the residual of each observation.

    Raises:
        ValueError: as `weigh`.
    """
    always: list[tuple[int, ...]] = [()] * len(np.atleast_1d(np.asarray(means)))
    case = model(
        *(observed, noise, effects, means, sigmas, always, np.zeros(0), ()),
        shared=shared,
        nu=nu,
    )
    common = arithmetic.product(case.effects, case.shared)
    own = case.effects[:, case.sigmas > 0] * case.sigmas[case.sigmas > 0]
    spread = np.sqrt(np.diag(case.noise) + (np.hstack([own, common]) ** 2).sum(axis=1))
    residuals = case.observed - arithmetic.product(case.effects, case.means)
    z = residuals / spread
    ((likelihood, chi2),) = case.log_likelihoods([()])
    if bounds is not None:
        likelihood += float(held(case, bounds, np.zeros((1, 0), bool)).holding[0])
    return Fit(
        log_likelihood=likelihood,
        chi2=chi2,
        dof=len(z),
        residuals=residuals,
        z=z,
        worst=int(np.argmax(arithmetic.rounded(np.abs(z), 30))) if len(z) else -1,
    )


def _odds(belief: Array) -> Array:
    with np.errstate(divide="ignore"):
        return np.asarray(belief / (1.0 - belief))


__all__ = [
    "Bounds",
    "Combination",
    "Curves",
    "Fit",
    "Reweighed",
    "Weighing",
    "fit",
    "weigh",
]
