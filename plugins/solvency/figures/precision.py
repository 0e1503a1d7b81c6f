"""Round computed numbers to what stands well above their rounding errors.

Floats enter results here, once, so that no face prints, sorts or compares a digit that
the order of an addition decides. Double arithmetic has sixteen digits, and the methods
here lose two or three. Amounts of the ledger are exact and stay so.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import SupportsFloat

#: Significant digits of a computed number; of an amount, which is printed to the cent
#: where others are printed to a few digits.
_DIGITS, _MONEY = 12, 10
#: A chance, a logarithm or a standardised distance below this is zero but for rounding.
NOISE = 1e-12
_CENT = Decimal("0.01")
#: Amounts nearer than this are one: quotients among their parts were rounded.
_NEAR = Decimal("1e-9")


def settled(value: SupportsFloat, noise: float = NOISE) -> float:
    """Return a computed number to twelve digits, zero where it is rounding.

    Args:
        value: the number; what is not finite stays as it is.
        noise: what is no larger is rounding; a share of the terms it is the sum of.
    """
    number = float(value)
    if not math.isfinite(number):
        return number
    return float(f"{number:.{_DIGITS - 1}e}") if abs(number) > noise else 0.0


def settled_all(values: Iterable[SupportsFloat]) -> list[float]:
    """Return computed numbers to twelve digits; see `settled`."""
    return [settled(value) for value in values]


def chances(values: Iterable[SupportsFloat], possible: Iterable[object]) -> list[float]:
    """Return computed chances, none of which is nothing but where it cannot be.

    Args:
        values: chances.
        possible: of each, false where it is zero however much is computed.

    Returns:
        Each to twelve digits; what is possible and below rounding, the least there is.
    """
    pairs = zip(values, possible, strict=True)
    return [settled(one) or (NOISE if may else 0.0) for one, may in pairs]


def bound(difference: float) -> float:
    """Return the power of ten that a difference does not pass, 1e-9 the least."""
    exponent = -9
    while difference > float(f"1e{exponent}"):
        exponent += 1
    return float(f"1e{exponent}")


def moved(amount: Decimal, share: float, size: float, digits: int = _MONEY) -> Decimal:
    """Return an exact amount moved by a computed share, as finely as it is written.

    Args:
        amount: the amount; where it does not move it stays, to the last digit.
        share: by how much it moves.
        size: what that is a share of.
        digits: decimals of the share that are kept.
    """
    change = Decimal(repr(round(float(share), digits)))
    if not change:
        return amount
    # The size is computed too: the product has no more digits than the share.
    by = Decimal(f"{change * Decimal(repr(size)):.{digits}e}")
    return (amount + by).quantize(_place(amount), ROUND_HALF_EVEN)


def money(
    value: SupportsFloat,
    noise: float = 0.0,
    like: Decimal | None = None,
    digits: int = _MONEY,
) -> Decimal:
    """Return a computed amount to ten digits, and to no more than a hundredth.

    Args:
        value: the amount.
        noise: what is no larger is rounding.
        like: an amount it stands beside: it is as fine as that, where that is finer
            than a hundredth, as coins are.
        digits: significant digits that are kept.
    """
    number = float(value) if abs(float(value)) > noise else 0.0
    amount = Decimal(f"{number:.{digits - 1}e}")
    # Adding nothing takes the sign off a zero.
    return amount.quantize(_place(like), ROUND_HALF_EVEN) + Decimal()


def differ(one: Decimal, other: Decimal) -> bool:
    """Say whether two amounts differ by more than what quotients were rounded by."""
    return abs(one - other) > _NEAR


def _place(like: Decimal | None) -> Decimal:
    """Return the last place of an amount, a hundredth at the most."""
    if like is None:
        return _CENT
    exponent = like.as_tuple().exponent
    return Decimal(1).scaleb(min(-2, exponent if isinstance(exponent, int) else -2))
