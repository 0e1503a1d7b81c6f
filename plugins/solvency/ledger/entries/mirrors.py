"""Check that what one entity claims another owes, the other says it owes.

For each pair, commodity and day the claims of the creditor and the debts of the
debtor must be equal. Legs that the language adds always are; legs written by
hand need not be.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from solvency.ledger.entries.postings import EXACT
from solvency.ledger.entries.postings import ZERO

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable
    from collections.abc import Mapping
    from decimal import Decimal

    from beancount.core.data import Transaction

    from solvency.ledger.case import Account
    from solvency.ledger.case import Posting
    from solvency.ledger.errors import Errors

#: Creditor, debtor, commodity.
_Claim = tuple[str, str, str]


class Mirrors:
    """Watches the claims that flows move, and reports those without a mirror."""

    def __init__(self, accounts: Mapping[str, Account]) -> None:
        self._sides = {
            name: (account.entity, other)
            if account.root == "Assets"
            else (other, account.entity)
            for name, account in accounts.items()
            if account.is_claim and (other := account.counterparty) is not None
        }
        #: What flows moved on one side only, in the order read.
        self._uneven: list[
            tuple[datetime.date, frozenset[str], _Claim, Decimal, Transaction]
        ] = []

    def watch(
        self,
        transaction: Transaction,
        postings: Iterable[Posting],
        hypotheses: frozenset[str] = frozenset(),
    ) -> None:
        """Take in one transaction with all its postings, added ones too."""
        sums: dict[_Claim, Decimal] = {}
        for posting in postings:
            side = self._sides.get(posting.account)
            if side is not None:
                key = (*side, posting.commodity)
                sums[key] = EXACT.add(sums.get(key, ZERO), posting.units)
        for key, left in sums.items():
            if left:
                self._uneven.append(
                    (transaction.date, hypotheses, key, left, transaction)
                )

    def report(self, errors: Errors) -> None:
        """Add an error for each day on which a claim starts to lack its mirror.

        Established flows must mirror by themselves, and so must the flows of
        each set of hypotheses, whatever others are switched on.
        """
        running: dict[tuple[frozenset[str], _Claim], Decimal] = {}
        self._uneven.sort(key=lambda item: item[0])
        for day, moved in groupby(self._uneven, key=lambda item: item[0]):
            first: dict[tuple[frozenset[str], _Claim], Transaction] = {}
            before = dict(running)
            for _, hypotheses, claim, left, transaction in moved:
                key = (hypotheses, claim)
                running[key] = EXACT.add(running.get(key, ZERO), left)
                first.setdefault(key, transaction)
            for key, transaction in first.items():
                if running[key] and not before.get(key):
                    _report(errors, transaction, key[1], running[key], day)


def _report(
    errors: Errors,
    transaction: Transaction,
    claim: _Claim,
    left: Decimal,
    day: datetime.date,
) -> None:
    creditor, debtor, commodity = claim
    errors.add(
        "mirror",
        transaction,
        f"at the end of {day} what {creditor} says {debtor} owes it and what"
        f" {debtor} says it owes differ by {left:,} {commodity}",
        f"Post the same {commodity} to an account of each with the other as"
        " counterparty, or write neither and let the legs be added",
    )
