"""The flows of hypotheses as amounts behind switches, ready to be added up."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from solvency.analysis.tally.answer import Expected
from solvency.analysis.tally.answer import Loss
from solvency.analysis.weigh.evidence import evidence
from solvency.defaults import MOST_EXACT
from solvency.figures import arithmetic
from solvency.figures.formats import percent
from solvency.figures.precision import money
from solvency.figures.precision import settled
from solvency.figures.probability_distribution import amounts
from solvency.ledger.asked_scenario import contradictions
from solvency.ledger.case import Scenario
from solvency.methods.tally import draw_each
from solvency.methods.tally import exact
from solvency.methods.weighing.priors import admitted
from solvency.methods.weighing.priors import excluding
from solvency.model.clean_assets import taken
from solvency.model.uncertain_amounts import spread_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from solvency.ledger.case import Case
    from solvency.ledger.case import Flow
    from solvency.methods.tally import Drawn
    from solvency.methods.tally import Exact
    from solvency.methods.tally import Executor
    from solvency.methods.tally import Shape

    Array = NDArray[np.float64]
    Combinations = tuple[NDArray[np.bool_], Array]

#: A step of the grid above this share of all amounts as written is coarse.
_COARSE = 0.005
#: Combinations a posterior is drawn from, and draws of combinations.
_COMBINATIONS = 20_000
_PRIOR_DRAWS = 100_000


class Parts:
    """The flows of all hypotheses, as amounts taken."""

    def __init__(self, case: Case, shape: Shape) -> None:
        self.case = case
        self.shape = shape
        everything = Scenario("*", "", frozenset(case.hypotheses))
        book = replace(case, scenario=everything).book()
        amounts = taken(book).tolist()
        found = [
            (flow, amount)
            for flow, amount in zip(book.flows, amounts, strict=True)
            if flow.hypotheses and amount
        ]
        if not found:
            raise ValueError(
                "no hypothesis takes or brings anything of the group's clean liquid"
                " assets, so there is nothing to add up"
            )
        self.flows = [flow for flow, _ in found]
        self.amounts = [amount for _, amount in found]

    def holding(self, held: frozenset[str]) -> Chosen:
        """Return the flows of hypotheses that hold for sure."""
        on = [at for at, flow in enumerate(self.flows) if flow.hypotheses & held]
        return Chosen(self, on, dict.fromkeys(sorted(held), 1.0), None)

    def believed(self, switches: str, seed: int) -> tuple[Chosen, list[str]]:
        """Return all flows behind switches, and what to know about these."""
        case = self.case
        names = list(case.hypotheses)
        everything = list(range(len(self.flows)))
        posterior: Combinations | None = None
        if switches == "posterior":
            held, weights, chances, sampled, notes = _posterior(case, names, seed)
            posterior = held, weights
        else:
            priors = {name: float(case.hypotheses[name].prior) for name in names}
            single = all(len(flow.hypotheses) == 1 for flow in self.flows)
            if single and not contradictions(case, names):
                return Chosen(self, everything, priors, None), []
            held, weights = _prior(case, names, seed)
            # The draws are a sample, and what they are of is known.
            chances, notes = _admitted(case, names), []
            sampled = len(held) if len(names) > MOST_EXACT else 0
        beliefs = dict(zip(names, chances.tolist(), strict=True))
        columns = [
            held[:, [names.index(name) for name in flow.hypotheses]].any(axis=1)
            for flow in self.flows
        ]
        rows = np.stack(columns, axis=1)
        chosen = Chosen(self, everything, beliefs, (rows, weights))
        chosen.sampled, chosen.posterior = sampled, posterior
        return chosen, notes


class Chosen:
    """Some of the flows, each behind its switch."""

    def __init__(
        self,
        parts: Parts,
        on: list[int],
        beliefs: dict[str, float],
        combinations: Combinations | None,
    ) -> None:
        self.case, self.shape = parts.case, parts.shape
        self.flows = [parts.flows[at] for at in on]
        self.amounts = [parts.amounts[at] for at in on]
        self.beliefs = beliefs
        self.combinations = combinations
        #: How many combinations of one weight were drawn, where they are a sample
        #: themselves.
        self.sampled = 0
        #: What the observations leave of all hypotheses, where that was asked.
        self.posterior: Combinations | None = None
        spreads = [spread_of(self.case, flow) for flow in self.flows]
        sizes = [
            abs(amount) / float(spread.central)
            for amount, spread in zip(self.amounts, spreads, strict=True)
        ]
        self.low = [float(s.low) * z for s, z in zip(spreads, sizes, strict=True)]
        self.high = [float(s.high) * z for s, z in zip(spreads, sizes, strict=True)]
        # So that rounding never puts a certain amount beside its own ends.
        self.central = [
            math.copysign(min(max(abs(a), low), high), a)
            for a, low, high in zip(self.amounts, self.low, self.high, strict=True)
        ]
        self.interval = [float(spread.interval) for spread in spreads]

    def total(
        self, draws: int, seed: int, executor: Executor | None
    ) -> tuple[Drawn | Exact, str]:
        """Return the distribution of the total: exact where amounts are apart."""
        drivers = [flow.driver for flow in self.flows if flow.driver is not None]
        if self.combinations is None and len(drivers) == len(set(drivers)):
            if not self.flows:
                return exact([0.0], [0.0], [0.0]), "exact"
            probability, switch = self._switches()
            yardstick = exact(
                *(self.low, self.central, self.high, probability),
                interval=self.interval,
                shape=self.shape,
                switch=switch,
            )
            # A very wide amount takes the grid so far that its steps are coarse.
            if yardstick.step <= _COARSE * sum(map(abs, self.central)):
                return yardstick, "exact"
        (found,) = self.draw(draws, seed, executor, (0.0,))
        return found, "sampled"

    def draw(
        self, draws: int, seed: int, executor: Executor | None, rhos: Sequence[float]
    ) -> tuple[Drawn, ...]:
        """Draw the total, with a common factor of each of some strengths."""
        probability, switch = self._switches()
        joint = self.combinations
        return draw_each(
            *(self.low, self.central, self.high),
            1.0 if joint is not None else probability,
            interval=self.interval,
            shape=self.shape,
            switch=list(range(len(self.flows))) if joint is not None else switch,
            combinations=joint,
            drivers=[flow.driver for flow in self.flows],
            rhos=rhos,
            draws=draws,
            seed=seed,
            executor=executor,
        )

    def effective(self, draws: int) -> int:
        """Return of how many draws of their own so many are worth."""
        if not self.sampled:
            return draws
        return draws * self.sampled // (draws + self.sampled)

    def _switches(self) -> tuple[list[float], list[int]]:
        """Return the probability of each switch, and the switch of each flow."""
        names = sorted({self._first(flow) for flow in self.flows})
        return (
            [self.beliefs.get(name, 0.0) for name in names],
            [names.index(self._first(flow)) for flow in self.flows],
        )

    def _first(self, flow: Flow) -> str:
        """Return the hypothesis a flow stands behind, the likeliest of several."""
        return max(
            sorted(flow.hypotheses), key=lambda n: settled(self.beliefs.get(n, 0.0))
        )

    def _chances(self) -> list[float]:
        """Return the chance of each flow; of several hypotheses any will do."""
        alone = [self.beliefs.get(self._first(flow), 0.0) for flow in self.flows]
        if self.combinations is None:
            return alone
        rows, weights = self.combinations
        drawn = (arithmetic.product(weights, rows) / weights.sum()).tolist()
        return [
            one if len(flow.hypotheses) == 1 else other
            for flow, one, other in zip(self.flows, alone, drawn, strict=True)
        ]

    def _expected(self) -> dict[str, list[Expected]]:
        """Return what the flows of each hypothesis take on average, with its chance.

        A flow of several hypotheses counts for the likeliest, once.
        """
        columns = (self.low, self.central, self.high, self.interval)
        drawn = amounts(*columns, self.shape) if self.flows else ()
        found: dict[str, list[Expected]] = {}
        for flow, chance, one in zip(self.flows, self._chances(), drawn, strict=True):
            part = Expected(flow.id, settled(chance), money(one.sign * one.mean))
            found.setdefault(self._first(flow), []).append(part)
        return found

    def losses(self) -> tuple[Loss, ...]:
        """Return what each hypothesis takes, the largest expected loss first."""
        found = []
        expected = self._expected()
        for name, belief in self.beliefs.items():
            mine = [at for at, f in enumerate(self.flows) if name in f.hypotheses]
            if mine:
                ends = [
                    (self.low[at], self.central[at], self.high[at])
                    if self.central[at] > 0
                    else (-self.high[at], self.central[at], -self.low[at])
                    for at in mine
                ]
                low, central, high = (
                    number(sum(end)) for end in zip(*ends, strict=True)
                )
                parts = tuple(expected.get(name, ()))
                mean = money(sum(one.chance * float(one.mean) for one in parts))
                found.append(
                    Loss(name, settled(belief), central, low, high, mean, parts)
                )
        return tuple(sorted(found, key=lambda one: (-one.expected, one.id)))


def prior_combinations(case: Case, names: list[str], seed: int) -> NDArray[np.bool_]:
    """Draw combinations by their priors, those with exclusive members left out.

    Where few are possible each comes as often as it is likely, in an order drawn.
    """
    rng = np.random.default_rng([seed, 1])
    if len(names) <= MOST_EXACT:
        held, weights = _prior(case, names, seed)
        return np.asarray(held[rng.permutation(_even(weights, _PRIOR_DRAWS))])
    priors = _priors(case, names)
    drawn = rng.random((_PRIOR_DRAWS, len(names))) < priors
    fine = _possible(case, names, drawn)
    if not fine.any():
        raise ValueError("hypotheses that are certain exclude one another")
    return np.asarray(drawn[fine])


def _priors(case: Case, names: list[str]) -> Array:
    return np.array([float(case.hypotheses[name].prior) for name in names])


def _possible(
    case: Case, names: list[str], held: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return which combinations have no two that exclude one another."""
    fine = np.ones(len(held), dtype=bool)
    for one, other in contradictions(case, names):
        fine &= ~(held[:, names.index(one)] & held[:, names.index(other)])
    return fine


