"""What a case's hypotheses are weighed by: its observations as plain arrays.

Flows are multiples of what is written and observations shares of their size, so that
no unit matters. Hypotheses no observation can touch stay at their prior and are left
out, as are those whose prior is certain.

A bound ("more than 11bn") has no Gaussian likelihood. It stands for the Gaussian
statement that moves what is expected otherwise (by combinations drawn from the priors,
each given the observations that are no bounds) in mean and variance as the bound does:
one step of expectation propagation (Minka, UAI 2001). A bound that all but holds by
itself says nothing and is left out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from solvency.analysis.weigh.bounds import LEAST
from solvency.analysis.weigh.bounds import stand_in
from solvency.figures import arithmetic
from solvency.ledger.case import Scenario
from solvency.methods.weighing import Weighing
from solvency.methods.weighing import best as best_combination
from solvency.methods.weighing import fit
from solvency.methods.weighing import weigh
from solvency.model.observed import amount_of
from solvency.model.observed import observed
from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from solvency.ledger.case import Case
    from solvency.methods.weighing import Fit
    from solvency.model.book import Book
    from solvency.model.observed import Observed

    Array = NDArray[np.float64]
    Inputs = tuple[
        Array,
        Array,
        Array,
        Array,
        Array,
        list[list[int]],
        list[float],
        list[tuple[int, int]],
    ]

#: Combinations that say what is expected of a bound, and those drawn for them.
_COMBINATIONS, _DRAWN = 256, 4096
#: Spread over mean from which an amount is weighed in logarithms: 0.25 is a high end
#: of half as much again as the central value.
WIDE = 0.25


@dataclass(frozen=True, eq=False)
class Evidence:
    """Observations, flows and hypotheses of a case, ready to be weighed.

    Attributes:
        case: the case, all hypotheses together.
        book: its Book.
        seen: its observations as rows.
        hypotheses: those that are weighed, in the case's order.
        certain: those whose prior is one: they hold.
        effects: shares of each row that each flow adds, shape (rows, flows).
        means: mean multiples of the flows, shape (flows,).
        sigmas: their spreads, shape (flows,).
        noise: errors of the rows before any inflation, as shares, shape (rows,).
        inflation: factor on `noise`.
    """

    case: Case
    book: Book
    seen: Observed
    hypotheses: tuple[str, ...]
    certain: frozenset[str]
    effects: Array
    means: Array
    sigmas: Array
    noise: Array
    inflation: float = 1.0

    def without(self, group: str) -> Evidence:
        """Return the evidence without one group of sources."""
        keep = [row.group != group for row in self.seen.rows]
        rows = np.flatnonzero(keep)
        seen = replace(
            self.seen,
            rows=tuple(self.seen.rows[at] for at in rows.tolist()),
            effects=self.seen.effects[rows],
        )
        return replace(
            self, seen=seen, effects=self.effects[rows], noise=self.noise[rows]
        )

    def touches(self, name: str) -> NDArray[np.bool_]:
        """Say which rows a hypothesis's flows touch."""
        flows = [name in flow.hypotheses for flow in self.book.flows]
        return np.asarray(np.any(self.effects[:, flows] != 0, axis=1))

    def prior(self, name: str) -> float:
        """Return the belief in a hypothesis before the observations."""
        return float(self.case.hypotheses[name].prior)

    @property
    def exclusions(self) -> list[tuple[int, int]]:
        """Return pairs of weighed hypotheses that cannot both hold, by number."""
        number = {name: at for at, name in enumerate(self.hypotheses)}
        pairs = {
            tuple(sorted((at, number[other])))
            for name, at in number.items()
            for other in self.case.hypotheses[name].excludes
            if other in number
        }
        return [(one, other) for one, other in sorted(pairs)]

    def weigh(self, best: int = 1000, error: float = 0.004, seed: int = 0) -> Weighing:
        """Weigh all combinations of the hypotheses by the observations."""
        wide = WIDE if best > 1 else math.inf
        return weigh(*self._inputs(), best=best, wide=wide, error=error, seed=seed)

    def best(self, seed: int = 0) -> list[str]:
        """Return the hypotheses of the most probable combination."""
        found = best_combination(*self._inputs(), seed=seed)
        return [self.hypotheses[at] for at in found]

    def _inputs(self) -> Inputs:
        """Return what the weighing takes."""
        values, noise, rows = self.rows()
        flows = self._flows({*self.hypotheses, *self.certain})
        number = {name: at for at, name in enumerate(self.hypotheses)}
        return (
            values,
            noise,
            self.effects[np.ix_(rows, flows)],
            self.means[flows],
            self.sigmas[flows],
            [self._switches(flow, number) for flow in flows],
            [self.prior(name) for name in self.hypotheses],
            self.exclusions,
        )

    def fit(self, held: Iterable[str], *, bounds: bool = True) -> Fit:
        """Compare one combination with the observations.

        Args:
            held: the hypotheses that hold.
            bounds: also with the bounds; what stands for them has a likelihood, but
                no chi-square that means anything.

        Returns:
            Likelihood, chi-square and residuals.
        """
        values, noise, rows = self.rows() if bounds else self._stated()
        flows = self._flows({*held, *self.certain})
        effects = self.effects[np.ix_(rows, flows)]
        return fit(values, noise, effects, self.means[flows], self.sigmas[flows])

    def expected(self, held: Iterable[str]) -> tuple[Array, Array]:
        """Return what a combination predicts of each row, and its spread.

        Args:
            held: the hypotheses that hold.

        Returns:
            Means and standard deviations, errors of observation left out, as shares;
            shapes (rows,).
        """
        flows = self._flows({*held, *self.certain})
        effects = self.effects[:, flows]
        variances = arithmetic.product(effects**2, self.sigmas[flows] ** 2)
        return arithmetic.product(effects, self.means[flows]), np.sqrt(variances)

    def weighed_flows(self) -> list[int]:
        """Return the flows that are weighed, in the order the weighing has them."""
        return self._flows({*self.hypotheses, *self.certain})

    def rows(self) -> tuple[Array, Array, list[int]]:
        """Return values and errors to weigh by, and the rows they are of."""
        values, noise, rows = self._stated()
        sites = self._sites
        return (
            np.concatenate([values, [value for value, _ in sites.values()]]),
            np.concatenate([noise, [error for _, error in sites.values()]]),
            [*rows, *sites],
        )

    def _stated(self) -> tuple[Array, Array, list[int]]:
        """Return values, errors and rows that are no bounds."""
        keep = [at for at, row in enumerate(self.seen.rows) if not row.bound]
        values = self.seen.values / self.seen.scales
        return values[keep], self.noise[keep] * self.inflation, keep

    def _flows(self, held: set[str]) -> list[int]:
        return [
            at
            for at, flow in enumerate(self.book.flows)
            if (not flow.hypotheses or flow.hypotheses & held)
            and self.effects[:, at].any()
        ]

    def _switches(self, flow: int, number: dict[str, int]) -> list[int]:
        names = self.book.flows[flow].hypotheses
        if names & self.certain:
            return []
        return [number[name] for name in names if name in number]

    @cached_property
    def _sites(self) -> dict[int, tuple[float, float]]:
        """Return the Gaussian statement that stands for each bound that may break."""
        bounds = [at for at, row in enumerate(self.seen.rows) if row.bound]
        if not bounds:
            return {}
        means, variances = self._expected(bounds)
        edges = self.seen.values / self.seen.scales
        found = {}
        for column, at in enumerate(bounds):
            sign = 1.0 if self.seen.rows[at].bound == "least" else -1.0
            site = stand_in(
                sign * means[:, column],
                variances[:, column],
                sign * float(edges[at]),
                float(self.noise[at]) * self.inflation,
            )
            if site is not None:
                found[at] = (sign * site[0], site[1])
        return found

    def _expected(self, bounds: list[int]) -> tuple[Array, Array]:
        """Return what drawn combinations expect of bounds, given what else was seen.

        Returns:
            Means and variances, shapes (combinations, bounds).
        """
        rng = np.random.default_rng(0)
        priors = [self.prior(name) for name in self.hypotheses]
        drawn = rng.random((_DRAWN, len(priors))) < priors
        for one, other in self.exclusions:
            drawn = drawn[~(drawn[:, one] & drawn[:, other])]
        values, noise, stated = self._stated()
        on = self._happening(drawn[:_COMBINATIONS])
        spread = (self.effects * self.sigmas) * on[:, None, :]
        mean = arithmetic.product(on * self.means, self.effects.T)
        known, asked = spread[:, stated], spread[:, bounds]
        joint = arithmetic.product(known, known.transpose(0, 2, 1))
        joint += np.diag(noise**2 + LEAST)
        cross = arithmetic.product(known, asked.transpose(0, 2, 1))
        root = arithmetic.cholesky(joint)
        gap = (values - mean[:, stated])[:, :, None]
        image = arithmetic.forward(root, np.concatenate([cross, gap], axis=2))
        means = mean[:, bounds] + (image[:, :, :-1] * image[:, :, -1:]).sum(axis=1)
        taken = (image[:, :, :-1] ** 2).sum(axis=1)
        return means, np.maximum((asked**2).sum(axis=2) - taken, 0.0)

    def _happening(self, held: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Say which flows happen under combinations, shape (combinations, flows)."""
        number = {name: at for at, name in enumerate(self.hypotheses)}
        switches = np.zeros((len(number), len(self.book.flows)))
        always = np.zeros(len(self.book.flows), dtype=bool)
        for at, flow in enumerate(self.book.flows):
            always[at] = not flow.hypotheses or bool(flow.hypotheses & self.certain)
            for name in flow.hypotheses:
                if name in number:
                    switches[number[name], at] = 1.0
        return np.asarray(always | (arithmetic.product(held, switches) > 0))


@wide()
def evidence(case: Case) -> Evidence:
    """Return what a case's hypotheses are weighed by.

    Args:
        case: the case, of any scenario: all hypotheses are taken.

    Returns:
        The evidence.

    Raises:
        ValueError: the case has no hypotheses, or nothing to weigh them by.
    """
    if not case.hypotheses:
        raise ValueError("the case has no hypotheses, so there is nothing to weigh")
    everything = Scenario(
        "*", "Every hypothesis together", frozenset(case.hypotheses), None
    )
    whole = replace(case, scenario=everything)
    book = whole.book()
    seen = observed(book)
    if not seen.rows:
        raise ValueError(
            "the case has no observation of a balance its flows move, so the"
            " hypotheses stay as believed before"
        )
    rows, flows = seen.widening()
    amounts = [amount_of(book, flow) for flow in book.flows]
    found = Evidence(
        case=whole,
        book=book,
        seen=seen,
        hypotheses=(),
        certain=frozenset(n for n, h in case.hypotheses.items() if h.prior == 1),
        effects=seen.effects.toarray() / seen.scales[:, None],
        means=np.array([amount.mean for amount in amounts]),
        sigmas=np.array([amount.sigma for amount in amounts]) * flows,
        noise=seen.sigmas / seen.scales * rows,
    )
    return replace(found, hypotheses=_weighable(found))


def _weighable(found: Evidence) -> tuple[str, ...]:
    """Return the hypotheses some observation touches, or that exclude one such."""
    case = found.case
    open_ = {
        name
        for name, hypothesis in case.hypotheses.items()
        if 0 < hypothesis.prior < 1
        and not any(excluding(case, name, other) for other in found.certain)
    }
    touched = {name for name in open_ if found.touches(name).any()}
    return tuple(
        name
        for name in case.hypotheses
        if name in touched
        or (name in open_ and any(excluding(case, name, other) for other in touched))
    )


def excluding(case: Case, one: str, other: str) -> bool:
    """Say whether two hypotheses exclude one another, whichever says so."""
    return (
        other in case.hypotheses[one].excludes or one in case.hypotheses[other].excludes
    )


@wide()
def contradictions(case: Case, held: Iterable[str]) -> list[tuple[str, str]]:
    """Return the pairs among hypotheses that exclude one another."""
    names = sorted(set(held) & set(case.hypotheses))
    return [
        (one, other)
        for at, one in enumerate(names)
        for other in names[at + 1 :]
        if excluding(case, one, other)
    ]


def inflated(found: Evidence, seed: int = 0) -> tuple[Evidence, float]:
    """Widen the errors of observation until the best combination fits as it should.

    Where even the best of all combinations leaves a chi-square far above the number
    of observations, the stated errors are too narrow, and beliefs computed with them
    far too sure. All are widened by one factor, as the least-squares adjustment of
    physical constants does (Birge, Physical Review 40, 1932), so that the best
    combination's chi-square is the number of observations.

    Args:
        found: the evidence.
        seed: of the sampler.

    Returns:
        The widened evidence and the best combination's chi-square before.
    """
    first = math.nan
    for _ in range(4):
        held = found.best(seed)
        now = found.fit(held, bounds=False)
        first = now.chi2 if math.isnan(first) else first
        wider = replace(found, inflation=_factor(found, held))
        if abs(wider.inflation - found.inflation) <= 0.02 * found.inflation:
            break
        found = wider
    return found, first


def _factor(found: Evidence, held: list[str]) -> float:
    """Return the factor on all errors at which a combination fits as it should."""

    def excess(factor: float) -> float:
        tried = replace(found, inflation=factor).fit(held, bounds=False)
        return tried.chi2 - tried.dof

    low, high = 1.0, 2.0
    if excess(low) <= 0:
        return 1.0
    while excess(high) > 0 and high < 1e4:
        low, high = high, 2 * high
    for _ in range(12):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    return math.sqrt(low * high)
