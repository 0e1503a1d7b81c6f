"""What a thin token is really worth, and when a loop of pledging it is explosive.

Selling moves the price. If selling `halving` units halves it, the price after q units
is `p exp(-l q)` with `l = ln 2 / halving` (Cifuentes, Ferrucci and Shin, "Liquidity
Risk and Contagion", Journal of the European Economic Association 3, 2005). All units
together then fetch no more than `p / l`, however many they are.

The loop: tokens are pledged, money is borrowed on them, it buys tokens, the price
rises, and what is pledged supports more borrowing. One turn multiplies the money by its
gain; at a gain of one or more nothing but the lender's limit ends it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import TypeVar

import numpy as np
from scipy.optimize import brentq

from solvency.figures import arithmetic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

Day = TypeVar("Day")


def proceeds(units: ArrayLike, price: ArrayLike, halving: ArrayLike) -> Array:
    """Return what selling units fetches: `(p / l) (1 - exp(-l q))`.

    Args:
        units: units sold, zero or more; arrays broadcast.
        price: price before the sale.
        halving: units whose sale halves the price; inf for a market without limit.

    Returns:
        Money, in the unit of the price.

    Raises:
        ValueError: units or price below zero, or a halving of zero or less.
    """
    sold, quote, depth = _checked(units, price, halving)
    with np.errstate(invalid="ignore"):
        shrink = arithmetic.mean_decay(arithmetic.LN2 * sold / depth)
    return sold * quote * shrink


def ceiling(price: ArrayLike, halving: ArrayLike) -> Array:
    """Return the most any number of units can fetch: `p / l`, 1.44 halvings at price.

    Args:
        price: price before the sale.
        halving: units whose sale halves the price.

    Returns:
        Money, in the unit of the price.

    Raises:
        ValueError: as `proceeds`.
    """
    _, quote, depth = _checked(0.0, price, halving)
    return np.asarray(quote * depth / arithmetic.LN2)


def discount(units: ArrayLike, halving: ArrayLike) -> Array:
    """Return the share of market value that a sale of all units loses.

    Args:
        units: units sold.
        halving: units whose sale halves the price.

    Returns:
        A share from 0 to 1.

    Raises:
        ValueError: as `proceeds`.
    """
    sold = np.asarray(units, dtype=float)
    fetched = proceeds(sold, 1.0, halving)
    whole = np.where(sold > 0, sold, 1.0)
    return np.where(sold > 0, 1.0 - fetched / whole, 0.0)


def price_after(units: ArrayLike, price: ArrayLike, halving: ArrayLike) -> Array:
    """Return the price once units are sold: `p exp(-l q)`.

    Args:
        units: units sold.
        price: price before the sale.
        halving: units whose sale halves the price.

    Returns:
        The price after.

    Raises:
        ValueError: as `proceeds`.
    """
    sold, quote, depth = _checked(units, price, halving)
    return np.asarray(quote * arithmetic.exp(-arithmetic.LN2 * sold / depth))


def units_sold(fall: ArrayLike, halving: ArrayLike) -> Array:
    """Return how many units, sold, explain a fall of the price: `ln(p / p') / l`.

    Args:
        fall: price before over price after, above zero.
        halving: units whose sale halves the price.
    """
    depth = np.asarray(halving, dtype=float)
    return np.asarray(depth * arithmetic.log(fall) / arithmetic.LN2)


def pool_proceeds(units: ArrayLike, tokens: ArrayLike, cash: ArrayLike) -> Array:
    """Return what a constant-product pool pays for units: `Y q / (X + q)`.

    Args:
        units: units sold into the pool, q.
        tokens: units in the pool, X.
        cash: money in the pool, Y, which no sale exceeds.

    Returns:
        Money, in the unit of `cash`.

    Raises:
        ValueError: units or cash below zero, or a pool without tokens.
    """
    sold = np.asarray(units, dtype=float)
    there = np.asarray(tokens, dtype=float)
    money = np.asarray(cash, dtype=float)
    if not (np.all(sold >= 0) and np.all(there > 0) and np.all(money >= 0)):
        raise ValueError("a pool holds tokens, and neither it nor a sale is negative")
    return np.asarray(money * sold / (there + sold))


def gain(
    units: ArrayLike, halving: ArrayLike, lent: ArrayLike, *, pledged: bool = True
) -> Array:
    """Return the money that one unit of borrowed money lets one borrow again.

    Buying with dB raises the price by the share `l dB / p`, so the collateral of q
    units supports `m q l dB` more at a loan-to-value of m; the tokens bought are
    pledged too and support `m dB`: together `m (1 + q l)`.

    Args:
        units: units pledged, q.
        halving: units whose sale halves the price.
        lent: share of market value that is lent, m, from 0 to 1.
        pledged: whether the tokens bought are pledged too.

    Returns:
        The gain; 1 and more is explosive. Below 1 the loop adds `gain / (1 - gain)`.

    Raises:
        ValueError: as `proceeds`, or a share outside 0 to 1.
    """
    held, _, depth = _checked(units, 0.0, halving)
    share = np.asarray(lent, dtype=float)
    if not np.all((share >= 0) & (share <= 1)):
        raise ValueError("what is lent is a share of market value, from 0 to 1")
    folds = arithmetic.LN2 * held / depth
    return np.asarray(share * ((1.0 if pledged else 0.0) + folds))


def explosive_since(days: Sequence[Day], gains: ArrayLike) -> Day | None:
    """Return the day since when the loop has been explosive without a break.

    Args:
        days: days in order.
        gains: the gain on each day, shape (n,); nan where unknown, which breaks a run.

    Returns:
        The first day of the run of gains of 1 and more that still lasts on the last
        day; None if there is none.

    Raises:
        ValueError: days and gains differ in number.
    """
    run = arithmetic.rounded(gains, 30) >= 1.0
    if run.shape != (len(days),):
        raise ValueError(f"there are {len(days)} days and gains of shape {run.shape}")
    calm = np.flatnonzero(~run)
    start = int(calm[-1]) + 1 if len(calm) else 0
    return days[start] if start < len(days) else None


def sale_needed(
    debt: float, units: float, price: float, halving: float, lent: float
) -> float | None:
    """Return the fewest units a lender must sell to be within its limit again.

    After selling s, the debt left is `D - R(s)` and what is left of the pledge supports
    `m (q - s) p exp(-l s)`.

    Args:
        debt: what is owed, D.
        units: units pledged, q.
        price: price before the sale.
        halving: units whose sale halves the price.
        lent: share of market value that may be lent, m.

    Returns:
        Units to sell, 0 if the loan is within its limit, None if no sale suffices: the
        loan cannot be collected however early it is called.

    Raises:
        ValueError: as `gain`, or a debt below zero.
    """
    if debt < 0:
        raise ValueError("a debt is zero or more")
    gain(units, halving, lent)

    def excess(sold: float) -> float:
        support = lent * (units - sold) * float(price_after(sold, price, halving))
        return debt - float(proceeds(sold, price, halving)) - support

    if excess(0.0) <= 0:
        return 0.0
    # The excess rises at first if the loop is explosive, then falls to the end:
    # Its slope, p e (m l (q - s) - (1 - m)), changes sign once: at l (q - s) = (1-m)/m.
    turn = units - (1.0 - lent) / lent * halving / arithmetic.LN2 if lent else 0.0
    top = min(max(0.0, turn), units)
    if excess(units) > 0:
        return None
    return float(brentq(excess, top, units, xtol=1e-12 * max(units, 1.0)))


def breaking_price(
    other_assets: float, debts: float, units: float, halving: float
) -> float | None:
    """Return the price of the token below which an entity's assets fall short.

    Args:
        other_assets: assets beside the token, at what they would fetch.
        debts: what the entity owes, less what it owes in the token.
        units: units of the token held.
        halving: units whose sale halves the price; inf to value at market.

    Returns:
        The price at which sold tokens just cover the debts; None if the entity holds
        none; 0 if it is solvent without them.

    Raises:
        ValueError: as `proceeds`.
    """
    fetched = float(proceeds(units, 1.0, halving))
    short = debts - other_assets
    if short <= 0:
        return 0.0
    return short / fetched if fetched > 0 else None


def _checked(
    units: ArrayLike, price: ArrayLike, halving: ArrayLike
) -> tuple[Array, Array, Array]:
    sold = np.asarray(units, dtype=float)
    quote = np.asarray(price, dtype=float)
    depth = np.asarray(halving, dtype=float)
    if not np.all(sold >= 0):
        raise ValueError("units sold are zero or more")
    if not np.all(quote >= 0):
        raise ValueError("a price is zero or more")
    if not np.all(depth > 0):
        raise ValueError("the units that halve a price are more than zero")
    return sold, quote, depth
