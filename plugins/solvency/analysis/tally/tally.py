"""How much of what is untraced do the hypotheses explain together?

A hypothesis's loss is what its flows take from the group's clean liquid assets and do
not bring back. What is to be explained is what is untraced. What customers are owed
less what is held for them is a debt, whose every flow is in the books: nothing is
measured by it.
"""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Literal

from solvency.analysis.tally.answer import QUANTILES
from solvency.analysis.tally.answer import Dependence
from solvency.analysis.tally.answer import ScenarioTally
from solvency.analysis.tally.answer import Tallied
from solvency.analysis.tally.parts import Parts
from solvency.analysis.tally.untraced import untraced
from solvency.analysis.tally.untraced import untraced_of
from solvency.defaults import DEPENDENCE_DRAWS
from solvency.defaults import SEED
from solvency.defaults import TALLY_DRAWS
from solvency.figures.precision import money
from solvency.figures.precision import settled
from solvency.methods.tally import Drawn
from solvency.model.valuation import Valuation
from solvency.wide import wide

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

    from solvency.analysis.tally.parts import Chosen
    from solvency.analysis.tally.parts import Combinations
    from solvency.ledger.case import Case
    from solvency.ledger.case import Scenario
    from solvency.methods.tally import Exact
    from solvency.methods.tally import Executor
    from solvency.methods.tally import Shape

Switches = Literal["prior", "posterior"]

#: Correlations of all amounts by one common factor, in the table of dependence.
RHOS = (0.0, 0.25, 0.5, 0.75)


@wide()
def tally(
    case: Case,
    *,
    switches: Switches = "prior",
    shape: Shape = "lognormal",
    levels: Sequence[float] = (),
    draws: int = TALLY_DRAWS,
    seed: int = SEED,
    at: datetime.date | None = None,
    beside: bool = True,
    executor: Executor | None = None,
) -> Tallied:
    """Add up what a case's hypotheses take, with their uncertainty.

    Args:
        case: the case; a scenario with hypotheses of its own is taken to hold.
        switches: belief in each hypothesis otherwise: prior or posterior.
        shape: distribution of the amounts, lognormal or pert.
        levels: amounts to give the probability of reaching; by default round ones.
        draws: number of draws.
        seed: of the draws.
        at: day of what is untraced; by default the reporting date.
        beside: also what each scenario takes, the total with amounts that go
            together, and how much of what is untraced that explains: most of the
            draws.
        executor: something with a `map`, as `tally.draw` takes.

    Returns:
        The distribution of the total, and of what is left unexplained.

    Raises:
        ValueError: no hypothesis takes or brings anything, or there are no
            observations for a posterior.
    """
    day = at or case.reporting_date
    parts = Parts(case, shape)
    chosen, how, notes = _chosen(parts, switches, seed)
    found, method = chosen.total(draws, seed, executor)
    losses = chosen.losses()
    total = Tallied(
        currency=case.currency,
        at=day,
        switches=how,
        method=method,
        draws=draws,
        seed=seed,
        mean=sum((one.expected for one in losses), Decimal()),
        quantiles=_quantiles(found),
        at_least={
            f"{level:.0f}": settled(found.at_least(level))
            for level in levels or _round(settled(found.quantile(0.95)))
        },
        hole=hole_of(case, day),
        to_explain=untraced_of(case, day),
        unexplained={},
        hypotheses=losses,
        scenarios=(),
        dependence=(),
        notes=tuple(notes),
        effective=chosen.effective(draws) if isinstance(found, Drawn) else None,
        errors=_errors(found, chosen.effective(draws)),
    )
    if not beside:
        return total
    return _with_rest(parts, chosen, explained(case, total, chosen.posterior), executor)


def with_rest(
    case: Case,
    total: Tallied,
    *,
    switches: Switches = "prior",
    shape: Shape = "lognormal",
    executor: Executor | None = None,
) -> Tallied:
    """Return a tally with what each scenario takes, and amounts that go together.

    Args:
        case: the case.
        total: its tally, whose day, draws and seed are taken.
        switches: as the tally was made with.
        shape: as the tally was made with.
        executor: something with a `map`, as `tally.draw` takes.
    """
    parts = Parts(case, shape)
    chosen, _, _ = _chosen(parts, switches, total.seed)
    return _with_rest(parts, chosen, total, executor)


