"""What a case's hypotheses are weighed by: its observations as plain arrays.

Flows are multiples of what is written and observations shares of their size, so that
no unit matters. Hypotheses no observation can touch stay at their prior and are left
out, as are those whose prior is certain.

A bound ("more than 11bn") has a likelihood of its own (`methods/weighing/bounds.py`).
Where combinations are sampled, the chains follow a Gaussian statement in its place:
that which moves what is expected otherwise (by combinations drawn from the priors, each
given the observations that are no bounds) in mean and variance as the bound does, one
step of expectation propagation (Minka, UAI 2001).
"""

# Longer than 400 lines: what was seen and what is predicted, from one set of arrays.

from __future__ import annotations

import math
from dataclasses import dataclass
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from solvency.analysis.weigh.expectation_propagation import stand_in
from solvency.analysis.weigh.weighable import weighable
from solvency.defaults import WEIGHING_SEED
from solvency.figures import arithmetic
from solvency.ledger.asked_scenario import contradictions
from solvency.ledger.asked_scenario import excluding
from solvency.ledger.case import Scenario
from solvency.methods.weighing import Bounds
from solvency.methods.weighing import Curves
from solvency.methods.weighing import Weighing
from solvency.methods.weighing import fit
from solvency.methods.weighing import weigh
from solvency.methods.weighing.bounds import expected
from solvency.methods.weighing.likelihood import model
from solvency.methods.weighing.omission import FEW
from solvency.methods.weighing.priors import admitted
from solvency.methods.weighing.priors import excluding as bits_excluded
from solvency.model.observations import amounts_of
from solvency.model.observations import observed
from solvency.model.shared_errors import covariance
from solvency.model.shared_errors import shared_errors
from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from scipy import sparse

    from solvency.figures.probability_distribution import Amount
    from solvency.ledger.case import Case
    from solvency.methods.weighing import Fit
    from solvency.model.book import Book
    from solvency.model.observations import Observed
    from solvency.model.observations import Row

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
_COMBINATIONS, _DRAWN = 64, 4096
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
        effects: shares of each row that each flow adds, sparse by column, shape
            (rows, flows).
        amounts: of the flows that some row sees.
        means: mean multiples of the flows, shape (flows,); one where no row sees it.
        sigmas: their spreads, shape (flows,); zero where no row sees it.
        noise: errors of the rows, as shares, shape (rows,).
        scale: degrees of freedom of the one scale of all errors; inf as stated.
        correlation: of the errors of one source.
        by_construction: (row, flow) pairs of which the row sized the flow. The row is
            left out: it tests neither that flow nor, beside it, another.
    """

    case: Case
    book: Book
    seen: Observed
    hypotheses: tuple[str, ...]
    certain: frozenset[str]
    effects: sparse.csc_array
    amounts: dict[int, Amount]
    means: Array
    sigmas: Array
    noise: Array
    scale: float
    correlation: float
    by_construction: tuple[tuple[str, str], ...] = ()

    def touches(self, name: str) -> NDArray[np.bool_]:
        """Say which rows a hypothesis's flows touch."""
        flows = [at for at in self._seen if name in self.book.flows[at].hypotheses]
        touched = np.zeros(len(self.seen.rows), dtype=bool)
        touched[self.effects[:, flows].indices] = True
        return touched

    @cached_property
    def _seen(self) -> list[int]:
        """Return the flows that some row sees."""
        return list(self.amounts)

    def _reach(self, rows: list[int], flows: list[int]) -> Array:
        """Return shares of some rows that some flows add, shape (rows, flows)."""
        whole = np.asarray(self.effects[:, flows].toarray())
        return whole if len(rows) == len(whole) else whole[rows]

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

    def weigh(
        self,
        best: int = 1000,
        error: float = 0.008,
        seed: int = WEIGHING_SEED,
        like: Weighing | None = None,
        *,
        lognormal: bool = True,
    ) -> Weighing:
        """Weigh all combinations of the hypotheses by the observations."""
        flows = self.weighed_flows()
        shared = self._errors[1]
        return weigh(
            *self._inputs(),
            shared=shared[flows],
            nu=self.scale,
            curves=self._curves(flows),
            bounds=self._bounds(flows),
            best=best,
            wide=WIDE if best > 1 and lognormal else math.inf,
            error=error,
            seed=seed,
            like=like,
        )

    @cached_property
    def _errors(self) -> tuple[Array, Array]:
        """Return spreads of flows of their own, and those they share."""
        return shared_errors(self.book, self.sigmas, self.correlation)

    @cached_property
    def _covariance(self) -> Array:
        """Return the covariance of the errors of all rows."""
        wider = np.where(self.seen.covered(), math.sqrt(1.0 + self.correlation), 1.0)
        return covariance(self.seen, self.noise * wider, self.correlation)

    def _curves(self, flows: list[int]) -> Curves:
        """Return the amounts as they are."""
        amounts = [self.amounts[flow] for flow in flows]
        return Curves(
            np.array([one.middle for one in amounts]),
            np.array([one.down for one in amounts]),
            np.array([one.up for one in amounts]),
            np.array([one.kind in {"normal", "certain"} for one in amounts]),
            np.array([one.kind == "uniform" for one in amounts]),
        )

    @property
    def bounded(self) -> list[int]:
        """Return the rows that are bounds."""
        return [at for at, row in enumerate(self.seen.rows) if row.bound]

    def _bounds(self, flows: list[int], *, sites: bool = True) -> Bounds | None:
        """Return the bounds on sums of some flows, with what stands near each."""
        rows, stated = self.bounded, self._stated()[1]
        if not rows:
            return None
        edges = self.seen.values / self.seen.scales
        signs = [1.0 if self.seen.rows[at].bound == "least" else -1.0 for at in rows]
        found = Bounds(
            effects=self._reach(rows, flows),
            edges=edges[rows],
            signs=np.array(signs),
            noise=self._covariance[np.ix_(rows, rows)],
            cross=self._covariance[np.ix_(rows, stated)],
            sites=np.full((len(rows), 2), math.nan),
        )
        if sites and len(self.hypotheses) > FEW:
            for at, site in self.sites(found, flows):
                found.sites[at] = site
        return found

    def _inputs(self) -> Inputs:
        """Return what the weighing takes."""
        values, rows = self._stated()
        flows = self.weighed_flows()
        number = {name: at for at, name in enumerate(self.hypotheses)}
        return (
            values,
            self._covariance[np.ix_(rows, rows)],
            self._reach(rows, flows),
            self.means[flows],
            self._errors[0][flows],
            [self._switches(flow, number) for flow in flows],
            [self.prior(name) for name in self.hypotheses],
            self.exclusions,
        )

    def fit(self, held: Iterable[str], *, bounds: bool = True) -> Fit:
        """Compare one combination with the observations.

        Args:
            held: the hypotheses that hold.
            bounds: also with the bounds, in the likelihood.

        Returns:
            Likelihood, chi-square and residuals.
        """
        values, rows = self._stated()
        flows = self._flows({*held, *self.certain})
        own, shared = self._errors
        return fit(
            values,
            self._covariance[np.ix_(rows, rows)],
            self._reach(rows, flows),
            self.means[flows],
            own[flows],
            shared=shared[flows],
            nu=self.scale,
            bounds=self._bounds(flows, sites=False) if bounds else None,
        )

    def elsewhere(self, error: float) -> float:
        """Return the log density of what was seen under something else.

        Args:
            error: the spread of its predictions, as a share of what was seen.
        """
        values, rows = self._stated()
        none = np.zeros((len(values), 0))
        noise = self._covariance[np.ix_(rows, rows)]
        noise = noise + np.diag((error * values) ** 2)
        blank = model(values, noise, none, [], [], [], [], (), nu=self.scale)
        return blank.constant + float(blank.tail(np.array(float(len(values)))))

    def apart(self) -> dict[str, float]:
        """Return beliefs in what no observation reaches: priors, rivals respected."""
        case = self.case
        names = [
            name
            for name, one in case.hypotheses.items()
            if name not in self.hypotheses
            and 0 < one.prior < 1
            and not any(excluding(case, name, other) for other in self.certain)
        ]
        number = {name: at for at, name in enumerate(names)}
        pairs = [(number[a], number[b]) for a, b in contradictions(case, names)]
        priors = [self.prior(name) for name in names]
        chances = admitted(priors, bits_excluded(pairs, len(names)))[0]
        return dict(zip(names, chances.tolist(), strict=True))

    def predictive(self, held: Iterable[str]) -> tuple[Array, Array]:
        """Return what was seen less what a combination predicts, errors as stated.

        Args:
            held: the hypotheses that hold.

        Returns:
            Gaps, shape (rows,), and their covariance, (rows, rows), as shares.
        """
        flows = self._flows({*held, *self.certain})
        rows, (own, shared) = list(range(len(self.seen.rows))), self._errors
        effects = self._reach(rows, flows)
        common = arithmetic.product(effects, shared[flows])
        more = sorted({*flows} - {*self._flows(set(self.certain))})
        covariance = self._always + arithmetic.square(
            self._reach(rows, more) * own[more]
        )
        if common.shape[1]:
            covariance = covariance + arithmetic.square(common)
        means = arithmetic.product(effects, self.means[flows])
        return self.seen.values / self.seen.scales - means, covariance

    @cached_property
    def _always(self) -> Array:
        """Return the covariance of rows that errors and established flows make."""
        own = self._errors[0]
        flows = [at for at in self._flows(set(self.certain)) if own[at]]
        rows = list(range(len(self.seen.rows)))
        alone = self._reach(rows, flows) * own[flows]
        return self._covariance + arithmetic.square(alone)

    def weighed_flows(self) -> list[int]:
        """Return the flows that are weighed, in the order the weighing has them."""
        return self._flows({*self.hypotheses, *self.certain})

    @property
    def order(self) -> list[int]:
        """Return the rows in the order the weighing has them: bounds last."""
        return [*self._stated()[1], *self.bounded]

    def _stated(self) -> tuple[Array, list[int]]:
        """Return values and rows that are no bounds."""
        keep = [at for at, row in enumerate(self.seen.rows) if not row.bound]
        return (self.seen.values / self.seen.scales)[keep], keep

    def _flows(self, held: set[str]) -> list[int]:
        tags = ((at, self.book.flows[at].hypotheses) for at in self._seen)
        return [at for at, names in tags if not names or names & held]

    def _switches(self, flow: int, number: dict[str, int]) -> list[int]:
        names = self.book.flows[flow].hypotheses
        if names & self.certain:
            return []
        return [number[name] for name in names if name in number]

    def sites(
        self, bounds: Bounds, flows: list[int]
    ) -> Iterator[tuple[int, tuple[float, float]]]:
        """Yield the Gaussian statement that stands for each bound that may break.

        What drawn combinations expect of it, given what else was seen, says which.
        """
        rng = np.random.default_rng(0)
        priors = [self.prior(name) for name in self.hypotheses]
        drawn = rng.random((_DRAWN, len(priors))) < priors
        for one, other in self.exclusions:
            drawn = drawn[~(drawn[:, one] & drawn[:, other])]
        case = model(*self._inputs(), shared=self._errors[1][flows], nu=self.scale)
        means, variances = expected(case, bounds, drawn[:_COMBINATIONS])
        errors = np.sqrt(np.diag(bounds.noise))
        for at, sign in enumerate(bounds.signs.tolist()):
            site = stand_in(
                sign * means[:, at],
                variances[:, at],
                sign * float(bounds.edges[at]),
                float(errors[at]),
            )
            if site is not None:
                yield at, (sign * site[0], site[1])


