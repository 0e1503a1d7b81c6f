"""Rows that stand twice, and numbers that are missing, in memory that is bounded.

A group for each row of 50 million takes gigabytes, so the numbers are looked through
stretch by stretch, and keys without a number in parts by their hash. Within a stretch
two counts, of rows and of different numbers, tell both faults apart: a missing number
cannot hide behind a doubled one.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from solvency.subledgers.engine import OverflowedError
from solvency.subledgers.engine import column
from solvency.subledgers.engine import plain
from solvency.subledgers.errors import RowsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from solvency.subledgers.rows import Rows

#: Numbers that one pass over the rows counts.
_WINDOW = 1 << 27
#: Numbers that are looked through at once.
_STRETCH = 8_000_000
#: Numbers that are counted together, a bit each; a power of two.
_STEP = 1 << 16
#: Steps with a fault of one stretch beyond which the whole is looked through.
_FEW = 8
#: Passes over a numbering that is mostly empty.
_MOST_WINDOWS = 4096
#: How many faults of a kind are named; all are counted.
NAMED = 1000


class NumberGap(NamedTuple):
    """Numbers missing between two that are there."""

    after: int
    before: int

    @property
    def missing(self) -> int:
        """Return how many numbers are missing."""
        return self.before - self.after - 1


class RowPlace(NamedTuple):
    """Where a row stands; -1 where the reader numbers none."""

    file: str
    row: int


class Duplicate(NamedTuple):
    """Rows that have the same key."""

    key: tuple[str, ...]
    rows: int
    places: tuple[RowPlace, ...]


class Numbering(NamedTuple):
    """What is wrong with the numbers of rows."""

    gaps: tuple[NumberGap, ...]
    duplicates: tuple[Duplicate, ...]
    #: How many there are of each, named or not.
    gap_count: int
    duplicate_count: int


def numbering(rows: Rows) -> Numbering:
    """Find the rows that stand twice and the numbers that are missing."""
    layout = rows.layout
    rows.totals()
    by_number = layout.order is not None and not rows.normal.orders_as_text
    unique = layout.unique or ((layout.order,) if layout.order else ())
    doubles = _Doubles(rows, unique)
    if not by_number:
        doubles.look()
        return Numbering((), doubles.named, 0, doubles.count)
    gaps: list[NumberGap] = []
    gap_count = 0
    last: int | None = None
    for span in _spans(rows):
        within = f"ord >= {span.least} AND ord <= {span.most}"
        count, different, least, most = span
        if layout.gapless:
            if last is not None and least > last + 1:
                gap_count += 1
                gaps.append(NumberGap(last, least))
            if different < most - least + 1:
                some, more = _missing(rows, within)
                gaps += some
                gap_count += more
        last = most
        # Rows of one key have one number, where the number is part of the key.
        if layout.order in unique and count > different:
            doubles.within(within)
    if layout.order not in unique:
        doubles.look()
    return Numbering(tuple(gaps[:NAMED]), doubles.named, gap_count, doubles.count)


class _Span(NamedTuple):
    """Numbers from a least to a most, both there: how many rows, how many numbers."""

    rows: int
    different: int
    least: int
    most: int

    @property
    def whole(self) -> bool:
        """Say whether each number from the least to the most is there once."""
        return self.rows == self.different == self.most - self.least + 1


def _spans(rows: Rows) -> Iterator[_Span]:
    """Yield the numbers in spans, in order, those with a fault as short as they can be.

    Files mostly have their numbers in order. Where each row of a file has the number
    after that of the row before it, nothing is missing and nothing stands twice, which
    is seen without counting. Only what is left is counted.
    """
    for one in _stretches(_runs(rows)):
        if one.whole:
            yield one
        else:
            yield from _counted(rows, one.least, one.most)


def _runs(rows: Rows) -> list[_Span]:
    """Return the numbers of each piece of a file, a run of them or not, by the least.

    Of a piece that is no run the number of different numbers is not known: none.
    """
    apart = "ord - file_row_number"
    try:
        found = rows.engine.run(
            f"SELECT count(*), min(ord), max(ord), max({apart}) - min({apart})"
            f" FROM {rows.view} GROUP BY _file,"
            f" file_row_number >> {_STEP.bit_length() - 1} ORDER BY min(ord)"
        )
    except OverflowedError:
        # Numbers near the end of what 64 bits hold.
        found = rows.engine.run(f"SELECT 0, min(ord), max(ord), 1 FROM {rows.view}")
    return [
        _Span(int(count), 0 if apart else int(count), int(least), int(most))
        for count, least, most, apart in found
        if least is not None
    ]


def _stretches(runs: list[_Span]) -> list[_Span]:
    """Return runs joined where one follows another, and the rest where they overlap."""
    found: list[_Span] = []
    for one in runs:
        before = found[-1] if found else None
        follows = before and before.whole and one.whole and one.least == before.most + 1
        if before and (follows or one.least <= before.most):
            found[-1] = _Span(
                before.rows + one.rows,
                before.different + one.different if follows else 0,
                before.least,
                max(before.most, one.most),
            )
        else:
            found.append(one)
    odd = [one for one in found if not one.whole]
    if len(odd) > _FEW:
        # Counted together, as each count reads the rows.
        return [_Span(0, 0, found[0].least, max(one.most for one in found))]
    return found


def _counted(rows: Rows, least: int, most: int) -> Iterator[_Span]:
    """Yield the numbers from one to another in spans, counted a bit each.

    All are counted step by step, so that what is wrong in one step of a few thousand
    numbers is looked for there, and not among millions.
    """
    for low, high in _windows(least, most):
        if high - low >= _WINDOW:
            # Too many numbers for a bit each.
            yield from _of(rows, "count(DISTINCT ord)", low, high)
            continue
        for _, steps in groupby(
            _steps(rows, low, high), lambda one: one.least // _STRETCH
        ):
            yield from _narrowed(list(steps))


def _narrowed(steps: list[_Span]) -> list[_Span]:
    """Return the steps of a stretch, or all as one where many have a fault."""
    if sum(not one.whole for one in steps) <= _FEW:
        return steps
    rows = sum(one.rows for one in steps)
    different = sum(one.different for one in steps)
    return [_Span(rows, different, steps[0].least, steps[-1].most)]


def _steps(rows: Rows, low: int, high: int) -> Iterator[_Span]:
    """Yield what each step from a number to another has."""
    place = f"CAST(ord - ({low}) AS BIGINT)"
    different = rows.engine.distinct(f"{place} & {_STEP - 1}", _STEP)
    step = f"{place} >> {_STEP.bit_length() - 1}"
    yield from _of(rows, different, low, high, step)


def _of(
    rows: Rows, different: str, low: int, high: int, step: str | None = None
) -> Iterator[_Span]:
    """Yield what there is from a number to another, in each step or together."""
    named, grouped = (
        (f", {step} AS step", f" GROUP BY {step} ORDER BY step") if step else ("", "")
    )
    found = rows.engine.run(
        f"SELECT count(*), {different}, min(ord), max(ord){named}"
        f" FROM {rows.view} WHERE ord >= {low} AND ord <= {high}{grouped}"
    )
    for one in found:
        if one[0]:
            yield _Span(*map(int, one[:4]))


def _windows(low: int, high: int) -> list[tuple[int, int]]:
    step = max(_WINDOW, (high - low) // _MOST_WINDOWS + 1)
    return [
        (start, min(start + step - 1, high)) for start in range(low, high + 1, step)
    ]


def _missing(rows: Rows, within: str) -> tuple[list[NumberGap], int]:
    ahead = (
        "SELECT ord, lead(ord) OVER (ORDER BY ord) AS next FROM"
        f" (SELECT DISTINCT ord FROM {rows.view} WHERE {within}) AS t"
    )
    where = f"FROM ({ahead}) AS u WHERE next > ord + 1"
    count = rows.engine.run(f"SELECT count(*) {where}")[0][0]
    found = rows.engine.run(f"SELECT ord, next {where} ORDER BY ord LIMIT {NAMED}")
    return [NumberGap(int(after), int(before)) for after, before in found], int(count)


class _Doubles:
    """The keys that several rows have, looked for part by part."""

    def __init__(self, rows: Rows, unique: tuple[str, ...]) -> None:
        self.rows = rows
        self.count = 0
        self._found: list[tuple[tuple[Any, ...], Duplicate]] = []
        if unique:
            self.keys, self.source = _keys(rows, unique)
        else:
            self.keys = []

    @property
    def named(self) -> tuple[Duplicate, ...]:
        """Return the first of them, by key."""
        found = sorted(self._found, key=lambda one: one[0])
        return tuple(duplicate for _, duplicate in found[:NAMED])

    def look(self) -> None:
        """Look through all rows, as many at a time as a stretch has."""
        if not self.keys:
            return
        parts = -(-sum(one.rows for one in self.rows.totals()) // _STRETCH)
        if parts < 2:
            self.within("TRUE")
            return
        # Rows of one key are in one part, whatever the engine's hash is.
        number = f"abs(CAST(hash({', '.join(self.keys)}) % {parts} AS BIGINT))"
        for part in range(parts):
            self.within(f"{number} = {part}")

    def within(self, where: str) -> None:
        """Look through some of the rows: all that have their keys."""
        run = self.rows.engine.run
        named = ", ".join(self.keys)
        some = f"(SELECT * FROM {self.source} WHERE {where})"
        grouped = (
            f"SELECT {named}, count(*) AS n FROM {some} AS s"
            f" GROUP BY {named} HAVING count(*) > 1"
        )
        count = int(run(f"SELECT count(*) FROM ({grouped}) AS t")[0][0])
        if not count:
            return
        self.count += count
        first = f"{grouped} ORDER BY {named} LIMIT {NAMED}"
        same = " AND ".join(f"r.{key} = t.{key}" for key in self.keys)
        behind = run(
            f"SELECT {', '.join(f'r.{key}' for key in self.keys)}, r._file,"
            f" r.file_row_number FROM {some} AS r JOIN ({first}) AS t ON {same}"
            f" ORDER BY r._file, r.file_row_number LIMIT {10 * NAMED}"
        )
        places: dict[tuple[str, ...], list[RowPlace]] = {}
        for *key, file, row in behind:
            places.setdefault(tuple(map(str, key)), []).append(
                RowPlace(plain(file), int(row) + 1 if row >= 0 else -1)
            )
        for *key, rows in run(first):
            shown = tuple(map(str, key))
            found = Duplicate(shown, int(rows), tuple(places.get(shown, ())))
            self._found.append((tuple((one is None, one) for one in key), found))


def _keys(rows: Rows, unique: tuple[str, ...]) -> tuple[list[str], str]:
    """Return the key's columns and what to read them from."""
    layout = rows.layout
    own = {
        layout.day: "day",
        layout.party: "party",
        layout.commodity: "coin",
        layout.units: "units",
        layout.order: "ord",
    }
    if all(name in own for name in unique):
        return [own[name] for name in unique], rows.view
    if len(rows.parts) > 1:
        other = next(name for name in unique if name not in own)
        raise RowsError(
            f"`unique` names the column {other}, and the files are of several kinds",
            "Name columns that the subledger reads, or give the files one form",
        )
    part = rows.parts[0]
    for name in unique:
        part.type_of(name, "unique")
    if layout.order is None:
        return [column(name) for name in unique], part.view
    named = f"(SELECT *, {rows.normal.order(part)} AS ord FROM {part.view})"
    return [column(name) for name in unique], named
