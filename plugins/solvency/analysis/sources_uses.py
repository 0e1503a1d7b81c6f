"""Sources and uses of funds: where money came from, where it went, what is left.

Funds are what an entity, or the group, holds in liquid form. Every flow that
moves them has, on the same books, other postings that say from what or for what;
since each entity balances in each flow, sources less uses equal the change in
funds exactly. Coins count at the price written, else the market's that day; what
prices did to the coins still held stands in a line of its own, and so does what money
gained or lost on the day it was exchanged at another rate than the day's.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from solvency.analysis.in_kind import without_kind
from solvency.evidence.drafts import OPENING
from solvency.model.consolidation import members as members_of
from solvency.model.own_tokens import is_issued_by
from solvency.model.worth import posting_worth
from solvency.wide import settled
from solvency.wide import wide

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable
    from collections.abc import Iterator

    from solvency.analysis.in_kind import Key
    from solvency.ledger.case import Account
    from solvency.ledger.case import Case
    from solvency.ledger.case import Flow
    from solvency.model.book import Book

ZERO = Decimal()
#: Below this a difference is that of quotients rounded one by one.
_NOISE = Decimal("1E-9")
SOURCE = "source"
USE = "use"
#: What a table calls the lines that are no flows.
START = "at the start"
CHANGE = "change in prices"
EXCHANGE = "gain on exchange"
LEFT = "left at the end"
#: What accounts held before the first row of their statements.
OPENED = "opening balances"
#: The side that income and expenses stand on, whichever way the money went.
_NATURAL = {"Income": SOURCE, "Expenses": USE}


@dataclass(frozen=True, slots=True)
class FundsLine:
    """One source or use, positive, and the flows it is the sum of."""

    side: str
    label: str
    amount: Decimal
    flows: tuple[str, ...]
    #: What each of the flows has in it; they sum to the amount.
    parts: tuple[Decimal, ...] = ()


@dataclass(frozen=True, slots=True)
class Funds:
    """Sources and uses of one entity's or the group's funds over a period."""

    name: str
    scenario: str
    since: datetime.date | None
    until: datetime.date
    currency: str
    lines: tuple[FundsLine, ...]
    #: Funds at the end, at market.
    left: Decimal
    #: What prices did to the funds held.
    revaluation: Decimal
    #: Funds at the start, at market.
    opening: Decimal
    #: Commodities among the funds without a price, left out by name.
    unpriced: tuple[str, ...] = ()
    #: What money was worth on the day it was exchanged, above what it was exchanged
    #: at: by flow, a loss below zero.
    exchanges: tuple[tuple[str, Decimal], ...] = ()

    @property
    @wide()
    def exchanged(self) -> Decimal:
        """Return the gain or loss on exchanges at other rates than the day's."""
        return sum((part for _, part in self.exchanges), ZERO)

    @wide()
    def total(self, side: str) -> Decimal:
        """Return the sum of one side."""
        return sum((line.amount for line in self.lines if line.side == side), ZERO)

    @property
    @wide()
    def control(self) -> Decimal:
        """Return opening and sources less uses and what is left: must be zero."""
        return (
            self.opening
            + self.total(SOURCE)
            - self.total(USE)
            + self.exchanged
            + self.revaluation
            - self.left
        )

    @wide()
    def amount(self, side: str, label: str) -> Decimal:
        """Return what came from one source, or went to one use."""
        return sum((x.amount for x in self._of(side, label)), ZERO)

    def parts(self, side: str, label: str) -> dict[str, Decimal]:
        """Return what each flow has in one source or use."""
        return {
            flow: part
            for x in self._of(side, label)
            for flow, part in zip(x.flows, x.parts, strict=True)
        }

    def _of(self, side: str, label: str) -> Iterator[FundsLine]:
        return (x for x in self.lines if (x.side, x.label) == (side, label))


