"""What one entity owes another on a day."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

if TYPE_CHECKING:
    import datetime
    from decimal import Decimal

    from solvency.ledger.case import Account
    from solvency.model.book import Book
    from solvency.model.book import Position


class Debt(NamedTuple):
    """What one entity owes another in one account and commodity."""

    debtor: str
    #: An entity, or the account's name where it names no counterparty.
    creditor: str
    rank: str
    account: str
    commodity: str
    units: Decimal
    value: Decimal


def debt_of(
    book: Book,
    at: datetime.date,
    account: Account,
    key: Position,
    owed: Decimal,
    price: Decimal,
) -> Debt:
    """Return what an account shows as owed; of a claim below zero, by the creditor.

    Raises:
        ValueError: It names no counterparty and is below zero, or the entity itself.
    """
    creditor = account.counterparty
    if creditor == account.entity:
        raise ValueError(
            f"{_last(book, at, key)}: {account.entity} owes itself, in {account.name}"
        )
    if owed < 0 and creditor is None:
        raise ValueError(
            f"{_last(book, at, key)}: the claim in {account.name} is"
            f" {owed} {key.commodity}, below zero, and names nobody who could owe it"
        )
    rank = account.rank or "unsecured"
    if owed < 0 and creditor is not None:
        # A claim below zero stands on the other side: the creditor owes.
        return Debt(
            creditor,
            account.entity,
            "unsecured",
            account.name,
            key.commodity,
            -owed,
            -owed * price,
        )
    return Debt(
        account.entity,
        creditor or account.name,
        rank,
        account.name,
        key.commodity,
        owed,
        owed * price,
    )


def _last(book: Book, at: datetime.date, key: Position) -> str:
    flow = book.flows_of(key.account, at, key.commodity)[-1]
    return f"{flow.id} ({flow.place.file}:{flow.place.line})"
