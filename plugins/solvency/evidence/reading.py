"""What each document says, read by its format and its mapping."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.evidence.contents import Contents
from solvency.evidence.formats.format_of import format_of
from solvency.evidence.mapping import CURRENCY
from solvency.evidence.records import LARGEST_AMOUNT
from solvency.evidence.records import NO_DAY
from solvency.evidence.records import EvidenceError
from solvency.evidence.records import Movement
from solvency.evidence.records import is_day

if TYPE_CHECKING:
    import datetime

    from solvency.evidence.counterparties import NameDecisions
    from solvency.evidence.mapping import Mapping
    from solvency.evidence.records import AccountStatement
    from solvency.evidence.records import Document


def read(
    document: Document,
    mapping: Mapping,
    source: str,
    names: NameDecisions | None = None,
) -> Contents:
    """Read a document.

    Args:
        document: The file.
        mapping: How it is read.
        source: The name its flows link.
        names: What was decided of the names in it.

    Raises:
        EvidenceError: It cannot be read so.
    """
    form = mapping.format or format_of(document)
    mapping = replace(mapping, format=form)
    found = Contents(document, mapping)
    found.names = names or found.names
    if mapping.importer or form == "importer":
        from solvency.evidence import other_importers  # noqa: PLC0415 (each format alone)

        other_importers.read(found, source)
    elif form in {"mt940", "camt053", "ofx"}:
        found.statements = _structured(document, mapping, form)
    elif mapping.kind == "statement":
        from solvency.evidence.formats.tabular import statement  # noqa: PLC0415 (as above)

        found.statements = [statement(document, mapping)]
    else:
        _registers(found, source)
    _checked(found)
    found.totals += [row for one in found.statements for row in one.totals]
    found.lines = found.lines or sum(
        1 for one in found.statements for _ in one.movements()
    )
    if not found.lines and not any(one.lines for one in found.statements):
        wrong = "no row of it is a movement"
        raise EvidenceError(document.name, 1, wrong, "Correct the mapping")
    return found


def _checked(found: Contents) -> None:
    """Refuse a currency, day or amount no ledger has, whatever format it came in."""
    name = found.document.name
    for draft in found.drafts:
        for leg in draft.legs:
            _within(name, draft.rows[0].row, draft.date, leg.amount)
    for one in found.stated:
        _within(name, one.row, one.date, one.amount)
    for note in found.noted:
        _within(name, note.row, note.date, Decimal())
    for statement in found.statements:
        for line in statement.lines:
            _within(name, line.row, line.date, line.amount)
            if isinstance(line, Movement) and line.balance is not None:
                _within(name, line.row, line.date, line.balance)
            if not CURRENCY.fullmatch(line.currency):
                wrong = f"its currency is {line.currency!r:.30}"
                mend = "Correct the row, or write `currency` in the mapping"
                raise EvidenceError(found.document.name, line.row, wrong, mend)


def _within(name: str, row: str, day: datetime.date, amount: Decimal) -> None:
    """Refuse a day or an amount that is outside of what evidence may state."""
    mend = "Correct the row, or `date-formats` and `columns` of the mapping"
    if not is_day(day):
        raise EvidenceError(name, row, f"its day is {day}, {NO_DAY}", mend)
    if not amount.is_finite() or abs(amount) >= LARGEST_AMOUNT:
        wrong = f"its amount has {amount.adjusted() + 1:,} digits before the point"
        raise EvidenceError(name, row, wrong, mend)


def _structured(
    document: Document, mapping: Mapping, form: str
) -> list[AccountStatement]:
    if form == "mt940":
        from solvency.evidence.formats import mt940  # noqa: PLC0415 (each format alone)

        return mt940.statements(document, mapping)
    if form == "camt053":
        from solvency.evidence.formats import camt  # noqa: PLC0415 (as above)

        return camt.statements(document, mapping)
    from solvency.evidence.formats import ofx  # noqa: PLC0415 (as above)

    return ofx.statements(document, mapping)


def _registers(found: Contents, source: str) -> None:
    kind = found.mapping.kind
    if kind == "claims":
        from solvency.evidence.registers import claims  # noqa: PLC0415 (each kind alone)

        claims.read(found, source)
    elif kind == "trial-balance":
        from solvency.evidence.registers import trial_balance  # noqa: PLC0415 (as above)

        trial_balance.read(found, source)
    elif kind == "ledger":
        from solvency.evidence.registers import general_ledger  # noqa: PLC0415 (as above)

        general_ledger.read(found, source)
    else:
        from solvency.evidence.registers import trades  # noqa: PLC0415 (as above)

        trades.read(found, source)
