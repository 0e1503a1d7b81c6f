"""Average prices at acquisition, advanced from day to day in one pass."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np

from solvency.ledger.entries.postings import EXACT
from solvency.model.worth import posting_worth

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from solvency.ledger.case import Account
    from solvency.model.book import Book

ZERO = Decimal()
#: The owner of the pools of all members together.
GROUP = "group"
#: The side of an entity's books on which its shares in others stand.
STAKES = "Stakes"


class Pool(NamedTuple):
    """Everything of one commodity on one side of an entity's books."""

    entity: str
    side: str
    commodity: str

    @classmethod
    def of(cls, account: Account, commodity: str) -> Pool:
        """Return the pool in which an account has a commodity.

        A share in another keeps the cost it was bought at, whatever money of the same
        currency its owner gets and spends: it is in no pool with that money.
        """
        side = STAKES if account.stake_in else account.root
        return cls(account.entity, side, commodity)


class Move(NamedTuple):
    """What one flow brought into a pool or took out of it."""

    day: int
    pool: Pool
    units: Decimal
    #: What it was exchanged at, else the market's price that day. Of no units, what
    #: one was worth when a pool that had nothing yet owed and was owed alike.
    value: Decimal


class Posted(NamedTuple):
    """What one posting to an equity account was worth."""

    day: int
    account: str
    value: Decimal


@dataclass(frozen=True, eq=False)
class Acquisitions:
    """What changes averages and equity, in the order of the flows.

    Only flows that brought something in or took something out are here: what an
    entity moves between its own accounts has no cost, unless it had none of it.
    """

    moves: tuple[Move, ...]
    posted: tuple[Posted, ...]
    #: Postings to equity accounts in the case's currency, which need no price:
    #: their days, positions and units.
    days: NDArray[np.int64]
    positions: NDArray[np.int64]
    units: NDArray[np.int64]

    @classmethod
    def of(
        cls, book: Book, together: frozenset[str] = frozenset(), name: str = ""
    ) -> Acquisitions:
        """Return what a Book's flows acquired and disposed of.

        Args:
            book: The Book.
            together: Entities whose pools are one; what they owe one another, and
                the shares they have in one another, are in none.
            name: The owner of those pools.
        """
        currency = book.case.currency
        real = np.array(
            [book.account(p).root in {"Assets", "Liabilities"} for p in book.positions],
            bool,
        )
        plain = np.array([p.commodity == currency for p in book.positions], bool)
        owners = [book.account(p).entity for p in book.positions]
        between = [
            account.entity in together
            and (account.counterparty in together or account.stake_in in together)
            for account in map(book.account, book.positions)
        ]
        owners = [name if owner in together else owner for owner in owners]
        equity = np.flatnonzero((~real & plain)[book.position])
        equity = equity[np.argsort(book.day[equity], kind="stable")]
        return cls(
            moves=_moves(
                book, (real & ~plain & ~np.array(between, bool))[book.position], owners
            ),
            posted=_posted(book, np.flatnonzero((~real & ~plain)[book.position])),
            days=book.day[equity],
            positions=book.position[equity],
            units=book.units[equity],
        )


def _worth(book: Book, index: int) -> Decimal:
    """Return what one posting was worth, signed as its units; nothing unpriced."""
    found = book.worths.get(index)
    if found is None:
        flow = book.flows[book.flow[index]]
        found = posting_worth(book.prices, flow, book.posting(index)) or ZERO
        book.worths[index] = found
    return found


def _market(book: Book, commodity: str, day: int) -> Decimal:
    """Return the market's price; nothing where there is none."""
    price = book.prices.number(commodity, datetime.date.fromordinal(day))
    return ZERO if price is None else price


def _moves(
    book: Book, chosen: NDArray[np.bool_], owners: list[str]
) -> tuple[Move, ...]:
    """Return what each flow moved of each pool, net; nothing where it cancels."""
    pools = [
        Pool.of(book.account(position), position[1])._replace(entity=owner)
        for owner, position in zip(owners, book.positions, strict=True)
    ]
    names = list(dict.fromkeys(pools))
    numbers = {pool: number for number, pool in enumerate(names)}
    pool_of = np.array([numbers[pool] for pool in pools], np.int64)
    inside = np.flatnonzero(chosen)
    if not len(inside):
        return ()
    code = book.flow[inside] * len(names) + pool_of[book.position[inside]]
    order = np.lexsort((code, book.day[inside]))
    inside, code = inside[order], code[order]
    starts = np.flatnonzero(np.append(True, code[1:] != code[:-1]))
    ends = np.append(starts[1:], len(inside))
    nets = np.add.reduceat(book.units[inside], starts)
    unpriced = np.logical_and.reduceat(np.isnan(book.rate[inside]), starts)
    found = []
    seen: set[Pool] = set()
    for start, end, net, by_market, number, day in zip(
        starts.tolist(),
        ends.tolist(),
        nets.tolist(),
        unpriced.tolist(),
        (code[starts] % len(names)).tolist(),
        book.day[inside[starts]].tolist(),
        strict=True,
    ):
        pool = names[number]
        if not net:
            if pool not in seen:
                seen.add(pool)
                price = _market(book, pool.commodity, day)
                found.append(Move(day, pool, ZERO, price))
            continue
        seen.add(pool)
        places = book.scales.get(pool.commodity, 0)
        units = EXACT.scaleb(Decimal(net), -places)
        if by_market:
            value = units * _market(book, pool.commodity, day)
        else:
            value = sum((_worth(book, int(i)) for i in inside[start:end]), ZERO)
        found.append(Move(day, pool, units, value))
    return tuple(found)


