"""Two of the three tests of solvency: the balance sheet, and adequate capital.

11 USC 101(32)(A), debts greater than all property at a fair valuation, and 11
USC 548(a)(1)(B)(ii)(II), unreasonably small capital.
"""

from __future__ import annotations

import functools
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from solvency.analysis.check.answer import Outcome
from solvency.analysis.check.collateral import realisable
from solvency.analysis.check.customers import members
from solvency.analysis.check.parameters import number
from solvency.analysis.check.parameters import text
from solvency.analysis.check.payment_rates import drawn_rates
from solvency.analysis.check.payment_rates import exact_rates
from solvency.analysis.check.traits import is_claim_held
from solvency.figures import arithmetic
from solvency.figures.remark import Remark

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import ArrayLike

    from solvency.analysis.check.quantities import Quantity
    from solvency.analysis.check.quantities import World
    from solvency.analysis.check.traits import Mask
    from solvency.ledger.case import Invariant
    from solvency.model.book import Book
    from solvency.model.book import Position


def _property(world: World, of: frozenset[str], basis: str) -> tuple[Any, Mask]:
    """Return what is held, at a fair valuation: no token of the group counts.

    Nor does a stake in a member of the group: what it is worth is what the
    member has left after its creditors, and the member's own test says that.
    """
    held = world.traits.held_by(of)
    group = frozenset(world.traits.case.group)
    counted = held & world.traits.mask(
        lambda t: not t.own_token and t.account.stake_in not in group
    )
    found = world.once(
        ("property", of, basis),
        lambda: (
            realisable(world, counted, held)
            if basis == "realisable"
            else world.value(counted)
        ),
    )
    return found, held


def balance_sheet(world: World, invariant: Invariant) -> list[Outcome]:
    """Own at least what is owed, at a fair valuation (11 USC 101(32)(A)).

    Tokens issued inside the group count for nothing. Claims on affiliates count
    at face, at nil, or at the rate the affiliate could pay (`affiliates:`
    "face", "nil" or, by default, "clearing"). With `basis: "clean"` no claim on an
    affiliate or a related party (by default also `role: "insider"`) counts.
    """
    basis = text(invariant, "basis", "market")
    way = text(invariant, "affiliates", "clearing")
    # The test of adequate capital asks for it again.
    return [
        world.once(
            ("sheet", invariant.entity, basis, way),
            lambda: _sheet(world, invariant.entity, basis, way),
        )
    ]


def counted_in_full(
    invariant: Invariant, positions: Iterable[Position], book: Book
) -> Iterable[Position]:
    """Return what a balance sheet counts in full.

    A claim on an affiliate counts for what the affiliate could pay, unless at face; on
    a clean one no claim on a related party counts either.
    """
    clean = text(invariant, "basis", "market") == "clean"
    at_face = not clean and text(invariant, "affiliates", "clearing") == "face"
    uncounted = {
        name
        for name, entity in book.case.entities.items()
        if (entity.group and not at_face) or (entity.related and clean)
    }
    return (
        one
        for one in positions
        if not is_claim_held(account := book.account(one))
        or account.counterparty not in uncounted
    )


def _sheet(world: World, entity: str, basis: str, way: str) -> Outcome:
    """Return what a member or the group has, and what it owes."""
    of = members(world, entity)
    has, held = _property(world, of, basis)
    clean = basis == "clean"
    outside = world.traits.mask(
        lambda t: (
            (t.claim or t.owed)
            and t.entity in of
            and not t.affiliate
            and not (clean and t.related)
        )
    )
    # A claim below zero is a debt, and a debt below zero a claim.
    debts = world.traits.mask(
        lambda t: (
            (t.claim or t.owed) and t.entity in of and t.account.counterparty not in of
        )
    )
    worth = has + world.one_sided(outside, 1)
    if len(of) == 1 and not clean:
        worth = worth + _claims_on_affiliates(world, entity, basis, way)
    owed = world.one_sided(debts, -1)
    return Outcome(None, world.currency, worth, owed, held | outside | debts)


def _between(world: World, creditor: str, debtor: str) -> Mask:
    """Return the creditor's positions with a debtor, claims and debts alike."""
    return world.traits.mask(
        lambda t: (
            t.account.is_claim
            and t.entity == creditor
            and t.account.counterparty == debtor
        )
    )


def _claims_on_affiliates(world: World, entity: str, basis: str, way: str) -> Any:
    group = world.traits.case.group
    total: Any = world.zeros()
    if way == "nil":
        return total
    rates: dict[str, Quantity] = {}
    if way == "clearing" and entity in group:
        rates = world.once(("rates", basis), lambda: _rates(world, basis))
    for debtor in group:
        claims = _between(world, entity, debtor)
        if debtor != entity and claims.any():
            face = world.one_sided(claims, 1)
            total = total + world.cents(face * rates.get(debtor, 1))
    return total


