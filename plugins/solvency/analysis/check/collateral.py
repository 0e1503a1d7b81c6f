"""Tests of collateral, of concentration, and of what a sale would fetch."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from solvency.analysis.check.answer import Outcome
from solvency.analysis.check.customers import members
from solvency.analysis.check.parameters import listed
from solvency.analysis.check.parameters import number
from solvency.analysis.check.traits import is_claim_held
from solvency.figures import arithmetic

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator

    from solvency.analysis.check.quantities import Quantity
    from solvency.analysis.check.quantities import World
    from solvency.analysis.check.traits import Mask
    from solvency.ledger.case import Invariant
    from solvency.model.book import Book
    from solvency.model.book import Position


def shares(world: World, commodity: str, units: Quantity) -> Quantity:
    """Return what share of market value a sale of units fetches on each day.

    R(q) / (q p) = (1 - e^-x) / x with x = ln 2 q / halving; one where no depth
    is known (Cifuentes, Ferrucci and Shin 2005).
    """
    halving = world.timeline.halving(commodity)
    exponent = arithmetic.LN2 * np.maximum(units.astype(float, copy=False), 0)
    exponent /= halving
    if world.drawn:
        return _fetched(exponent)
    return _exactly(arithmetic.mean_decay(exponent))


def _fetched(exponent: Quantity) -> Quantity:
    """Return (1 - e^-x) / x of draws, once for days on which nothing is sold."""
    # Days lie together in memory: a mask picks in that order.
    every = exponent.T
    # On most days nothing is bought or sold: the share is that of the day before.
    fresh = np.ones(len(every), bool)
    fresh[1:] = (every[1:] != every[:-1]).any(axis=1)
    kept = arithmetic.mean_decay(every[fresh])
    return kept.take(np.cumsum(fresh) - 1, axis=0).T


def _shares_of(world: World, commodity: str, holding: Mask) -> Quantity:
    """Return the shares for what is held, computed once."""
    found: Quantity = world.once(
        ("shares", commodity, holding.tobytes()),
        lambda: shares(world, commodity, world.units(holding, commodity)),
    )
    return found


def _exactly(values: Quantity) -> Quantity:
    """Turn floats into Decimals, so that they multiply exact amounts."""
    flat = [Decimal(repr(float(value))) for value in values.ravel()]
    return np.array(flat, object).reshape(values.shape)


def realisable(world: World, mask: Mask, holding: Mask) -> Quantity:
    """Return what selling a selection would fetch, sold with all that is held.

    The share of what it cost that an account recovers, where its `recovery:` says so;
    else the market's price, less what the sale itself moves it by.

    Args:
        world: Where quantities come from.
        mask: What is valued.
        holding: All that is sold at once: depth is shared among it.
    """
    traits, of_commodity = world.traits, world.timeline.of_commodity
    stated = traits.mask(lambda t: t.account.recovery is not None)
    rest = mask & ~stated
    parts = [*_recovered(world, mask & stated)]
    for commodity in traits.commodities(rest):
        found = traits.case.commodities.get(commodity)
        if found is not None and found.depths:
            one = of_commodity(commodity)
            kept = _shares_of(world, commodity, holding & ~stated)
            parts.append(world.value(rest & one) * kept)
            rest &= ~one
    # What any amount of can be sold at the price is one sum.
    return world.added([world.value(rest), *parts])


def _recovered(world: World, mask: Mask) -> Iterator[Quantity]:
    """Yield what the accounts of a selection recover of what was paid in.

    Money in another currency counts at the rate of the day, as it does elsewhere.
    """
    monies = world.traits.monies
    money = mask & world.traits.mask(lambda t: t.commodity in monies)
    by_share: dict[Decimal, list[int]] = {}
    for index in np.flatnonzero(money):
        share = world.traits.all[index].account.recovery or Decimal()
        by_share.setdefault(share, []).append(int(index))
    for share, indexes in by_share.items():
        one = np.zeros(len(mask), bool)
        one[indexes] = True
        yield world.value(one) * world.constant(share)
    for index in np.flatnonzero(mask & ~money):
        share = world.traits.all[index].account.recovery or Decimal()
        yield world.at_cost(int(index)) * world.constant(share)


def _pledges(world: World, invariant: Invariant) -> list[tuple[str, Mask, Mask]]:
    """Return each creditor with the debts to it and what is pledged to it."""
    of = members(world, invariant.entity)
    creditors = sorted(
        {
            t.account.pledged_to
            for t in world.traits.all
            if t.account.pledged_to and (t.account.pledged_for or t.entity) in of
        }
    )
    found = []
    for creditor in creditors:
        debts = world.traits.mask(
            lambda t, to=creditor: (  # type: ignore[misc]  # bound now
                t.owed and t.entity in of and t.account.counterparty == to
            )
        )
        pledged = world.traits.mask(
            lambda t, to=creditor: (  # type: ignore[misc]  # bound now
                t.account.pledged_to == to and (t.account.pledged_for or t.entity) in of
            )
        )
        found.append((creditor, debts, pledged))
    return found


def _all_held(world: World, pledged: Mask) -> Mask:
    """Return all that the pledgers of a selection hold."""
    pledgers = frozenset(
        trait.entity
        for trait, one in zip(world.traits.all, pledged, strict=True)
        if one
    )
    return world.traits.held_by(pledgers)


def collateral_coverage(world: World, invariant: Invariant) -> list[Outcome]:
    """Cover each secured debt by what its collateral would really fetch."""
    least = world.constant(number(invariant, "minimum"))
    return [
        Outcome(
            creditor,
            world.currency,
            realisable(world, pledged, _all_held(world, pledged)),
            world.one_sided(debts, -1) * least,
            debts | pledged,
        )
        for creditor, debts, pledged in _pledges(world, invariant)
    ]


def loan_to_value(world: World, invariant: Invariant) -> list[Outcome]:
    """Keep each secured debt within a share of its collateral's market value."""
    most = world.constant(number(invariant, "maximum"))
    return [
        Outcome(
            creditor,
            world.currency,
            np.maximum(world.value(pledged), 0) * most,
            world.one_sided(debts, -1),
            debts | pledged,
        )
        for creditor, debts, pledged in _pledges(world, invariant)
    ]


