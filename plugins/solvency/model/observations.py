"""What flows add to each balance a source speaks of: observations as linear maps.

A balance is a sum of flows, so what a source says of it is a linear statement about
their amounts. A row is one such statement; its effect on column j is what flow j, as
written, adds to the balance, in money or in units. What is owed counts positive.

Several sources of one independence group that state the same balance are one row:
its spread is that of one of them (the mean of their precisions), its value their
mean by precision. What they say of different balances stays apart.
"""

# Longer than 400 lines: one map from flows to statements, built in one pass.

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING
from typing import Literal
from typing import NamedTuple

import numpy as np
from scipy import sparse

from solvency.figures.precision import money
from solvency.figures.probability_distribution import Amount
from solvency.figures.probability_distribution import amounts
from solvency.figures.probability_distribution import spread
from solvency.ledger.case import Scenario
from solvency.model.book import below
from solvency.model.own_tokens import is_with_its_issuer
from solvency.model.prices import Missing
from solvency.model.uncertain_amounts import spread_of
from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Sequence
    from decimal import Decimal

    from numpy.typing import NDArray

    from solvency.ledger.case import Case
    from solvency.ledger.case import Flow
    from solvency.ledger.case import Observation
    from solvency.model.book import Book

    Array = NDArray[np.float64]

Bound = Literal["", "least", "most"]
_BOUNDS: dict[str, Bound] = {"": "", "at least": "least", "at most": "most"}

#: Accounts whose balances are stated as the positive of their credits.
_CREDITS = frozenset({"Liabilities", "Equity", "Income"})
#: Of the sizes it is the sum of, a smaller share is rounding.
_NOISE = 1e-12


class Row(NamedTuple):
    """What one independence group says of one balance or movement."""

    observations: tuple[Observation, ...]
    #: Value stated, in the observation's commodity; a bound's edge for a bound.
    value: float
    #: Its spread: a standard deviation, in the same.
    sigma: float
    #: "least" for "at least that", "most" for "at most that".
    bound: Bound
    #: The independence group of its sources.
    group: str

    @property
    def first(self) -> Observation:
        """Return the observation published first, whose name the row bears."""
        return self.observations[0]

    @property
    def id(self) -> str:
        """Return the name of the row: that of its first observation."""
        return self.first.id

    @property
    def stated(self) -> Decimal:
        """Return what is stated: exact where one observation says it alone."""
        one = self.first
        if len(self.observations) > 1:
            return money(self.value, like=self.first.amount.number)
        return one.edge

    @property
    def shown(self) -> float:
        """Return what is stated over its mean: what is computed is shown in that."""
        return float(self.stated) / self.value if self.value else 1.0

    @property
    def commodity(self) -> str:
        """Return what it is stated in."""
        return self.first.amount.commodity


class Untested(NamedTuple):
    """An observation the books cannot be held against, and why."""

    observation: Observation
    reason: str