def _rates(world: World, basis: str) -> dict[str, Quantity]:
    """Return what share of its debts each member of the group could pay."""
    group = world.traits.case.group
    means: dict[str, Any] = {}
    debts: dict[str, Any] = {}
    owed: dict[tuple[str, str], Any] = {}
    for name in group:
        of = frozenset({name})
        held, _ = _property(world, of, basis)
        every = world.traits.mask(
            lambda t, e=name: (t.claim or t.owed) and t.entity == e  # type: ignore[misc]  # bound now
        )
        outside = every & world.traits.mask(lambda t: not t.affiliate)
        means[name] = np.maximum(held, 0) + world.one_sided(outside, 1)
        # An account overdrawn at a bank is a debt like the others.
        debts[name] = world.one_sided(every, -1) + np.maximum(-held, 0)
        for other in group:
            claims = _between(world, other, name)
            if other != name and claims.any():
                owed[name, other] = world.one_sided(claims, 1)
    return (drawn_rates if world.drawn else exact_rates)(means, debts, owed)


def _floats(values: Quantity) -> Quantity:
    return values.astype(float, copy=False)


def _decimals(values: Quantity) -> Quantity:
    return np.array([Decimal(repr(round(float(v), 9))) for v in values], object)


def adequate_capital(world: World, invariant: Invariant) -> list[Outcome]:
    """Keep the chance of ruin over a horizon, under stress, below a level.

    What is held of coins beyond what is owed in them follows a geometric
    Brownian motion without drift, with the annual volatility `stress`; ruin is
    when it has lost the equity of the balance-sheet test. The
    probability of the least value over the horizon is by reflection (Harrison,
    Brownian Motion and Stochastic Flow Systems, 1985). Defaults, this project's:
    a year, 0.8, five per cent.
    """
    of = members(world, invariant.entity)
    horizon = float(number(invariant, "horizon")) / 365.0
    stress = float(number(invariant, "stress"))
    level = number(invariant, "level")
    sheet = balance_sheet(world, invariant)[0]
    equity, owed = _floats(sheet.have - sheet.need), _floats(sheet.need)
    if world.drawn:
        # An equity of nothing is not to become a little something by float noise.
        noise = 1e-12 * world.timeline.size(sheet.mask)
        equity = np.where(np.abs(equity) <= noise, 0.0, equity)
    mask = world.traits.mask(
        lambda t: (
            t.entity in of
            and t.account.root in {"Assets", "Liabilities"}
            and t.commodity != world.currency
            and not t.own_token
            and t.account.counterparty not in of
        )
    )
    exposed: Any = np.zeros_like(equity)
    for commodity in world.traits.commodities(mask):
        one = mask & world.timeline.of_commodity(commodity)
        exposed = exposed + np.maximum(_floats(world.value(one)), 0.0)
    if world.judged:
        chance = _ruin_about(float(level), equity, exposed, stress, horizon)
    else:
        chance = ruin(equity, exposed, stress, horizon)
    # Who owes nothing cannot be ruined.
    chance = np.where(owed > 0, chance, 0.0)
    safe = 1.0 - chance
    have = safe if world.drawn else _decimals(safe)
    return [
        Outcome(
            None,
            Remark(
                "chance of surviving %(days)s days",
                days=f"{number(invariant, 'horizon'):f}",
            ),
            have,
            have * 0 + world.constant(1 - level),
            sheet.mask,
            ratio=True,
        )
    ]


def ruin(
    equity: ArrayLike, exposed: ArrayLike, volatility: float, years: float
) -> Quantity:
    """Return the probability that exposed assets lose the equity within a horizon.

    Args:
        equity: Assets less debts; ruin is certain where it is not positive.
        exposed: The value that moves; without any there is no ruin.
        volatility: Annual standard deviation of its logarithm.
        years: The horizon.
    """
    equity, exposed = np.broadcast_arrays(
        np.asarray(equity, float), np.asarray(exposed, float)
    )
    chance = np.where(equity <= 0, 1.0, 0.0)
    # Elsewhere it is certain, or cannot be.
    open_ = (equity > 0) & (exposed > equity)
    barrier = arithmetic.log1p(-equity[open_] / exposed[open_])
    spread = volatility * np.sqrt(years)
    drift = -(volatility**2) / 2.0
    first, second = (
        arithmetic.normal((barrier + way * drift * years) / spread)
        for way in (-1.0, 1.0)
    )
    reached = first + arithmetic.exp(2.0 * drift * barrier / volatility**2) * second
    chance[open_] = np.clip(reached, 0.0, 1.0)
    return chance


def _ruin_about(
    level: float,
    equity: ArrayLike,
    exposed: ArrayLike,
    volatility: float,
    years: float,
) -> Quantity:
    """Return the same near a level; elsewhere one above it, and nil below.

    The probability falls as the share of what is exposed that equity is rises.
    """
    equity, exposed = np.broadcast_arrays(
        np.asarray(equity, float), np.asarray(exposed, float)
    )
    beyond = equity - exposed * _share_at(level, volatility, years)
    chance = np.where(beyond < 0, 1.0, 0.0)
    near = np.abs(beyond) <= 1e-6 * exposed
    chance[near] = ruin(equity[near], exposed[near], volatility, years)
    return chance


@functools.cache
def _share_at(level: float, volatility: float, years: float) -> float:
    """Return the share of what is exposed that equity is where ruin has a probability.

    Args:
        level: The probability.
        volatility: Annual standard deviation of the logarithm of what is exposed.
        years: The horizon.
    """
    least, most = 0.0, 1.0
    for _ in range(4):
        each = np.linspace(least, most, 1001)
        above = int((ruin(each, np.ones(1001), volatility, years) > level).sum())
        least, most = each[max(above - 1, 0)], each[min(above, 1000)]
    return float(most)
