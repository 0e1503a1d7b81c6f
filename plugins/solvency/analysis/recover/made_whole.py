"""Whether those who are paid are made whole: in kind, among themselves, afterwards.

Claims in coins are paid at the petition's prices, or at those a flow fixes them at;
what the same coins are worth later is another sum. Among customers, what each took out
earlier counts under a rising tide and not pro rata. And what the estate fetched after
the petition stands beside what the books say it would.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import NamedTuple

from solvency.analysis.recover.coin_claims import Fixed
from solvency.analysis.recover.coin_claims import fixed
from solvency.analysis.recover.distributions import lowered
from solvency.analysis.recover.estate import ZERO
from solvency.analysis.recover.estate import estate
from solvency.analysis.recover.waterfall import money
from solvency.methods.tracing import rising_tide
from solvency.model.book import below
from solvency.model.prices import Missing
from solvency.wide import wide

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable

    from solvency.analysis.recover.recover import Recovery
    from solvency.ledger.case import Flow
    from solvency.ledger.case import Observation
    from solvency.model.book import Book


class InKind(NamedTuple):
    """A class's claims in one coin, at the petition and later."""

    entity: str
    rank: str
    commodity: str
    units: Decimal
    #: At the petition's price, or the one it was fixed at, and what of it is paid.
    value: Decimal
    paid: Decimal
    later: datetime.date
    #: What the same coins are worth later; None without a price.
    worth: Decimal | None
    #: The flow that fixes the claim in money, and at what; None where none does.
    fixed: Fixed | None = None

    @property
    @wide()
    def rate(self) -> Decimal | None:
        """Return what share of the coins the payment buys later."""
        return self.paid / self.worth if self.worth else None


class Shared(NamedTuple):
    """What one customer receives of a pot, shared two ways."""

    entity: str
    creditor: str
    deposited: Decimal
    withdrawn: Decimal
    claim: Decimal
    pro_rata: Decimal
    rising_tide: Decimal


class Afterwards(NamedTuple):
    """An asset of the petition's day, and what came of it later."""

    date: datetime.date
    flow: str
    account: str
    narration: str
    #: What the books say of the units that went, at the petition.
    expected: Decimal
    #: What came in for them.
    fetched: Decimal
    #: Whether what was expected is the outcome itself: no forecast that came true.
    outcome: bool = False


class Record(NamedTuple):
    """What a source says was paid on debts of the group after the petition."""

    date: datetime.date
    source: str
    amount: Decimal
    low: Decimal | None
    high: Decimal | None
    perimeter: str
    #: Of the copy that was read.
    grade: str


@wide()
def later_days(book: Book, found: Recovery) -> tuple[datetime.date, ...]:
    """Return the days to look back from: the plan's, and the last with prices.

    The plan's day (`event "plan"`) if some coin claimed has a price then.
    """
    coins = {debt.commodity for debt in found.debts} - {book.case.home}
    plans = [
        event.date
        for event in book.case.events
        if event.kind == "plan"
        and any(book.prices.number(coin, event.date) is not None for coin in coins)
    ]
    days = [day for coin in coins for day, _ in book.prices.series(coin)]
    return tuple(dict.fromkeys([*plans[:1], max([found.at, *days])]))


@wide()
def in_kind(
    book: Book, found: Recovery, later: Iterable[datetime.date]
) -> tuple[InKind, ...]:
    """Return claims in coins as they are paid, and the same coins at later days."""
    sums: dict[tuple[str, str, str], Decimal] = defaultdict(lambda: ZERO)
    values: dict[tuple[str, str, str], Decimal] = defaultdict(lambda: ZERO)
    received: dict[tuple[str, str, str], Decimal] = defaultdict(lambda: ZERO)
    by: dict[tuple[str, str, str], Fixed] = {}
    prices = fixed(book, found.at)
    # Each debt by itself: what covers another of its class is not shared with it.
    shares = {
        (one.debt.account, one.debt.commodity): one.paid / one.debt.value
        for one in found.alone.paid
        if one.debt.value
    }
    for debt in found.debts:
        if debt.commodity == book.case.home:
            continue
        key = debt.debtor, debt.rank, debt.commodity
        price = prices.get((debt.account, debt.commodity))
        sums[key] += debt.units
        value = debt.value if price is None else debt.units * price.price
        values[key] += value
        received[key] += value * shares.get((debt.account, debt.commodity), ZERO)
        if price is not None:
            by[key] = price
    rows = []
    for day in later:
        for (entity, rank, commodity), units in sorted(sums.items()):
            key = entity, rank, commodity
            if found.rate(entity, rank) is None:
                continue
            quote = book.prices.at(commodity, day)
            worth = None if isinstance(quote, Missing) else units * quote.number
            paid = money(received[key])
            rows.append(InKind(*key, units, values[key], paid, day, worth, by.get(key)))
    return tuple(rows)


