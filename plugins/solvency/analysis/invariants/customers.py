"""Tests of what is held for customers, and of house and customers' money apart."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from solvency.analysis.invariants.findings import Outcome
from solvency.analysis.invariants.parameters import listed
from solvency.analysis.invariants.parameters import money
from solvency.analysis.invariants.parameters import number

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from solvency.analysis.invariants.traits import Mask
    from solvency.analysis.invariants.traits import Trait
    from solvency.analysis.invariants.world import World
    from solvency.ledger.case import Invariant

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
    owed = world.traits.mask(lambda t: t.customers and t.entity in of)
    held = world.traits.mask(lambda t: t.custody and t.entity in of)
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


def customer_assets_clean(world: World, invariant: Invariant) -> list[Outcome]:
    """Hold the value of customers' claims, tokens of the group on neither side."""
    of = members(world, invariant.entity)
    owed = world.traits.mask(
        lambda t: t.customers and t.entity in of and not t.own_token
    )
    held = world.traits.mask(lambda t: t.custody and t.entity in of and not t.own_token)
    need: Any = 0
    for account in _each_account(world, owed):
        for commodity in world.traits.commodities(account):
            one = account & world.timeline.of_commodity(commodity)
            need = need + np.maximum(-world.value(one), 0)
    if not owed.any():
        return []
    least = world.constant(number(invariant, "minimum"))
    return [Outcome(None, world.currency, world.value(held), need * least, owed | held)]


def clean_ratio(world: World, invariant: Invariant) -> list[Outcome]:
    """Keep most reserves in what the group did not issue (DefiLlama's clean assets)."""
    of = members(world, invariant.entity)
    custody = world.traits.mask(lambda t: t.custody and t.entity in of)
    held = world.traits.mask(lambda t: t.held and t.entity in of)
    reserves = custody if custody.any() else held
    if not reserves.any():
        return []
    foreign = reserves & world.traits.mask(lambda t: not t.own_token)
    least = world.constant(number(invariant, "minimum"))
    return [
        Outcome(
            None,
            world.currency,
            world.value(foreign),
            np.maximum(world.value(reserves), 0) * least,
            reserves,
        )
    ]


def overdraft_limit(world: World, invariant: Invariant) -> list[Outcome]:
    """Let no account fall further below zero than its documented limit."""
    of = members(world, invariant.entity)
    stated = money(invariant, "limit")
    outcomes = []
    for index, trait in enumerate(world.traits.all):
        account = trait.account
        if trait.entity not in of or account.root not in {"Assets", "Liabilities"}:
            continue
        limit = account.limit or stated
        most = ZERO
        if limit is not None and limit.commodity == trait.commodity:
            most = limit.number
        one = np.zeros(len(world.traits.all), bool)
        one[index] = True
        sign = 1 if account.root == "Assets" else -1
        units = world.units(one, trait.commodity) * sign
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


def _given_by_customers(world: World) -> NDArray[np.float64]:
    """Return what each flow took from customers' hands or from custody, in money."""
    theirs = world.traits.mask(
        lambda t: (
            not t.account.is_claim
            and not t.owed
            and (t.account.custody or world.traits.role(t.entity) == "customers")
        )
    )
    return np.maximum(-world.timeline.per_flow(theirs), 0.0)


def _house(of: frozenset[str]) -> Callable[[Trait], bool]:
    return lambda t: t.held and t.entity in of and not t.account.custody


def _sums(world: World, amounts: NDArray[np.float64]) -> Any:
    """Return the running sum of an amount a flow."""
    return world.accumulate(
        {
            int(flow): world.worth(float(amounts[flow])) * world.factor(int(flow))
            for flow in np.flatnonzero(amounts)
        }
    )


def house_and_customer_apart(world: World, invariant: Invariant) -> list[Outcome]:
    """Let no customers' money land in an account that is not held for them."""
    of = members(world, invariant.entity)
    mask = world.traits.mask(_house(of))
    landed = np.maximum(world.timeline.per_flow(mask), 0.0)
    sums = _sums(world, np.minimum(landed, _given_by_customers(world)))
    return [Outcome(None, world.currency, sums * 0, sums, mask)]


def liabilities_recognised(world: World, invariant: Invariant) -> list[Outcome]:
    """Book a debt to customers for every deposit that came in."""
    of = members(world, invariant.entity)
    held = world.traits.mask(lambda t: t.custody and t.entity in of)
    owed = world.traits.mask(lambda t: t.customers and t.entity in of)
    came = np.maximum(world.timeline.per_flow(held), 0.0)
    came = np.minimum(came, _given_by_customers(world))
    unbooked = np.maximum(came + world.timeline.per_flow(owed), 0.0)
    sums = _sums(world, np.where(came > 0, unbooked, 0.0))
    return [Outcome(None, world.currency, sums * 0, sums, held | owed)]


def house_outlay(world: World, invariant: Invariant) -> list[Outcome]:
    """Let no outlay of the house exceed the house's own money then held.

    At least the excess was customers' money, under every tracing rule. House
    money is the lowest intermediate balance: it grows by what is not customers',
    and never exceeds the balance (Easton, United States v. Bankman-Fried, 2023;
    James Roscoe (Bolton) Ltd v Winder [1915] 1 Ch 62).
    """
    of = members(world, invariant.entity)
    purposes = frozenset(listed(invariant, "purpose"))
    mask = world.traits.mask(lambda t: _house(of)(t) and t.liquidity == "liquid")
    moved = world.timeline.per_flow(mask)
    given = _given_by_customers(world)
    flows = world.timeline.book.flows
    house: Any = world.worth(0.0)
    balance: Any = world.worth(0.0)
    short: dict[int, Any] = {}
    for index in np.flatnonzero(moved):
        flow = int(index)
        scale = world.factor(flow)
        amount = world.worth(float(moved[flow])) * scale
        balance = balance + amount
        if moved[flow] > 0:
            own = float(moved[flow] - min(moved[flow], given[flow]))
            house = house + world.worth(own) * scale
        elif not purposes or flows[flow].purpose in purposes:
            short[flow] = np.maximum(-amount - house, 0)
        house = np.minimum(house, np.maximum(balance, 0))
    sums = world.accumulate(short)
    return [Outcome(None, world.currency, sums * 0, sums, mask)]
