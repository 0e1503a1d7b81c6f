"""What each document says, read by its format and its mapping."""

from __future__ import annotations

import re
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from typing import TYPE_CHECKING

from solvency.evidence.mapping import CURRENCY
from solvency.evidence.records import EvidenceError

if TYPE_CHECKING:
    import datetime
    from decimal import Decimal

    from solvency.evidence.continuity import Gap
    from solvency.evidence.drafts import Draft
    from solvency.evidence.mapping import Mapping
    from solvency.evidence.records import Document
    from solvency.evidence.records import Statement


@dataclass(frozen=True)
class Stated:
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
class Reading:
    """All that one document says."""

    document: Document
    mapping: Mapping
    lines: int = 0
    statements: list[Statement] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    stated: list[Stated] = field(default_factory=list)
    noted: list[Noted] = field(default_factory=list)
    #: Accounts to open, with the metadata of each.
    opens: dict[str, dict[str, str]] = field(default_factory=dict)
    #: The days that the rows of an account cover, where there is no statement of it.
    covered: dict[str, tuple[datetime.date, datetime.date]] = field(
        default_factory=dict
    )
    gaps: list[Gap] = field(default_factory=list)
    #: Rows left out since another row says the same: row and the other.
    repeats: list[tuple[str, str]] = field(default_factory=list)


def format_of(document: Document) -> str:
    """Say in which format a document is, by its first bytes."""
    head = document.content[:4096]
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return "xlsx"
    if b"OFXHEADER" in head or re.search(rb"<OFX>", head, re.IGNORECASE):
        return "ofx"
    if re.search(rb"<\?xml|<(\w+:)?Document\b", head) and b"camt." in head:
        return "camt053"
    if re.search(rb"(^|\n)(\{1:|:20:)", head) and re.search(
        rb"\n:(25|28C?|60[FM]):", document.content[:20000]
    ):
        return "mt940"
    return "csv"


def read(document: Document, mapping: Mapping, source: str) -> Reading:
    """Read a document.

    Args:
        document: The file.
        mapping: How it is read.
        source: The name its flows link.

    Raises:
        EvidenceError: It cannot be read so.
    """
    form = mapping.format or format_of(document)
    mapping = replace(mapping, format=form)
    found = Reading(document, mapping)
    if mapping.importer or form == "importer":
        from solvency.evidence import importers  # noqa: PLC0415 (each format alone)

        importers.read(found, source)
    elif form in {"mt940", "camt053", "ofx"}:
        found.statements = _structured(document, mapping, form)
    elif mapping.kind == "statement":
        from solvency.evidence.tabular import statement  # noqa: PLC0415 (as above)

        found.statements = [statement(document, mapping)]
    else:
        _registers(found, source)
    _checked(found)
    found.lines = found.lines or sum(
        1 for one in found.statements for _ in one.movements()
    )
    if not found.lines and not any(one.lines for one in found.statements):
        wrong = "no row of it is a movement"
        raise EvidenceError(document.name, 1, wrong, "Correct the mapping")
    return found


def _checked(found: Reading) -> None:
    """Refuse a currency that no ledger can hold, whatever format it came in."""
    for statement in found.statements:
        for line in statement.lines:
            if not CURRENCY.fullmatch(line.currency):
                wrong = f"its currency is {line.currency!r:.30}"
                mend = "Correct the row, or write `currency` in the mapping"
                raise EvidenceError(found.document.name, line.row, wrong, mend)


def _structured(document: Document, mapping: Mapping, form: str) -> list[Statement]:
    if form == "mt940":
        from solvency.evidence import mt940  # noqa: PLC0415 (each format alone)

        return mt940.statements(document, mapping)
    if form == "camt053":
        from solvency.evidence import camt  # noqa: PLC0415 (as above)

        return camt.statements(document, mapping)
    from solvency.evidence import ofx  # noqa: PLC0415 (as above)

    return ofx.statements(document, mapping)


def _registers(found: Reading, source: str) -> None:
    kind = found.mapping.kind
    if kind == "claims":
        from solvency.evidence import claims  # noqa: PLC0415 (each kind alone)

        claims.read(found, source)
    elif kind == "trial-balance":
        from solvency.evidence import trial_balance  # noqa: PLC0415 (as above)

        trial_balance.read(found, source)
    elif kind == "ledger":
        from solvency.evidence import general_ledger  # noqa: PLC0415 (as above)

        general_ledger.read(found, source)
    else:
        from solvency.evidence import trades  # noqa: PLC0415 (as above)

        trades.read(found, source)
