"""Transfers before the petition that may have to be given back.

A transfer to a creditor for an older debt, within 90 days before the petition, or a
year to an insider, may be avoided (11 USC 547(b)); what the creditor gave anew after it
counts in its favour (547(c)(4)). Payments on debts, collateral given, and whatever went
to insiders are listed; whether one can be avoided a court decides.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.model.worth import posting_worth
from solvency.wide import wide

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator

    from solvency.ledger.case import Flow
    from solvency.ledger.case import Posting
    from solvency.model.book import Book

ZERO = Decimal()
#: 11 USC 547(b)(4).
DAYS, INSIDER_DAYS = 90, 365


@dataclass(frozen=True, slots=True)
class Transfer:
    """A transfer in the suspect period."""

    date: datetime.date
    days_before: int
    flow: str
    debtor: str
    transferee: str
    #: debt, collateral, or to insiders also loan and gift.
    kind: str
    insider: bool
    #: At market on the day; None without a price.
    amount: Decimal | None
    #: What the transferee gave anew between this and the petition.
    new_value: Decimal


@wide()
def preferences(book: Book, petition: datetime.date) -> tuple[Transfer, ...]:
    """List the transfers of the group in the suspect periods, in order of date.

    Args:
        book: The Book.
        petition: The day of the petition.

    Returns:
        Payments on debts and collateral within 90 days, a year to insiders and
        members of the group; and whatever else insiders received within the year.
    """
    found = []
    members = frozenset(book.case.group or book.case.entities)
    given: dict[tuple[str, str], list[tuple[datetime.date, Decimal]]] = defaultdict(
        list
    )
    for flow in book.flows:
        days = (petition - flow.date).days
        if not 0 < days <= INSIDER_DAYS:
            continue
        for creditor, debtor, amount in _given(book, flow, members):
            given[creditor, debtor].append((flow.date, amount))
        found += [
            transfer
            for transfer in _transfers(book, flow, days, members)
            if transfer.insider or days <= DAYS
        ]
    return tuple(
        replace(
            transfer,
            new_value=sum(
                (
                    amount
                    for date, amount in given[transfer.transferee, transfer.debtor]
                    if date > transfer.date
                ),
                ZERO,
            ),
        )
        for transfer in found
    )


def _transfers(
    book: Book, flow: Flow, days: int, members: frozenset[str]
) -> Iterator[Transfer]:
    case = book.case
    # Only a flow in which the debtor's assets left transfers anything.
    left = {
        posting.entity
        for posting in flow.postings
        if posting.entity in members and posting.units < 0 and _held(book, posting)
    }
    gave: set[str] = set()
    for posting in flow.postings:
        account = case.accounts[posting.account]
        if posting.units <= 0 or posting.entity not in members or not left:
            continue
        other, kind = account.counterparty, "debt"
        if account.pledged_to is not None:
            other, kind = account.pledged_to, "collateral"
        elif account.root == "Assets" and account.is_claim:
            kind = "loan"
        elif account.root != "Liabilities":
            continue
        if other is None:
            continue
        insider = case.entities[other].role == "insider" or other in members
        if kind == "loan" and (not insider or other in members):
            continue
        gave.add(other)
        yield _transfer(book, flow, days, posting, other, kind, insider=insider)
    for posting in flow.postings:
        entity = case.entities[posting.entity]
        if (
            entity.role == "insider"
            and posting.entity not in gave
            and left
            and posting.units > 0
            and _held(book, posting)
        ):
            given = posting._replace(entity=min(left))
            yield _transfer(
                book, flow, days, given, posting.entity, "gift", insider=True
            )


def _transfer(
    book: Book,
    flow: Flow,
    days: int,
    posting: Posting,
    other: str,
    kind: str,
    *,
    insider: bool,
) -> Transfer:
    return Transfer(
        date=flow.date,
        days_before=days,
        flow=flow.id,
        debtor=posting.entity,
        transferee=other,
        kind=kind,
        insider=insider,
        amount=posting_worth(book.prices, posting, flow.date),
        new_value=ZERO,
    )


def _given(
    book: Book, flow: Flow, members: frozenset[str]
) -> Iterator[tuple[str, str, Decimal]]:
    """Yield what creditors gave anew: creditor, debtor, value."""
    # Only what brought something in is new value, not a claim set beside another.
    gained = {p.entity for p in flow.postings if p.units > 0 and _held(book, p)}
    if not gained & members:
        return
    for posting in flow.postings:
        account = book.case.accounts[posting.account]
        if (
            account.root == "Liabilities"
            and account.counterparty is not None
            and posting.units < 0
        ):
            worth = posting_worth(book.prices, posting, flow.date)
            if worth is not None:
                yield account.counterparty, posting.entity, -worth


def _held(book: Book, posting: Posting) -> bool:
    account = book.case.accounts[posting.account]
    return account.root == "Assets" and not account.is_claim
