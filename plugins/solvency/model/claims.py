"""What entities owe one another: by each side's books, and by what each stated."""

from __future__ import annotations

import datetime
from collections import Counter
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import NamedTuple

from solvency.figures.listing import listing
from solvency.ledger.entries.postings import EXACT
from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from solvency.figures.table import Table
    from solvency.ledger.case import Account
    from solvency.ledger.case import Observation
    from solvency.model.book import Book
    from solvency.model.book import Position

ZERO = Decimal()
#: Of more claims than this a table shows the largest.
MOST_PAIRS = 200
#: A statement older than a quarter says nothing of a balance any more.
STATEMENT_AGE = datetime.timedelta(days=92)


class Stated(NamedTuple):
    """What one side's own statement says of a claim."""

    amount: Decimal
    date: datetime.date
    source: str
    observation: str


class Owed(NamedTuple):
    """One pair's claim in one commodity, as each side's books have it."""

    creditor: str
    debtor: str
    commodity: str
    claimed: Decimal
    owed: Decimal

    @property
    def unmatched(self) -> Decimal:
        """Return what the creditor claims beyond what the debtor owns up to."""
        return EXACT.subtract(self.claimed, self.owed)


class Claim(NamedTuple):
    """One pair's claim in one commodity: by the books, and as each side stated it."""

    creditor: str
    debtor: str
    commodity: str
    #: By the creditor's books and by the debtor's.
    claimed: Decimal
    owed: Decimal
    #: By each side's own statement, where it made one.
    claim_stated: Stated | None = None
    debt_stated: Stated | None = None
    #: True where the row is a pair's whole claim at market value, because a
    #: statement was made in money of a claim in several commodities.
    valued: bool = False

    @property
    def unmatched(self) -> Decimal:
        """Return what the creditor claims beyond what the debtor owns up to.

        Each side by its own statement, where it made one, else by its books.
        """
        claim = self.claim_stated.amount if self.claim_stated else self.claimed
        debt = self.debt_stated.amount if self.debt_stated else self.owed
        return EXACT.subtract(claim, debt)


@wide()
def intercompany(
    book: Book,
    at: datetime.date,
    inside: frozenset[str] | None = None,
    units: Mapping[Position, Decimal] | None = None,
) -> tuple[Owed, ...]:
    """Return what entities owe one another, as each side has it.

    Args:
        book: The Book.
        at: The day at whose end.
        inside: Keep only claims between these; None keeps all.
        units: The balances of that day, where they are known already.

    Returns:
        One item a creditor, debtor and commodity, in units; a claim below zero
        stands the other way round.
    """
    sums: dict[tuple[str, str, str], list[Decimal]] = {}
    for position, number in (book.balance(at) if units is None else units).items():
        account = book.account(position)
        other = account.counterparty
        if not account.is_claim or other is None:
            continue
        if inside is not None and not {account.entity, other} <= inside:
            continue
        creditor, debtor, column = (
            (account.entity, other, 0)
            if account.root == "Assets"
            else (other, account.entity, 1)
        )
        amount = number if column == 0 else -number
        if amount < 0:
            creditor, debtor, column, amount = debtor, creditor, 1 - column, -amount
        both = sums.setdefault((creditor, debtor, position.commodity), [ZERO, ZERO])
        both[column] = EXACT.add(both[column], amount)
    return tuple(
        Owed(*key, claimed, owed)
        for key, (claimed, owed) in sorted(sums.items())
        if claimed or owed
    )


@wide()
def claims(
    book: Book, at: datetime.date, inside: frozenset[str] | None, rows: Sequence[Owed]
) -> tuple[Claim, ...]:
    """Put beside what the books say what each side's own statements said.

    Args:
        book: The Book.
        at: The day at whose end.
        inside: Keep only claims between these; None keeps all.
        rows: What the books say.
    """
    found = {(*row[:3], False): Claim(*row) for row in rows}
    lying = _lying(book)
    whole = Counter(map(_pair, book.case.accounts.values()))
    for observation in _by_weight(book):
        side = _side(observation, at, lying, whole)
        if side is None or (inside is not None and not {*side[:2]} <= inside):
            continue
        creditor, debtor, root = side
        commodity = observation.amount.commodity
        pair = {row.commodity for row in rows if row[:2] == (creditor, debtor)}
        valued = commodity == book.case.currency and bool(pair - {commodity})
        key = (creditor, debtor, commodity, valued)
        row = found.get(key) or (
            _valued(book, at, creditor, debtor, rows)
            if valued
            else Claim(creditor, debtor, commodity, ZERO, ZERO)
        )
        stated = Stated(
            observation.amount.number,
            observation.date,
            observation.source,
            observation.id,
        )
        found[key] = (
            row._replace(claim_stated=stated)
            if root == "Assets"
            else row._replace(debt_stated=stated)
        )
    return tuple(found[key] for key in sorted(found))


