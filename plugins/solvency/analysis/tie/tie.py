"""Tie rows to the ledger: by day and commodity, to the last unit."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from solvency.analysis.tie.answer import Checked
from solvency.analysis.tie.answer import DayDifference
from solvency.analysis.tie.answer import TieOut
from solvency.ledger.subledger_flows import rows_of
from solvency.subledgers.numbering import numbering
from solvency.subledgers.unknown_parties import outside
from solvency.subledgers.unknown_parties import parties
from solvency.wide import wide

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable
    from collections.abc import Mapping

    from solvency.ledger.case import Case
    from solvency.ledger.subledger import Subledger
    from solvency.subledgers.numbering import Duplicate
    from solvency.subledgers.rows import Rows

#: What moved by day and commodity.
Moved = dict[tuple["datetime.date", str], Decimal]


@wide()
def tie(case: Case, engine: str = "duckdb", memory: str | None = None) -> TieOut:
    """Compare the rows of each subledger with the flows on its account.

    Args:
        case: A case with subledgers.
        engine: Which engine adds the rows up.
        memory: What DuckDB may take before it spills.

    Raises:
        LookupError: The case has no subledger.
        RowsError: Rows cannot be read.
    """
    if not case.subledgers:
        raise LookupError("the ledger has no subledger, so no rows to tie")
    checked: list[Checked] = []
    moved: dict[str, Moved] = defaultdict(lambda: defaultdict(Decimal))
    counts: dict[tuple[str, datetime.date, str], int] = defaultdict(int)
    name = engine
    for subledger in case.subledgers:
        with rows_of(subledger, engine, memory) as rows:
            name = rows.engine.name
            if subledger.control:
                for total in rows.totals():
                    amount = rows.amount(total.units, total.commodity)
                    key = (total.day, total.commodity)
                    moved[subledger.account][key] += amount
                    counts[subledger.account, *key] += total.rows
            checked.append(_checked(case, subledger, rows))
    found: list[DayDifference] = []
    for account, by_rows in moved.items():
        one = next(sub for sub in case.subledgers if sub.account == account)
        found += differences(account, by_rows, carried(case, one), counts)
    found.sort(key=lambda one: (one.day, one.account, one.commodity))
    return TieOut(case, name, tuple(checked), tuple(found))


def _checked(case: Case, subledger: Subledger, rows: Rows) -> Checked:
    """Return what is wrong with rows whatever the ledger says."""
    layout = rows.layout
    numbers = numbering(rows)
    whose = parties(rows)
    closed = case.accounts[subledger.account].closed
    before, after = outside(rows, subledger.start, layout.until or closed)
    return Checked(
        account=subledger.account,
        pattern=subledger.pattern,
        control=subledger.control,
        rows=rows.count,
        parties=whose.number,
        days=len({total.day for total in rows.totals()}),
        gaps=numbers.gaps,
        gap_count=numbers.gap_count,
        duplicates=tuple(_below(case, twice) for twice in numbers.duplicates),
        duplicate_count=numbers.duplicate_count,
        unknown=whose.unknown,
        unknown_count=whose.unknown_count,
        before=before,
        after=after,
        registered=layout.parties is not None,
        numbered=layout.order is not None
        and layout.gapless
        and not rows.normal.orders_as_text,
        keyed=layout.order is not None or layout.unique is not None,
    )


def _below(case: Case, twice: Duplicate) -> Duplicate:
    """Return a duplicate with its files named from the folder of the case."""
    folder = str(Path(case.path).parent) + "/"
    places = [
        place._replace(file=place.file.removeprefix(folder)) for place in twice.places
    ]
    return twice._replace(places=tuple(places))


def carried(case: Case, subledger: Subledger) -> Moved:
    """Return what flows of the ledger move on the account and those below it."""
    own = {one.account for one in case.subledgers} - {subledger.account}
    accounts = {
        name
        for name in case.accounts
        if (name == subledger.account or name.startswith(subledger.account + ":"))
        and name not in own
    }
    sign = -1 if subledger.owed else 1
    opening = subledger.layout.opening
    found: Moved = defaultdict(Decimal)
    for flow in case.selected:
        for posting in flow.postings:
            if posting.account in accounts:
                # What came before the rows begin is in the balances they bring forward.
                day = max(flow.date, opening) if opening else flow.date
                found[day, posting.commodity] += sign * posting.units
    return found


def differences(
    account: str,
    rows: Moved,
    ledger: Moved,
    counts: Mapping[tuple[str, datetime.date, str], int],
) -> Iterable[DayDifference]:
    """Yield the days and commodities on which rows and ledger move otherwise."""
    nil = Decimal()
    for day, commodity in {*rows, *ledger}:
        by_rows, by_ledger = (one.get((day, commodity), nil) for one in (rows, ledger))
        if by_rows != by_ledger:
            yield DayDifference(
                account,
                day,
                commodity,
                by_rows,
                by_ledger,
                counts.get((account, day, commodity), 0),
            )
