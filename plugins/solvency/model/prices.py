"""Prices of a case: none from a later day, none older than its commodity allows.

A commodity that has no price in the reporting currency is valued through others:
by the shortest chain of prices of that day or before, each within its age. A price
serves both ways, as it is written and inverted.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from solvency.figures.remark import Remark
from solvency.ledger.vocabulary import price_age
from solvency.wide import WIDE

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator
    from collections.abc import Mapping

    from solvency.ledger.case import Case
    from solvency.ledger.case import Price

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Quote:
    """The price a value rests on: one, or the product of a chain of prices."""

    number: Decimal
    #: The day of the price, of the oldest where there are several.
    date: datetime.date
    prices: tuple[Price, ...]

    @property
    def sources(self) -> tuple[str, ...]:
        """Return the sources of its prices."""
        return tuple(
            dict.fromkeys(one.source for one in self.prices if one.source is not None)
        )


@dataclass(frozen=True, slots=True)
class Missing:
    """Why a commodity has no price on a day."""

    commodity: str
    at: datetime.date
    #: The latest price there is, where it is too old.
    stale: datetime.date | None
    max_age: int
    #: What it is priced in, where that has no price itself.
    through: str | None = None

    @property
    def why(self) -> Remark:
        """Return the reason as a sentence."""
        name = self.through or self.commodity
        found = (
            Remark("no price of %(token)s by %(day)s", token=name, day=self.at)
            if self.stale is None
            else Remark(
                "the last price of %(token)s by %(day)s is of %(stale)s, more than"
                " %(age)s days old",
                token=name,
                day=self.at,
                stale=self.stale,
                age=self.max_age,
            )
        )
        if self.through is None:
            return found
        return Remark(
            "%(coin)s is priced in %(name)s: %(reason)s",
            coin=self.commodity,
            name=name,
            reason=found,
        )

    def __str__(self) -> str:
        return str(self.why)


class _Pair:
    """What units of one commodity fetched in another, day by day."""

    def __init__(self) -> None:
        self._by_date: dict[datetime.date, tuple[Decimal, Price]] = {}

    def add(self, number: Decimal, price: Price, *, inverse: bool) -> None:
        """Take in a price; one that is written this way stands before an inverse."""
        if inverse:
            self._by_date.setdefault(price.date, (number, price))
        else:
            self._by_date[price.date] = number, price

    @cached_property
    def dates(self) -> list[datetime.date]:
        """Return the days of its prices, oldest first."""
        return sorted(self._by_date)

    @property
    def each(self) -> list[tuple[datetime.date, Price]]:
        """Return its prices with their days."""
        return [(day, price) for day, (_, price) in self._by_date.items()]

    def last(self, day: datetime.date) -> tuple[Decimal, Price] | None:
        """Return the latest price by a day."""
        index = bisect_right(self.dates, day) - 1
        return None if index < 0 else self._by_date[self.dates[index]]


class Prices:
    """Looks prices up in one currency."""

    def __init__(self, case: Case) -> None:
        self.currency = case.currency
        #: What the books are kept in, where they are reported in another.
        self.home = case.home
        self._ages = {
            name: commodity.max_price_age
            for name, commodity in case.commodities.items()
        }
        self._said = {name for name, one in case.commodities.items() if one.age_said}
        self._pairs: dict[str, dict[str, _Pair]] = {}
        for price in case.prices:
            one, other = price.commodity, price.quote
            self._pair(one, other).add(price.number, price, inverse=False)
            if price.number:
                turned = WIDE.divide(ONE, price.number)
                self._pair(other, one).add(turned, price, inverse=True)
        self._known: dict[tuple[str, datetime.date], Quote | Missing] = {}

    def _pair(self, one: str, other: str) -> _Pair:
        return self._pairs.setdefault(one, {}).setdefault(other, _Pair())

    def at(self, commodity: str, day: datetime.date) -> Quote | Missing:
        """Return the price of a commodity on a day, or why there is none."""
        if commodity == self.currency:
            return Quote(ONE, day, ())
        key = commodity, day
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._chain(commodity, day)
        return found

    def number(self, commodity: str, day: datetime.date) -> Decimal | None:
        """Return what one of a commodity is worth on a day; None without a price."""
        found = self.at(commodity, day)
        return None if isinstance(found, Missing) else found.number

    def _chain(self, commodity: str, day: datetime.date) -> Quote | Missing:
        """Return the product of the shortest chain of prices that are young enough.

        Of chains that are equally short, the one whose oldest price is youngest.
        """
        reached = {commodity: Quote(ONE, day, ())}
        edge = [commodity]
        while edge and self.currency not in reached:
            found: dict[str, Quote] = {}
            for name in edge:
                for other, quote in self._steps(name, day, reached[name]):
                    if other in reached:
                        continue
                    rival = found.get(other)
                    if rival is None or quote.date > rival.date:
                        found[other] = quote
            reached |= found
            edge = sorted(found)
        return reached.get(self.currency) or self._why(commodity, day, reached)

    def _steps(
        self, name: str, day: datetime.date, before: Quote
    ) -> Iterator[tuple[str, Quote]]:
        for other, pair in sorted(self._pairs.get(name, {}).items()):
            last = pair.last(day)
            if last is None or (day - last[1].date).days > self._age(name, last[1]):
                continue
            number, price = last
            yield (
                other,
                Quote(
                    WIDE.multiply(before.number, number),
                    min(before.date, price.date),
                    (*before.prices, price),
                ),
            )

    def _why(
        self, commodity: str, day: datetime.date, reached: Mapping[str, Quote]
    ) -> Missing:
        """Say where the chain breaks: at the last commodity it came to."""
        for name in reversed(tuple(reached)):
            pairs = self._pairs.get(name, {})
            stale = [
                last[1]
                for other, pair in pairs.items()
                if other not in reached and (last := pair.last(day)) is not None
            ]
            if stale:
                through = None if name == commodity else name
                latest = max(stale, key=lambda price: price.date)
                age = self._age(name, latest)
                return Missing(commodity, day, latest.date, age, through)
        end = tuple(reached)[-1]
        through = None if end == commodity else end
        return Missing(commodity, day, None, self.max_age(end), through)

    def reach(self, commodity: str) -> tuple[str, ...]:
        """Return a commodity and those its value may rest on, nearest first.

        The reporting currency rests on none.
        """
        if commodity == self.currency:
            return ()
        found = [commodity]
        for name in found:
            if name != self.currency:
                found += sorted(self._pairs.get(name, {}).keys() - set(found))
        return tuple(name for name in found if name != self.currency)

    def reached(self, commodity: str) -> frozenset[str]:
        """Return what prices of any day lead to from a commodity, itself too."""
        found = [commodity]
        for name in found:
            found += sorted(self._pairs.get(name, {}).keys() - set(found))
        return frozenset(found)

    def _dates(self, commodity: str) -> set[tuple[datetime.date, int]]:
        """Return the days of the prices a value may rest on, and their ages."""
        return {
            (day, self._age(name, price))
            for name in self.reach(commodity)
            for pair in self._pairs.get(name, {}).values()
            for day, price in pair.each
        }

    def changes(self, commodity: str) -> set[int]:
        """Return the ordinals of the days on which its value may change.

        The day after its last, a price is too old to be used.
        """
        found = set()
        for day, age in self._dates(commodity):
            found |= {day.toordinal(), day.toordinal() + age + 1}
        return found

    def series(self, commodity: str) -> list[tuple[datetime.date, Decimal]]:
        """Return every price of a commodity, oldest first."""
        return [
            (day, quote.number)
            for day in sorted({day for day, _ in self._dates(commodity)})
            if isinstance(quote := self.at(commodity, day), Quote)
            and any(price.date == day for price in quote.prices)
        ]

    def max_age(self, commodity: str) -> int:
        """Return how old a price of a commodity may be, in days."""
        return self._ages.get(commodity, price_age(commodity))

    def _age(self, name: str, price: Price) -> int:
        """Return how old a price may be that values a commodity, as it is or turned.

        The age its commodity says; else that of the commodity the price is of.
        """
        return self.max_age(name if name in self._said else price.commodity)