def pledged_once(world: World, invariant: Invariant) -> list[Outcome]:
    """Pledge no more units of anything than are held."""
    of = members(world, invariant.entity)
    pledged = world.traits.mask(
        lambda t: t.held and t.entity in of and t.account.pledged_to is not None
    )
    held = world.traits.held_by(of)
    return [
        Outcome(
            commodity,
            commodity,
            world.units(held, commodity),
            world.units(pledged, commodity),
            (held | pledged) & world.timeline.of_commodity(commodity),
        )
        for commodity in world.traits.commodities(pledged)
    ]


def own_token_collateral(world: World, invariant: Invariant) -> list[Outcome]:
    """Take no token of the group as a related party's collateral."""
    of = members(world, invariant.entity)
    most = world.constant(number(invariant, "maximum"))
    group = frozenset(world.traits.case.group)
    pledged = world.traits.mask(
        lambda t: (
            t.account.pledged_to is not None
            and t.entity in group
            and (t.entity in of or t.account.pledged_to in of)
        )
    )
    if not pledged.any():
        return []
    own = pledged & world.traits.mask(lambda t: t.own_token)
    return [
        Outcome(
            None,
            world.currency,
            np.maximum(world.at_market(pledged), 0) * most,
            np.maximum(world.at_market(own), 0),
            pledged,
        )
    ]


def _of_interest(world: World, invariant: Invariant, held: Mask) -> list[str]:
    wanted = listed(invariant, "commodity")
    return [
        commodity
        for commodity in world.traits.commodities(held)
        if not wanted or commodity in wanted
    ]


def holding_against_float(world: World, invariant: Invariant) -> list[Outcome]:
    """Hold no more of a token than a share of what circulates."""
    of = members(world, invariant.entity)
    held = world.traits.held_by(of)
    most = number(invariant, "maximum")
    outcomes = []
    for commodity in _of_interest(world, invariant, held):
        found = world.traits.case.commodities.get(commodity)
        if found is None or not found.floats:
            continue
        units = world.units(held, commodity)
        # Before a float is first stated the test says nothing: the limit is
        # what is held.
        limits = [
            measure.units * most if (measure := found.floating(day)) else None
            for day in world.timeline.days
        ]
        stated = np.array([limit is not None for limit in limits])
        allowed = np.array([world.constant(limit or Decimal()) for limit in limits])
        outcomes.append(
            Outcome(
                commodity,
                commodity,
                np.where(stated, allowed, units),
                units,
                held & world.timeline.of_commodity(commodity),
            )
        )
    return outcomes


def holding_against_depth(world: World, invariant: Invariant) -> list[Outcome]:
    """Hold no more of a token than a sale would fetch most of the price for."""
    of = members(world, invariant.entity)
    held = world.traits.held_by(of)
    least = world.constant(number(invariant, "minimum"))
    outcomes = []
    for commodity in _of_interest(world, invariant, held):
        found = world.traits.case.commodities.get(commodity)
        if found is None or not found.depths:
            continue
        fetched = _shares_of(world, commodity, held)
        outcomes.append(
            Outcome(
                commodity,
                "share of market value",
                fetched,
                fetched * 0 + least,
                held & world.timeline.of_commodity(commodity),
                ratio=True,
            )
        )
    return outcomes


def claims_alone(
    invariant: Invariant, positions: Iterable[Position], book: Book
) -> Iterable[Position]:
    """Return the claims: by these a limit on claims holds or breaks."""
    del invariant
    return (one for one in positions if is_claim_held(book.account(one)))


def related_party_exposure(world: World, invariant: Invariant) -> list[Outcome]:
    """Keep claims on related parties within a share of own capital."""
    of = members(world, invariant.entity)
    claims = world.traits.mask(
        lambda t: (
            t.account.is_claim
            and t.entity in of
            and t.account.counterparty not in of
            and (t.affiliate or t.related)
        )
    )
    if not claims.any():
        return []
    all_of = world.traits.mask(
        lambda t: t.entity in of and t.account.root in {"Assets", "Liabilities"}
    )
    most = world.constant(number(invariant, "maximum"))
    return [
        Outcome(
            None,
            world.currency,
            np.maximum(world.value(all_of), 0) * most,
            world.one_sided(claims, 1),
            all_of,
        )
    ]
