"""What creditors would be paid were they owed what a source says they were.

Books rarely agree with every source on what was owed. Of each source that states a
whole class of debts of the day, and otherwise than the books, the debts are taken at
what it says, each in its proportion, and all is shared out again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from solvency.wide import wide

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from decimal import Decimal

    from solvency.analysis.recover.debts import Debt
    from solvency.ledger.case import Observation
    from solvency.model.book import Book


class StatedClass(NamedTuple):
    """What a source says was owed, beside what the books have."""

    observation: Observation
    books: Decimal
    #: What is owed by it, as a share of what the books have, by account.
    shares: Mapping[str, Decimal]


@wide()
def stated(
    book: Book, at: datetime.date, debts: Iterable[Debt], members: Iterable[str]
) -> Iterator[StatedClass]:
    """Yield what sources say was owed in whole classes, where the books differ.

    Args:
        book: The Book.
        at: The day of which debts are.
        debts: What is owed.
        members: The entities whose creditors are asked of.
    """
    inside = frozenset(members)
    theirs = [one for one in debts if one.debtor in inside]
    owed = [one for one in theirs if one.creditor not in inside]
    moved = {
        one.account: flow.date
        for flow in book.flows
        if flow.date <= at
        for one in flow.postings
    }
    for seen in book.case.observations:
        if seen.amount.commodity != book.case.currency or seen.excess:
            continue
        if seen.since is not None or not _stands(book, seen, at, moved):
            continue
        of = [one for one in owed if _within(one.account, seen.accounts)]
        among = any(
            one.creditor in inside and _within(one.account, seen.accounts)
            for one in theirs
        )
        # Of another day coins had other prices: such a sum in money is none of today.
        priced = seen.date != at and any(
            one.commodity != book.case.currency for one in of
        )
        classes = {(one.debtor, one.rank) for one in of}
        of_others = any(
            (one.debtor, one.rank) in classes
            and not _within(one.account, seen.accounts)
            for one in owed
        )
        books = sum((one.value for one in of), type(seen.amount.number)())
        # What is stated with debts among the members says nothing of the rest alone.
        if not of or among or priced or of_others:
            continue
        if not books or not _differs(seen, books):
            continue
        share = seen.amount.number / books
        yield StatedClass(seen, books, {one.account: share for one in of})


@wide()
def at_shares(debts: Iterable[Debt], shares: Mapping[str, Decimal]) -> Iterator[Debt]:
    """Yield debts, those of some accounts at a share of what they are."""
    for one in debts:
        if (share := shares.get(one.account)) is None:
            yield one
        else:
            yield one._replace(units=one.units * share, value=one.value * share)


def _stands(
    book: Book, seen: Observation, at: datetime.date, moved: Mapping[str, datetime.date]
) -> bool:
    """Say whether it is of the day, or of one since which nothing moved."""
    names = _accounts(book, seen)
    return (
        seen.date <= at
        and {book.case.accounts[name].root for name in names} == {"Liabilities"}
        and all(moved.get(name, seen.date) <= seen.date for name in names)
    )


def _accounts(book: Book, seen: Observation) -> list[str]:
    return [name for name in book.case.accounts if _within(name, seen.accounts)]


def _within(account: str, names: Iterable[str]) -> bool:
    return any(account == name or account.startswith(f"{name}:") for name in names)


def _differs(seen: Observation, books: Decimal) -> bool:
    """Say whether the books are outside what the source says."""
    number = seen.amount.number
    if seen.bound == "at most":
        return books > (number if seen.high is None else seen.high)
    low = number if seen.low is None else seen.low
    high = number if seen.high is None and seen.low is None else seen.high
    return books < low or (high is not None and books > high)