def _prior(case: Case, names: list[str], seed: int) -> tuple[NDArray[np.bool_], Array]:
    """Return combinations by their priors, and the weight of each.

    Every one that exclusions admit, where there are few; else a sample.
    """
    if len(names) > MOST_EXACT:
        held = prior_combinations(case, names, seed)
        return held, np.ones(len(held))
    bits = np.arange(1 << len(names))[:, np.newaxis] >> np.arange(len(names))
    held = (bits & 1).astype(bool)
    priors = _priors(case, names)
    fine = _possible(case, names, held)
    weights = np.where(held, priors, 1.0 - priors).prod(axis=1) * fine
    if not weights.any():
        raise ValueError("hypotheses that are certain exclude one another")
    likely = weights > 0
    return held[likely], weights[likely]


def _admitted(case: Case, names: list[str]) -> Array:
    """Return the chance of each hypothesis, those with exclusive members left out."""
    number = {name: at for at, name in enumerate(names)}
    pairs = [(number[a], number[b]) for a, b in contradictions(case, names)]
    return admitted(_priors(case, names).tolist(), excluding(pairs, len(names)))[0]


def _posterior(
    case: Case, names: list[str], seed: int
) -> tuple[NDArray[np.bool_], Array, Array, int, list[str]]:
    """Return combinations after the observations, and what they are worth.

    Returns:
        Combinations; the weight of each; belief in each hypothesis; how many
        combinations of one weight were drawn, none where all were compared; notes.
    """
    found = evidence(case)
    weighed = found.weigh(best=_COMBINATIONS, seed=seed)
    held = np.zeros((len(weighed.combinations), len(names)), dtype=bool)
    for row, one in enumerate(weighed.combinations):
        held[row, [names.index(found.hypotheses[at]) for at in one.hypotheses]] = True
    chances = np.zeros(len(names))
    chances[[names.index(name) for name in found.hypotheses]] = weighed.posteriors
    several = len(held)
    weights, sampled = weighed.shares, math.floor(weighed.worth)
    # What no observation reaches is as it was before, whatever the others are.
    rest = [name for name in names if name not in found.hypotheses]
    if rest:
        at = [names.index(name) for name in rest]
        chances[at] = _admitted(case, rest)
        if len(rest) <= MOST_EXACT and len(held) << len(rest) <= _PRIOR_DRAWS:
            beside, shares = _prior(case, rest, seed)
            weights = np.repeat(weights, len(beside)) * np.tile(shares, len(held))
            held = np.repeat(held, len(beside), axis=0)
            held[:, at] = np.tile(beside, (several, 1))
        else:
            beside = prior_combinations(case, rest, seed)
            held = held[_even(weights, len(beside))]
            held[:, at] = beside
            weights = np.ones(len(held))
            sampled = min(sampled or len(held), len(held))
    if weighed.method == "exact":
        note = (
            f"the posterior's {several:,} best combinations are drawn from; they hold"
            f" {percent(weighed.covered)} of the belief"
        )
    else:
        note = f"the posterior is that of {several:,} sampled combinations"
    return held, weights, chances, sampled, [note]


def posterior_combinations(
    case: Case, names: list[str], seed: int, known: Combinations | None = None
) -> NDArray[np.bool_]:
    """Return combinations by the belief in them after the observations, in any order.

    Each comes as often as it is believed; what is known already is not weighed again.
    """
    held, weights = known or _posterior(case, names, seed)[:2]
    rng = np.random.default_rng([seed, 2])
    return np.asarray(held[rng.permutation(_even(weights, _PRIOR_DRAWS))])


def _even(weights: Array, several: int) -> NDArray[np.intp]:
    """Return so many indexes, each about as often as its weight says, in order."""
    ends = np.cumsum(weights) / weights.sum()
    places = (np.arange(several) + 0.5) / several
    return np.minimum(np.searchsorted(ends, places), len(weights) - 1)


def number(value: float) -> Decimal:
    """Return a sum of the ledger's amounts, to a hundredth."""
    return Decimal(f"{value:.2f}")
