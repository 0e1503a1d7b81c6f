"""Tables of a case for SQL: what each column is, and the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from solvency.model.counting.untraced import amounts
from solvency.wide import wide
from solvency.wide import width

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from solvency.ledger.case import Case
    from solvency.model.book import Book

#: The most digits a number of SQL has.
DIGITS = 38
AMOUNT = "AMOUNT"


class SqlTable(NamedTuple):
    """A table: its name, its columns with their types, its rows."""

    name: str
    columns: tuple[tuple[str, str], ...]
    rows: list[tuple[object, ...]]

    def types(self) -> dict[str, str]:
        """Return SQL's type of each column; an amount's has places for all of them.

        An amount of more digits than SQL has is text, so that none is lost.
        """
        found = {}
        for at, (name, kind) in enumerate(self.columns):
            found[name] = kind
            if kind == AMOUNT:
                whole = places = 0
                for row in self.rows:
                    if row[at] is not None:
                        one = width(row[at])  # type: ignore[arg-type]  # an amount
                        whole, places = max(whole, one[0]), max(places, one[1])
                places = max(places, 2)
                fits = whole + places <= DIGITS
                found[name] = f"DECIMAL({DIGITS}, {places})" if fits else "VARCHAR"
        return found


def _table(name: str, columns: str, rows: Iterator[tuple[object, ...]]) -> SqlTable:
    """Return a table; a column is text unless its type stands behind it."""
    named = (one.partition(":") for one in columns.split())
    return SqlTable(
        name, tuple((column, kind or "VARCHAR") for column, _, kind in named), [*rows]
    )


def tables(case: Case, book: Book) -> list[SqlTable]:
    """Return every table of a case in its scenario."""
    return [
        _flows(case),
        _postings(case),
        _table(
            "flow_sources",
            "flow source locator",
            (
                (flow.id, name, flow.locators.get(name) or flow.locators.get(""))
                for flow in case.selected
                for name in flow.sources
            ),
        ),
        _table(
            "flow_hypotheses",
            "flow hypothesis",
            (
                (flow.id, name)
                for flow in case.selected
                for name in sorted(flow.hypotheses)
            ),
        ),
        _table(
            "sources",
            "source title publisher published:DATE dated grade url sha256",
            (
                (
                    one.name,
                    one.title,
                    one.publisher,
                    one.published,
                    one.dated,
                    one.grade,
                    one.url,
                    one.sha256,
                )
                for one in case.sources.values()
            ),
        ),
        _table(
            "entities",
            "entity description role in_group:BOOLEAN silo",
            (
                (one.name, one.description, one.role, one.group, one.silo)
                for one in case.entities.values()
            ),
        ),
        _table(
            "accounts",
            "account entity kind opened:DATE closed:DATE counterparty rank",
            (
                (
                    one.name,
                    one.entity,
                    one.root,
                    one.opened,
                    one.closed,
                    one.counterparty,
                    one.rank,
                )
                for one in case.accounts.values()
            ),
        ),
        _observations(case),
        _table(
            "prices",
            "commodity date:DATE price:AMOUNT quote source",
            (
                (one.commodity, one.date, one.number, one.quote, one.source)
                for one in case.prices
            ),
        ),
        _figures(case, book),
    ]


def _flows(case: Case) -> SqlTable:
    return _table(
        "flows",
        "flow date:DATE payee narration amount:AMOUNT commodity low:AMOUNT high:AMOUNT"
        " grade basis purpose amount_from known:DATE row file line:INTEGER",
        (
            (
                one.id,
                one.date,
                one.payee,
                one.narration,
                one.amount.number,
                one.amount.commodity,
                one.low,
                one.high,
                one.grade,
                one.basis,
                one.purpose,
                one.amount_from,
                one.known,
                one.notes.get("row"),
                one.place.file.rpartition("/")[2],
                one.place.line,
            )
            for one in case.selected
        ),
    )


def _postings(case: Case) -> SqlTable:
    return _table(
        "postings",
        "flow leg:INTEGER date:DATE entity account commodity units:AMOUNT price:AMOUNT"
        " price_commodity added:BOOLEAN",
        (
            (
                flow.id,
                leg,
                flow.date,
                one.entity,
                one.account,
                one.commodity,
                one.units,
                one.price.number if one.price else None,
                one.price.commodity if one.price else None,
                one.added,
            )
            for flow in case.selected
            for leg, one in enumerate(flow.postings, 1)
        ),
    )


def _observations(case: Case) -> SqlTable:
    return _table(
        "observations",
        "observation date:DATE accounts amount:AMOUNT commodity low:AMOUNT high:AMOUNT"
        " counted:BOOLEAN source",
        (
            (
                one.id,
                one.date,
                " ".join(one.accounts),
                one.amount.number,
                one.amount.commodity,
                one.low,
                one.high,
                one.counted,
                one.source,
            )
            for one in case.observations
        ),
    )


@wide()
def _figures(case: Case, book: Book) -> SqlTable:
    """Return the headline figures: each balance sheet's totals, and its lines."""
    at = case.reporting_date
    names = [*case.entities, *(("group",) if case.group_at(at) else ())]
    rows: list[tuple[object, ...]] = []
    for name in names:
        sheet = book.balance_sheet(name, at)
        totals = sheet.totals
        found: dict[str, Decimal] = {
            "assets": totals.assets,
            "liabilities": totals.liabilities,
            "equity": totals.equity,
            **amounts(book, sheet),
        }
        rows += [
            (f"balance.{name}.{at}.{what}", name, None, what, value, case.currency, at)
            for what, value in found.items()
        ]
        rows += [
            (
                f"balance.{name}.{at}.{line.side}.{line.account}",
                name,
                line.account,
                line.side,
                line.amount,
                case.currency,
                at,
            )
            for line in sheet.lines
        ]
    return _table(
        "figures",
        "figure entity account what value:AMOUNT unit at:DATE",
        iter(rows),
    )