def _with_rest(
    parts: Parts, chosen: Chosen, total: Tallied, executor: Executor | None
) -> Tallied:
    few = min(total.draws, DEPENDENCE_DRAWS)
    drawn = chosen.draw(few, total.seed, executor, RHOS)
    return replace(
        total,
        scenarios=tuple(
            _scenario(parts, one, total, executor)
            for one in parts.case.scenarios.values()
            if one.hypotheses
        ),
        dependence=tuple(
            Dependence(rho, _quantiles(one), _reaches(one, total.to_explain))
            for rho, one in zip(RHOS, drawn, strict=True)
        ),
    )


def _chosen(
    parts: Parts, switches: Switches, seed: int
) -> tuple[Chosen, str, list[str]]:
    """Return the flows to add up, what they are chosen by, and what to know of it."""
    scenario = parts.case.scenario
    if scenario.hypotheses and scenario.name != "*":
        return parts.holding(scenario.hypotheses), scenario.name, []
    chosen, notes = parts.believed(switches, seed)
    return chosen, switches, notes


def explained(
    case: Case, found: Tallied, posterior: Combinations | None = None
) -> Tallied:
    """Return a tally with how much of what is untraced the hypotheses explain.

    Args:
        case: the case.
        found: its tally, whose day, draws and seed are taken.
        posterior: combinations of all hypotheses after the observations, with their
            weights, where they are known already.
    """
    named = case.scenario.name != "*"
    held = case.scenario.hypotheses if named else frozenset()
    few = min(found.draws, DEPENDENCE_DRAWS)
    after = found.switches == "posterior"
    one = untraced(
        *(case, found.at, held, few, found.seed), after=after, posterior=posterior
    )
    return replace(found, untraced=one, unexplained=one.left() if one else {})


def hole_of(case: Case, day: datetime.date) -> Decimal | None:
    """Return what customers are owed less what is held for them, at market.

    Args:
        case: the case, of the scenario whose flows are taken.
        day: the day at whose end.

    Returns:
        The sum over the group's entities of what each owes customers beyond what it
        holds for them; None if no entity of the group owes customers anything.
    """
    owed: dict[str, Decimal] = {}
    values = Valuation(case.book(), day, "clean")
    for position in values.units:
        account = case.accounts[position.account]
        serves = account.root == "Assets" and account.custody
        owes = account.root == "Liabilities" and account.rank == "customer"
        if account.entity in case.group and (serves or owes):
            value = values.value(position) or Decimal()
            owed[account.entity] = owed.get(account.entity, Decimal()) - value
    if not any(
        account.root == "Liabilities" and account.rank == "customer"
        for account in case.accounts.values()
    ):
        return None
    short = sum((max(amount, Decimal()) for amount in owed.values()), Decimal())
    return short.quantize(Decimal("0.01"))


def _scenario(
    parts: Parts,
    scenario: Scenario,
    total: Tallied,
    executor: Executor | None,
) -> ScenarioTally:
    case = replace(parts.case, scenario=scenario)
    chosen = parts.holding(scenario.hypotheses)
    found, method = chosen.total(total.draws, total.seed, executor)
    return ScenarioTally(
        name=scenario.name,
        title=scenario.title,
        quantiles=_quantiles(found),
        hole=hole_of(case, total.at),
        unexplained=total.untraced.left(scenario.name) if total.untraced else {},
        reaches=_reaches(found, total.to_explain),
        method=method,
    )


def _quantiles(found: Drawn | Exact) -> dict[str, Decimal]:
    values = found.quantile(QUANTILES).tolist()
    return {
        f"{share:g}": money(value)
        for share, value in zip(QUANTILES, values, strict=True)
    }


def _errors(found: Drawn | Exact, draws: int) -> dict[str, Decimal]:
    if not isinstance(found, Drawn):
        return {}
    return {f"{share:g}": money(found.error(share, draws)) for share in QUANTILES}


def _reaches(found: Drawn | Exact, amount: Decimal | None) -> float | None:
    return settled(found.at_least(float(amount))) if amount else None


def _round(most: float) -> list[float]:
    """Return about five round amounts up to a large total."""
    if most <= 0:
        return []
    scale = 10.0 ** Decimal(repr(most / 5)).adjusted()
    step = next(s * scale for s in (1, 2, 5, 10) if most / (s * scale) <= 6)
    return [step * count for count in range(1, math.floor(most / step) + 1)]
