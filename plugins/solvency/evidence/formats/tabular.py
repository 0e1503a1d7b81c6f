"""A table of a bank's movements becomes a statement."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from solvency.evidence.formats.grid import Table
from solvency.evidence.formats.totals import parted
from solvency.evidence.mapping import CURRENCY
from solvency.evidence.records import AccountStatement
from solvency.evidence.records import Balance
from solvency.evidence.records import EvidenceError
from solvency.evidence.records import Movement

if TYPE_CHECKING:
    from decimal import Decimal

    from solvency.evidence.formats.grid import Record
    from solvency.evidence.mapping import Mapping
    from solvency.evidence.records import Document

#: Rows that state a balance, by their words.
_OPENING = re.compile(
    r"(?i)\W*((opening|previous|initial|starting|beginning) balance|balance (brought"
    r"|b/?f)|anfangssaldo|saldovortrag|solde (initial|pr.c.dent)|beginsaldo"
    r"|saldo (inicial|iniziale|anterior))\b"
)
_CLOSING = re.compile(
    r"(?i)\W*((closing|ending|final) balance|balance (carried|c/?f)|endsaldo"
    r"|schlusssaldo|solde final|eindsaldo|saldo finale?)\b"
)
_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "EURO": "EUR"}
#: What a column of sides calls money that left.
_OUT = frozenset(
    [
        "d",
        "dr",
        "debit",
        "debet",
        "s",
        "soll",
        "af",
        "out",
        "withdrawal",
        "paid",
        "sent",
        "lastschrift",
        "dbit",
        "-",
    ]
)
_IN = frozenset(
    [
        "c",
        "cr",
        "credit",
        "h",
        "haben",
        "bij",
        "in",
        "deposit",
        "received",
        "gutschrift",
        "crdt",
        "+",
    ]
)


def statement(document: Document, mapping: Mapping) -> AccountStatement:
    """Read a table of movements, oldest first.

    Raises:
        EvidenceError: A row cannot be read as the mapping says.
    """
    rows, stated = [], []
    for record in Table(document, mapping):
        kind = _stated(record)
        if kind:
            stated.append((record, kind))
        else:
            rows.append(record)
    records, totals = parted(rows, "date")
    found = [_movement(record, mapping, signed=False) for record in records]
    if any(record.has("debit") and record.amount("debit") < 0 for record in records):
        # Some banks write debits below zero: the balances say, else the signs do.
        other = [_movement(record, mapping, signed=True) for record in records]
        above = any(
            record.has("debit") and record.amount("debit") > 0 for record in records
        )
        if _breaks(other) < _breaks(found) or (
            not above and _breaks(other) == _breaks(found)
        ):
            found = other
    if any(record.has("fee") for record in records):
        # Of a fee beside it the amount is without, unless the balances say otherwise.
        less = [
            one._replace(amount=one.amount - abs(record.amount("fee")))
            if record.has("fee")
            else one
            for one, record in zip(found, records, strict=True)
        ]
        if _breaks(less) <= _breaks(found):
            found = less
    if _newest_first(found):
        found.reverse()
    if not found:
        raise EvidenceError(
            document.name, 1, "no row of it is a movement", "Correct the mapping"
        )
    lines: list[Movement | Balance] = [*found]
    first, last = found[0], found[-1]
    for record, kind in stated:
        near = first if kind == "opening" else last
        number = record.amount("balance" if record.has("balance") else "amount")
        line = Balance(record.label, near.date, number, near.currency, kind)
        lines.insert(0 if kind == "opening" else len(lines), line)
    kinds = {kind for _, kind in stated}
    if first.balance is not None and "opening" not in kinds:
        before = first.balance - first.amount
        lines.insert(
            0, Balance(first.row, first.date, before, first.currency, "opening")
        )
    if last.balance is not None and "closing" not in kinds:
        lines.append(
            Balance(last.row, last.date, last.balance, last.currency, "closing")
        )
    left = [one.record.label for one in totals]
    return AccountStatement(document, lines, mapping.number, left)


def _stated(record: Record) -> str:
    """Say of a row that states a balance, and moves nothing, which it states."""
    if not (record.has("balance") or record.has("amount")):
        return ""
    words = f"{record.text('payee')} {record.text('narration')}"
    for kind, pattern in (("opening", _OPENING), ("closing", _CLOSING)):
        if pattern.match(words):
            return kind
    return ""


def _breaks(found: list[Movement]) -> int:
    """Count the balances that do not follow, in the better of both orders."""
    ahead = back = 0
    for earlier, later in itertools.pairwise(found):
        if earlier.balance is not None and later.balance is not None:
            ahead += earlier.balance + later.amount != later.balance
            back += later.balance + earlier.amount != earlier.balance
    return min(ahead, back)


def _newest_first(found: list[Movement]) -> bool:
    if len(found) < 2:
        return False
    if found[0].date != found[-1].date:
        return found[0].date > found[-1].date
    # All of one day: the balances say in which order they came.
    breaks = [0, 0]
    for earlier, later in itertools.pairwise(found):
        if earlier.balance is None or later.balance is None:
            continue
        breaks[0] += earlier.balance + later.amount != later.balance
        breaks[1] += later.balance + earlier.amount != earlier.balance
    return breaks[1] < breaks[0]


def _movement(record: Record, mapping: Mapping, *, signed: bool) -> Movement:
    amount = amount_of(record, signed=signed)
    return Movement(
        record.label,
        record.day("date"),
        -amount if mapping.reversed else amount,
        currency_of(record, mapping),
        record.text("payee"),
        record.text("narration"),
        record.text("reference"),
        record.amount("balance") if record.has("balance") else None,
        re.sub(r"\W", "", record.text("other")).upper(),
    )


def amount_of(record: Record, *, signed: bool) -> Decimal:
    """Return what a row moved, positive where the balance grew.

    Args:
        record: A row with an amount, a side and an amount, or debit and credit.
        signed: A debit is written as a negative number.

    Raises:
        EvidenceError: It has no amount, or both a debit and a credit.
    """
    if record.has("amount"):
        amount = record.amount("amount")
        side = record.text("side").lower()
        if side in _OUT:
            return -abs(amount)
        if side and side not in _IN:
            raise record.refused(
                f"{side!r:.40} in column side is neither debit nor credit",
                "Take `side` out of the mapping's columns",
            )
        return abs(amount) if side else amount
    debit = record.amount_or_nil("debit")
    credit = record.amount_or_nil("credit")
    if debit and credit:
        raise record.refused("it has both a debit and a credit", "Correct the mapping")
    if not (record.has("debit") or record.has("credit")):
        raise record.refused(
            "it has no amount", "Correct the columns of the mapping, or skip the row"
        )
    return credit - abs(debit) if signed else credit - debit


def currency_of(record: Record, mapping: Mapping, column: str = "currency") -> str:
    """Return a row's currency, the mapping's where the row has none.

    Raises:
        EvidenceError: Neither says it.
    """
    text = record.text(column).upper() or (mapping.currency or "")
    text = _SIGNS.get(text, text)
    if not CURRENCY.fullmatch(text):
        raise record.refused(
            f"its currency is {text!r:.30}" if text else "it has no currency",
            "Write `currency` in the mapping",
        )
    return text
