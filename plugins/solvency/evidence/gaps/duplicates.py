"""Rows of a document that another document of the case has already."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.evidence.contents import Noted
from solvency.evidence.records import cents
from solvency.evidence.records import plain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence

    from solvency.evidence.drafts import Draft


def repeated(several: Sequence[tuple[Draft, str]], lines: int) -> Iterator[Noted]:
    """Yield a note for each account whose rows another document has already.

    Statements that overlap say some rows twice, which settles itself; a document all
    of whose rows are there already is a copy that somebody should look at.

    Args:
        several: The rows left out, each with where it stands already.
        lines: How many rows the document has.
    """
    whole = len(several) == lines
    accounts = dict.fromkeys(draft.own.account for draft, _ in several)
    for account in accounts:
        own = [(one, of) for one, of in several if one.own.account == account]
        (first, of), (last, until) = own[0], own[-1]
        unit = first.own.commodity
        amount = sum(
            (one.own.amount for one, _ in own if one.own.commodity == unit), Decimal()
        )
        count = f"{len(own):,} rows" if len(own) > 1 else "1 row"
        rows = f"{first.rows[0]} to {last.rows[0].row}, {count}"
        notes = {"duplicate-of": f'"{of}"', "amount": f"{plain(amount)} {unit}"}
        if not whole:
            notes["settled"] = '"overlap"'
        yield Noted(
            first.rows[0].row,
            first.date,
            account,
            f"{rows} of {cents(amount)} {unit} in all, stand in {of} to"
            f" {until.rpartition(':')[2]} already, and are left out",
            notes,
        )
