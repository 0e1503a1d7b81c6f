"""What a token really fetches, and where the spiral starts.

For each holder in the group but the issuer: market value, what selling all would fetch
at the market's depth, and the most any number would (`depth`). The loop of pledging
tokens, borrowing on them, buying more and pledging these: its gain, and since when it
was explosive. The price at which each holder's assets no longer cover its debts; and a
grid of price shock by depth.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from solvency.analysis.stress.answer import Breaking
from solvency.analysis.stress.answer import Cell
from solvency.analysis.stress.answer import Stress
from solvency.analysis.stress.answer import Token
from solvency.analysis.stress.haircuts import Haircuts
from solvency.figures.precision import settled
from solvency.figures.remark import Remark
from solvency.ledger.terms.metadata import meant
from solvency.methods import fire_sale as market
from solvency.model.own_tokens import is_issued_by
from solvency.model.prices import Missing
from solvency.model.valuation import Valuation
from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from solvency.ledger.case import Case
    from solvency.ledger.case import Measure
    from solvency.model.book import Book
    from solvency.model.book import Position

ZERO = Decimal()
#: Shares of the price at which the grid asks again.
SHOCKS = (Decimal(1), Decimal("0.75"), Decimal("0.5"), Decimal("0.25"), Decimal("0.1"))
#: Days after which a price counts as what happened.
AFTERMATH = 30


@wide()
def stress(
    book: Book,
    at: datetime.date | None = None,
    *,
    token: str | None = None,
    lent: float | None = None,
) -> Stress:
    """Say what tokens would fetch on a day, and whether their loop was explosive.

    Args:
        book: The Book.
        at: The day; default the case's reporting date.
        token: One commodity; default every one with a market depth or a haircut.
        lent: Share of market value that lenders lend; default the maximum of the
            case's `loan-to-value` test of the holder, else what the books show
            lent on all that is pledged to the same lenders, at most all of it.

    Raises:
        LookupError: There is no such commodity, or no depth or haircut of it is known.
        ValueError: A share lent outside 0 to 1.
    """
    case = book.case
    at = at or case.reporting_date
    tokens = _tokens(case, at, token)
    found: list[Token] = []
    breaking: list[Breaking] = []
    grid: list[Cell] = []
    notes: list[str] = []
    for name in tokens:
        measure = case.commodities[name].depth(at)
        quote = book.prices.at(name, at)
        if measure is None:
            continue
        if isinstance(quote, Missing):
            notes.append(Remark("left out: %(reason)s", reason=quote.why))
            continue
        for holder in case.members:
            if is_issued_by(case, name, {holder}):
                # It is worth nothing to its issuer.
                continue
            holding = _Holding(book, name, holder, at, lent)
            if not holding.units:
                continue
            found.append(holding.row(measure, quote.number))
            limits = _Limits(book, name, holder, at, holding.units)
            breaking.append(limits.breaking(measure, quote.number))
            grid += limits.grid(measure, quote.number)
        if measure.basis == "assumed":
            values = {"token": name, "units": f"{measure.units:,}"}
            if measure.low:
                values |= {"low": f"{measure.low:,}", "high": f"{measure.high:,}"}
            notes.append(
                Remark(
                    "what a sale of %(token)s fetches rests on an assumed market"
                    " depth of %(units)s units, %(low)s to %(high)s"
                    if measure.low
                    else "what a sale of %(token)s fetches rests on an assumed market"
                    " depth of %(units)s units",
                    **values,
                )
            )
    haircuts = Haircuts(book, at, token)
    cuts = tuple(haircuts.rows())
    notes += haircuts.notes
    return Stress(
        case, at, tuple(found), tuple(breaking), tuple(grid), tuple(notes), cuts
    )


def _tokens(case: Case, at: datetime.date, asked: str | None) -> list[str]:
    known = sorted(name for name, one in case.commodities.items() if one.depth(at))
    if asked is None:
        return known
    cut = sorted(
        name for name, one in case.commodities.items() if one.haircut is not None
    )
    if asked in cut and asked not in known:
        return []
    if asked not in known:
        there = ", ".join(sorted({*known, *cut})) or "none"
        raise LookupError(
            f"no market depth of {asked} is known by {at}, and no haircut; there is of"
            f' {there}. Add `{at} custom "depth" NUMBER {asked}` with its source, or'
            f" `haircut:` to its `commodity`.{meant(asked, [*known, *cut])}"
        )
    return [asked]


class _Holding:
    """What one entity holds and pledges of a token, day by day."""

    def __init__(
        self,
        book: Book,
        token: str,
        holder: str,
        at: datetime.date,
        lent: float | None,
    ) -> None:
        self._book, self._token, self._holder, self._at = book, token, holder, at
        self._given = lent
        self.days = self._days()
        # One pass over the Book for all days.
        self._balances = book.balances(self.days)
        self._held = self._columns(pledged=False)
        self._pledged = self._columns(pledged=True)
        self.units = self._sum(self._held, -1)

    def _days(self) -> list[datetime.date]:
        """Return the days on which price or holdings changed, the last one too."""
        of = [key.commodity == self._token for key in self._book.positions]
        moved = np.unique(self._book.day[np.array(of)[self._book.position]])
        days = {day for day, _ in self._book.prices.series(self._token)}
        days |= {datetime.date.fromordinal(int(day)) for day in moved}
        return sorted({day for day in days if day < self._at} | {self._at})

    def _columns(self, *, pledged: bool) -> list[int]:
        found = []
        for index, key in enumerate(self._book.positions):
            account = self._book.account(key)
            if (
                key.commodity == self._token
                and account.entity == self._holder
                and account.root == "Assets"
                and not account.is_claim
                and (account.pledged_to is not None or not pledged)
            ):
                found.append(index)
        return found

    def _sum(self, columns: list[int], day: int) -> Decimal:
        units = sum(max(0, int(self._balances[day, column])) for column in columns)
        return Decimal(units).scaleb(-self._book.scales.get(self._token, 0))

    def _lent(self, day: int) -> tuple[float, str]:
        """Return the share of the pledge's market value lent on it, and its basis."""
        if self._given is not None:
            return self._given, "given"
        for invariant in self._book.case.invariants:
            most = invariant.parameters.get("maximum")
            if invariant.name == "loan-to-value" and invariant.entity == self._holder:
                return float(str(most)), "the case's loan-to-value test"
        return self._in_the_books(day)

    def _in_the_books(self, day: int) -> tuple[float, str]:
        """Return what is owed to the pledgees by all that is pledged to them."""
        owed = worth = ZERO
        lenders = set()
        for column in self._pledged:
            account = self._book.account(self._book.positions[column])
            if self._balances[day, column] > 0:
                lenders.add((account.pledged_for or account.entity, account.pledged_to))
        for index, key in enumerate(self._book.positions):
            account = self._book.account(key)
            units = self._book.decimal(key, int(self._balances[day, index]))
            quote = self._book.prices.at(key.commodity, self.days[day])
            if isinstance(quote, Missing) or not units:
                continue
            if account.root == "Liabilities":
                if (account.entity, account.counterparty) in lenders:
                    owed -= units * quote.number
            elif account.pledged_to is not None:
                debtor = account.pledged_for or account.entity
                if (debtor, account.pledged_to) in lenders:
                    worth += units * quote.number
        if owed <= 0 or worth <= 0:
            return 0.0, "nothing is lent on it"
        return min(1.0, float(owed / worth)), "debts by pledges in the books"

    def _gains(self) -> NDArray[np.float64]:
        gains = []
        for day, date in enumerate(self.days):
            measure = self._book.case.commodities[self._token].depth(date)
            if measure is None:
                gains.append(np.nan)
                continue
            pledged = float(self._sum(self._pledged, day))
            share = self._lent(day)[0] if pledged else 0.0
            gains.append(float(market.gain(pledged, float(measure.units), share)))
        return np.array(gains)

    def row(self, measure: Measure, price: Decimal) -> Token:
        """Return the holder's tokens on the day."""
        pledged = self._sum(self._pledged, -1)
        lent, basis = self._lent(len(self.days) - 1)
        gains = self._gains()
        since = market.explosive_since(self.days, gains)
        halving = measure.units
        lowest = self._lowest()
        sold = None
        if lowest is not None and 0 < lowest[1] < price:
            fall = float(price / lowest[1])
            sold = _money(float(market.units_sold(fall, float(halving))))
        return Token(
            token=self._token,
            holder=self._holder,
            at=self._at,
            units=self.units,
            pledged=pledged,
            price=price,
            market_value=self.units * price,
            proceeds=_fetched(self.units, price, halving),
            proceeds_low=_fetched(self.units, price, measure.low or halving),
            proceeds_high=_fetched(self.units, price, measure.high or halving),
            ceiling=_money(float(market.ceiling(float(price), float(halving)))),
            price_after=_money(
                float(
                    market.price_after(float(self.units), float(price), float(halving))
                ),
                6,
            ),
            lent=lent,
            lent_basis=basis,
            gain=float(gains[-1]),
            explosive=since is not None,
            explosive_since=since,
            lent_threshold=1 / float(market.gain(float(pledged), float(halving), 1)),
            halving=halving,
            depth_basis=measure.basis,
            lowest=lowest[1] if lowest else None,
            lowest_on=lowest[0] if lowest else None,
            sold_by_then=sold,
        )

    def _lowest(self) -> tuple[datetime.date, Decimal] | None:
        """Return the lowest price of the days after, and its day."""
        later = [
            (day, price)
            for day, price in self._book.prices.series(self._token)
            if 0 < (day - self._at).days <= AFTERMATH
        ]
        return min(later, key=lambda item: item[1]) if later else None