@wide()
def funds(
    book: Book,
    name: str,
    until: datetime.date | None = None,
    since: datetime.date | None = None,
) -> Funds:
    """Return the sources and uses of funds of an entity, a silo or the group.

    Args:
        book: The Book of one scenario.
        name: An entity, a silo, or "group".
        until: The last day; default the case's reporting date.
        since: The day before the first; default the beginning.

    Raises:
        LookupError: No entity or silo has the name.
    """
    case = book.case
    inside = (
        frozenset({name})
        if name in case.entities
        else frozenset(members_of(case, name))
    )
    until = until or case.reporting_date
    sums: dict[tuple[str, str], dict[str, Decimal]] = {}
    moved = ZERO
    exchanges: dict[str, Decimal] = {}

    @cache
    def liquid(account: str, commodity: str) -> bool:
        return is_funds(book, case.accounts[account], commodity)

    for flow in _moving(book, inside, since, until):
        gained = settled(_exchanged(book, flow, inside, liquid))
        if gained:
            exchanges[flow.id] = gained
        inflow, others = _split(book, flow, inside, liquid)
        if not inflow and not others:
            continue
        moved += inflow
        for (label, natural), amount in others.items():
            # A payment that comes back is less paid, and no new money.
            side = natural or (SOURCE if amount < 0 else USE)
            parts = sums.setdefault((side, label), {})
            worth = -amount if side == SOURCE else amount
            parts[flow.id] = parts.get(flow.id, ZERO) + worth
    sums = _turned(sums)
    opening, _ = _held(book, inside, since) if since else (ZERO, set())
    left, unpriced = _held(book, inside, until)
    lines = sum(
        (
            sum(of.values(), ZERO) * (1 if side == SOURCE else -1)
            for (side, _), of in sums.items()
        ),
        ZERO,
    )
    if abs(moved - lines) < _NOISE:
        # Of quotients only: each line has been rounded by itself.
        moved = lines
    return Funds(
        name=name,
        scenario=case.scenario.name,
        since=since,
        until=until,
        currency=case.currency,
        lines=tuple(
            FundsLine(
                side, label, sum(of.values(), ZERO), tuple(of), tuple(of.values())
            )
            for (side, label), of in sorted(
                sums.items(),
                key=lambda item: (item[0][0] != SOURCE, -sum(item[1].values(), ZERO)),
            )
        ),
        left=left,
        revaluation=left - opening - moved - sum(exchanges.values(), ZERO),
        exchanges=tuple(exchanges.items()),
        opening=opening,
        unpriced=tuple(sorted(unpriced)),
    )


def _moving(
    book: Book,
    inside: frozenset[str],
    since: datetime.date | None,
    until: datetime.date,
) -> Iterator[Flow]:
    """Yield the flows of a period that move funds of some entities."""
    there = [(book.account(one), one.commodity) for one in book.positions]
    kept = [one.entity in inside and is_funds(book, one, name) for one, name in there]
    taken = np.array(kept, dtype=bool)[book.position] & (book.day <= until.toordinal())
    if since is not None:
        taken &= book.day > since.toordinal()
    yield from map(book.flows.__getitem__, np.unique(book.flow[taken]).tolist())


def _turned(
    sums: dict[tuple[str, str], dict[str, Decimal]],
) -> dict[tuple[str, str], dict[str, Decimal]]:
    """Return sources and uses, each that came to less than nothing on the other side.

    More may come back of a kind of expense than was paid.
    """
    found: dict[tuple[str, str], dict[str, Decimal]] = {}
    other = {SOURCE: USE, USE: SOURCE}
    for (side, label), of in sums.items():
        turned = sum(of.values(), ZERO) < 0
        parts = found.setdefault((other[side] if turned else side, label), {})
        for flow, worth in of.items():
            parts[flow] = parts.get(flow, ZERO) + (-worth if turned else worth)
    return found


def is_funds(book: Book, account: Account, commodity: str) -> bool:
    """Say whether a position is money or what is as good as money."""
    if account.root != "Assets" or account.is_claim or account.stake_in:
        return False
    if account.suspense:
        return False
    if is_issued_by(book.case, commodity, book.case.entities):
        return False
    return book.case.liquidity_of(account, commodity) == "liquid"