@wide()
def tide(book: Book, found: Recovery) -> tuple[Shared, ...]:
    """Share what each entity's customers are paid, pro rata and by a rising tide.

    By creditor, as far as the books tell customers apart. Deposits and withdrawals
    are all that raised and lowered a claim, at the petition's prices.
    """
    moves = _moves(book, found.at)
    rows: list[Shared] = []
    customers: dict[str, list[str]] = defaultdict(list)
    for entity, name in sorted(moves):
        customers[entity].append(name)
    for one in found.classes:
        if one.rank != "customer":
            continue
        names = customers[one.entity]
        if not names:
            continue
        paid_in = [moves[one.entity, name][0] for name in names]
        taken = [moves[one.entity, name][1] for name in names]
        shares, _ = rising_tide(paid_in, taken, one.paid)
        rows += [
            Shared(
                one.entity,
                name,
                deposited,
                withdrawn,
                deposited - withdrawn,
                money((deposited - withdrawn) * one.rate),
                money(share),
            )
            for name, deposited, withdrawn, share in zip(
                names, paid_in, taken, shares, strict=True
            )
        ]
    return tuple(rows)


def _moves(
    book: Book, at: datetime.date
) -> dict[tuple[str, str], tuple[Decimal, Decimal]]:
    """Return what raised and what lowered each customer's claim, by debtor."""
    found: dict[tuple[str, str], tuple[Decimal, Decimal]] = {}
    for flow in book.flows:
        if flow.date > at:
            continue
        sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for posting in flow.postings:
            account = book.case.accounts[posting.account]
            if account.root != "Liabilities" or account.rank != "customer":
                continue
            price = book.prices.number(posting.commodity, at)
            if account.counterparty is not None and price is not None:
                sums[posting.entity, account.counterparty] -= posting.units * price
        for key, change in sums.items():
            deposited, withdrawn = found.get(key, (ZERO, ZERO))
            found[key] = (
                deposited + max(change, ZERO),
                withdrawn + max(-change, ZERO),
            )
    return found


@wide()
def afterwards(book: Book, found: Recovery) -> tuple[Afterwards, ...]:
    """Return what came later of the assets there were, flow by flow.

    What went to pay debts is no sale: `distributions` has it, and of money and coins
    that went it is taken off here. What has a share of book was not paid, but sold.
    """
    members = dict.fromkeys(book.case.members)
    held = estate(book, found.at)
    each = {
        (item.account.name, item.commodity): item.worth.central / item.units
        for name in members
        for item in held.items([name])
        # What is held at a high end alone has no units at the central one.
        if not item.untraced and item.units
    }
    rows = []
    for flow in book.flows:
        if flow.date <= found.at or _keeps(book, flow):
            continue
        out, came, spent = ZERO, ZERO, ZERO
        accounts = []
        for posting in flow.postings:
            account = book.case.accounts[posting.account]
            if posting.entity not in members or account.is_claim:
                continue
            if account.root == "Assets" and posting.units < 0:
                worth = each.get((posting.account, posting.commodity), ZERO)
                out -= posting.units * worth
                if account.recovery is None and account.stake_in is None:
                    spent -= posting.units * worth
                accounts.append(posting.account)
            elif account.root == "Assets":
                price = book.prices.number(posting.commodity, flow.date)
                if price is not None:
                    came += posting.units * price
        if paid := sum(lowered(book, flow, found.at).values(), ZERO):
            out -= min(paid, spent)
            if not came or not out:
                continue  # It paid debts, and sold nothing.
        if accounts or came:
            where = ", ".join(accounts)
            outcome = any(
                book.case.accounts[name].recovery_basis == "outcome"
                for name in accounts
            )
            rows.append(
                Afterwards(
                    flow.date, flow.id, where, flow.narration, out, came, outcome
                )
            )
    return tuple(rows)


def _keeps(book: Book, flow: Flow) -> bool:
    """Say whether a flow only moves what an entity keeps, which fetches nothing."""
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for posting in flow.postings:
        account = book.case.accounts[posting.account]
        sold = account.recovery is not None or account.stake_in is not None
        if account.root != "Assets" or account.is_claim or sold:
            return False
        sums[posting.entity, posting.commodity] += posting.units
    return not any(sums.values())


@wide()
def record(book: Book, found: Recovery) -> tuple[Record, ...]:
    """Return what sources say was paid on the group's debts after the petition.

    These are observations with `side: "out"` over a period that begins after the
    petition, of liabilities of the group.
    """
    members = frozenset(book.case.members)

    def pays(observation: Observation) -> bool:
        return (
            observation.since is not None
            and observation.since >= found.at
            and observation.side == "out"
            and all(
                account.root == "Liabilities" and account.entity in members
                for account in book.case.accounts.values()
                if any(below(account.name, name) for name in observation.accounts)
            )
        )

    return tuple(
        Record(
            observation.date,
            book.case.sources[observation.source].title,
            observation.amount.number,
            observation.low,
            observation.high,
            observation.perimeter or "",
            observation.grade or book.case.sources[observation.source].grade,
        )
        for observation in book.case.observations
        if pays(observation)
    )