class _Limits:
    """What one holder has beside a token, and owes."""

    def __init__(
        self, book: Book, token: str, holder: str, at: datetime.date, units: Decimal
    ) -> None:
        self._book, self._token, self._holder, self._at = book, token, holder, at
        self._units = units
        self._market = self._others("market")
        self._clean = self._others("realisable")

    def _others(self, basis: str) -> tuple[Decimal, Decimal]:
        """Return assets beside the token, and debts; claims on the group not clean."""
        valuation = Valuation(self._book, self._at, basis)
        assets = debts = ZERO
        for key in valuation.units:
            account = self._book.account(key)
            if account.entity != self._holder or self._is_the_token(key):
                continue
            value = valuation.value(key)
            if value is None or account.root not in {"Assets", "Liabilities"}:
                continue
            other = account.counterparty or account.stake_in
            inside = other is not None and self._book.case.entities[other].group
            if value > 0 and inside and basis != "market":
                continue
            if value > 0:
                assets += value
            else:
                debts -= value
        return assets, debts

    def _is_the_token(self, key: Position) -> bool:
        return key.commodity == self._token and self._book.account(key).root == "Assets"

    def breaking(self, measure: Measure, price: Decimal) -> Breaking:
        """Return the prices at which the holder's assets stop covering its debts."""
        prices = [
            market.breaking_price(
                float(assets), float(debts), float(self._units), halving
            )
            for (assets, debts), halving in (
                (self._market, float("inf")),
                (self._clean, float(measure.units)),
            )
        ]
        at_market, clean = (None if one is None else _money(one, 6) for one in prices)
        return Breaking(
            self._token,
            self._holder,
            at_market,
            clean,
            price,
            self._crossed(at_market),
            self._crossed(clean),
        )

    def _crossed(self, limit: Decimal | None) -> datetime.date | None:
        """Return the first day from which the price stays below a limit."""
        if not limit:
            return None
        since = None
        for day, price in self._book.prices.series(self._token):
            if day > self._at:
                break
            since = (since or day) if price < limit else None
        return since

    def grid(self, measure: Measure, price: Decimal) -> list[Cell]:
        """Return what the tokens fetch by price and depth, and what that leaves."""
        depths = dict.fromkeys(
            end for end in (measure.low, measure.units, measure.high) if end
        )
        assets, debts = self._clean
        return [
            Cell(
                self._token,
                self._holder,
                shock,
                halving,
                fetched := _fetched(self._units, price * shock, halving),
                assets - debts + fetched,
            )
            for shock in SHOCKS
            for halving in depths
        ]


def _fetched(units: Decimal, price: Decimal, halving: Decimal) -> Decimal:
    return _money(float(market.proceeds(float(units), float(price), float(halving))))


def _money(number: float, places: int = 2) -> Decimal:
    return Decimal(repr(round(settled(number), places)))


@wide()
def over_days(
    book: Book, days: Sequence[datetime.date], token: str | None, lent: float | None
) -> tuple[Token, ...]:
    """Return the tokens of each day in turn."""
    return tuple(
        row for day in days for row in stress(book, day, token=token, lent=lent).tokens
    )
