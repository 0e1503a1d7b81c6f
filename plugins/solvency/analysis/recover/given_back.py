"""What came back later of loans and of purchases.

Of what lies in one account each loan or purchase has what is left of it, and of what
leaves the account its share. What goes from one account of the debtor's to another is
not given back: it is followed there.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.model.worth import posting_worth
from solvency.wide import settled
from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from solvency.ledger.case import Case
    from solvency.ledger.case import Flow
    from solvency.ledger.case import Posting
    from solvency.model.book import Book

ZERO, ONE = Decimal(), Decimal(1)
#: An account and a commodity in it.
_Key = tuple[str, str]


@wide()
def given_back(book: Book, got: Sequence[tuple[str, Posting]]) -> list[Decimal]:
    """Return what came in later for each of what loans and purchases had brought.

    Args:
        book: The Book.
        got: The flow of each, and its posting of the loan or of what was bought.

    Returns:
        What came in, at market of its day, in the order of `got`.
    """
    back = [ZERO] * len(got)
    debtors = {posting.entity for _, posting in got}
    held: dict[_Key, Decimal] = defaultdict(Decimal)
    left: dict[_Key, dict[int, Decimal]] = defaultdict(dict)
    brought: dict[str, list[int]] = defaultdict(list)
    for at, (name, _) in enumerate(got):
        brought[name].append(at)
    for flow in book.flows if got else ():
        nets = _nets(book.case, flow, debtors)
        for key, net in nets.items():
            if net >= 0 or not left[key]:
                continue
            there = dict(left[key])
            for at, mine in there.items():
                origin = got[at][1]
                # Of what was bought at several times each has its share; a loan of
                # what was bought stands beside the purchase, and takes none of it.
                lent = book.case.accounts[origin.account].is_claim
                beside = (
                    units
                    for other, units in there.items()
                    if book.case.accounts[got[other][1].account].is_claim == lent
                )
                whole = max(held[key], -net, sum(beside, ZERO))
                gone = settled(mine * -net / whole)
                kept = _kept(book.case, nets, origin.account, key[1])
                into = sum(kept.values(), ZERO)
                left[key][at] = mine - gone
                for other, share in kept.items():
                    moved = left[other].get(at, ZERO) + settled(gone * share)
                    left[other][at] = moved
                if into < 1:
                    came, of = _came(book, flow, nets, origin, key)
                    back[at] += settled(came * mine / (of * whole)) if of else ZERO
            left[key] = {at: units for at, units in left[key].items() if units > 0}
        for key, net in nets.items():
            held[key] += net
        for at in brought.get(flow.id, ()):
            posting = got[at][1]
            key = posting.account, posting.commodity
            left[key][at] = left[key].get(at, ZERO) + posting.units
    return back


def _nets(case: Case, flow: Flow, entities: set[str]) -> dict[_Key, Decimal]:
    """Return by how much a flow moved what each account of some entities holds."""
    nets: dict[_Key, Decimal] = defaultdict(Decimal)
    for one in flow.postings:
        if one.entity in entities and case.accounts[one.account].root == "Assets":
            nets[one.account, one.commodity] += one.units
    return nets


def _alike(case: Case, origin: str, commodity: str, other: str) -> bool:
    """Say whether what is in an account would be the same thing in another.

    A claim is, on the same debtor. What was bought and is no money is wherever its
    owner keeps it; a stake in money at book is in its own account alone.
    """
    mine, its = case.accounts[origin], case.accounts[other]
    if mine.entity != its.entity:
        return False
    if mine.is_claim:
        return its.is_claim and its.counterparty == mine.counterparty
    return other == origin or not case.is_money(commodity)


def _kept(
    case: Case, nets: Mapping[_Key, Decimal], origin: str, commodity: str
) -> dict[_Key, Decimal]:
    """Return what share of what left went to which other accounts of its owner."""
    alike = {
        key: net
        for key, net in nets.items()
        if key[1] == commodity and _alike(case, origin, commodity, key[0])
    }
    out = -sum((net for net in alike.values() if net < 0), ZERO)
    into = sum((net for net in alike.values() if net > 0), ZERO)
    whole = max(out, into)
    return {key: net / whole for key, net in alike.items() if net > 0}


def _came(
    book: Book,
    flow: Flow,
    nets: Mapping[_Key, Decimal],
    origin: Posting,
    key: _Key,
) -> tuple[Decimal, Decimal]:
    """Return what came in for what left, as a fraction: above the line, and below.

    Where several things left, each fetched its share by what it was worth.
    """
    case = book.case
    came = ZERO
    worths: dict[_Key, Decimal] = defaultdict(Decimal)
    for one in flow.postings:
        account = case.accounts[one.account]
        its = one.account, one.commodity
        if one.entity != origin.entity:
            continue
        if nets.get(its, ZERO) >= 0:
            same = one.commodity == origin.commodity and _alike(
                case, origin.account, one.commodity, one.account
            )
            if (
                one.units > 0
                and account.root in {"Assets", "Liabilities"}
                and not (same and account.root == "Assets")
            ):
                came += posting_worth(book.prices, flow, one) or ZERO
        elif its == key or _thing(case, one):
            kept = _kept(case, nets, one.account, one.commodity)
            sold = ONE - sum(kept.values(), ZERO)
            worths[its] -= sold * (posting_worth(book.prices, flow, one) or ZERO)
    if set(worths) == {key}:
        return came, ONE
    return came * worths[key], sum(worths.values(), ZERO)


def _thing(case: Case, posting: Posting) -> bool:
    """Say whether what left is a thing that was sold, and no money that was paid."""
    account = case.accounts[posting.account]
    return (
        account.is_claim
        or account.stake_in is not None
        or account.recovery is not None
        or not case.is_money(posting.commodity)
    )
