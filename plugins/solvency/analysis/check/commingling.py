"""Tests of house and customers' money apart, flow by flow."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from solvency.analysis.check.answer import Outcome
from solvency.analysis.check.customers import members
from solvency.analysis.check.parameters import listed

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from solvency.analysis.check.quantities import World
    from solvency.analysis.check.traits import Mask
    from solvency.analysis.check.traits import Trait
    from solvency.ledger.case import Invariant


def _in_their_hands(trait: Trait, custody: bool) -> bool:
    account = trait.account
    theirs = trait.role == "customers" or (custody and account.custody)
    return theirs and not account.is_claim and not trait.owed


def _given_by_customers(world: World, *, custody: bool) -> NDArray[np.float64]:
    """Return what each flow took out of customers' hands, in money.

    Args:
        world: Where flows are measured.
        custody: Whether what is held for customers is in their hands too.
    """
    theirs = world.traits.mask(
        lambda t: _in_their_hands(t, custody) and t.account.root != "Equity"
    )
    equity = world.traits.mask(
        lambda t: _in_their_hands(t, custody) and t.account.root == "Equity"
    )
    # Equity is where money comes from, and what customers wrote off without
    # getting anything for it was given all the same.
    brought = np.minimum(world.timeline.per_flow(equity), 0.0)
    return np.maximum(-world.timeline.per_flow(theirs) - brought, 0.0)


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
    given = _given_by_customers(world, custody=True)
    sums = _sums(world, np.minimum(landed, given))
    return [Outcome(None, world.currency, world.zeros(), sums, mask)]


def liabilities_recognised(world: World, invariant: Invariant) -> list[Outcome]:
    """Book a debt to customers for every deposit that came in."""
    of = members(world, invariant.entity)
    held = world.traits.held_by(of)
    owed = world.traits.owed_to_customers_by(of)
    came = np.maximum(world.timeline.per_flow(held), 0.0)
    came = np.minimum(came, _given_by_customers(world, custody=False))
    unbooked = np.maximum(came + world.timeline.per_flow(owed), 0.0)
    sums = _sums(world, np.where(came > 0, unbooked, 0.0))
    return [Outcome(None, world.currency, world.zeros(), sums, held | owed)]


class _Purse:
    """What an entity holds of each commodity, and how much of it is its own.

    Its own is the lowest intermediate balance: it grows by what is not
    customers', is spent first, and never exceeds the balance.
    """

    def __init__(self, world: World, mask: Mask) -> None:
        self.world = world
        self.balance: dict[str, Any] = {}
        self.house: dict[str, Any] = {}
        self._nothing = world.worth(0.0)
        timeline = world.timeline
        book = timeline.book
        inside = np.sort(timeline.postings(mask))
        #: What each flow moved, by commodity: units, and their worth in money.
        self.moved: dict[int, dict[str, tuple[int, float]]] = {}
        for flow, position, units, worth in zip(
            book.flow[inside].tolist(),
            book.position[inside].tolist(),
            book.units[inside].tolist(),
            book.worth[inside].tolist(),
            strict=True,
        ):
            commodity = book.positions[position].commodity
            moved = self.moved.setdefault(flow, {})
            before = moved.get(commodity, (0, 0.0))
            moved[commodity] = (before[0] + units, before[1] + worth)

    def take(self, flow: int, given: float) -> dict[str, Any]:
        """Let one flow pass; return what of each commodity was not the house's.

        Args:
            flow: The index of the flow.
            given: What of it customers gave, in money.
        """
        world = self.world
        scale = world.factor(flow)
        moved = self.moved[flow]
        customers = world.worth(given) * scale
        short = {}
        for commodity, (units, worth) in moved.items():
            if units < 0:
                amount = self._amount(-units, commodity) * scale
                own = world.least(self._own(commodity), amount)
                short[commodity] = amount - own
                self._add(commodity, -amount, -own)
                # What customers' part of it bought is customers'.
                customers = customers + world.rounded(
                    world.worth(-worth) * scale * world.ratio(amount - own, amount),
                    world.currency,
                )
        coming = {key: pair for key, pair in moved.items() if pair[0] > 0}
        total = world.worth(sum(worth for _, worth in coming.values())) * scale
        share = world.ratio(world.least(customers, total), total)
        for commodity, (units, _) in coming.items():
            amount = self._amount(units, commodity) * scale
            theirs = world.rounded(amount * share, commodity)
            self._add(commodity, amount, amount - theirs)
        return short

    def _amount(self, units: int, commodity: str) -> Any:
        places = self.world.timeline.book.scales.get(commodity, 0)
        return self.world.constant(Decimal(units).scaleb(-places))

    def _own(self, commodity: str) -> Any:
        return self.house.get(commodity, self._nothing)

    def _add(self, commodity: str, amount: Any, own: Any) -> None:
        balance = self.balance.get(commodity, self._nothing) + amount
        self.balance[commodity] = balance
        self.house[commodity] = self.world.least(
            self._own(commodity) + own, self.world.most(balance, self._nothing)
        )


def _left(moved: dict[str, tuple[int, float]], net: float, repaid: float) -> Decimal:
    """Return what share of what a flow spent was an outlay of the house.

    What was exchanged is none, and neither is what customers were paid back.
    """
    outlay = net - repaid
    if outlay <= 0:
        return Decimal()
    if not repaid and all(units <= 0 for units, _ in moved.values()):
        return Decimal(1)
    spent = -sum(worth for units, worth in moved.values() if units < 0)
    return Decimal(f"{outlay:.2f}") / Decimal(f"{spent:.2f}")


def house_outlay(world: World, invariant: Invariant) -> list[Outcome]:
    """Let no outlay of the house exceed the house's own money then held.

    The excess was customers' money by the lowest intermediate balance (James Roscoe
    (Bolton) Ltd v Winder [1915] 1 Ch 62). All outlays together took at least as much
    under every rule that keeps the order of movements (Easton, United States v.
    Bankman-Fried, 2023), unless something was exchanged, paid back, or not asked about:
    that is taken to have spent the house's money first. Commodity by commodity; what
    customers' part of one bought of another is customers', and what customers are paid
    back of what they are owed is no outlay of the house.
    """
    of = members(world, invariant.entity)
    purposes = frozenset(listed(invariant, "purpose"))
    mask = world.traits.mask(lambda t: _house(of)(t) and t.liquidity == "liquid")
    purse = _Purse(world, mask)
    given = _given_by_customers(world, custody=True)
    flows = world.timeline.book.flows
    excess: dict[str, dict[int, Any]] = {}
    net = world.timeline.per_flow(mask)
    owed = world.traits.owed_to_customers_by(of)
    repaid = np.maximum(world.timeline.per_flow(owed), 0.0)
    for flow in sorted(purse.moved):
        short = purse.take(flow, float(given[flow]) if net[flow] > 0 else 0.0)
        if net[flow] < 0 and (not purposes or flows[flow].purpose in purposes):
            left = _left(purse.moved[flow], -float(net[flow]), float(repaid[flow]))
            for commodity, amount in short.items():
                excess.setdefault(commodity, {})[flow] = world.rounded(
                    amount * world.constant(left), commodity
                )
    return [
        Outcome(
            commodity,
            commodity,
            world.zeros(),
            world.accumulate(excess.get(commodity, {})),
            mask & world.timeline.of_commodity(commodity),
        )
        for commodity in world.traits.commodities(mask)
    ]
