"""A general ledger's export: each voucher a flow, its lines the postings."""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.evidence.contents import Noted
from solvency.evidence.drafts import Cited
from solvency.evidence.drafts import Draft
from solvency.evidence.drafts import DraftLeg
from solvency.evidence.formats.grid import Table
from solvency.evidence.formats.tabular import currency_of
from solvency.evidence.formats.totals import parted
from solvency.evidence.records import cents
from solvency.evidence.records import digest
from solvency.evidence.records import plain
from solvency.evidence.registers.chart import proposed

if TYPE_CHECKING:
    import datetime

    from solvency.evidence.contents import Contents
    from solvency.evidence.formats.grid import Record

#: An account between companies of a group, by its name.
_BETWEEN = re.compile(r"(?i)\b(due (to|from)|inter-?compan|interco|affiliate|related)")


def read(found: Contents, source: str) -> None:
    """Read a general ledger into flows; what a voucher lacks stands in suspense.

    Raises:
        EvidenceError: A row cannot be read as the mapping says.
    """
    vouchers: dict[tuple[str, datetime.date], list[Record]] = defaultdict(list)
    rows, totals = parted(Table(found.document, found.mapping), "date")
    found.totals += [one.record.label for one in totals]
    for record in rows:
        found.lines += 1
        day = record.day("date")
        number = record.text("voucher") or record.text("narration")
        vouchers[number, day].append(record)
    for (number, day), records in vouchers.items():
        _voucher(found, source, number, day, records)
    days = [day for _, day in vouchers]
    for account in found.covered:
        found.covered[account] = min(days), max(days)


def _voucher(
    found: Contents,
    source: str,
    number: str,
    day: datetime.date,
    records: list[Record],
) -> None:
    mapping, name = found.mapping, found.document.name
    legs: list[DraftLeg] = []
    words = []
    other = ""
    for record in records:
        amount = _amount(record)
        code, title = record.text("account-code"), record.text("account-name")
        key = re.sub(r"\W", "", code or title).upper()
        account = mapping.accounts.get(key) or proposed(
            mapping.entity, code, title or code, debit=amount > 0
        )
        words += [record.text("narration"), title]
        if len(records) == 2 and _BETWEEN.search(title):
            other = account
            continue
        if amount:
            legs.append(DraftLeg(account, amount, currency_of(record, mapping)))
    if not legs:
        return
    narration = " ".join(
        dict.fromkeys(filter(None, (r.text("narration") for r in records)))
    )
    draft = Draft(
        day,
        next(filter(None, (record.text("payee") for record in records)), ""),
        narration or f"Voucher {number}",
        legs,
        [Cited(name, record.label) for record in records],
        [source],
        [digest("voucher", mapping.entity, number, day.isoformat(), *_lines(records))],
        text=" ".join(filter(None, words)),
        reference=next(filter(None, (r.text("reference") for r in records)), number),
    )
    if other and len(legs) == 1:
        # The other side is looked for in the other company's ledger.
        draft.legs.append(
            legs[0]._replace(account=mapping.suspense, amount=-legs[0].amount)
        )
        draft.status = "unmatched"
        found.covered[legs[0].account] = day, day
    else:
        _balanced(found, draft, number)
    found.drafts.append(draft)


def _amount(record: Record) -> Decimal:
    """Return what a line adds to its account, a debit positive."""
    if record.has("debit") or record.has("credit"):
        debit = record.amount_or_nil("debit")
        credit = record.amount_or_nil("credit")
        return debit - credit
    amount = record.amount("amount")
    side = record.text("side").lower()
    if side in {"c", "cr", "credit", "h", "haben"}:
        return -abs(amount)
    return amount


def _lines(records: list[Record]) -> list[str]:
    return [
        f"{one.text('account-code')}|{one.text('account-name')}|{plain(_amount(one))}"
        for one in records
    ]


def _balanced(found: Contents, draft: Draft, number: str) -> None:
    """Put what a voucher lacks into suspense, and note it."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for leg in draft.legs:
        sums[leg.commodity] += leg.amount
    for unit, left in sums.items():
        if not left:
            continue
        draft.legs.append(DraftLeg(found.mapping.suspense, -left, unit))
        draft.status = "unmatched"
        found.noted.append(
            Noted(
                draft.rows[-1].row,
                draft.date,
                found.mapping.suspense,
                f"the voucher {number} of {found.document.name} does not agree: its"
                f" lines come to {cents(left)} {unit}",
                {"expected": f"0 {unit}", "found": f"{left:f} {unit}"},
            )
        )
