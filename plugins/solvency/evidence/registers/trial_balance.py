"""A trial balance: accounts to open, and balances to compare with the books."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.evidence.continuity import BalanceGap
from solvency.evidence.formats.grid import Table
from solvency.evidence.formats.tabular import currency_of
from solvency.evidence.records import EvidenceError
from solvency.evidence.registers.chart import proposed
from solvency.evidence.said import Noted
from solvency.evidence.said import StatedBalance

if TYPE_CHECKING:
    from solvency.evidence.formats.grid import Record
    from solvency.evidence.said import Contents

_TOTAL = re.compile(
    r"\s*(grand |sub)?-?totals?\b|\s*(summe|gesamt|saldo)\b", re.IGNORECASE
)


def read(found: Contents, source: str) -> None:
    """Read a trial balance into what the books are compared with.

    Raises:
        EvidenceError: A row cannot be read, or the mapping gives no day.
    """
    del source
    mapping, document = found.mapping, found.document
    if mapping.at is None:
        wrong = "a trial balance has a day, and the mapping gives none"
        raise EvidenceError(document.name, None, wrong, "Write `at = 2022-10-31`, say")
    sums = [Decimal(), Decimal()]
    totals: list[tuple[str, Decimal, Decimal]] = []
    last, unit = "1", mapping.currency or ""
    for record in Table(document, mapping):
        debit, credit = _sides(record)
        code, name = record.text("account-code"), record.text("account-name")
        if _TOTAL.match(name or code) and not (code and name):
            totals.append((record.label, debit, credit))
            continue
        if not (code or name):
            continue
        found.lines += 1
        sums[0] += debit
        sums[1] += credit
        last, unit = record.label, currency_of(record, mapping)
        key = re.sub(r"\W", "", code or name).upper()
        account = mapping.accounts.get(key) or proposed(
            mapping.entity, code, name or code, debit=debit >= credit
        )
        found.opens.setdefault(account, {})["erp-account"] = (
            '"' + f"{code} {name}".strip().replace("\\", "").replace('"', "'") + '"'
        )
        found.stated.append(
            StatedBalance(
                record.label, mapping.at, account, debit - credit, unit, False
            )
        )
    if sums[0] != sums[1]:
        _apart(found, last, "debits", sums[0], "credits", sums[1], unit)
    for row, debit, credit in totals[-1:]:
        for what, said, made in (
            ("debits", debit, sums[0]),
            ("credits", credit, sums[1]),
        ):
            if said and said != made:
                _apart(
                    found, row, f"{what} of the rows", made, "their total", said, unit
                )


def _sides(record: Record) -> tuple[Decimal, Decimal]:
    """Return a row's debit and credit; a balance below zero is a credit."""
    if record.has("debit") or record.has("credit"):
        debit = record.amount("debit") if record.has("debit") else Decimal()
        credit = record.amount("credit") if record.has("credit") else Decimal()
        return debit, credit
    key = "balance" if record.has("balance") else "amount"
    net = record.amount(key) if record.has(key) else Decimal()
    return max(net, Decimal()), max(-net, Decimal())


def _apart(
    found: Contents,
    row: str,
    what: str,
    one: Decimal,
    other_what: str,
    other: Decimal,
    unit: str,
) -> None:
    """Note that a trial balance does not agree with itself."""
    mapping = found.mapping
    assert mapping.at is not None  # noqa: S101 (read() saw to it)
    day = mapping.at
    found.noted.append(
        Noted(
            row,
            day,
            mapping.suspense,
            f"the trial balance {found.document.name} does not agree: {what}"
            f" {one:,} {unit}, {other_what} {other:,} {unit}, {abs(one - other):,}"
            " apart",
            {"expected": f"{one:f} {unit}", "found": f"{other:f} {unit}"},
        )
    )
    found.gaps.append(
        BalanceGap(
            found.document.name,
            row,
            row,
            day.isoformat(),
            day.isoformat(),
            one,
            other,
            unit,
        )
    )
