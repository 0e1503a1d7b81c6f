"""Tests of what is held for customers, and of what accounts may lack."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from solvency.analysis.check.answer import Outcome
from solvency.analysis.check.parameters import listed
from solvency.analysis.check.parameters import money
from solvency.analysis.check.parameters import number
from solvency.analysis.check.parameters import text

if TYPE_CHECKING:
    from solvency.analysis.check.quantities import World
    from solvency.analysis.check.traits import Mask
    from solvency.ledger.case import Invariant
    from solvency.ledger.case import Money

ZERO = Decimal()


def members(world: World, name: str) -> frozenset[str]:
    """Return the entities a test is of: one, or the group's members."""
    return frozenset(world.traits.case.group) if name == "group" else frozenset({name})


def _each_account(world: World, mask: Mask) -> list[Mask]:
    """Split a selection by account: a deficit in one offsets no credit in another."""
    accounts: dict[str, list[int]] = {}
    for index, trait in enumerate(world.traits.all):
        if mask[index]:
            accounts.setdefault(trait.account.name, []).append(index)
    split = []
    for indexes in accounts.values():
        one = np.zeros(len(mask), bool)
        one[indexes] = True
        split.append(one)
    return split


def customer_assets(world: World, invariant: Invariant) -> list[Outcome]:
    """Hold each commodity that customers are owed, in kind (17 CFR 1.20, 1.22)."""
    of = members(world, invariant.entity)
    owed = world.traits.owed_to_customers_by(of)
    held = world.traits.kept_for_customers_by(of)
    least = world.constant(number(invariant, "minimum"))
    outcomes = []
    for commodity in world.traits.commodities(owed):
        need: Any = 0
        for account in _each_account(world, owed):
            need = need + np.maximum(-world.units(account, commodity), 0)
        outcomes.append(
            Outcome(
                commodity,
                commodity,
                world.units(held, commodity),
                need * least,
                (owed | held) & world.timeline.of_commodity(commodity),
            )
        )
    return outcomes


def of_customers(world: World, invariant: Invariant) -> tuple[Mask, Mask]:
    """Return what customers are owed and what is held for them, own tokens left out."""
    of = members(world, invariant.entity)
    return (
        world.traits.mask(lambda t: t.customers and t.entity in of and not t.own_token),
        world.traits.mask(lambda t: t.custody and t.entity in of and not t.own_token),
    )


def customer_assets_clean(world: World, invariant: Invariant) -> list[Outcome]:
    """Hold the value of customers' claims, tokens of the group on neither side."""
    owed, held = of_customers(world, invariant)
    if not owed.any():
        return []
    least = world.constant(number(invariant, "minimum"))
    need = world.one_sided(owed, -1) * least
    return [Outcome(None, world.currency, world.value(held), need, owed | held)]


def clean_ratio(world: World, invariant: Invariant) -> list[Outcome]:
    """Keep most reserves in what the group did not issue (DefiLlama's clean assets)."""
    of = members(world, invariant.entity)
    custody = world.traits.kept_for_customers_by(of)
    held = world.traits.held_by(of)
    reserves = custody if custody.any() else held
    if not reserves.any():
        return []
    foreign = reserves & world.traits.mask(lambda t: not t.own_token)
    least = world.constant(number(invariant, "minimum"))
    return [
        Outcome(
            None,
            world.currency,
            world.at_market(foreign),
            # At market, the entity's own tokens too: their share is the point.
            np.maximum(world.at_market(reserves), 0) * least,
            reserves,
        )
    ]


def segregation(world: World, invariant: Invariant) -> list[Outcome]:
    """Hold at least what must be held apart, at market (17 CFR 1.32, 30.7; CASS 7).

    Required is what customers are owed, account by account, none of them lessening
    another; held is what is held for them, by the entity or by others. `owed:` and
    `accounts:` name the accounts of one class of customers where there are several.
    """
    owed, held = of_customers(world, invariant)
    owed = _named(world, invariant, "owed", owed)
    held = _named(world, invariant, "accounts", held)
    if not (owed.any() or held.any()):
        return []
    label = text(invariant, "class", "") or None
    need = world.one_sided(owed, -1)
    return [Outcome(label, world.currency, world.value(held), need, owed | held)]


def _named(world: World, invariant: Invariant, key: str, usual: Mask) -> Mask:
    """Return the positions in the accounts a parameter names, else the usual ones."""
    names = listed(invariant, key)
    if not names:
        return usual
    within = tuple(f"{name}:" for name in names)
    return world.traits.mask(
        lambda t: t.account.name in names or t.account.name.startswith(within)
    )


def _overdrawn(
    world: World, of: frozenset[str], other: str, limit: Money | None
) -> Outcome:
    """Return what a party's account with an entity is below zero, in money."""
    claims = world.traits.mask(
        lambda t: (
            t.account.is_claim and t.entity in of and t.account.counterparty == other
        )
    )
    used = world.one_sided(claims, 1)
    return Outcome(
        other, world.currency, -used, used * 0 - _worth(world, limit), claims
    )


def _worth(world: World, limit: Money | None) -> Any:
    """Return a limit in the reporting currency, day by day where it is in another."""
    if limit is None:
        return world.constant(ZERO)
    if limit.commodity == world.currency:
        return world.constant(limit.number)
    return world.series(world.timeline.price(limit.commodity) * limit.number)


def overdraft_limit(world: World, invariant: Invariant) -> list[Outcome]:
    """Let no account fall further below zero than its documented limit.

    With `counterparty:` the account is the one that party has with the entity, and
    the limit a customer's: a privilege is tested by its use, not against itself.
    """
    of = members(world, invariant.entity)
    stated = money(invariant, "limit")
    other = text(invariant, "counterparty", "")
    if other:
        return [_overdrawn(world, of, other, stated)]
    outcomes = []
    for index, trait in enumerate(world.traits.all):
        account = trait.account
        if trait.entity not in of or account.root not in {"Assets", "Liabilities"}:
            continue
        limit = account.limit or stated
        most = ZERO
        if limit is not None and limit.commodity == trait.commodity:
            most = limit.number
        one = world.timeline.single(index)
        units = world.units(one, trait.commodity) * account.sign
        outcomes.append(
            Outcome(
                f"{account.name} {trait.commodity}",
                trait.commodity,
                units,
                units * 0 - world.constant(most),
                one,
            )
        )
    return outcomes
