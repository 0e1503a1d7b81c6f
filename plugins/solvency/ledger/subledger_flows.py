"""Flows made of the rows of subledgers: one a day and commodity, summed exactly."""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from beancount.core import data
from beancount.core.amount import Amount

from solvency.ledger.control_totals import added_up
from solvency.ledger.entries.claim_accounts import Claims
from solvency.ledger.entries.claim_accounts import LegsError
from solvency.subledgers.engine_choice import engine
from solvency.subledgers.errors import RowsError
from solvency.subledgers.rows import Files
from solvency.subledgers.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from solvency.ledger.case import Case
    from solvency.ledger.control_totals import ControlTotals
    from solvency.ledger.errors import Errors
    from solvency.ledger.subledger import Subledger
    from solvency.ledger.terms.declarations import Declarations
    from solvency.subledgers.rows import Filed

_COMMODITY = re.compile(r"[A-Z](?:[A-Z0-9'._-]{0,22}[A-Z0-9])?")
#: Where an entity books the other side that the rows do not say.
_SUSPENSE = "Suspense"


@contextlib.contextmanager
def rows_of(
    subledger: Subledger, address: str = "duckdb", memory: str | None = None
) -> Iterator[Rows]:
    """Open the rows of a subledger in an engine.

    Raises:
        RowsError: They cannot be read.
    """
    if subledger.enclosed is not None:
        raise RowsError(
            f"the rows of {subledger.pattern} are not in the report, their totals are",
            "Ask the case itself",
        )
    running = engine(address, memory)
    try:
        yield Rows(running, Files(subledger.paths, subledger.table), subledger.layout)
    finally:
        running.close()


def totals_of(subledger: Subledger, case: str) -> ControlTotals:
    """Return what the rows of a subledger come to.

    Args:
        subledger: The subledger.
        case: The case's first file, below whose folder paths are given.

    Raises:
        RowsError: They cannot be read.
    """
    if subledger.enclosed is not None:
        return subledger.enclosed
    with rows_of(subledger) as rows:
        return added_up(rows, subledger, case)


def with_totals(case: Case) -> Case:
    """Return a case whose subledgers know what their rows come to.

    Raises:
        RowsError: Rows cannot be read.
    """
    if not case.subledgers:
        return case
    found = tuple(
        replace(one, enclosed=totals_of(one, case.path)) for one in case.subledgers
    )
    return replace(case, subledgers=found)


def manifest(subledger: Subledger, case: str) -> tuple[Filed, ...]:
    """Return the files of a subledger with size, SHA-256 and rows.

    Args:
        subledger: The subledger.
        case: The case's first file, below whose folder paths are given.
    """
    if subledger.enclosed is not None:
        return subledger.enclosed.files
    with rows_of(subledger) as rows:
        return rows.manifest(str(Path(case).resolve().parent))


def made_of_rows(declared: Declarations, errors: Errors) -> list[data.Directive]:
    """Return the flows of subledgers that no flow of the ledger carries."""
    found: list[data.Directive] = []
    for subledger in declared.subledgers:
        if subledger.control:
            continue
        key = ("subledger", f"{subledger.account} {subledger.pattern}")
        entry = declared.written[key]
        try:
            found += _Making(declared, subledger).flows()
        except RowsError as error:
            errors.add("subledger", entry, error.wrong, error.mend)
        except LegsError as error:
            errors.add(error.rule, entry, error.wrong, error.mend)
    return found


class _Making:
    """The flows of one subledger."""

    def __init__(self, declared: Declarations, subledger: Subledger) -> None:
        self.declared = declared
        self.subledger = subledger
        self.account = declared.accounts[subledger.account]
        self.claims = Claims.among(declared.accounts.values(), declared.roots)
        self.other = {declared.accounts[name].entity: name for name in subledger.other}
        self.meta = {
            "filename": subledger.place.file,
            "lineno": subledger.place.line,
        }
        self.opened: list[data.Directive] = []

    def flows(self) -> list[data.Directive]:
        """Return one flow a day and commodity, and the accounts opened for them."""
        made = [
            self._flow(day, commodity, amount)
            for day, commodity, amount in self._totals()
            if amount
        ]
        return [*self.opened, *made]

    def _totals(self) -> list[tuple[datetime.date, str, Decimal]]:
        """Return what the rows add up to by day and commodity."""
        known = self.subledger.enclosed
        if known is not None:
            return [(one.day, one.commodity, one.amount) for one in known.totals]
        with rows_of(self.subledger) as rows:
            return [
                (one.day, one.commodity, rows.amount(one.units, one.commodity))
                for one in rows.totals()
            ]

    def _flow(
        self, day: datetime.date, commodity: str, amount: Decimal
    ) -> data.Directive:
        if not _COMMODITY.fullmatch(commodity):
            raise RowsError(
                f"the rows call a commodity {commodity!r:.40}, which is no name of one"
                " in a ledger",
                'Map it in the mapping file: [names], then "theirs" = "OURS"',
            )
        units = -amount if self.subledger.owed else amount
        postings = [
            _posting(account, number, commodity)
            for account, number in self._sides(units, commodity, day)
        ]
        named = f"{self.subledger.account} {self.subledger.pattern}"
        mark = hashlib.sha256(named.encode()).hexdigest()[:6]
        meta = {
            **self.meta,
            "id": f"S-{day:%Y%m%d}-{commodity.replace(chr(39), '-')}-{mark}",
            "basis": "subledger",
        }
        return data.Transaction(
            meta,
            day,
            "*",
            None,
            f"Rows of {self.subledger.pattern} in {commodity}",
            frozenset(),
            frozenset({self.subledger.source}),
            postings,
        )

    def _sides(
        self, units: Decimal, commodity: str, day: datetime.date
    ) -> list[tuple[str, Decimal]]:
        """Return what is posted where.

        A claim moves on both its sides. What each entity gave or got for it goes to
        its account among the others.
        """
        account = self.account
        sides = [(account.name, units)]
        counterparty = account.counterparty
        if not account.is_claim or counterparty not in self.declared.entities:
            return [*sides, (self.subledger.other[0], -units)]
        _, mirror = self.claims.between(
            account.entity, counterparty, commodity, day, (account,)
        )
        return [
            *sides,
            (mirror.name, -units),
            (self._other(account.entity), -units),
            (self._other(counterparty), units),
        ]

    def _other(self, entity: str) -> str:
        """Return an entity's account on the other side, a suspense account if none."""
        if entity in self.other:
            return self.other[entity]
        name = f"{self.declared.roots['Equity']}:{entity}:{_SUSPENSE}"
        self.other[entity] = name
        if name not in self.declared.accounts:
            opened = data.Open(
                self.meta,
                datetime.date(1900, 1, 1),
                name,
                [],
                None,
            )
            self.declared.read(opened)
            self.opened.append(opened)
        return name


def _posting(account: str, number: Decimal, commodity: str) -> data.Posting:
    return data.Posting(account, Amount(number, commodity), None, None, None, {})
