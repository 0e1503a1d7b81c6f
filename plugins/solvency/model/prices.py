"""Prices of a case: none from a later day, none older than its commodity allows."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.ledger.vocabulary import DEFAULT_PRICE_AGE

if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping

    from solvency.ledger.case import Case
    from solvency.ledger.case import Price

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Quote:
    """The price a value rests on."""

    number: Decimal
    date: datetime.date
    price: Price | None


@dataclass(frozen=True, slots=True)
class Missing:
    """Why a commodity has no price on a day."""

    commodity: str
    at: datetime.date
    #: The latest price there is, where it is too old.
    stale: datetime.date | None
    max_age: int

    def __str__(self) -> str:
        if self.stale is None:
            return f"no price of {self.commodity} by {self.at}"
        return (
            f"the last price of {self.commodity} by {self.at} is of {self.stale},"
            f" more than {self.max_age} days old"
        )


class Prices:
    """Looks prices up in one currency."""

    def __init__(self, case: Case) -> None:
        self.currency = case.currency
        self._ages = {
            name: commodity.max_price_age
            for name, commodity in case.commodities.items()
        }
        series: dict[str, dict[datetime.date, tuple[Decimal, Price]]] = {}
        for price in case.prices:
            if price.quote == self.currency:
                series.setdefault(price.commodity, {})[price.date] = (
                    price.number,
                    price,
                )
            elif price.commodity == self.currency and price.number:
                inverse = ONE / price.number
                series.setdefault(price.quote, {}).setdefault(
                    price.date, (inverse, price)
                )
        self._series: Mapping[
            str, tuple[list[datetime.date], list[tuple[Decimal, Price]]]
        ] = {
            commodity: (sorted(by_date), [by_date[day] for day in sorted(by_date)])
            for commodity, by_date in series.items()
        }

    def at(self, commodity: str, day: datetime.date) -> Quote | Missing:
        """Return the price of a commodity on a day, or why there is none."""
        if commodity == self.currency:
            return Quote(ONE, day, None)
        age = self._ages.get(commodity, DEFAULT_PRICE_AGE)
        dates, values = self._series.get(commodity, ((), ()))
        index = bisect_right(dates, day) - 1
        if index < 0:
            return Missing(commodity, day, None, age)
        if (day - dates[index]).days > age:
            return Missing(commodity, day, dates[index], age)
        number, price = values[index]
        return Quote(number, dates[index], price)

    def series(self, commodity: str) -> list[tuple[datetime.date, Decimal]]:
        """Return every price of a commodity, oldest first."""
        dates, values = self._series.get(commodity, ((), ()))
        return [(day, value[0]) for day, value in zip(dates, values, strict=True)]

    def max_age(self, commodity: str) -> int:
        """Return how old a price of a commodity may be, in days."""
        return self._ages.get(commodity, DEFAULT_PRICE_AGE)