@dataclass(frozen=True, eq=False)
class Observed:
    """The observations of a Book as rows over its flows.

    Attributes:
        book: the Book.
        rows: what is stated, in order of date.
        effects: what each flow as written adds to each row's balance, sparse, shape
            (rows, flows), in the row's commodity.
        untested: observations left out, each with the reason.
    """

    book: Book
    rows: tuple[Row, ...]
    effects: sparse.csr_array
    untested: tuple[Untested, ...]

    @cached_property
    def values(self) -> Array:
        """Return what is stated, shape (rows,)."""
        return np.array([row.value for row in self.rows])

    @cached_property
    def sigmas(self) -> Array:
        """Return the spread of what is stated, shape (rows,)."""
        return np.array([row.sigma for row in self.rows])

    @cached_property
    def scales(self) -> Array:
        """Return a size of each row, to compute in numbers near one, shape (rows,)."""
        largest = abs(self.effects).max(axis=1).toarray().ravel()
        sizes: Array = np.maximum(np.abs(self.values), largest)
        return np.where(sizes > 0, sizes, 1.0)

    @cached_property
    def predicted(self) -> Array:
        """Return what the flows as written say instead, shape (rows,)."""
        return np.asarray(self.effects.sum(axis=1), dtype=float).ravel()

    @cached_property
    def repeated(self) -> tuple[tuple[int, int], ...]:
        """Return (row, flow) pairs that rest on one row of the dossier.

        A flow computed from a level and the observation of that level are one piece
        of evidence, not two that confirm one another.
        """
        found = []
        for at, row in enumerate(self.rows):
            stated = {name for one in row.observations for name in one.claim}
            columns = self.touching(at) if stated else []
            found += [
                (at, flow)
                for flow in sorted(columns)
                if stated & set(self.book.flows[flow].claim)
            ]
        return tuple(found)

    @cached_property
    def reached(self) -> list[int]:
        """Return the flows that add to any row's balance, in order."""
        found = np.zeros(self.effects.shape[1], dtype=bool)
        found[self.effects.indices] = True
        return list(np.flatnonzero(found).tolist())

    def touching(self, row: int) -> list[int]:
        """Return the flows that add to a row's balance."""
        ends = self.effects.indptr
        return list(self.effects.indices[ends[row] : ends[row + 1]].tolist())

    def without(self, rows: set[int]) -> Observed:
        """Return the observations without some rows."""
        kept = [at for at in range(len(self.rows)) if at not in rows]
        return Observed(
            self.book,
            tuple(self.rows[at] for at in kept),
            sparse.csr_array(self.effects[kept]),
            self.untested,
        )

    def at_spreads(self, case: Case) -> Observed:
        """Return them in a case that differs in the spreads of its grades alone."""
        book, kept = replace(self.book, case=case), {row.id for row in self.rows}
        rows = tuple(row for row in _rows(book) if row.id in kept)
        return replace(self, book=book, rows=rows)

    def by_construction(self) -> tuple[tuple[int, int], ...]:
        """Return (row, flow) pairs of which the row sized the flow: it is no test.

        The flow says so (`sized-by:`), or one of its hypotheses.
        """
        case = self.book.case
        sized: dict[int, set[str]] = {}
        for flow in self.reached:
            one = self.book.flows[flow]
            by = set(one.sized_by)
            for name in one.hypotheses:
                by |= set(case.hypotheses[name].sized_by)
            if by:
                sized[flow] = by
        return tuple(
            (at, flow)
            for at, row in enumerate(self.rows)
            for flow in sorted(sized.keys() & set(self.touching(at)))
            if sized[flow] & {one.id for one in row.observations}
        )

    def covered(self) -> NDArray[np.bool_]:
        """Say which rows come from the source of a hypothesised flow they cover."""
        case = self.book.case
        groups: dict[int, str] = {}
        for flow in self.reached:
            one = self.book.flows[flow]
            if one.hypotheses and one.amount_from is not None:
                groups[flow] = case.sources[one.amount_from].independence_group
        if not groups:
            return np.zeros(len(self.rows), dtype=bool)
        chosen = np.zeros(len(self.book.flows), dtype=bool)
        chosen[list(groups)] = True
        entries = self.effects.indices[chosen[self.effects.indices]]
        # How many of each row's entries are chosen, up to its end.
        ends = np.append(0, np.cumsum(chosen[self.effects.indices]))
        ends = ends[self.effects.indptr]
        return np.array(
            [
                row.group in {groups[flow] for flow in entries[start:end].tolist()}
                for row, start, end in zip(self.rows, ends[:-1], ends[1:], strict=True)
            ],
            dtype=bool,
        )

    def widening(self) -> tuple[Array, Array]:
        """Return factors on spreads by which what repeats itself counts once.

        Returns:
            The square root of two for each row and flow of `repeated`, else one;
            shapes (rows,) and (flows,).
        """
        rows, flows = np.ones(len(self.rows)), np.ones(len(self.book.flows))
        for row, flow in self.repeated:
            rows[row] = flows[flow] = np.sqrt(2.0)
        return rows, flows

    @property
    def groups(self) -> tuple[str, ...]:
        """Return the independence groups that speak, in order."""
        return tuple(dict.fromkeys(row.group for row in self.rows))


@wide()
def observed(book: Book) -> Observed:
    """Return the observations of a Book's case as rows over the Book's flows.

    A balance in money is at market price of its day, or at its `mark:`; a movement
    at the price written on the posting, else the market's that day. A token its
    holder issued is worth nothing at market.

    Args:
        book: the Book.

    Returns:
        The rows, with what is left out: observations of a commodity without a price
        that day, and of accounts no flow of the Book has moved by then.
    """
    everything = replace(
        book.case, scenario=Scenario("*", "", frozenset(book.case.hypotheses))
    )
    # Every scenario answers to the same observations: one that moves nothing of what
    # is stated denies it.
    if len(everything.selected) > len(book.flows):
        whole = observed(everything.book())
        number = {flow.id: at for at, flow in enumerate(whole.book.flows)}
        columns = [number[flow.id] for flow in book.flows]
        return replace(whole, book=book, effects=whole.effects[:, columns])
    builder = _Builder(book)
    rows: list[Row] = []
    places: list[NDArray[np.intp]] = []
    added: list[Array] = []
    untested: list[Untested] = []
    for row in _rows(book):
        effect = builder.effect(row.first)
        if isinstance(effect, str):
            untested += [Untested(one, effect) for one in row.observations]
        else:
            rows.append(row)
            places.append(np.flatnonzero(effect))
            added.append(effect[places[-1]])
    matrix = sparse.csr_array(
        (
            np.concatenate([np.zeros(0), *added]),
            np.concatenate([np.zeros(0, np.intp), *places]),
            np.append(0, np.cumsum([len(some) for some in places], dtype=np.intp)),
        ),
        shape=(len(rows), len(book.flows)),
    )
    return Observed(book, tuple(rows), matrix, tuple(untested))


