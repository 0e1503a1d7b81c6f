"""From amounts and days to places on paper, with round marks."""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass
from decimal import ROUND_CEILING
from decimal import ROUND_FLOOR
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Literal

from solvency.figures.errors import ReportError
from solvency.wide import WIDE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator

Amount = Decimal | float
#: What a mark on an axis of days stands for.
Grain = Literal["year", "month", "day"]

_LARGEST = Decimal("1e303")
_SMALLEST = Decimal("1e-300")
_STEPS = (Decimal(1), Decimal(2), Decimal(5), Decimal(10))
_GRAINS: tuple[tuple[Grain, int], ...] = (
    ("day", 1),
    ("day", 2),
    ("day", 5),
    ("day", 10),
    ("month", 1),
    ("month", 3),
    ("month", 6),
    *(("year", n) for n in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)),
)


class ChartError(ReportError, ValueError):
    """A chart that cannot be drawn from what it was given; one line for the user."""


def exact(value: Amount) -> Decimal:
    """Return an amount as a Decimal.

    Raises:
        ChartError: If it is no finite number or too large to draw.
    """
    found = Decimal(value)
    if not found.is_finite() or abs(found) > _LARGEST:
        raise ChartError(f"a chart cannot show the amount {value}")
    return found if abs(found) >= _SMALLEST else Decimal(0)


@dataclass(frozen=True, slots=True)
class Linear:
    """A straight scale from amounts to places.

    Attributes:
        low: The amount at `start`.
        high: The amount at `end`; more than `low`.
        start: Place of `low`, in drawing units.
        end: Place of `high`; less than `start` where the axis points up.
    """

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: Amount) -> float:
        """Return the place of an amount."""
        share = (float(value) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


@dataclass(frozen=True, slots=True)
class Axis:
    """Which amounts an axis spans, and its round marks."""

    low: Decimal
    high: Decimal
    step: Decimal

    @classmethod
    def over(
        cls, values: Iterable[Amount], *, about: int = 6, zero: bool = True
    ) -> Axis:
        """Span some amounts, outward to round marks.

        Args:
            values: What will be drawn; none is a span from 0 to 1.
            about: How many steps are wanted; at most twice as many are made.
            zero: Whether the axis must reach zero (bars and areas lie without it).
        """
        found = [exact(value) for value in values] + [Decimal(0)] * zero
        low, high = min(found, default=Decimal(0)), max(found, default=Decimal(0))
        # Two amounts that float cannot tell apart would be drawn at one place.
        if float(high) - float(low) <= 1e-9 * float(max(abs(low), abs(high))):
            wider = max(abs(low), abs(high)) / 2 or Decimal(1)
            low, high = (low - wider if low else low), high + wider
        raw = WIDE.divide(WIDE.subtract(high, low), Decimal(about))
        power = Decimal(1).scaleb(raw.adjusted(), WIDE)
        step = next(n * power for n in _STEPS if n * power >= raw)
        return cls(
            WIDE.divide(low, step).to_integral_value(ROUND_FLOOR) * step,
            WIDE.divide(high, step).to_integral_value(ROUND_CEILING) * step,
            step,
        )

    def marks(self) -> tuple[Decimal, ...]:
        """Return the amounts to mark, least first."""
        count = round((self.high - self.low) / self.step)
        return tuple(self.low + n * self.step for n in range(count + 1))

    def places(self, scale: int) -> int:
        """Return the decimals its marks need when printed in ten to the `scale`."""
        return min(12, max(0, scale - self.step.adjusted()))

    def scale(self, start: float, end: float) -> Linear:
        """Return the scale that lays this axis between two places."""
        return Linear(float(self.low), float(self.high), start, end)


@dataclass(frozen=True, slots=True)
class Days:
    """A scale from days to places; one day alone is drawn as one day wide."""

    first: datetime.date
    last: datetime.date
    start: float
    end: float

    def __call__(self, day: datetime.date) -> float:
        """Return the place of a day."""
        span = max(1, self.last.toordinal() - self.first.toordinal())
        share = (day.toordinal() - self.first.toordinal()) / span
        return self.start + share * (self.end - self.start)

    def marks(self, room: float) -> tuple[Grain, tuple[datetime.date, ...]]:
        """Return round days, as many as fit.

        Args:
            room: Drawing units each mark's label needs.

        Returns:
            What the marks stand for, and the days.
        """
        most = max(1, math.floor(abs(self.end - self.start) / room))
        # A coarse grain may have no mark in a short span; the day itself always has.
        best: tuple[Grain, tuple[datetime.date, ...]] = ("day", (self.first,))
        for grain, every in _GRAINS:
            days = tuple(self._each(grain, every, most + 1))
            if 1 <= len(days) <= most:
                return grain, days
        return best

    def _each(self, grain: Grain, every: int, limit: int) -> Iterator[datetime.date]:
        """Yield the round days of a grain, at most `limit` of them."""
        first, last = self.first, self.last
        found = 0
        if grain == "day":
            for ordinal in range(first.toordinal(), last.toordinal() + 1, every):
                yield datetime.date.fromordinal(ordinal)
                found += 1
                if found == limit:
                    return
            return
        months = every if grain == "month" else 12 * every
        begin = first.year * 12 + first.month - 1
        begin += (-begin) % months
        for month in range(begin, last.year * 12 + last.month, months):
            if month < 12:
                continue
            day = datetime.date(month // 12, month % 12 + 1, 1)
            if first <= day <= last:
                yield day
                found += 1
                if found == limit:
                    return
