"""OFX and QFX: the statements of home banking, their tree made by ofxtools."""

from __future__ import annotations

import datetime
import io
import re
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from solvency.evidence.records import AccountStatement
from solvency.evidence.records import Balance
from solvency.evidence.records import EvidenceError
from solvency.evidence.records import Movement
from solvency.evidence.records import not_installed

if TYPE_CHECKING:
    from solvency.evidence.mapping import Mapping
    from solvency.evidence.records import Document

_AMOUNT = re.compile(r"[-+]?\d{1,30}([.,]\d{1,17})?")


def statements(document: Document, mapping: Mapping) -> list[AccountStatement]:
    """Read the statements in a document.

    Raises:
        EvidenceError: It is none, or a transaction lacks its amount or day.
    """
    if re.search(rb"<!(DOCTYPE|ENTITY)", document.content, re.IGNORECASE):
        wrong = "it has a document type, which may name entities"
        raise EvidenceError(document.name, 1, wrong, "Export it again")
    root = _tree(document)
    lines = [
        document.content.count(b"\n", 0, one.start()) + 1
        for one in re.finditer(rb"<STMTTRN>", document.content, re.IGNORECASE)
    ]
    at = 0
    found = []
    for tag in ("STMTRS", "CCSTMTRS"):
        for one in root.iter(tag):
            statement, at = _statement(document, one, lines, at, mapping.currency)
            found.append(statement)
    if not found:
        wrong = "there is no bank statement in it"
        raise EvidenceError(document.name, 1, wrong, "Name an OFX statement")
    return found


def _tree(document: Document) -> Any:
    try:
        from ofxtools.Parser import OFXTree  # noqa: PLC0415 (an extra)
    except ImportError:
        raise not_installed(document, "OFX is read with ofxtools") from None
    try:
        return OFXTree().parse(io.BytesIO(document.content))
    except Exception as error:  # noqa: BLE001 (whatever a broken file ends in)
        wrong = f"it is no OFX that can be read ({error!s:.100})"
        raise EvidenceError(document.name, 1, wrong, "Export it again") from None


def _statement(
    document: Document, root: Any, lines: list[int], at: int, usual: str | None
) -> tuple[AccountStatement, int]:
    currency = (root.findtext("CURDEF") or usual or "").strip().upper()
    number = re.sub(r"\W", "", root.findtext(".//ACCTID") or "").upper()
    moves: list[Movement] = []
    for one in root.iter("STMTTRN"):
        line = lines[at] if at < len(lines) else 1
        at += 1
        moves.append(_movement(document, one, currency, line))
    moves.sort(key=lambda one: one.date)
    found: list[Movement | Balance] = [*moves]
    closing = root.find("LEDGERBAL")
    if closing is not None:
        amount = _number(document, closing.findtext("BALAMT"), 1)
        day = _day(document, closing.findtext("DTASOF"), 1)
        row = moves[-1].row if moves else "1"
        if not moves or day >= moves[-1].date:
            before = amount - sum((one.amount for one in moves), Decimal())
            first = moves[0] if moves else None
            start = first.date if first is not None else day
            found.insert(
                0,
                Balance(
                    first.row if first else row, start, before, currency, "opening"
                ),
            )
            found.append(Balance(row, day, amount, currency, "closing"))
    return AccountStatement(document, found, number), at


def _movement(document: Document, one: Any, currency: str, line: int) -> Movement:
    return Movement(
        str(line),
        _day(document, one.findtext("DTPOSTED"), line),
        _number(document, one.findtext("TRNAMT"), line),
        (one.findtext("CURRENCY/CURSYM") or currency).strip().upper(),
        " ".join((one.findtext("NAME") or one.findtext("PAYEE/NAME") or "").split()),
        " ".join((one.findtext("MEMO") or "").split()),
        (one.findtext("FITID") or one.findtext("REFNUM") or "").strip(),
        None,
        re.sub(r"\W", "", one.findtext("BANKACCTTO/ACCTID") or "").upper(),
    )


def _number(document: Document, text: str | None, line: int) -> Decimal:
    bare = (text or "").strip()
    if not _AMOUNT.fullmatch(bare):
        wrong = f"the amount is {bare[:30] or 'missing'}"
        raise EvidenceError(document.name, line, wrong, "Export it again")
    return Decimal(bare.replace(",", "."))


def _day(document: Document, text: str | None, line: int) -> datetime.date:
    bare = (text or "").strip()[:8]
    try:
        return datetime.datetime.strptime(bare, "%Y%m%d").date()  # noqa: DTZ007 (a day)
    except ValueError:
        wrong = f"the day is {bare or 'missing'}"
        raise EvidenceError(document.name, line, wrong, "Export it again") from None
