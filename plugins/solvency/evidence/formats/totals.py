"""Rows of a table that add up other rows, and say nothing of their own."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import NamedTuple

from solvency.evidence.dialect import TOTAL
from solvency.evidence.records import EvidenceError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from solvency.evidence.formats.grid import Record

_MONEY = ("debit", "credit", "amount")
#: What stands beside the word for a total, and names nobody.
_BESIDE = re.compile(
    r"(?i)[\W\d]+|\b(amounts?|claims?|claimed|debits?|credits?|of|the|all|for|in|to|date"
    r"|eur|usd|gbp|chf|des?|du|der|aller|mouvements?|cr.ances?|d.bits?|cr.dits?"
    r"|forderungen|bewegungen|importi|importes?|movimenti|movimientos|g.n.rale?"
    r"|general|generale|vorderingen|bedrag|montant|betrag)\b"
)
#: So many rows at least make a sum that no one row happens to equal.
_FEW = 2
_MANY = 3


class TotalRow(NamedTuple):
    """A row that adds up others."""

    record: Record
    #: What the rows it adds up come to, by column, where it says something else.
    apart: dict[str, Decimal]


class Parted(NamedTuple):
    """The rows of a table, and those that add them up."""

    rows: list[Record]
    totals: list[TotalRow]


def parted(records: Iterable[Record], *keys: str) -> Parted:
    """Part the rows of a table from those that add them up.

    A row adds up others if it lacks what numbers or dates every row, and says so in a
    word for a total, or if its amounts are the sums of those before it, in whatever
    language. Where nothing numbers the rows, the last row is one too if it is the sum
    of all others.

    Args:
        records: The rows.
        keys: The columns that tell a row of its own, the first of them that most rows
            have counts.
    """
    listed = list(records)
    looked = _Looked(listed, keys)
    rows: list[Record] = []
    totals: list[TotalRow] = []
    for record in listed:
        if looked.at_all(record) and (total := looked.total(record, rows)) is not None:
            totals.append(total)
            looked.begin(len(rows))
        else:
            rows.append(record)
    return Parted(rows, totals)


class _Looked:
    """What the rows of a table have in common."""

    def __init__(self, listed: list[Record], keys: tuple[str, ...]) -> None:
        self._last = listed[-1] if listed else None
        filled: Counter[int] = Counter()
        for record in listed:
            filled.update(record.filled)
        money = {at for key in _MONEY for at in record_places(listed, key)}
        most = len(listed) - max(1, len(listed) // 10)
        self._common = {
            at for at, times in filled.items() if times >= most and at not in money
        }
        # Subtotals may be many: what half the rows have tells a row.
        self._key = next(
            (
                key
                for key in keys
                for at in record_places(listed, key)[:1]
                if filled[at] * 2 >= len(listed)
            ),
            None,
        )
        self._since = [0]
        self._sums: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal()])

    def begin(self, at: int) -> None:
        """Begin the rows that the next total may add up."""
        self._since.append(at)

    def at_all(self, record: Record) -> bool:
        """Say whether a row may be a total: most are told at a glance."""
        return (
            record is self._last
            or not self._common <= record.filled
            or self._lacks(record)
            or _said(record)
        )

    def total(self, record: Record, rows: list[Record]) -> TotalRow | None:
        """Return what a row adds up, None where it is one of its own."""
        sides = {key: number for key in _MONEY if (number := _number(record, key))}
        spans = [since for since in dict.fromkeys(self._since) if since < len(rows)]
        apart = [self._apart(sides, rows, since) for since in spans]
        adds = [
            since
            for since, differ in zip(spans, apart, strict=True)
            if sides and not differ and len(rows) - since >= _FEW
        ]
        both = "debit" in sides and "credit" in sides
        if self._key is not None:
            # No row of its own has both sides, and both the sums of all others.
            found = (both and bool(adds)) or (
                self._lacks(record) and (_said(record) or bool(adds))
            )
        else:
            bare = not self._common <= record.filled
            last = record is self._last
            enough = last and any(len(rows) - since >= _MANY for since in adds)
            found = (bool(adds) and (bare or enough or _said(record))) or (
                _whole(record) and (bare or last)
            )
        if not found:
            return None
        return TotalRow(record, {} if adds or not apart else apart[0])

    def _apart(
        self, sides: dict[str, Decimal], rows: list[Record], since: int
    ) -> dict[str, Decimal]:
        """Return the sums of rows that differ from what a row has."""
        found = {}
        for key, number in sides.items():
            sums = self._sums[key]
            for record in itertools.islice(rows, len(sums) - 1, None):
                sums.append(sums[-1] + (_number(record, key) or 0))
            made = sums[len(rows)] - sums[since]
            if made != number:
                found[key] = made
        return found

    def _lacks(self, record: Record) -> bool:
        """Say whether a row lacks what tells a row of its own."""
        if self._key is None:
            return False
        text = record.text(self._key)
        if not text or _is_whole(text):
            return True
        if self._key != "date":
            return False
        try:
            record.day("date")
        except EvidenceError:
            return True
        return False


def record_places(listed: list[Record], key: str) -> tuple[int, ...]:
    """Return the places of a column in rows, none where there are no rows."""
    return listed[0].places(key) if listed else ()


def _number(record: Record, key: str) -> Decimal | None:
    if not record.has(key):
        return None
    try:
        return record.amount(key)
    except EvidenceError:
        return None


def _said(record: Record) -> bool:
    return any(isinstance(cell, str) and TOTAL.match(cell) for cell in record.cells)


def _whole(record: Record) -> bool:
    return any(isinstance(cell, str) and _is_whole(cell) for cell in record.cells)


def _is_whole(text: str) -> bool:
    """Say whether words are those of a total and of nothing else."""
    begun = TOTAL.match(text)
    return begun is not None and not _BESIDE.sub("", text[begun.end() :])
