"""Chances and beliefs as text: what is near none or all is beyond a bound."""

from __future__ import annotations

from decimal import Decimal

from solvency.figures.formats import percent

#: Chances beyond these are printed as beyond them.
_LEAST, _MOST = Decimal("0.01"), Decimal("0.99")


def bound(share: Decimal | float) -> tuple[str, Decimal] | None:
    """Return the sign and the bound a chance is printed as, None where as itself."""
    exact = share if isinstance(share, Decimal) else Decimal(repr(float(share)))
    if 0 < exact < _LEAST:
        return "<", _LEAST
    return (">", _MOST) if exact > _MOST else None


def chance(share: Decimal | float) -> str:
    """Format a probability: one that is not quite nothing or everything is not."""
    return percent(share) if share == 1 else belief(share)


def belief(share: Decimal | float) -> str:
    """Format a belief, which is never everything."""
    beyond = bound(share)
    return beyond[0] + percent(beyond[1], 0) if beyond else percent(share)
