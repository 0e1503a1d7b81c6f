"""What tying rows to their control accounts finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from solvency.figures.listing import Heading
from solvency.figures.listing import listing
from solvency.figures.plain import count

if TYPE_CHECKING:
    import datetime
    from decimal import Decimal

    from solvency.figures.table import Table
    from solvency.ledger.case import Case
    from solvency.subledgers.numbering import Duplicate
    from solvency.subledgers.numbering import NumberGap
    from solvency.subledgers.unknown_parties import Outside
    from solvency.subledgers.unknown_parties import Unknown


@dataclass(frozen=True, slots=True)
class DayDifference:
    """A day and commodity on which rows and ledger moved by different amounts."""

    account: str
    day: datetime.date
    commodity: str
    #: What the rows move, and what flows of the ledger do: positive where the account
    #: comes to owe, or to hold, more.
    rows: Decimal
    ledger: Decimal
    #: How many rows there are of that day and commodity.
    count: int

    @property
    def difference(self) -> Decimal:
        """Return what the rows move more than the ledger."""
        return self.rows - self.ledger


@dataclass(frozen=True, slots=True)
class Checked:
    """What is wrong with the rows of one subledger, whatever the ledger says."""

    account: str
    pattern: str
    #: False where flows are made of the rows, which therefore agree with them.
    control: bool
    rows: int
    parties: int
    days: int
    gaps: tuple[NumberGap, ...]
    gap_count: int
    duplicates: tuple[Duplicate, ...]
    duplicate_count: int
    unknown: tuple[Unknown, ...]
    unknown_count: int
    before: tuple[Outside, ...]
    after: tuple[Outside, ...]
    #: False where no register says who is a party, no column numbers the rows.
    registered: bool
    numbered: bool
    keyed: bool

    @property
    def clean(self) -> bool:
        """Say whether nothing is wrong with them."""
        return not (
            self.gap_count
            or self.duplicate_count
            or self.unknown_count
            or self.before
            or self.after
        )


@dataclass(frozen=True)
class TieOut:
    """Whether rows and ledger agree."""

    case: Case
    engine: str
    checked: tuple[Checked, ...]
    differences: tuple[DayDifference, ...]

    @property
    def holds(self) -> bool:
        """Say whether nothing differs and nothing is wrong with the rows."""
        return not self.differences and all(one.clean for one in self.checked)

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what is said of each subledger."""
        return tuple(note for one in self.checked for note in _notes(one))

    def to_table(self) -> Table:
        """Return the differences as a table, with what else is wrong below it."""
        columns = (
            Heading("account"),
            Heading("day"),
            Heading("commodity"),
            Heading("rows", places=None),
            Heading("ledger", places=None),
            Heading("difference", places=None),
            Heading("row count"),
        )
        rows = tuple(
            (
                one.account,
                one.day,
                one.commodity,
                one.rows,
                one.ledger,
                one.difference,
                one.count,
            )
            for one in self.differences
        )
        return listing(
            "What the rows move by day and commodity, where the ledger moves otherwise",
            columns,
            rows,
            notes=self.notes,
        )


#: Faults of one kind that are written out.
_WRITTEN = 5


def _notes(one: Checked) -> list[str]:
    """Return what is said of one subledger."""
    size = f"{count(one.rows, 'row')} of {count(one.parties, 'party', 'parties')}"
    days = count(one.days, "day")
    said = [f"{one.account} ({one.pattern}): {size} on {days}"]
    if not one.control:
        said.append(
            "  its flows are made of these rows, and agree with them by construction:"
            " this is no tie"
        )
    said += [
        *_listed(
            one.gap_count,
            "gap in the numbering",
            "gaps in the numbering",
            [
                f"{gap.missing:,} missing between {gap.after} and {gap.before}"
                for gap in one.gaps[:_WRITTEN]
            ],
        ),
        *_listed(
            one.duplicate_count,
            "number that stands more than once",
            "numbers that stand more than once",
            [
                f"{', '.join(twice.key)} in {twice.rows} rows"
                + "".join(f"; {_place(place)}" for place in twice.places[:2])
                for twice in one.duplicates[:_WRITTEN]
            ],
        ),
        *_listed(
            one.unknown_count,
            "party that no register has",
            "parties that no register has",
            [
                f"{party.party}, {count(party.rows, 'row')}"
                for party in one.unknown[:_WRITTEN]
            ],
        ),
    ]
    for outside, where in (
        (one.before, "before the first"),
        (one.after, "after the last"),
    ):
        said += _listed(
            len(outside),
            f"day with rows {where} day",
            f"days with rows {where} day",
            [f"{day.day}, {count(day.rows, 'row')}" for day in outside[:_WRITTEN]],
        )
    unasked = [
        what
        for what, asked in (
            ("gaps in numbering", one.numbered),
            ("duplicates", one.keyed),
            ("unknown parties", one.registered),
        )
        if not asked
    ]
    if unasked:
        said.append(
            f"  not looked for: {', '.join(unasked)}; the subledger names no"
            " column or register for that"
        )
    return said


def _place(place: tuple[str, int]) -> str:
    file, row = place
    return f"{file}" + (f" row {row:,}" if row > 0 else "")


def _listed(number: int, single: str, several: str, lines: list[str]) -> list[str]:
    if not number:
        return []
    left = number - len(lines)
    return [
        f"  {count(number, single, several)}",
        *(f"    {line}" for line in lines),
        *([f"    and {left:,} more; --json names the first 1,000"] if left else []),
    ]