def _by_weight(book: Book) -> list[Observation]:
    """Return the observations, the latest and of one day the best graded last."""
    case = book.case
    return sorted(
        sorted(
            case.observations,
            key=case.grade_of,
            reverse=True,
        ),
        key=lambda one: one.date,
    )


def _lying(book: Book) -> dict[str, list[Account]]:
    """Return the accounts that are a name or lie below it, by that name."""
    found: dict[str, list[Account]] = defaultdict(list)
    for account in book.case.accounts.values():
        name = account.name
        while name:
            found[name].append(account)
            name = name.rpartition(":")[0]
    return found


def _side(
    observation: Observation,
    at: datetime.date,
    lying: Mapping[str, Sequence[Account]],
    whole: Mapping[tuple[str, str, str] | None, int],
) -> tuple[str, str, str] | None:
    """Return whose statement of which claim an observation is, if of one.

    It is where it covers every account of one side of a pair, and nothing else.

    Args:
        observation: The observation.
        at: The day at whose end.
        lying: The accounts at or below each name.
        whole: How many accounts each side of a pair has.
    """
    if observation.since is not None or not (
        observation.date <= at and at - observation.date <= STATEMENT_AGE
    ):
        return None
    named = {
        account.name: account
        for one in observation.accounts
        for account in lying.get(one, ())
    }
    sides = {_pair(account) for account in named.values()}
    if len(sides) != 1 or (side := sides.pop()) is None:
        return None
    return side if len(named) == whole[side] else None


def _pair(account: Account) -> tuple[str, str, str] | None:
    if not account.is_claim or account.counterparty is None:
        return None
    if account.root == "Assets":
        return account.entity, account.counterparty, account.root
    return account.counterparty, account.entity, account.root


def _valued(
    book: Book, at: datetime.date, creditor: str, debtor: str, rows: Sequence[Owed]
) -> Claim:
    """Return a pair's whole claim at market value; what has no price is left out."""
    claimed = owed = ZERO
    for row in rows:
        price = book.prices.number(row.commodity, at)
        if row[:2] == (creditor, debtor) and price is not None:
            claimed += row.claimed * price
            owed += row.owed * price
    return Claim(creditor, debtor, book.case.currency, claimed, owed, valued=True)


def largest(book: Book, at: datetime.date, rows: Sequence[Claim]) -> Sequence[Claim]:
    """Return the rows a table names: all, or of very many the largest at market.

    Rows that do not match, or that somebody stated, come first. The order is that of
    the rows given.
    """
    if len(rows) <= MOST_PAIRS:
        return rows

    def size(place: int) -> tuple[bool, Decimal]:
        row = rows[place]
        price = book.prices.number(row.commodity, at) or ZERO
        told = bool(row.claim_stated or row.debt_stated or row.unmatched)
        return told, max(abs(row.claimed), abs(row.owed)) * price

    # A stable sort: of equals, those first by name stay.
    places = sorted(range(len(rows)), key=size, reverse=True)
    return [rows[place] for place in sorted(places[:MOST_PAIRS])]


@wide()
def matrix(rows: Sequence[Claim], title: str, pairs: int | None = None) -> Table:
    """Return claims as a table, the unmatched in a column of its own.

    Args:
        rows: The claims to show.
        title: What stands above them.
        pairs: How many there are in all, where these are not all.
    """

    def said(stated: Stated | None) -> tuple[object, object]:
        return (
            (stated.amount, f"{stated.source}, {stated.date}") if stated else ("", "")
        )

    states = any(row.claim_stated or row.debt_stated for row in rows)
    beside = ("creditor states", "where", "debtor states", "where stated")
    return listing(
        title,
        (
            *("creditor", "debtor", "in", "creditor's books", "debtor's books"),
            *(beside if states else ()),
            "unmatched",
        ),
        tuple(
            (
                row.creditor,
                row.debtor,
                row.commodity + (", all claims valued" if row.valued else ""),
                row.claimed,
                row.owed,
                *(said(row.claim_stated) if states else ()),
                *(said(row.debt_stated) if states else ()),
                row.unmatched,
            )
            for row in rows
        ),
        notes=(
            ()
            if pairs in {None, len(rows)}
            else (f"The largest {len(rows):,} of {pairs:,} claims; --all prints all.",)
        ),
    )
