"""The three tests of solvency, and checks of the books themselves.

Balance sheet: 11 USC 101(32)(A), debts greater than all property at a fair
valuation. Ability to pay and adequate capital: 11 USC 548(a)(1)(B)(ii).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

import numpy as np
from scipy.special import ndtr

from solvency.analysis.invariants.collateral import realisable
from solvency.analysis.invariants.customers import members
from solvency.analysis.invariants.findings import Outcome
from solvency.analysis.invariants.parameters import number
from solvency.analysis.invariants.parameters import text

if TYPE_CHECKING:
    from solvency.analysis.invariants.traits import Mask
    from solvency.analysis.invariants.world import Quantity
    from solvency.analysis.invariants.world import World
    from solvency.ledger.case import Invariant

#: Rounds after which clearing rates are taken as settled; each round the error
#: shrinks by at least the share of debts owed inside the group.
_ROUNDS = 60


def _property(world: World, of: frozenset[str], basis: str) -> tuple[Any, Mask]:
    """Return what is held, at a fair valuation: no token of the group counts."""
    held = world.traits.mask(lambda t: t.held and t.entity in of)
    counted = held & world.traits.mask(
        lambda t: not t.own_token and t.account.stake_in not in of
    )
    if basis == "realisable":
        return realisable(world, counted, held), held
    return world.value(counted), held


def _affiliates(world: World, of: frozenset[str]) -> Mask:
    return world.traits.mask(lambda t: t.claim and t.entity in of and t.related)


def balance_sheet(world: World, invariant: Invariant) -> list[Outcome]:
    """Own at least what is owed, at a fair valuation (11 USC 101(32)(A)).

    Tokens issued inside the group count for nothing. Claims on affiliates count
    at face, at nil, or at the rate the affiliate could pay (`affiliates:`
    "face", "nil" or, by default, "clearing").
    """
    of = members(world, invariant.entity)
    basis = text(invariant, "basis", "market")
    has, held = _property(world, of, basis)
    outside = world.traits.mask(lambda t: t.claim and t.entity in of and not t.related)
    debts = world.traits.mask(
        lambda t: t.owed and t.entity in of and t.account.counterparty not in of
    )
    related = _affiliates(world, of)
    worth = has + world.value(outside)
    if len(of) == 1:
        worth = worth + _claims_on_affiliates(world, invariant, of, related, basis)
    return [
        Outcome(
            None,
            world.currency,
            worth,
            -world.value(debts),
            held | outside | debts | related,
        )
    ]


def _claims_on_affiliates(
    world: World, invariant: Invariant, of: frozenset[str], related: Mask, basis: str
) -> Any:
    way = text(invariant, "affiliates", "clearing")
    if way == "nil" or not related.any():
        return world.constant(Decimal())
    if way == "face":
        return world.value(related)
    entity = next(iter(of))
    rates = _rates(world, basis)
    total: Any = world.constant(Decimal())
    for debtor, rate in rates.items():
        claims = related & world.traits.mask(
            lambda t, on=debtor: t.account.counterparty == on  # type: ignore[misc]  # bound now
        )
        if debtor != entity and claims.any():
            total = total + np.maximum(world.value(claims), 0) * rate
    return total


def _rates(world: World, basis: str) -> dict[str, Quantity]:
    """Return what share of its debts each member of the group could pay.

    The greatest clearing vector of Eisenberg and Noe (2001), by iteration from
    full payment downwards, with outside creditors as a sink.
    """
    kept = world.kept
    if ("rates", basis) in kept:
        return kept["rates", basis]  # type: ignore[no-any-return]  # put there below
    group = world.traits.case.group
    means: dict[str, Any] = {}
    debts: dict[str, Any] = {}
    owed: dict[tuple[str, str], Any] = {}
    for name in group:
        of = frozenset({name})
        held, _ = _property(world, of, basis)
        claims = world.traits.mask(
            lambda t, e=name: t.claim and t.entity == e and not t.related  # type: ignore[misc]  # bound now
        )
        means[name] = _floats(held + world.value(claims))
        own = world.traits.mask(lambda t, e=name: t.owed and t.entity == e)  # type: ignore[misc]  # bound now
        debts[name] = _floats(np.maximum(-world.value(own), 0))
        for other in group:
            inside = own & world.traits.mask(
                lambda t, o=other: t.account.counterparty == o  # type: ignore[misc]  # bound now
            )
            if other != name and inside.any():
                owed[name, other] = _floats(np.maximum(-world.value(inside), 0))
    rates = {name: np.ones_like(debts[name]) for name in group}
    for _ in range(_ROUNDS):
        before = rates
        rates = {}
        for name in group:
            received = sum(
                owed[debtor, to] * before[debtor] for debtor, to in owed if to == name
            )
            has = np.maximum(means[name] + received, 0.0)
            with np.errstate(invalid="ignore", divide="ignore"):
                share = np.where(debts[name] > 0, has / debts[name], 1.0)
            rates[name] = np.minimum(share, 1.0)
        if all(np.allclose(rates[n], before[n], atol=1e-9) for n in group):
            break
    if not world.drawn:
        rates = {name: _decimals(rate) for name, rate in rates.items()}
    kept["rates", basis] = rates
    return rates


def _floats(values: Quantity) -> Quantity:
    return values.astype(float)


def _decimals(values: Quantity) -> Quantity:
    return np.array([Decimal(repr(round(float(v), 9))) for v in values], object)


def adequate_capital(world: World, invariant: Invariant) -> list[Outcome]:
    """Keep the chance of ruin over a horizon, under stress, below a level.

    Volatile net assets follow a geometric Brownian motion without drift, with
    the annual volatility `stress`; ruin is when they have lost the equity. The
    probability of the least value over the horizon is by reflection (Harrison,
    Brownian Motion and Stochastic Flow Systems, 1985). Defaults, this project's:
    a year, 0.8, five per cent.
    """
    of = members(world, invariant.entity)
    horizon = float(number(invariant, "horizon")) / 365.0
    stress = float(number(invariant, "stress"))
    level = number(invariant, "level")
    held = world.traits.mask(lambda t: t.held and t.entity in of and not t.own_token)
    volatile = held & world.traits.mask(lambda t: t.commodity != world.currency)
    debts = world.traits.mask(lambda t: t.owed and t.entity in of)
    claims = world.traits.mask(lambda t: t.claim and t.entity in of)
    owed = _floats(-world.value(debts))
    equity = _floats(world.value(held | claims | debts))
    exposed = np.maximum(_floats(world.value(volatile)), 0.0)
    # Who owes nothing cannot be ruined.
    chance = np.where(owed > 0, ruin(equity, exposed, stress, horizon), 0.0)
    safe = 1.0 - chance
    have = safe if world.drawn else _decimals(safe)
    return [
        Outcome(
            None,
            f"chance of surviving {number(invariant, 'horizon'):f} days",
            have,
            have * 0 + world.constant(1 - level),
            held | debts | claims,
            ratio=True,
        )
    ]


def ruin(
    equity: Quantity, exposed: Quantity, volatility: float, years: float
) -> Quantity:
    """Return the probability that exposed assets lose the equity within a horizon.

    Args:
        equity: Assets less debts; ruin is certain where it is not positive.
        exposed: The value that moves; without any there is no ruin.
        volatility: Annual standard deviation of its logarithm.
        years: The horizon.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        barrier = np.log1p(-equity / exposed)
        spread = volatility * np.sqrt(years)
        drift = -(volatility**2) / 2.0
        chance = ndtr((barrier - drift * years) / spread) + np.exp(
            2.0 * drift * barrier / volatility**2
        ) * ndtr((barrier + drift * years) / spread)
    chance = np.where((exposed <= 0) | (equity >= exposed), 0.0, chance)
    return np.asarray(np.where(equity <= 0, 1.0, np.clip(chance, 0.0, 1.0)))


