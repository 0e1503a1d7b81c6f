"""Transfers before the petition that may have to be given back.

Two laws reach back. A payment on an older debt, or collateral for it, within 90 days
before the petition, or a year to an insider, may be a preference (11 USC 547(b)); what
the creditor gave anew after it counts in its favour (547(c)(4)). A loan to an insider,
a gift, or a purchase within two years may be avoided where less than its worth came
back (548(a)(1)). Whether any can be avoided a court decides.

A transfer on a day no source gives is undated: it may lie within the period or outside.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.analysis.recover.given_back import given_back
from solvency.analysis.recover.insiders import in_proceedings
from solvency.analysis.recover.insiders import is_insider
from solvency.analysis.recover.insiders import is_to_insiders
from solvency.analysis.recover.suspect_periods import Transfer
from solvency.analysis.recover.suspect_periods import reaches
from solvency.model.worth import posting_worth
from solvency.wide import wide

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator

    from solvency.ledger.case import Flow
    from solvency.ledger.case import Posting
    from solvency.model.book import Book

ZERO = Decimal()
#: What brings the debtor something, which may come back as money.
_BRING = frozenset({"loan", "purchase"})


@wide()
def preferences(book: Book, petition: datetime.date) -> tuple[Transfer, ...]:
    """List the transfers of the group in the suspect periods, in order of date.

    Args:
        book: The Book.
        petition: The day of the petition.

    Returns:
        Payments on debts, of interest too, and collateral within 90 days, a year to
        insiders and members of the group; loans to insiders, to members without a
        petition among them, gifts, and purchases of what does not sell at once,
        within two years. What may lie within the period, its day unknown, is listed,
        and so is what a member gave of whom no petition is in the case.
    """
    found = []
    on_debts, to_insiders, two_years = reaches(petition)
    got: list[tuple[str, Posting]] = []
    members = frozenset(book.case.members)
    debtors = in_proceedings(book.case, members)
    given: dict[tuple[str, str], list[tuple[datetime.date, Decimal]]] = defaultdict(
        list
    )
    for flow in book.flows:
        days = (petition - flow.date).days
        # The fewest it may be; the day before the petition is the last that counts.
        fewest = max((petition - (flow.latest or flow.date)).days, 1)
        if days <= 0 or fewest > two_years:
            continue
        for creditor, debtor, amount in _given(book, flow, members):
            given[creditor, debtor].append((flow.date, amount))
        for transfer, posting in _transfers(book, flow, days, members, debtors):
            reach = two_years
            if transfer.law == "547":
                reach = to_insiders if transfer.insider else on_debts
            if fewest > reach:
                continue
            first = flow.earliest or flow.date
            got.append((flow.id, posting))
            found.append(
                replace(
                    transfer,
                    dated=(petition - first).days <= reach
                    and (flow.latest or flow.date) <= petition,
                    petitioned=transfer.debtor in debtors,
                )
            )
    backs = iter(
        given_back(
            book,
            [
                one
                for one, transfer in zip(got, found, strict=True)
                if transfer.kind in _BRING
            ],
        )
    )
    return tuple(
        replace(
            transfer,
            given_back=next(backs) if transfer.kind in _BRING else ZERO,
            new_value=sum(
                (
                    amount
                    for date, amount in given[transfer.transferee, transfer.debtor]
                    if date > transfer.date
                ),
                ZERO,
            )
            if transfer.law == "547"
            else ZERO,
        )
        for transfer in found
    )


def _transfers(
    book: Book,
    flow: Flow,
    days: int,
    members: frozenset[str],
    debtors: frozenset[str],
) -> Iterator[tuple[Transfer, Posting]]:
    # Only a flow in which the debtor's assets left transfers anything.
    left = {
        posting.entity
        for posting in flow.postings
        if posting.entity in members and posting.units < 0 and _held(book, posting)
    }
    if not left:
        return
    gave: set[str] = set()
    for transfer, posting in _to_creditors(book, flow, days, members, debtors):
        gave.add(transfer.transferee)
        yield transfer, posting
    yield from _purchases(book, flow, days, members, left)
    yield from _gifts(book, flow, days, members, left, gave)
    yield from _interest(book, flow, days, members, left)


def _to_creditors(
    book: Book,
    flow: Flow,
    days: int,
    members: frozenset[str],
    debtors: frozenset[str],
) -> Iterator[tuple[Transfer, Posting]]:
    """Yield what was paid on debts, pledged, and lent to insiders."""
    case = book.case
    for posting in flow.postings:
        account = case.accounts[posting.account]
        if posting.units <= 0 or posting.entity not in members:
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
        insider = is_insider(case, other, members)
        # Among debtors in the same proceedings nothing leaves, nor between others.
        inside = other in members and (
            other in debtors or posting.entity not in debtors
        )
        if kind == "loan" and (not insider or inside):
            continue
        found = _transfer(book, flow, days, posting, other, kind, insider=insider)
        paid = _paid(book, flow, members)
        to = "" if other in paid else "".join(paid[:1])
        yield replace(found, paid_to=to), posting


def _purchases(
    book: Book, flow: Flow, days: int, members: frozenset[str], left: set[str]
) -> Iterator[tuple[Transfer, Posting]]:
    """Yield what a member bought from others and holds as an investment."""
    for posting in flow.postings:
        mine = posting.entity in left and posting.units > 0
        if mine and _paid_for(book, flow, posting):
            seller = _seller(book, flow, posting.entity)
            insider = is_insider(book.case, seller, members)
            bought = _transfer(
                book, flow, days, posting, seller, "purchase", insider=insider
            )
            yield bought, posting


def _gifts(
    book: Book,
    flow: Flow,
    days: int,
    members: frozenset[str],
    left: set[str],
    gave: set[str],
) -> Iterator[tuple[Transfer, Posting]]:
    """Yield what insiders got who gave nothing for it, then the rest of what is given.

    Args:
        book: The Book.
        flow: The flow.
        days: How long before the petition it was.
        members: The group.
        left: The members whose assets left in the flow.
        gave: Whom it paid, lent to or secured.
    """
    case, given, got = book.case, ZERO, set(gave)
    for posting in flow.postings:
        if (
            posting.entity not in members
            and is_insider(case, posting.entity, members)
            and posting.entity not in got
            and posting.units > 0
            and _held(book, posting)
        ):
            got.add(posting.entity)
            of = posting._replace(entity=min(left))
            gift = _transfer(book, flow, days, of, posting.entity, "gift", insider=True)
            given += gift.amount or ZERO
            yield gift, posting
    for posting in flow.postings:
        account = case.accounts[posting.account]
        if posting.entity not in left or posting.units <= 0 or not account.is_gift:
            continue
        insider = is_to_insiders(flow)
        spent = _transfer(
            book, flow, days, posting, flow.payee or "", "gift", insider=insider
        )
        # What insiders got of it is listed already.
        listed = min(given, spent.amount or ZERO)
        given -= listed
        if spent.amount is None:
            yield spent, posting
        elif spent.amount > listed:
            yield replace(spent, amount=spent.amount - listed), posting


def _interest(
    book: Book, flow: Flow, days: int, members: frozenset[str], left: set[str]
) -> Iterator[tuple[Transfer, Posting]]:
    """Yield what lenders earned in a flow by which those that owe them spent."""
    case = book.case
    paying = {
        one.entity
        for one in flow.postings
        if one.entity in left
        and one.units > 0
        and case.accounts[one.account].root == "Expenses"
        and not case.accounts[one.account].is_gift
    }
    lenders = {
        account.counterparty: account.entity
        for account in sorted(case.accounts.values(), key=lambda x: x.entity)
        if account.entity in paying and account.root == "Liabilities"
    }
    earned: dict[str, list[Posting]] = defaultdict(list)
    for one in flow.postings:
        if one.entity in lenders and case.accounts[one.account].root == "Income":
            earned[one.entity].append(one)
    for lender, postings in sorted(earned.items()):
        insider = is_insider(case, lender, members)
        of = postings[0]._replace(entity=lenders[lender])
        worths = [posting_worth(book.prices, flow, one) for one in postings]
        known = [-worth for worth in worths if worth is not None]
        found = _transfer(book, flow, days, of, lender, "interest", insider=insider)
        amount = sum(known, ZERO) if len(known) == len(worths) else None
        yield replace(found, amount=amount), of


def _paid(book: Book, flow: Flow, members: frozenset[str]) -> list[str]:
    """Return whom outside the group a flow gave what can be spent, by its assets."""
    wealth = {
        p.entity
        for p in flow.postings
        if p.entity not in members
        and p.units > 0
        and (_held(book, p) or book.case.accounts[p.account].root == "Equity")
        and book.case.accounts[p.account].stake_in is None
    }
    return sorted(wealth)


def _gained(book: Book, flow: Flow) -> set[str]:
    """Return who got something in a flow, not a claim alone."""
    return {p.entity for p in flow.postings if p.units > 0 and _held(book, p)}


def _seller(book: Book, flow: Flow, buyer: str) -> str:
    """Return who was paid: who got something in the flow, else its payee.

    A payee that is the buyer says who acted, not who was paid.
    """
    paid = _gained(book, flow)
    others = sorted(paid - {buyer})
    if len(others) == 1:
        return others[0]
    return "" if flow.payee in {None, buyer} else flow.payee or ""


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
        amount=posting_worth(book.prices, flow, posting),
        new_value=ZERO,
        earliest=flow.earliest,
        latest=flow.latest,
    )


def _given(
    book: Book, flow: Flow, members: frozenset[str]
) -> Iterator[tuple[str, str, Decimal]]:
    """Yield what creditors gave anew: creditor, debtor, value."""
    # Only what brought something in is new value, not a claim set beside another.
    gained = _gained(book, flow)
    if not gained & members:
        return
    for posting in flow.postings:
        account = book.case.accounts[posting.account]
        if (
            account.root == "Liabilities"
            and account.counterparty is not None
            and posting.units < 0
        ):
            worth = posting_worth(book.prices, flow, posting)
            if worth is not None:
                yield account.counterparty, posting.entity, -worth


def _held(book: Book, posting: Posting) -> bool:
    account = book.case.accounts[posting.account]
    return account.root == "Assets" and not account.is_claim


def _paid_for(book: Book, flow: Flow, posting: Posting) -> bool:
    """Say whether an investment came in for something else, and is not moved alone."""
    mine = [p for p in flow.postings if p.entity == posting.entity and _held(book, p)]
    net = sum((p.units for p in mine if p.commodity == posting.commodity), ZERO)
    paid = any(
        p.units < 0
        and (p.commodity != posting.commodity or book.case.is_money(p.commodity))
        for p in mine
    )
    sold_as = book.case.is_money(posting.commodity)
    return _bought(book, posting) and paid and (sold_as or net > 0)


def _bought(book: Book, posting: Posting) -> bool:
    """Say whether a posting brings an investment: what does not sell at its price."""
    case = book.case
    account = case.accounts[posting.account]
    coin = case.commodities.get(posting.commodity)
    liquidity = account.liquidity or (coin.liquidity if coin else None)
    return (
        _held(book, posting)
        and account.pledged_to is None
        and (
            account.recovery is not None
            or account.stake_in is not None
            or (liquidity == "illiquid" and not case.is_money(posting.commodity))
        )
    )
