"""Rows of parties that the register does not know, and rows outside the days."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from typing import NamedTuple

from solvency.subledgers.numbering import NAMED

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator

    from solvency.subledgers.rows import Rows

#: Numbers of parties that a bit each is kept for: 32 MiB.
_BITS = 1 << 28


class Unknown(NamedTuple):
    """A party that has rows and stands in no register."""

    party: str
    rows: int


class Outside(NamedTuple):
    """A day before the first or after the last that rows may have."""

    day: datetime.date
    rows: int


class Parties(NamedTuple):
    """How many parties have rows, and those of them that no register has."""

    number: int
    unknown: tuple[Unknown, ...]
    #: How many are unknown, named or not.
    unknown_count: int


def parties(rows: Rows) -> Parties:
    """Count the parties of rows, and find those that no register has."""
    marked = _marked(rows)
    if marked is not None:
        return marked
    each = rows.kept("SELECT party, count(*) AS n FROM {rows} GROUP BY party")
    count = int(rows.ask(f"SELECT count(*) FROM ({each}) AS p")[0][0])
    if rows.register is None:
        return Parties(count, (), 0)
    strangers = (
        f"SELECT CAST(r.party AS VARCHAR) AS party, r.n FROM ({each}) AS r LEFT JOIN"
        f" (SELECT DISTINCT CAST(party AS VARCHAR) AS party FROM {rows.register.view})"
        " AS p ON CAST(r.party AS VARCHAR) = p.party WHERE p.party IS NULL"
    )
    return Parties(count, *_named(rows, strangers))


def _marked(rows: Rows) -> Parties | None:
    """Do so with a bit for each number, where parties are whole numbers close by.

    A join of a group for each party with a register of millions takes ten times the
    time, and memory in proportion.
    """
    if rows.register is None or not rows.register.whole or rows.normal.parties_as_text:
        return None
    low, high = rows.ask(f"SELECT min(party), max(party) FROM {rows.register.view}")[0]
    if low is None or high - low >= _BITS:
        return None
    # A CASE that has no ELSE leaves out who stands outside the register's numbers.
    place = (
        f"CASE WHEN party >= {low} AND party <= {high}"
        f" THEN CAST(party - ({low}) AS INTEGER) END"
    )
    bits = rows.engine.marked(place, int(high - low) + 1)
    if bits is None:
        return None
    known = rows.kept(f"SELECT {bits} AS known FROM {rows.register.view}")
    size = int(high - low) + 1
    there = rows.kept(
        f"SELECT coalesce({bits}, bitstring('0', {size})) AS there,"
        f" count(*) - count({place}) AS outside FROM {{rows}}"
    )
    strange = rows.kept(
        "SELECT bit_count(there & known) AS usual, there & ~known AS strange, outside"
        f" FROM ({there}) AS r, ({known}) AS k"
    )
    usual, unusual, outside = rows.ask(
        f"SELECT usual, bit_count(strange), outside FROM ({strange}) AS s"
    )[0]
    if not unusual and not outside:
        return Parties(int(usual), (), 0)
    source = f"{{rows}}, ({known}) AS k"
    where = f"coalesce(get_bit(known, {place}), 0) = 0"
    if not outside and unusual <= NAMED:
        # They are few, and files that lack them are hardly read.
        bits = rows.ask(f"SELECT CAST(strange AS BLOB) FROM ({strange}) AS s")[0][0]
        them = (str(one + low) for one in _set_bits(bits, size))
        source, where = "{rows}", f"party IN ({', '.join(them)})"
    strangers = (
        f"SELECT party, count(*) AS n FROM {source} WHERE {where} GROUP BY party"
    )
    named, count = _named(
        rows,
        f"SELECT CAST(party AS VARCHAR) AS party, n FROM ({strangers}) AS s",
    )
    return Parties(int(usual) + count, named, count)


def _set_bits(bits: bytes, size: int) -> Iterator[int]:
    """Yield the places of the ones among bits, which end where the last byte ends.

    Asking the engine for each bit of twenty million takes longer than marking them.
    """
    ahead = 8 * len(bits) - size
    for found in re.finditer(rb"[^\0]", bits):
        (byte,) = found[0]
        first = 8 * found.start() - ahead
        yield from (first + bit for bit in range(8) if byte >> (7 - bit) & 1)


def _named(rows: Rows, strangers: str) -> tuple[tuple[Unknown, ...], int]:
    """Return the first unknown parties, most rows first, and how many there are."""
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
