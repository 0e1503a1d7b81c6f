"""Rows of parties that the register does not know, and rows outside the days."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from solvency.subledgers.numbering import NAMED

if TYPE_CHECKING:
    import datetime

    from solvency.subledgers.rows import Rows


class Unknown(NamedTuple):
    """A party that has rows and stands in no register."""

    party: str
    rows: int


class Outside(NamedTuple):
    """A day before the first or after the last that rows may have."""

    day: datetime.date
    rows: int


def unknown(rows: Rows) -> tuple[tuple[Unknown, ...], int]:
    """Return the parties that no register has, and how many they are."""
    if not rows.parties:
        return (), 0
    strangers = (
        "SELECT CAST(r.party AS VARCHAR) AS party, r.n FROM"
        f" ({rows.by_party()}) AS r"
        f" LEFT JOIN {rows.parties} AS p ON CAST(r.party AS VARCHAR) = p.party"
        " WHERE p.party IS NULL"
    )
    # Counted in the same pass: the register may have millions.
    found = rows.ask(
        f"SELECT party, n, count(*) OVER () AS them FROM ({strangers}) AS t"
        f" ORDER BY n DESC, party LIMIT {NAMED}"
    )
    strange = tuple(Unknown(str(party), int(n)) for party, n, _ in found)
    return strange, int(found[0][2]) if found else 0


def outside(
    rows: Rows, first: datetime.date, last: datetime.date | None
) -> tuple[tuple[Outside, ...], tuple[Outside, ...]]:
    """Return the days with rows before the first and after the last."""
    days: dict[datetime.date, int] = {}
    for total in rows.totals():
        days[total.day] = days.get(total.day, 0) + total.rows
    before = tuple(Outside(day, n) for day, n in sorted(days.items()) if day < first)
    after = tuple(
        Outside(day, n)
        for day, n in sorted(days.items())
        if last is not None and day > last
    )
    return before, after
