"""How far back from a petition the law reaches, and a transfer it may take back."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal()
_OF_DEBTS = frozenset({"debt", "interest", "collateral"})
#: 11 USC 547(b)(4)(A); years are told by `reaches`.
_DAYS = 90
#: The last day of a February that has one less than the petition's.
_SHORT = 28


def reaches(petition: datetime.date) -> tuple[int, int, int]:
    """Return how many days before a petition the laws reach back.

    On debts, on debts to insiders a year (11 USC 547(b)(4)), and two years (548(a)(1)):
    by the calendar, so that a year with a leap day has one more.
    """
    one, two = ((petition - _years_before(petition, years)).days for years in (1, 2))
    return _DAYS, one, two


def _years_before(day: datetime.date, years: int) -> datetime.date:
    if day.year <= years:
        # The calendar begins with the year 1.
        return datetime.date.min
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=_SHORT)


@dataclass(frozen=True, slots=True)
class Transfer:
    """A transfer in the suspect period."""

    date: datetime.date
    days_before: int
    flow: str
    debtor: str
    transferee: str
    #: debt, interest, collateral, loan, gift or purchase.
    kind: str
    insider: bool
    #: At market on the day; None without a price.
    amount: Decimal | None
    #: What the transferee gave anew between this and the petition.
    new_value: Decimal
    #: What came back of it later: paid on the loan, or fetched for the purchase.
    given_back: Decimal = ZERO
    #: The days between which it happened, where no source gives the day.
    earliest: datetime.date | None = None
    latest: datetime.date | None = None
    #: Whether all those days lie within the period.
    dated: bool = True
    #: Whether a petition of the debtor is in the case: without one nothing comes back.
    petitioned: bool = True
    #: Who was paid, where that is another than who then owes it.
    paid_to: str = ""

    @property
    def law(self) -> str:
        """Return the section of 11 USC it is listed under."""
        return "547" if self.kind in _OF_DEBTS else "548"