def _split(
    book: Book, flow: Flow, inside: frozenset[str], liquid: Callable[[str, str], bool]
) -> tuple[Decimal, dict[Key, Decimal]]:
    """Return what a flow moved of the funds, and against what on the same books.

    What it moved against is named by what it is and by the side that it stands on
    whichever way the money went, nothing where that says the side.

    Flows that leave the funds as they were are no source and no use, whatever else
    they move: fees taken out of what customers have paid in are no new money.
    """
    accounts = book.case.accounts
    change = ZERO
    others: dict[Key, Decimal] = {}
    kind: list[tuple[Key, Decimal]] = []
    for posting in flow.postings:
        if posting.entity not in inside:
            continue
        account = accounts[posting.account]
        worth = posting_worth(book.prices, flow, posting) or ZERO
        if liquid(posting.account, posting.commodity):
            change += worth
        elif not (account.is_claim and account.counterparty in inside):
            label = source_or_use(book, flow, account)
            key = label, _NATURAL.get(account.root, "")
            if account.root == "Assets" and not account.is_claim:
                kind.append((key, worth))
            else:
                others[key] = others.get(key, ZERO) + worth
    # Rates that are quotients cancel to the last of many digits only.
    change = settled(change)
    if not change:
        return ZERO, {}
    others = without_kind(others, kind, change)
    if not book.case.sources:
        # Books that are no case are kept to beancount's tolerance, not exactly.
        off = settled(change + sum(others.values(), ZERO))
        others["rounding", ""] = others.get(("rounding", ""), ZERO) - off
    # What was moved between members leaves by one's claim and enters by the
    # other's debt; both are inside, and cancel.
    rounded = {label: settled(worth) for label, worth in others.items()}
    return change, {label: worth for label, worth in rounded.items() if worth}


def _exchanged(
    book: Book, flow: Flow, inside: frozenset[str], liquid: Callable[[str, str], bool]
) -> Decimal:
    """Return what money a flow exchanged gained on that day: a loss below zero.

    Money comes in and goes out at the rate of the exchange (IAS 21.21); what it is
    worth more or less at the rate of the day is an exchange difference (IAS 21.28).
    """
    found, currency, is_money = ZERO, book.case.currency, book.case.is_money
    for posting in flow.postings:
        own = posting.price is None and posting.commodity == currency  # worth one
        if own or posting.entity not in inside or not is_money(posting.commodity):
            continue
        price = book.prices.number(posting.commodity, flow.date)
        if price is None or not liquid(posting.account, posting.commodity):
            continue
        found += posting.units * price
        found -= posting_worth(book.prices, flow, posting) or ZERO
    return found


def source_or_use(book: Book, flow: Flow, account: Account) -> str:
    """Name what money came from or went to, as an account of a flow has it.

    Args:
        book: The Book.
        flow: The flow, whose purpose names what no counterparty does.
        account: Where the other end of the money was written.
    """
    if account.suspense:
        return "suspense"
    role = None
    other = _paid(book, flow, account)
    if other is not None:
        entity = book.case.entities[other]
        if entity.group:
            return other
        role = entity.role
    if role == "customers" or account.rank == "customer":
        return "customers"
    if role == "lender":
        return "lenders"
    if role == "insider":
        return "insiders"
    if account.root == "Equity":
        return OPENED if flow.narration.startswith(OPENING) else "capital"
    if account.root in {"Income", "Expenses"} or account.root == "Assets":
        return flow.purpose or account.name.split(":")[-1].lower()
    return other or "others"


def _paid(book: Book, flow: Flow, account: Account) -> str | None:
    """Return who got or gave the money that an account of a flow stands for.

    Where an insider owes what was paid for it to another, the other was paid: who is
    no insider is not counted as one.
    """
    other = account.counterparty
    entities = book.case.entities
    if other is None or entities[other].role != "insider":
        return other
    paid = {
        posting.entity
        for posting in flow.postings
        if not entities[posting.entity].group
        and _is_purse(book, posting.account, posting.commodity)
    }
    return paid.pop() if len(paid) == 1 and other not in paid else other


def _is_purse(book: Book, name: str, commodity: str) -> bool:
    """Say whether an account of somebody outside holds the money itself."""
    account = book.case.accounts[name]
    return account.root == "Equity" or is_funds(book, account, commodity)


def _held(
    book: Book, inside: frozenset[str], at: datetime.date
) -> tuple[Decimal, set[str]]:
    """Return the funds at the end of a day, at market, and what has no price."""
    total = ZERO
    unpriced = set()
    for position, units in book.balance(at).items():
        account = book.account(position)
        if account.entity not in inside:
            continue
        if not is_funds(book, account, position.commodity):
            continue
        price = book.prices.number(position.commodity, at)
        if price is None:
            unpriced.add(position.commodity)
        else:
            total += units * price
    return settled(total), unpriced


@wide()
def of_case(case: Case, book: Book, at: datetime.date) -> tuple[Funds, ...]:
    """Return the funds of every member of the group, and of the group."""
    names = (*case.group, "group") if case.group else tuple(case.entities)
    return tuple(funds(book, name, at) for name in names)
