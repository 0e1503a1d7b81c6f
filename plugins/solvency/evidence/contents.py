"""All that one document says: its rows, what it states, what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING

from solvency.evidence.counterparties import NameDecisions

if TYPE_CHECKING:
    import datetime
    from decimal import Decimal

    from solvency.evidence.drafts import Draft
    from solvency.evidence.gaps.continuity import BalanceGap
    from solvency.evidence.mapping import Mapping
    from solvency.evidence.records import AccountStatement
    from solvency.evidence.records import Document


@dataclass(frozen=True)
class StatedBalance:
    """What a document says an account held at the end of a day."""

    row: str
    date: datetime.date
    account: str
    amount: Decimal
    currency: str
    counted: bool = True


@dataclass(frozen=True)
class Noted:
    """Something wrong with a document, kept in the ledger until it is mended."""

    row: str
    date: datetime.date
    account: str
    text: str
    notes: dict[str, str]


@dataclass
class Contents:
    """All that one document says."""

    document: Document
    mapping: Mapping
    lines: int = 0
    statements: list[AccountStatement] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    stated: list[StatedBalance] = field(default_factory=list)
    noted: list[Noted] = field(default_factory=list)
    #: Accounts to open, with the metadata of each.
    opens: dict[str, dict[str, str]] = field(default_factory=dict)
    #: The days that the rows of an account cover, where there is no statement of it.
    covered: dict[str, tuple[datetime.date, datetime.date]] = field(
        default_factory=dict
    )
    gaps: list[BalanceGap] = field(default_factory=list)
    #: Keys of rows that are left out, and were not when an earlier import read them.
    left: list[str] = field(default_factory=list)
    #: What was decided of names.
    names: NameDecisions = field(default_factory=NameDecisions)
    #: Rows left out since they add up others.
    totals: list[str] = field(default_factory=list)
    #: Rows left out since another row says the same: row and the other.
    repeats: list[tuple[str, str]] = field(default_factory=list)
