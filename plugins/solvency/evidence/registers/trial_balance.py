"""A trial balance: accounts to open, and balances to compare with the books."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.evidence.contents import Noted
from solvency.evidence.contents import StatedBalance
from solvency.evidence.formats.grid import Table
from solvency.evidence.formats.tabular import currency_of
from solvency.evidence.formats.totals import parted
from solvency.evidence.records import EvidenceError
from solvency.evidence.records import cents
from solvency.evidence.registers.agreement import compare
from solvency.evidence.registers.agreement import disagree
from solvency.evidence.registers.chart import proposed

if TYPE_CHECKING:
    from solvency.evidence.contents import Contents
    from solvency.evidence.formats.grid import Record


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
    last, unit = "1", mapping.currency or ""
    table = Table(document, mapping)
    rows, totals = parted(table, "account-code", "account-name")
    found.totals += [one.record.label for one in totals]
    for record in rows:
        debit, credit = _sides(record)
        code, name = record.text("account-code"), record.text("account-name")
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
        debits, credits_, apart = map(cents, (*sums, abs(sums[0] - sums[1])))
        words = (
            f"the trial balance {document.name} does not agree: debits {debits} {unit},"
            f" credits {credits_} {unit}, {apart} apart"
        )
        place = Noted(last, mapping.at, mapping.suspense, words, {})
        disagree(found, place, sums[0], sums[1], unit)
    # Of subtotals some net debits against credits; the last is of the whole.
    compare(found, totals[-1:], mapping.suspense, mapping.at)


def _sides(record: Record) -> tuple[Decimal, Decimal]:
    """Return a row's debit and credit; a balance below zero is a credit."""
    if record.has("debit") or record.has("credit"):
        debit = record.amount_or_nil("debit")
        credit = record.amount_or_nil("credit")
        return debit, credit
    key = "balance" if record.has("balance") else "amount"
    net = record.amount_or_nil(key)
    return max(net, Decimal()), max(-net, Decimal())