class _Builder:
    """Computes effects; keeps what every observation needs of the Book."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.sign = np.array(
            [-1.0 if book.account(p).root in _CREDITS else 1.0 for p in book.positions]
        )
        self.size = np.array(
            [float(f"1e-{book.scales.get(p.commodity, 0)}") for p in book.positions]
        )
        self._below: dict[tuple[str, ...], NDArray[np.bool_]] = {}

    def _chosen(self, accounts: tuple[str, ...]) -> NDArray[np.bool_]:
        """Say which positions are of some accounts, or below them."""
        kept = self._below.get(accounts)
        if kept is None:
            kept = self._below[accounts] = np.array(
                [
                    any(below(p.account, a) for a in accounts)
                    for p in self.book.positions
                ],
                dtype=bool,
            )
        return kept

    def effect(self, one: Observation) -> Array | str:
        """Return what each flow adds, shape (flows,), or why it cannot be said."""
        book = self.book
        chosen = self._chosen(tuple(one.accounts)).copy()
        in_money = one.amount.commodity == book.case.currency
        if not in_money:
            chosen &= np.array(
                [p.commodity == one.amount.commodity for p in book.positions],
                dtype=bool,
            )
        inside = chosen[book.position] & (book.day <= one.date.toordinal())
        if one.since is not None:
            inside &= book.day >= one.since.toordinal()
        if not inside.any():
            return "no flow of these books moves what it speaks of by that day"
        where = np.flatnonzero(inside)
        price: Array | str = np.ones(len(where))
        if in_money and one.since is None:
            price = self._on_the_day(one, where)
        elif in_money:
            price = self._when_moved(one, where)
        if isinstance(price, str):
            return price
        at = book.position[where]
        # An excess takes debts from assets; else what is owed counts positive.
        sign = 1.0 if one.excess else self.sign[at]
        moved = book.units[where].astype(float) * self.size[at] * sign * price
        effect = np.bincount(book.flow[where], moved, len(book.flows))
        sizes = np.bincount(book.flow[where], np.abs(moved), len(book.flows))
        effect[np.abs(effect) <= _NOISE * sizes] = 0.0
        if one.side == "in":
            return np.maximum(effect, 0.0)
        if one.side == "out":
            return np.maximum(-effect, 0.0)
        return np.asarray(effect, dtype=np.float64)

    def _on_the_day(self, one: Observation, where: NDArray[np.int64]) -> Array | str:
        """Return the price of each posting's units on the observation's day."""
        book = self.book
        prices = np.zeros(len(book.positions))
        for at in np.flatnonzero(np.bincount(book.position[where])).tolist():
            position = book.positions[at]
            prices[at] = 1.0
            if position.commodity == book.case.currency:
                continue
            if one.mark is not None:
                prices[at] = float(one.mark.number)
                continue
            account = book.account(position)
            if is_with_its_issuer(book.case, account, position.commodity):
                prices[at] = 0.0
                continue
            quote = book.prices.at(position.commodity, one.date)
            if not isinstance(quote, Missing):
                prices[at] = float(quote.number)
            elif book.units[where][book.position[where] == at].sum():
                return quote.why
            else:
                prices[at] = 0.0
        return prices[book.position[where]]

    def _when_moved(self, one: Observation, where: NDArray[np.int64]) -> Array | str:
        """Return the price of each posting's units when they moved."""
        book = self.book
        prices = np.ones(len(where))
        for number, index in enumerate(where.tolist()):
            commodity = book.positions[book.position[index]].commodity
            if commodity == book.case.currency:
                continue
            if one.mark is not None:
                prices[number] = float(one.mark.number)
            elif not np.isnan(book.rate[index]):
                prices[number] = book.rate[index]
            else:
                day = datetime.date.fromordinal(int(book.day[index]))
                quote = book.prices.at(commodity, day)
                if isinstance(quote, Missing):
                    return quote.why
                prices[number] = float(quote.number)
        return prices


