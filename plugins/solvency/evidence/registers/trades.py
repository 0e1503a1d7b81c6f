"""Exports of exchanges and block explorers: coins that came, went and were traded."""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.evidence.drafts import Cited
from solvency.evidence.drafts import Draft
from solvency.evidence.drafts import DraftLeg
from solvency.evidence.formats.grid import Table
from solvency.evidence.formats.tabular import amount_of
from solvency.evidence.formats.tabular import currency_of
from solvency.evidence.formats.totals import parted
from solvency.evidence.records import AccountStatement
from solvency.evidence.records import Movement
from solvency.evidence.records import digest
from solvency.evidence.records import plain

if TYPE_CHECKING:
    from solvency.evidence.contents import Contents
    from solvency.evidence.formats.grid import Record

_TRADE = re.compile(
    r"(?i)\b(trade|buy|sell|bought|sold|fee|convert|spend|revenue|swap)"
)
_OUT = re.compile(r"(?i)\b(withdraw|sell|sold|send|sent)")
_FEE = re.compile(r"(?i)\b(fee|commission)")


def read(found: Contents, source: str) -> None:
    """Read an exchange's account or a chain's transfers.

    Raises:
        EvidenceError: A row cannot be read as the mapping says.
    """
    statements: dict[str, AccountStatement] = {}
    trades: dict[tuple[str, str], list[tuple[Movement, str]]] = defaultdict(list)
    chain = found.mapping.kind == "transfers"
    records, totals = parted(Table(found.document, found.mapping), "date")
    found.totals += [one.record.label for one in totals]
    for record in records:
        found.lines += 1
        for one, operation in (
            _chain(record, found) if chain else _exchange(record, found)
        ):
            if operation and _TRADE.search(operation):
                key = str(record.cell("date")), record.text("reference")
                trades[key].append((one, operation))
                continue
            place = statements.setdefault(
                one.currency, AccountStatement(found.document, [], found.mapping.number)
            )
            place.lines.append(one)
    for rows in trades.values():
        found.drafts += _traded(rows, found, source)
    for statement in statements.values():
        statement.lines.sort(key=lambda one: one.date)
    found.statements = list(statements.values())


def _exchange(record: Record, found: Contents) -> list[tuple[Movement, str]]:
    mapping = found.mapping
    operation = record.text("operation")
    amount = amount_of(record, signed=False)
    day, unit = record.day("date"), currency_of(record, mapping)
    if _OUT.search(operation) and not record.has("side"):
        amount = -abs(amount)
    words = " ".join(filter(None, (operation, record.text("narration"))))
    move = Movement(
        record.label, day, amount, unit, record.text("payee"), words,
        record.text("reference") or record.text("hash"), None,
        record.text("to").upper(),
    )  # fmt: skip
    found_rows = [(move, operation)]
    if record.has("fee") and (fee := record.amount("fee")):
        coin = (
            currency_of(record, mapping, "fee-currency")
            if record.has("fee-currency")
            else unit
        )
        paid = move._replace(amount=-abs(fee), currency=coin, narration=f"Fee: {words}")
        found_rows.append((paid, "fee"))
    return found_rows


def _chain(record: Record, found: Contents) -> list[tuple[Movement, str]]:
    mapping = found.mapping
    own = mapping.number
    sent, got = (re.sub(r"\W", "", record.text(key)).upper() for key in ("from", "to"))
    if own not in {sent, got} or not own:
        raise record.refused(
            f"neither address is the mapping's own, {own or 'which it does not give'}",
            "Write the address these transfers are of as `number`",
        )
    unit = currency_of(record, mapping, "token")
    amount = record.amount("amount")
    if sent == got:
        amount = Decimal()
    move = Movement(
        record.label,
        record.day("date"),
        -amount if sent == own else amount,
        unit,
        record.text("to" if sent == own else "from"),
        record.text("narration") or f"Transfer of {unit}",
        record.text("hash") or record.text("reference"),
        None,
        got if sent == own else sent,
    )
    rows = [(move, "")]
    if sent == own and record.has("fee") and (fee := record.amount("fee")):
        coin = mapping.currency or unit
        if record.has("fee-currency"):
            coin = currency_of(record, mapping, "fee-currency")
        rows.append(
            (move._replace(amount=-fee, currency=coin, narration="Network fee"), "fee")
        )
    return rows


def _traded(
    rows: list[tuple[Movement, str]], found: Contents, source: str
) -> list[Draft]:
    """Return the flows of one trade: what was given, what was got, and the fee."""
    account, entity = found.mapping.account, found.mapping.entity
    fees = [one for one, operation in rows if _FEE.search(operation)]
    given: dict[str, Decimal] = defaultdict(Decimal)
    got: dict[str, Decimal] = defaultdict(Decimal)
    for one, operation in rows:
        if not _FEE.search(operation):
            (got if one.amount > 0 else given)[one.currency] += one.amount
    legs: list[DraftLeg] = []
    status = "settled"
    if len(given) == 1 and len(got) == 1:
        (sold, less), (bought, more) = *given.items(), *got.items()
        legs = [
            DraftLeg(account, less, sold),
            DraftLeg(account, more, bought, f"@@ {plain(-less)} {sold}"),
        ]
    else:
        for unit, amount in [*given.items(), *got.items()]:
            legs += [
                DraftLeg(account, amount, unit),
                DraftLeg(found.mapping.suspense, -amount, unit),
            ]
            status = "unmatched"
    for one in fees:
        legs += [
            DraftLeg(account, one.amount, one.currency),
            DraftLeg(f"Expenses:{entity}:Fees", -one.amount, one.currency),
        ]
    legs = [leg for leg in legs if leg.amount]
    if not legs:
        return []
    first = rows[0][0]
    labels = dict.fromkeys(one.row for one, _ in rows)
    return [
        Draft(
            first.date,
            "",
            " / ".join(dict.fromkeys(one.narration for one, _ in rows)),
            legs,
            [Cited(found.document.name, label) for label in labels],
            [source],
            [
                digest(
                    "trade", account, *(part for one, _ in rows for part in one.content)
                )
            ],
            status,
        )
    ]
