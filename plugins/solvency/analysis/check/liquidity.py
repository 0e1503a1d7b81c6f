"""Tests of what can be paid when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from solvency.analysis.check.answer import Outcome
from solvency.analysis.check.collateral import realisable
from solvency.analysis.check.customers import members
from solvency.analysis.check.parameters import number
from solvency.model.prices import Quote

if TYPE_CHECKING:
    from solvency.analysis.check.quantities import Quantity
    from solvency.analysis.check.quantities import World
    from solvency.analysis.check.traits import Mask
    from solvency.ledger.case import Invariant

#: The buckets of the ability-to-pay test, and which terms fall due in each.
#: Whose: this project's; the law says "as they become due" and sets none.
BUCKETS = ("0-1 days", "2-7 days", "8-30 days", "31-90 days")


#: By which day debts and claims at each term fall due, in the same buckets.
_DUE = {"demand": 1, "callable": 7}


def _debts(world: World, of: frozenset[str], *terms: str) -> Quantity:
    """Return what is owed at the given terms to those outside.

    A debt below zero lessens no other: one customer's deficit pays nobody else.
    """
    mask = world.traits.mask(
        lambda t: (
            t.owed
            and t.entity in of
            and (t.account.term or "term") in terms
            and t.account.counterparty not in of
        )
    )
    return world.one_sided(mask, -1)


def _assets(world: World, of: frozenset[str], liquidity: str) -> Mask:
    """Return what is held free of any pledge, and is no token of the group."""
    return world.traits.mask(
        lambda t: (
            t.held
            and t.entity in of
            and t.liquidity == liquidity
            and t.account.pledged_to is None
            and not t.own_token
        )
    )


def _claims(world: World, of: frozenset[str], *terms: str) -> Mask:
    """Return claims at the given terms on others than related parties."""
    return world.traits.mask(
        lambda t: (
            t.claim
            and t.entity in of
            and (t.account.term or "term") in terms
            and not t.affiliate
        )
    )


def _inflows(world: World, of: frozenset[str], *terms: str) -> Quantity:
    """Return what claims at the given terms bring in."""
    return world.one_sided(_claims(world, of, *terms), 1)


def liquidity_coverage(world: World, invariant: Invariant) -> list[Outcome]:
    """Hold liquid assets for the net outflow of a month of stress.

    Basel III liquidity coverage ratio (Basel Committee, January 2013): debts that
    fall due within the days, those on demand at a run-off rate, less inflows up
    to a cap.
    """
    of = members(world, invariant.entity)
    days = number(invariant, "days")
    terms = [term for term, due in _DUE.items() if due <= days]
    outflow = _debts(world, of, *terms)
    runoff = world.constant(number(invariant, "runoff"))
    if "demand" in terms:
        outflow = outflow - _debts(world, of, "demand") * (1 - runoff)
    cap = world.constant(number(invariant, "inflow-cap"))
    inflow = np.minimum(_inflows(world, of, *terms), outflow * cap)
    least = world.constant(number(invariant, "minimum"))
    liquid = _assets(world, of, "liquid")
    debts = world.traits.owed_by(of)
    return [
        Outcome(
            None,
            world.currency,
            world.value(liquid),
            (outflow - inflow) * least,
            liquid | debts | _claims(world, of, *terms),
        )
    ]


def ability_to_pay(world: World, invariant: Invariant) -> list[Outcome]:
    """Meet debts as they fall due, bucket by bucket (11 USC 548(a)(1)(B)(ii)(III)).

    Debts on demand fall due within a day, debts at call within a week; liquid
    assets and claims on demand serve them, then claims at call, then within a
    month what less liquid assets fetch. Claims on related parties serve nothing.
    """
    of = members(world, invariant.entity)
    runoff = world.constant(number(invariant, "runoff"))
    liquid, less = _assets(world, of, "liquid"), _assets(world, of, "less-liquid")
    debts = world.traits.owed_by(of)
    have: Any = world.value(liquid) + _inflows(world, of, "demand")
    need: Any = _debts(world, of, "demand") * runoff
    counted = liquid | debts | _claims(world, of, "demand")
    outcomes = [Outcome(BUCKETS[0], world.currency, have, need, counted)]
    have = have + _inflows(world, of, "callable")
    need = need + _debts(world, of, "callable")
    counted = counted | _claims(world, of, "callable")
    outcomes.append(Outcome(BUCKETS[1], world.currency, have, need, counted))
    holding = world.traits.held_by(of)
    have = have + realisable(world, less, holding)
    outcomes.append(Outcome(BUCKETS[2], world.currency, have, need, counted | less))
    need = need + _debts(world, of, "demand") * (1 - runoff)
    outcomes.append(Outcome(BUCKETS[3], world.currency, have, need, counted | less))
    return outcomes


def attestation_borrowing(world: World, invariant: Invariant) -> list[Outcome]:
    """See no reserves come in before an attestation and leave after it.

    Around each `event "attestation" "ENTITY"`, commodity by commodity: what
    reserves rose by in the days before, and what of it was gone the same number
    of days after, at the day's prices, so that their moves play no part.
    """
    of = members(world, invariant.entity)
    span = int(number(invariant, "days"))
    most = world.constant(number(invariant, "maximum"))
    held = world.traits.mask(lambda t: t.held and t.entity in of and not t.own_token)
    have, need = world.value(held) * 0, world.value(held) * 0
    days = world.timeline.ordinals
    for event in world.traits.case.events:
        middle = event.date.toordinal()
        if event.kind != "attestation" or event.description not in of:
            continue
        before, at, after = (
            int(np.searchsorted(days, day, side="right")) - 1
            for day in (middle - span, middle, middle + span)
        )
        if at < 0:
            continue
        for commodity in world.traits.commodities(held):
            units = world.units(held, commodity)
            # Before the books begin there is nothing.
            start = units[..., before] if before >= 0 else units[..., 0] * 0
            rise = np.maximum(units[..., at] - start, 0)
            gone = np.minimum(np.maximum(units[..., at] - units[..., after], 0), rise)
            price = world.constant(world.timeline.price(commodity)[at])
            have[..., at] += rise * price * most
            need[..., at] += gone * price
    return [Outcome(None, world.currency, have, need, held)]


def price_coverage(world: World, invariant: Invariant) -> list[Outcome]:
    """Have a fresh price for everything held or owed; else name it and leave it out."""
    of = members(world, invariant.entity)
    mask = world.traits.mask(
        lambda t: t.entity in of and t.account.root in {"Assets", "Liabilities"}
    )
    outcomes = []
    for commodity in world.traits.commodities(mask):
        if commodity == world.currency:
            continue
        one = mask & world.timeline.of_commodity(commodity)
        gross = world.zeros()
        for index in np.flatnonzero(one):
            single = world.timeline.single(int(index))
            gross = gross + abs(world.timeline.units(single, commodity))
        priced = np.array(
            [isinstance(quote, Quote) for quote in world.timeline.quotes(commodity)]
        )
        have = np.where(priced, gross, world.zeros())
        outcomes.append(Outcome(commodity, commodity, have, gross, one))
    return outcomes
