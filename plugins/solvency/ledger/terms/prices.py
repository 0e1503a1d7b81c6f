"""Prices as a ledger states them: for two commodities, one a day."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime

    from solvency.ledger.case import Price
    from solvency.ledger.errors import Errors
    from solvency.ledger.terms.declarations import Declarations

#: A number whose last digit is a larger share of it than this is an exact one,
#: not one that was rounded.
_COARSE = Decimal("0.02")


def settle_prices(declared: Declarations, errors: Errors) -> None:
    """Keep one price a day of each pair, reporting those that contradict it.

    A price that a plugin took from a flow gives way to a written one, and of
    several of them the last of the day stands.
    """
    stated: dict[tuple[datetime.date, frozenset[str]], Price] = {}
    traded: dict[tuple[datetime.date, str, str], Price] = {}
    for price in declared.prices:
        if price.traded:
            traded[price.date, price.commodity, price.quote] = price
            continue
        pair = price.date, frozenset({price.commodity, price.quote})
        twin = stated.setdefault(pair, price)
        if not _agree(price, twin):
            where = price.place
            errors.add(
                "price",
                None,
                f"the price of {price.commodity} on {price.date} is {price.number}"
                f" {price.quote} here, and {_told(twin, price)} at"
                f" {twin.place.file}:{twin.place.line}",
                "Keep one; what a source priced otherwise is an observation",
                at={"filename": where.file, "lineno": where.line},
            )
    declared.prices[:] = [
        price
        for price in declared.prices
        if not price.traded
        or (
            (price.date, frozenset({price.commodity, price.quote})) not in stated
            and traded[price.date, price.commodity, price.quote] is price
        )
    ]


def _told(twin: Price, price: Price) -> str:
    """Say what a twin states; where it is written the other way, so."""
    if twin.commodity == price.commodity:
        return f"{twin.number}"
    return f"one {twin.commodity} is {twin.number} {twin.quote}"


def _agree(one: Price, other: Price) -> bool:
    """Say whether two prices of a pair are one, as far as they are written."""
    if one.commodity == other.commodity:
        return one.number == other.number
    return (
        one.number * other.number == 1
        or _inverts(one.number, other.number)
        or _inverts(other.number, one.number)
    )


def _inverts(number: Decimal, rounded: Decimal) -> bool:
    """Say whether a number is the inverse of another, rounded as it is written."""
    step = Decimal(1).scaleb(int(rounded.as_tuple().exponent))
    if not number or step > _COARSE * abs(rounded):
        return False
    return abs(1 / number - rounded) <= step / 2
