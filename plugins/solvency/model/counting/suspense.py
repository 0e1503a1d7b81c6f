"""What stands in suspense: rows of evidence that nobody has settled.

It is on the books, so that they balance, and is no holding: it counts neither as
liquid nor as found.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.figures.remark import Remark
from solvency.wide import wide

if TYPE_CHECKING:
    import datetime
    from collections.abc import Collection
    from collections.abc import Iterator

    from solvency.model.book import Book

ZERO = Decimal()


@wide()
def suspended(book: Book, day: datetime.date) -> dict[str, Decimal]:
    """Return what stands in suspense at the end of a day, by entity.

    Args:
        book: The Book.
        day: The day.

    Returns:
        Amounts in the case's currency at market, above zero where more was paid out
        than came in; no entity of which every row is settled.
    """
    found: dict[str, Decimal] = {}
    if not any(one.suspense for one in book.case.accounts.values()):
        return found
    for position, units in book.balance(day).items():
        account = book.account(position)
        if not (account.suspense and units):
            continue
        price = book.prices.number(position.commodity, day)
        if price is not None:
            found[account.entity] = found.get(account.entity, ZERO) + units * price
    return dict(sorted(found.items()))


def in_suspense(
    book: Book, day: datetime.date, whose: Collection[str] | None = None
) -> Iterator[str]:
    """Yield a remark for each entity that has anything in suspense on a day.

    Args:
        book: The Book.
        day: The day.
        whose: The entities; everybody's where there are none.
    """
    for entity, amount in suspended(book, day).items():
        if not amount or (whose is not None and entity not in whose):
            continue
        yield Remark(
            "%(entity)s: %(amount)s more was paid out than came in by rows in suspense,"
            " which count neither as liquid nor as found"
            if amount > 0
            else "%(entity)s: %(amount)s more came in than was paid out by rows in"
            " suspense, which count neither as liquid nor as found",
            entity=entity,
            amount=abs(amount),
        )
