"""What every question to rows needs: the rows, the day, prices as whole numbers."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from solvency.analysis.ask.answer import Answer
from solvency.analysis.ask.apportion import SHORT
from solvency.ledger.subledger_flows import rows_of
from solvency.ledger.terms.metadata import meant
from solvency.model.prices import Prices
from solvency.subledgers.engine import text
from solvency.subledgers.engine import whole
from solvency.subledgers.errors import RowsError

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator
    from collections.abc import Sequence

    from solvency.ledger.case import Case
    from solvency.ledger.subledger import Subledger
    from solvency.subledgers.rows import Rows

#: Places that a price is read to; a quotient of prices may have no end.
_PRICE = 12
#: Decimal places of an amount in the reporting currency.
CENTS = 2


@dataclass(frozen=True)
class Asking:
    """The rows of a subledger, to be asked as at a day."""

    case: Case
    subledger: Subledger
    rows: Rows
    at: datetime.date
    party: str | None = None
    #: How many rows of a table are fetched.
    most: int = 20

    @cached_property
    def coins(self) -> tuple[str, ...]:
        """Return the commodities of rows up to the day."""
        found = {one.commodity for one in self.rows.totals() if one.day <= self.at}
        return tuple(sorted(found))

    @cached_property
    def prices(self) -> dict[str, Decimal]:
        """Return the price of each commodity that has one on the day."""
        prices = Prices(self.case)
        found = {}
        for coin in self.coins:
            price = prices.number(coin, self.at)
            if price is not None:
                found[coin] = _short(price)
        return found

    @property
    def unpriced(self) -> tuple[str, ...]:
        """Return notes on commodities that no price values on the day."""
        left = [coin for coin in self.coins if coin not in self.prices]
        return tuple(
            f"left out: no price of {coin} by {self.at} that is young enough"
            for coin in left
        )

    @property
    def day(self) -> str:
        """Return the day as SQL."""
        return f"CAST('{self.at.isoformat()}' AS DATE)"

    @cached_property
    def fineness(self) -> int:
        """Return the decimal places that hold any priced units to the last digit."""
        fine = [
            self.rows.places(coin) + _places(price)
            for coin, price in self.prices.items()
        ]
        return max([CENTS, *fine])

    def worth(self, units: str, coin: str = "coin") -> str:
        """Return the SQL of what units are worth, exactly, as a whole number.

        Args:
            units: The SQL of a number of smallest units.
            coin: The SQL of whose units they are.
        """
        places = self.fineness
        units_worth = {
            coin: whole(int(price.scaleb(places - self.rows.places(coin))))
            for coin, price in self.prices.items()
        }
        whens = " ".join(
            f"WHEN {text(one)} THEN {number}" for one, number in units_worth.items()
        )
        price = f"CASE {coin} {whens} ELSE 0 END" if whens else "0"
        return f"CAST({units} AS HUGEINT) * CAST({price} AS HUGEINT)"

    def cents(self, worth: str) -> str:
        """Return the SQL of a worth in hundredths of the currency, halves upwards."""
        step = 10 ** (self.fineness - CENTS)
        half = step // 2
        # Division of 128-bit integers takes ten times that of 64-bit ones.
        short = (
            f" WHEN {worth} <= {SHORT}"
            f" THEN (CAST({worth} AS BIGINT) + {half}) // {step}"
        )
        return (
            f"CASE WHEN {worth} < 0 THEN -((-({worth}) + {half}) // {step})"
            f"{short if half < SHORT else ''}"
            f" ELSE ({worth} + {half}) // {step} END"
        )

    def only(self) -> str:
        """Return the condition that keeps the party asked about, or all."""
        if self.party is None:
            return "TRUE"
        return f"CAST(party AS VARCHAR) = {text(self.party)}"

    def known(self) -> None:
        """Refuse a party that has no row.

        Raises:
            RowsError: There is none.
        """
        if self.party is not None and not self.rows.ask(
            f"SELECT 1 FROM {{rows}} WHERE {self.only()} LIMIT 1"
        ):
            raise RowsError(
                f"no row of {self.subledger.pattern} is of the party {self.party}",
                "Write it as the files do",
            )

    def answer(
        self,
        question: str,
        title: str,
        columns: Sequence[str],
        found: Sequence[tuple[object, ...]],
        count: int,
        totals: dict[str, object],
        notes: Sequence[str] = (),
    ) -> Answer:
        """Return an answer."""
        return Answer(
            self.case,
            question,
            self.subledger,
            self.rows.engine.name,
            self.at,
            title,
            tuple(columns),
            tuple(found),
            count,
            totals,
            tuple(notes),
        )


@contextlib.contextmanager
def asking(
    case: Case,
    *,
    account: str | None = None,
    at: datetime.date | None = None,
    party: str | None = None,
    most: int = 20,
    engine: str = "duckdb",
    memory: str | None = None,
) -> Iterator[Asking]:
    """Open the rows of one subledger to put questions to them.

    Raises:
        LookupError: The case has no such subledger.
        RowsError: The rows cannot be read.
    """
    fit = [one for one in case.subledgers if account in {None, one.account}]
    if not fit:
        raise LookupError(
            f"no subledger has the account {account}."
            f"{meant(account, [one.account for one in case.subledgers])}"
            if account
            else "the ledger has no subledger, so no rows to ask"
        )
    if len(fit) > 1:
        raise LookupError(
            "the ledger has several subledgers: name one with --account,"
            f" {', '.join(sorted({one.account for one in fit}))}"
        )
    with rows_of(fit[0], engine, memory) as rows:
        found = Asking(case, fit[0], rows, at or case.reporting_date, party, most)
        found.known()
        yield found


def money(cents: object) -> Decimal:
    """Return hundredths as an amount."""
    return Decimal(int(str(cents or 0))).scaleb(-CENTS)


def _places(price: Decimal) -> int:
    return max(0, -int(price.normalize().as_tuple().exponent))


def _short(price: Decimal) -> Decimal:
    if _places(price) > _PRICE:
        price = price.quantize(Decimal(1).scaleb(-_PRICE))
    return price.normalize()