def mirrors(world: World, invariant: Invariant) -> list[Outcome]:
    """Have what each claims of another equal what the other owes (IFRS 10.B86)."""
    of = members(world, invariant.entity)
    outcomes = []
    pairs = sorted(
        {
            (t.entity, t.account.counterparty, t.commodity)
            if t.claim
            else (t.account.counterparty, t.entity, t.commodity)
            for t in world.traits.all
            if t.account.is_claim
            and t.account.counterparty is not None
            and t.entity in of
        }
    )
    for creditor, debtor, commodity in pairs:
        both = world.traits.mask(
            lambda t, c=creditor, d=debtor, k=commodity: (  # type: ignore[misc]  # bound now
                t.account.is_claim
                and t.commodity == k
                and (
                    (t.claim and t.entity == c and t.account.counterparty == d)
                    or (t.owed and t.entity == d and t.account.counterparty == c)
                )
            )
        )
        left = abs(world.timeline.units(both, commodity))
        outcomes.append(
            Outcome(f"{creditor} on {debtor}", commodity, left * 0, left, both)
        )
    return outcomes


def conservation(world: World, invariant: Invariant) -> list[Outcome]:
    """Have the flows of each hypothesis sum to zero in every commodity."""
    del invariant
    timeline, book = world.timeline, world.timeline.book
    names = sorted({name for flow in book.flows for name in flow.hypotheses})
    every = np.ones(len(world.traits.all), bool)
    priced = np.fromiter(
        (posting.price is not None for flow in book.flows for posting in flow.postings),
        bool,
        len(book.units),
    )
    outcomes = []
    for name in ("established", *names):
        inside = np.fromiter(
            (
                name in flow.hypotheses if flow.hypotheses else name == "established"
                for flow in book.flows
            ),
            bool,
            len(book.flows),
        )[book.flow]
        for commodity in sorted(book.scales.keys() | {world.currency}):
            of = timeline.of_commodity(commodity)[book.position]
            chosen = inside & of & ~priced
            sums = np.zeros(len(timeline.ordinals), book.units.dtype)
            np.add.at(sums, timeline.bucket[chosen], book.units[chosen])
            scale = book.scales.get(commodity, 0)
            left = np.array([Decimal(int(n)).scaleb(-scale) for n in sums], object)
            for index in np.flatnonzero(inside & priced):
                posting = book.posting(int(index))
                if posting.price is not None and posting.price.commodity == commodity:
                    left[timeline.bucket[index]] += posting.units * posting.price.number
            left = np.cumsum(left)
            if left.any():
                outcomes.append(Outcome(name, commodity, left * 0, abs(left), every))
    return outcomes
