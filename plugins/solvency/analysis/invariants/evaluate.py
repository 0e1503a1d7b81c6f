"""Run the tests a case asks for, in the written amounts and in draws of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from solvency.analysis.invariants import capital
from solvency.analysis.invariants import collateral
from solvency.analysis.invariants import customers
from solvency.analysis.invariants import liquidity
from solvency.analysis.invariants.findings import Finding
from solvency.analysis.invariants.findings import Findings
from solvency.analysis.invariants.findings import Outcome
from solvency.analysis.invariants.findings import Series
from solvency.analysis.invariants.world import DrawnWorld
from solvency.analysis.invariants.world import Timeline
from solvency.analysis.invariants.world import World
from solvency.model.uncertain import Spreads

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable

    from numpy.typing import NDArray

    from solvency.ledger.case import Invariant
    from solvency.model.book import Book

#: Each test by its name in the language.
TESTS: dict[str, Callable[[World, Invariant], list[Outcome]]] = {
    "customer-assets": customers.customer_assets,
    "customer-assets-clean": customers.customer_assets_clean,
    "clean-ratio": customers.clean_ratio,
    "overdraft-limit": customers.overdraft_limit,
    "collateral-coverage": collateral.collateral_coverage,
    "pledged-once": collateral.pledged_once,
    "own-token-collateral": collateral.own_token_collateral,
    "holding-against-float": collateral.holding_against_float,
    "holding-against-depth": collateral.holding_against_depth,
    "loan-to-value": collateral.loan_to_value,
    "related-party-exposure": collateral.related_party_exposure,
    "house-and-customer-apart": customers.house_and_customer_apart,
    "house-outlay": customers.house_outlay,
    "liquidity-coverage": liquidity.liquidity_coverage,
    "mirrors": capital.mirrors,
    "liabilities-recognised": customers.liabilities_recognised,
    "price-coverage": liquidity.price_coverage,
    "attestation-borrowing": liquidity.attestation_borrowing,
    "conservation": capital.conservation,
    "balance-sheet": capital.balance_sheet,
    "ability-to-pay": liquidity.ability_to_pay,
    "adequate-capital": capital.adequate_capital,
}
#: Tests that are not drawn. No amount can change the first three; the others are
#: of single accounts, which independent draws of what came in and of what went
#: out would overdraw wherever an account was emptied.
CERTAIN = frozenset(
    {"mirrors", "price-coverage", "conservation", "overdraft-limit", "pledged-once"}
)

DRAWS = 10_000
SEED = 20_221_111
#: Draws made at once: few enough that their arrays stay in the cache.
_CHUNK = 1_000
#: A test that holds as written is still reported if it broke in this share of draws.
_WORTH_SAYING = 0.05
_ZERO = Decimal()


@dataclass
class _Drawn:
    """What draws found of one outcome."""

    broken: int = 0
    #: Index of the first day broken, of each draw in which it broke.
    first: list[NDArray[np.int64]] | None = None


def evaluate(book: Book, *, draws: int = DRAWS, seed: int = SEED) -> Findings:
    """Run every test of the case over a Book.

    Args:
        book: The Book of one scenario.
        draws: How many draws of the uncertain amounts; none gives probabilities
            of 0 or 1.
        seed: The seed; the same seed gives the same findings.
    """
    case = book.case
    timeline = Timeline(book)
    world = World(timeline)
    spreads = Spreads(book)
    draws = draws if len(spreads.flows) else 0
    asked = [(one, TESTS[one.name](world, one)) for one in case.invariants]
    chances: list[list[_Drawn]] = [[_Drawn() for _ in found] for _, found in asked]
    for scales in spreads.draw(draws, seed, _CHUNK):
        drawn = DrawnWorld(timeline, spreads.flows, scales)
        for (invariant, found), tallies in zip(asked, chances, strict=True):
            if invariant.name not in CERTAIN:
                again = TESTS[invariant.name](drawn, invariant)
                for outcome, tally in zip(again, tallies, strict=True):
                    _count(outcome, tally, len(scales))
            del found
    findings = []
    series: dict[tuple[str, str, str | None], Series] = {}
    for (invariant, found), tallies in zip(asked, chances, strict=True):
        for outcome, tally in zip(found, tallies, strict=True):
            series[invariant.name, invariant.entity, outcome.label] = Series(
                invariant,
                outcome.label,
                outcome.unit,
                tuple(timeline.days),
                tuple(outcome.have),
                tuple(outcome.need),
            )
            finding = _finding(timeline, invariant, outcome, tally, draws)
            if finding is not None:
                findings.append(finding)
    return Findings(
        case=case,
        findings=tuple(findings),
        draws=draws,
        seed=seed,
        standard_error=0.5 / math.sqrt(draws) if draws else 0.0,
        series=series,
    )


def solvency_states(book: Book) -> list[tuple[datetime.date, str, bool]]:
    """Return when each entity became insolvent or solvent again."""
    asked = [one for one in book.case.invariants if one.name == "balance-sheet"]
    if not asked or not book.flows:
        return []
    timeline = Timeline(book)
    world = World(timeline)
    states = []
    for invariant in asked:
        for outcome in TESTS[invariant.name](world, invariant):
            states += _states(timeline, invariant, outcome)
    return sorted(states)


def _broken(outcome: Outcome) -> NDArray[np.bool_]:
    """Return where an outcome does not hold; float noise breaks nothing."""
    margin = outcome.have - outcome.need
    if margin.dtype == object:
        return np.asarray(margin < 0)
    size = np.maximum(np.abs(outcome.have), np.abs(outcome.need))
    return np.asarray(margin < -1e-9 * size)


def _count(outcome: Outcome, tally: _Drawn, draws: int) -> None:
    broken = np.atleast_2d(_broken(outcome))
    if len(broken) == 1:
        broken = np.broadcast_to(broken, (draws, broken.shape[1]))
    ever = broken.any(axis=1)
    tally.broken += int(ever.sum())
    tally.first = tally.first or []
    tally.first.append(broken[ever].argmax(axis=1))


def _finding(
    timeline: Timeline,
    invariant: Invariant,
    outcome: Outcome,
    tally: _Drawn,
    draws: int,
) -> Finding | None:
    """Say what an outcome found, or None where it held and surely so."""
    broken = _broken(outcome)
    days = timeline.days
    drawn = draws and invariant.name not in CERTAIN
    chance = tally.broken / draws if drawn else float(broken.any())
    if not broken.any() and chance < _WORTH_SAYING:
        return None
    between: tuple[datetime.date | None, datetime.date | None] = (None, None)
    if tally.first:
        firsts = np.concatenate(tally.first)
        if len(firsts):
            low, high = np.quantile(firsts, [0.05, 0.95], method="closest_observation")
            between = days[int(low)], days[int(high)]
    first = last = worst = None
    amount: Decimal = _ZERO
    ratio: Decimal | None = None
    flows: tuple[str, ...] = ()
    if broken.any():
        where = np.flatnonzero(broken)
        missing = outcome.need - outcome.have
        at = int(where[np.argmax([missing[index] for index in where])])
        first, last, worst = days[where[0]], days[where[-1]], days[at]
        amount = missing[at]
        if outcome.need[at]:
            ratio = outcome.have[at] / outcome.need[at]
        flows = _responsible(timeline, outcome, int(where[0]))
        if not drawn:
            between = (first, first)
    return Finding(
        invariant=invariant.name,
        entity=invariant.entity,
        commodity=outcome.label,
        severity=invariant.severity,
        first=first,
        last=last,
        worst=worst,
        amount=amount,
        unit=outcome.unit,
        ratio=ratio,
        probability=chance,
        first_earliest=between[0],
        first_latest=between[1],
        flows=flows,
    )


def _responsible(timeline: Timeline, outcome: Outcome, day: int) -> tuple[str, ...]:
    """Return the flows of the day a test first broke, largest effect first.

    None where only a price moved.
    """
    book = timeline.book
    inside = outcome.mask[book.position] & (timeline.bucket == day)
    effect: dict[int, float] = {}
    for flow, worth in zip(book.flow[inside], book.worth[inside], strict=True):
        effect[int(flow)] = effect.get(int(flow), 0.0) + abs(float(worth))
    return tuple(
        book.flows[flow].id
        for flow in sorted(effect, key=lambda index: (-effect[index], index))
    )


def _states(
    timeline: Timeline, invariant: Invariant, outcome: Outcome
) -> list[tuple[datetime.date, str, bool]]:
    """Return the days on which an entity became insolvent, or solvent again."""
    broken = _broken(outcome)
    changes = []
    before: Any = None
    for day, now in zip(timeline.days, broken, strict=True):
        if now != before:
            changes.append((day, invariant.entity, not now))
            before = now
    return changes
