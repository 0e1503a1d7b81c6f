"""Set-off: a claim netted against a debt of the same two entities in insolvency.

A claim's `open` names the debt it may be set off against. What is netted leaves both
sides: neither waits for the other's estate, and neither ranks.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from typing import NamedTuple

from solvency.ledger.entries.claim_accounts import Claims
from solvency.ledger.entries.claim_accounts import LegsError
from solvency.wide import wide

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable
    from collections.abc import Sequence

    from solvency.analysis.recover.debts import Debt
    from solvency.ledger.case import Account
    from solvency.model.book import Book

ZERO = Decimal()


class SetOff(NamedTuple):
    """What of a claim and a debt was netted."""

    claim: str
    debt: str
    amount: Decimal


@wide()
def set_off(
    book: Book, at: datetime.date, debts: Sequence[Debt]
) -> tuple[tuple[Debt, ...], tuple[SetOff, ...]]:
    """Net the claims that name a debt against it.

    Args:
        book: The Book.
        at: The day.
        debts: What is owed on that day, by account and commodity.

    Returns:
        The debts that are left, and what was netted, in the order of the accounts.
    """
    case = book.case
    claims = Claims.among(case.accounts.values(), case.roots)
    left = list(debts)
    netted = []
    for account in case.accounts.values():
        if account.set_off is None or not account.is_open(at):
            continue
        # Where the account is a debt itself, the named one is the claim.
        claim = account if account.root == "Assets" else case.accounts[account.set_off]
        debt = case.accounts[account.set_off] if claim is account else account
        mirror = _mirror(claims, claim, at, left)
        amount = min(_total(left, mirror), _total(left, debt.name))
        if amount > 0:
            left = list(_less(_less(left, mirror, amount), debt.name, amount))
            netted.append(SetOff(claim.name, debt.name, amount))
    return tuple(left), tuple(netted)


def _mirror(
    claims: Claims, claim: Account, at: datetime.date, debts: Iterable[Debt]
) -> str:
    """Return the account in which the debtor has what a claim's creditor claims."""
    other = claim.counterparty or ""
    for debt in debts:
        if (debt.debtor, debt.creditor) != (other, claim.entity):
            continue
        try:
            sides = claims.between(
                claim.entity, other, debt.commodity, at, named=[claim]
            )
        except LegsError:
            continue
        if claim in sides:
            return next(one.name for one in sides if one is not claim)
    return ""


def _total(debts: Iterable[Debt], account: str) -> Decimal:
    return sum((one.value for one in debts if one.account == account), ZERO)


def _less(debts: Iterable[Debt], account: str, amount: Decimal) -> Iterable[Debt]:
    """Yield debts, those of an account less an amount, each in its proportion."""
    debts = tuple(debts)
    whole = _total(debts, account)
    for one in debts:
        if one.account != account or not one.value:
            yield one
        elif amount < whole:
            share = 1 - amount / whole
            yield one._replace(units=one.units * share, value=one.value * share)