@wide()
def evidence(case: Case) -> Evidence:
    """Return what a case's hypotheses are weighed by.

    Args:
        case: the case, of any scenario: all hypotheses are taken.

    Returns:
        The evidence.

    Raises:
        ValueError: the case has no hypotheses, nothing to weigh them by, or two exact
            figures of one balance that differ.
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
    pairs = seen.by_construction()
    names = tuple((seen.rows[at].id, book.flows[flow].id) for at, flow in pairs)
    seen = seen.without({at for at, _ in pairs})
    seen = _said_once(seen)
    assumed = case.uncertainty
    found = _of(
        whole,
        seen,
        scale=float(assumed.scale),
        correlation=float(assumed.correlation),
        by_construction=names,
    )
    return replace(found, hypotheses=weighable(found))


def _said_once(seen: Observed) -> Observed:
    """Return the observations, what several give exactly of one balance once.

    Such a row is of all who give it, so that it is left out with all of them alone.

    Raises:
        ValueError: exact figures of one balance differ: no amount makes both true.
    """
    rows, again = list(seen.rows), set()
    exact: dict[tuple[object, ...], int] = {}
    for at, row in enumerate(seen.rows):
        if row.sigma or row.bound:
            continue
        one = row.first
        key = (
            *(frozenset(one.accounts), one.date, one.since, one.side),
            *(one.mark, one.amount.commodity),
        )
        first = exact.setdefault(key, at)
        if first == at:
            continue
        other = rows[first]
        if other.value != row.value:
            raise ValueError(_contradiction(other, row))
        again.add(at)
        rows[first] = other._replace(group=f"{other.group} + {row.group}")
    return replace(seen, rows=tuple(rows)).without(again) if again else seen


def _contradiction(one: Row, other: Row) -> str:
    """Say that two exact figures of one balance differ, and how to mend it."""
    told = " and ".join(
        f"{each.id} ({each.first.place.file}:{each.first.place.line}) says"
        f" {each.stated:,f} {each.commodity}"
        for each in sorted((one, other), key=lambda said: said.first.place)
    )
    return (
        "these observations of one balance are taken as exact and contradict"
        f" one another: {told}. No weighing can mend what is taken as certain:"
        " give one of them a low and high, or its grade a spread"
    )


@wide()
def at_spreads(found: Evidence, case: Case) -> Evidence:
    """Return the evidence of a case that differs in the spreads of its grades alone."""
    other = _of(
        case,
        found.seen.at_spreads(case),
        scale=found.scale,
        correlation=found.correlation,
        by_construction=found.by_construction,
    )
    return replace(other, hypotheses=found.hypotheses)


def _of(
    case: Case,
    seen: Observed,
    *,
    scale: float,
    correlation: float,
    by_construction: tuple[tuple[str, str], ...],
) -> Evidence:
    """Return evidence in which no hypothesis is weighed yet."""
    book = seen.book
    effects = seen.effects.copy()
    effects.data = effects.data / np.repeat(seen.scales, np.diff(effects.indptr))
    effects.eliminate_zeros()
    reached = replace(seen, effects=effects).reached
    amounts = amounts_of(book, [book.flows[at] for at in reached])
    means, sigmas = np.ones(len(book.flows)), np.zeros(len(book.flows))
    means[reached] = [amount.mean for amount in amounts]
    sigmas[reached] = [amount.sigma for amount in amounts]
    return Evidence(
        case=case,
        book=book,
        seen=seen,
        hypotheses=(),
        certain=frozenset(n for n, h in case.hypotheses.items() if h.prior == 1),
        effects=effects.tocsc(),
        amounts=dict(zip(reached, amounts, strict=True)),
        means=means,
        sigmas=sigmas,
        noise=seen.sigmas / seen.scales,
        scale=scale,
        correlation=correlation,
        by_construction=by_construction,
    )
