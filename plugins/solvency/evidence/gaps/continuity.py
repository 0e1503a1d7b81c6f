"""Opening and movements must make closing: what is missing, and what came twice."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from dataclasses import field
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import NamedTuple

from solvency.evidence.records import Balance
from solvency.evidence.records import Movement

if TYPE_CHECKING:
    from solvency.evidence.records import AccountStatement


class BalanceGap(NamedTuple):
    """A balance that what stands before it does not make."""

    file: str
    row: str
    #: The row before it: what is missing is missing between the two.
    after: str
    since: str
    until: str
    expected: Decimal
    found: Decimal
    currency: str
    account: str = ""
    #: What the document's own rows of the days about the gap come to.
    own: Decimal = Decimal()

    @property
    def missing(self) -> Decimal:
        """Return what the movements that are not there came to."""
        return self.found - self.expected


@dataclass
class Walk:
    """A statement walked from its opening balance to its last."""

    gaps: list[BalanceGap] = field(default_factory=list)
    #: Rows that repeat an earlier one of the same document, and which.
    repeats: dict[str, str] = field(default_factory=dict)
    opening: Balance | None = None
    closing: Balance | None = None
    #: The last balance of each month that every row before it leads to.
    months: list[Balance] = field(default_factory=list)


def walk(statement: AccountStatement) -> Walk:
    """Add a statement's movements up and compare with the balances it states."""
    found = Walk()
    pages = _repeated_pages(statement)
    seen: dict[tuple[str, ...], str] = {}
    running: Decimal | None = None
    before = ""
    since = ""
    last: Movement | None = None
    stated: Decimal | None
    for at, line in enumerate(statement.lines):
        if at in pages:
            if isinstance(line, Movement):
                found.repeats[line.row] = pages[at]
            continue
        if isinstance(line, Balance):
            if found.opening is None and running is None:
                found.opening = line
            stated, expected = line.amount, running
        else:
            stated = line.balance
            expected = None if running is None else running + line.amount
            if _again(line, expected, seen):
                found.repeats[line.row] = seen[line.content]
                continue
            seen.setdefault(line.content, line.row)
        broken = expected is not None and stated is not None and stated != expected
        if broken and expected is not None and stated is not None:
            day = _until(statement, at).isoformat()
            found.gaps.append(
                BalanceGap(
                    statement.document.name,
                    line.row,
                    before or line.row,
                    since or line.date.isoformat(),
                    day,
                    expected,
                    stated,
                    line.currency,
                )
            )
        running = stated if stated is not None else expected
        if isinstance(line, Movement):
            # Beside a gap nobody knows whether a balance is that of the day's end.
            if last is not None and not broken and _turned(last, line):
                found.months += _closing(last)
            last = line
        before, since = line.row, line.date.isoformat()
        if isinstance(line, Balance) and line.kind == "closing":
            found.closing = line
    return found


def with_own(
    gap: BalanceGap, account: str, *several: tuple[AccountStatement, Walk]
) -> BalanceGap:
    """Return a gap with what the rows of its statements about it come to."""
    since, until = map(datetime.date.fromisoformat, (gap.since, gap.until))
    own = sum(
        line.amount
        for statement, walked in several
        for line in statement.movements()
        if since <= line.date <= until and line.row not in walked.repeats
    )
    return gap._replace(account=account, own=Decimal(own))


def _until(statement: AccountStatement, at: int) -> datetime.date:
    """Return the last day on which what is missing before a line can have moved."""
    line = statement.lines[at]
    if isinstance(line, Balance) and line.kind == "opening":
        after = (x.date for x in statement.lines[at:] if isinstance(x, Movement))
        return max(line.date, next(after, line.date))
    return line.date


def _again(
    line: Movement, expected: Decimal | None, seen: dict[tuple[str, ...], str]
) -> bool:
    """Say whether a row whose balance does not follow stood there before."""
    return (
        expected is not None
        and line.balance is not None
        and line.balance != expected
        and line.content in seen
    )


def _turned(earlier: Movement, later: Movement) -> bool:
    return (earlier.date.year, earlier.date.month) != (
        later.date.year,
        later.date.month,
    )


def _closing(line: Movement) -> list[Balance]:
    if line.balance is None:
        return []
    return [Balance(line.row, line.date, line.balance, line.currency, "running")]


def _repeated_pages(statement: AccountStatement) -> dict[int, str]:
    """Return the places of rows on a page that came before, with the row each repeats.

    A page has an opening and a closing balance. Where the whole has but one of each,
    a run of rows that came before is a repeated page if taking it out makes opening
    and movements closing.
    """
    pages: list[list[int]] = []
    for at, line in enumerate(statement.lines):
        if isinstance(line, Balance) and line.kind == "opening":
            pages.append([])
        if pages:
            pages[-1].append(at)
    found: dict[int, str] = {}
    seen: dict[tuple[tuple[str, ...], ...], list[int]] = {}
    for page in pages:
        content = tuple(_content(statement.lines[at]) for at in page)
        first = seen.setdefault(content, page)
        if first is not page and len(page) > 2:
            for at, twin in zip(page, first, strict=True):
                found[at] = statement.lines[twin].row
    return found or _repeated_run(statement)


def _content(line: Movement | Balance) -> tuple[str, ...]:
    if isinstance(line, Movement):
        return line.content
    return (line.kind, line.date.isoformat(), str(line.amount), line.currency)


def _repeated_run(statement: AccountStatement) -> dict[int, str]:
    lines = statement.lines
    balances = [line for line in lines if isinstance(line, Balance)]
    moves = [(at, x) for at, x in enumerate(lines) if isinstance(x, Movement)]
    if len(balances) != 2 or any(x.balance is not None for _, x in moves):
        return {}
    excess = balances[0].amount + sum(x.amount for _, x in moves) - balances[1].amount
    if not excess:
        return {}
    place: dict[tuple[str, ...], int] = {}
    start = 0
    while start < len(moves):
        first = place.setdefault(moves[start][1].content, start)
        length = 0
        while (
            first < start
            and start + length < len(moves)
            and first + length < start
            and moves[first + length][1].content == moves[start + length][1].content
        ):
            length += 1
        run = range(length)
        if length >= 2 and sum(moves[start + n][1].amount for n in run) == excess:
            return {moves[start + n][0]: moves[first + n][1].row for n in run}
        start += 1
    return {}