def _posted(book: Book, inside: NDArray[np.int64]) -> tuple[Posted, ...]:
    inside = inside[np.argsort(book.day[inside], kind="stable")]
    return tuple(
        Posted(
            int(book.day[index]),
            book.positions[book.position[index]].account,
            _worth(book, int(index)),
        )
        for index in inside
    )


class Costs:
    """Average prices at acquisition, by entity, side and commodity, up to a day.

    Flows are pooled. What is disposed of leaves at the average; what is acquired
    enters at the price written, else at the market's that day.
    """

    def __init__(
        self,
        book: Book,
        at: datetime.date | None = None,
        together: frozenset[str] = frozenset(),
    ) -> None:
        """Take a Book's flows up to a day.

        Args:
            book: The Book.
            at: The day; none takes no flow yet.
            together: Entities whose pools are one, that of `GROUP`.
        """
        self._book = book
        self._all = (
            Acquisitions.of(book, together, GROUP) if together else book.acquisitions
        )
        #: In the currency the books are kept in, where they are reported in another:
        #: what was paid in that is translated at the closing rate.
        self._own = None if book.own is book else Costs(book.own, None, together)
        self._rate = Decimal(1)
        self._moves = self._posted = self._plain = 0
        self._pools: dict[Pool, tuple[Decimal, Decimal]] = {}
        #: Each pool as it was when last there was anything in it.
        self._last: dict[Pool, tuple[Decimal, Decimal]] = {}
        #: What a unit was worth where a pool first was moved and had nothing.
        self._level: dict[Pool, Decimal] = {}
        self._priced: dict[str, Decimal] = {}
        self._sums = np.zeros(len(book.positions), book.units.dtype)
        if at is not None:
            self.advance(at)

    def advance(self, at: datetime.date) -> None:
        """Take in the flows up to and on a day, which is no earlier than before."""
        day = at.toordinal()
        if self._own is not None:
            self._own.advance(at)
            self._rate = _market(self._book, self._book.case.home, day)
        moves, posted = self._all.moves, self._all.posted
        while self._moves < len(moves) and moves[self._moves].day <= day:
            self._move(moves[self._moves])
            self._moves += 1
        while self._posted < len(posted) and posted[self._posted].day <= day:
            one = posted[self._posted]
            self._priced[one.account] = self._priced.get(one.account, ZERO) + one.value
            self._posted += 1
        end = int(np.searchsorted(self._all.days, day, side="right"))
        taken = slice(self._plain, end)
        np.add.at(self._sums, self._all.positions[taken], self._all.units[taken])
        self._plain = end

    @property
    def historic(self) -> dict[str, Decimal]:
        """Return what equity accounts were worth when posted, by account.

        At the rates of their days, where the books are kept in another currency.
        """
        found = dict(self._priced)
        for index in np.flatnonzero(self._sums):
            position = self._book.positions[index]
            number = self._book.decimal(position, self._sums[index])
            found[position.account] = found.get(position.account, ZERO) + number
        return found

    @property
    def paid(self) -> dict[str, Decimal]:
        """Return what equity accounts were worth when posted, at the closing rate."""
        if self._own is None:
            return self.historic
        return {name: worth * self._rate for name, worth in self._own.historic.items()}

    def average(self, pool: Pool) -> Decimal | None:
        """Return the average price at acquisition, or None if none is known.

        In the currency the books are kept in, translated at the closing rate.
        """
        if pool.commodity == self._book.case.home:
            return self._rate
        if self._own is not None:
            found = self._own.average(pool)
            return None if found is None else found * self._rate
        last = self._last.get(pool)
        return self._level.get(pool) if last is None else last[1] / last[0]

    def _move(self, move: Move) -> None:
        units, value = move.units, move.value
        if not units:
            self._level[move.pool] = value
            return
        held, cost = self._pools.get(move.pool, (ZERO, ZERO))
        if held * units >= 0:
            held, cost = held + units, cost + value
        elif abs(units) <= abs(held):
            cost += cost * units / held
            held += units
        else:
            # The position changes sign: what is left was all acquired now.
            left = held + units
            held, cost = left, value * left / units
        self._pools[move.pool] = held, cost
        if held:
            self._last[move.pool] = held, cost
