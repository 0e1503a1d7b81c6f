"""What a register adds up to, beside what it says that it does."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from solvency.evidence.contents import Noted
from solvency.evidence.formats.tabular import currency_of
from solvency.evidence.gaps.continuity import BalanceGap
from solvency.evidence.records import cents

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable
    from decimal import Decimal

    from solvency.evidence.contents import Contents
    from solvency.evidence.formats.totals import TotalRow


def compare(
    found: Contents, totals: Iterable[TotalRow], account: str, day: datetime.date
) -> None:
    """Note each total that its rows do not make.

    Args:
        found: The register.
        totals: Its totals.
        account: Where a disagreement is noted.
        day: The day it is noted on.
    """
    name = found.document.name
    for total in totals:
        row = total.record.label
        for key, made in total.apart.items():
            said = total.record.amount(key)
            unit = currency_of(total.record, found.mapping)
            what = "the total" if key == "amount" else f"the total of {key}s"
            words = (
                f"{what} in {name} is {cents(said)} {unit}, and the rows above it add"
                f" up to {cents(made)} {unit}: {cents(abs(said - made))} apart"
            )
            disagree(found, Noted(row, day, account, words, {}), made, said, unit)


def disagree(
    found: Contents, noted: Noted, expected: Decimal, stated: Decimal, unit: str
) -> None:
    """Note that a register does not agree with itself.

    Args:
        found: The register.
        noted: Where, and in what words.
        expected: What one side comes to, in units.
        stated: What the other says, in units.
        unit: Their currency.
    """
    amounts = {"expected": f"{expected:f} {unit}", "found": f"{stated:f} {unit}"}
    found.noted.append(replace(noted, notes=amounts))
    name, day = found.document.name, noted.date.isoformat()
    found.gaps.append(
        BalanceGap(name, noted.row, noted.row, day, day, expected, stated, unit)
    )