def _rows(book: Book) -> list[Row]:
    """Return the rows, sources of one group that speak of one balance joined."""
    case = book.case
    joined: dict[tuple[object, ...], list[Observation]] = {}
    ordered = sorted(
        case.observations,
        key=lambda o: (o.date, case.sources[o.source].published, o.id),
    )
    for one in ordered:
        group = case.sources[one.source].independence_group
        key = (
            *(group, frozenset(one.accounts), one.date, one.since, one.side),
            *(one.mark, one.amount.commodity, _bound(one)),
        )
        joined.setdefault(key, []).append(one)
    said = dict(zip(map(id, ordered), _stated(book, ordered), strict=True))
    return [
        row
        for some in joined.values()
        for row in _joined(book, some, [said[id(one)] for one in some])
    ]


def _joined(
    book: Book, some: list[Observation], said: list[tuple[float, float]]
) -> Iterator[Row]:
    """Yield what a group says of one balance: once, but where it can only be either.

    Figures that have no error and differ are no mean: each is a row of its own.
    """
    exact = {value for value, sigma in said if sigma == 0.0}
    first = next((value for value, sigma in said if sigma == 0.0), None)
    for value in sorted(exact - {first}):
        alike = [at for at, one in enumerate(said) if one == (value, 0.0)]
        yield _row(book, [some[at] for at in alike], [said[at] for at in alike])
    rest = [at for at, one in enumerate(said) if one[1] or one[0] == first]
    yield _row(book, [some[at] for at in rest], [said[at] for at in rest])


def _row(book: Book, some: list[Observation], said: list[tuple[float, float]]) -> Row:
    certain = [value for value, sigma in said if sigma == 0.0]
    if certain:
        value, sigma = certain[0], 0.0
    elif len(said) == 1:
        value, sigma = said[0]
    else:
        weights = [1.0 / (sigma * sigma) for _, sigma in said]
        value = sum(w * v for w, (v, _) in zip(weights, said, strict=True))
        value /= sum(weights)
        sigma = math.sqrt(len(weights) / sum(weights))
    group = book.case.sources[some[0].source].independence_group
    return Row(tuple(some), value, sigma, _bound(some[0]), group)


def _bound(one: Observation) -> Bound:
    return _BOUNDS[one.bound]


def _stated(book: Book, some: list[Observation]) -> list[tuple[float, float]]:
    """Return what observations state and their standard deviations.

    Their own low and high say how exactly a source puts the figure; the grade says
    how far the source can be trusted to have counted what the accounts name. Both
    errors are there, so their squares add.
    """
    return [
        (central, math.sqrt(own * own + graded * graded))
        for central, own, graded in stated(book, some)
    ]


@wide()
def stated(book: Book, some: Sequence[Observation]) -> list[tuple[float, float, float]]:
    """Return what observations state and their two errors.

    Args:
        book: the Book of their case.
        some: the observations.

    Returns:
        Of each the mean of what is stated (a bound's edge for a bound), and the
        standard deviations of its own range, zero where it has none, and of its grade;
        in its commodity.
    """
    case = book.case
    central = np.array([float(one.edge) for one in some])
    relative = [float(case.spreads.get(case.grade_of(one), 0)) for one in some]
    graded = spread(np.zeros(len(some)), 2 * np.array(relative) * np.abs(central))
    own = np.zeros(len(some))
    ranged = [
        at for at, one in enumerate(some) if one.low is not None and not one.bound
    ]
    # A shortage has the distribution of its size.
    signs = np.where(central[ranged] < 0, -1.0, 1.0)
    ends = np.array(
        [(float(some[at].low or 0), float(some[at].high or 0)) for at in ranged]
    ).reshape(-1, 2)
    ends = np.sort(signs[:, None] * ends, axis=1)
    intervals = [
        0.9 if interval is None else float(interval)
        for interval in (some[at].interval for at in ranged)
    ]
    middle = signs * central[ranged]
    found = amounts(ends[:, 0], middle, ends[:, 1], np.array(intervals), "lognormal")
    for at, sign, amount in zip(ranged, signs.tolist(), found, strict=True):
        central[at], own[at] = sign * amount.mean, amount.sigma
    return list(zip(central.tolist(), own.tolist(), graded.tolist(), strict=True))


@wide()
def amounts_of(book: Book, flows: Iterable[Flow]) -> tuple[Amount, ...]:
    """Return the distributions of flows' amounts, as multiples of what is written."""
    ends = []
    for flow in flows:
        spread = spread_of(book.case, flow)
        central, interval = float(spread.central), float(spread.interval)
        low, high = float(spread.low), float(spread.high)
        one = (low / central, high / central, interval) if central else (1.0, 1.0, 0.9)
        ends.append(one)
    lows, highs, intervals = np.array(ends).reshape(-1, 3).T
    return amounts(lows, np.ones(len(lows)), highs, intervals, "lognormal")
